"""tsconfig.json as a value: what decides how a source is read and where its imports lead.

In: a path, and a way to read files and packages. Out: `TsConfig`, with all that it extends laid
under it. Pure but for the reading, which the caller does.

Source: TypeScript 5.9, `commandLineParser.ts` (`parseConfig`, `getExtendedConfig`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, Protocol

from zipper.bundling.source_folder import join
from zipper.bundling.source_names import TYPED
from zipper.errors import ProjectError
from zipper.named_tuple import NamedTuple
from zipper.npm.jsonc_text import JsoncFaultError, parse_jsonc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ConfigFiles", "TsConfig", "TsConfigs"]

_NAME: Final = "tsconfig.json"

_READ_BY_ESBUILD: Final = (
    "alwaysStrict",
    "experimentalDecorators",
    "importsNotUsedAsValues",
    "jsx",
    "jsxFactory",
    "jsxFragmentFactory",
    "jsxImportSource",
    "preserveValueImports",
    "strict",
    "target",
    "useDefineForClassFields",
    "verbatimModuleSyntax",
)
_PLACES: Final = ("baseUrl", "rootDir", "outDir")
"""Options that are folders, relative to the file that has them."""
_CONFIG_DIR: Final = "${configDir}"
_DEPTH_MAX: Final = 50


class ConfigFiles(Protocol):
    """Where configurations are read from."""

    def is_file(self, path: str) -> bool:
        """Tell whether there is such a file."""

    def read(self, path: str) -> bytes:
        """Return its content."""

    def read_package(self, source: str, specifier: str) -> tuple[str, bytes] | None:
        """Return a place and the content of a file of a package, as `source` finds it."""


class TsConfig(NamedTuple):
    """What counts of a tsconfig.json and of all that it extends."""

    path: str = ""
    """"" where there is none."""
    compiler: str = '{"compilerOptions":{}}'
    """For esbuild, as JSON: the same options give the same text."""
    paths: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Pattern and targets, relative to `paths_from`."""
    paths_from: str = ""
    base_url: str | None = None
    root_dirs: tuple[str, ...] = ()
    root_dir: str | None = None
    out_dir: str | None = None
    conditions: tuple[str, ...] = ()
    """`customConditions`: under which siblings may name their sources."""
    emits_metadata: bool = False


class TsConfigs:
    """The tsconfig.json of each folder; every file is read once."""

    def __init__(self, files: ConfigFiles) -> None:
        self._files = files
        self._by_folder: dict[str, TsConfig] = {}
        self._by_path: dict[str, TsConfig] = {}

    def nearest(self, folder: str) -> TsConfig:
        """Return the configuration of sources in `folder`: the nearest one above, or none.

        Raises:
            ProjectError: ETSCONFIG for one that cannot be read, or extends itself.
        """
        known = self._by_folder.get(folder)
        if known is None:
            path = self._find(folder)
            known = TsConfig() if path is None else self._read(self._find_referenced(path, folder))
            self._by_folder[folder] = known
        return known

    def _find(self, folder: str) -> str | None:
        while not self._files.is_file(join(folder, _NAME)):
            if not folder or folder.endswith(".."):
                return None
            folder = folder.rpartition("/")[0]
        return join(folder, _NAME)

    def _find_referenced(self, path: str, folder: str) -> str:
        """Return the file that is meant where one only refers to others, as `tsc -b` has them.

        The first one whose `include` takes a file of `folder`.
        """
        raw = _parse(path, self._files.read(path))
        references = raw.get("references")
        if raw.get("files") != [] or "include" in raw or not isinstance(references, list):
            return path
        for reference in references:
            place = reference.get("path") if isinstance(reference, dict) else None
            if not isinstance(place, str):
                continue
            other = join(path.rpartition("/")[0], place)
            other = other if self._files.is_file(other) else join(other, _NAME)
            if self._files.is_file(other) and other != path:
                include = _parse(other, self._files.read(other)).get("include", ["**/*"])
                patterns = include if isinstance(include, list) else []
                base = other.rpartition("/")[0]
                if any(_takes(join(base, str(one)), folder) for one in patterns):
                    return other
        return path

    def _read(self, path: str) -> TsConfig:
        known = self._by_path.get(path)
        if known is None:
            known = self._by_path[path] = self._read_file(path)
        return known

    def _read_file(self, path: str) -> TsConfig:
        options = self._merge(path, self._files.read(path), ())
        folder = path.rpartition("/")[0]
        return _choose(path, {name: _expand(value, folder) for name, value in options.items()})

    def _merge(self, path: str, data: bytes, above: tuple[str, ...]) -> dict[str, object]:
        """Return the compiler options of a file, those that it extends first."""
        if path in above or len(above) > _DEPTH_MAX:
            chain = " -> ".join([*above[above.index(path) if path in above else 0 :], path])
            raise _fault(
                path, f"it extends itself: {chain}", "take one `extends` out of the circle"
            )
        raw = _parse(path, data)
        merged: dict[str, object] = {}
        for name in _extended(raw, path):
            place, text = self._find_extended(name, path)
            merged |= self._merge(place, text, (*above, path))
        own = raw.get("compilerOptions")
        if own is not None and not isinstance(own, dict):
            raise _fault(path, "`compilerOptions` is not an object", "write it as `{ ... }`")
        return merged | dict(_place_options(own or {}, path.rpartition("/")[0]))

    def _find_extended(self, name: str, path: str) -> tuple[str, bytes]:
        folder = path.rpartition("/")[0]
        if name.startswith(("./", "../", "/")) or name in (".", ".."):
            place = join(folder, name)
            for candidate in (place, f"{place}.json", f"{place}/{_NAME}"):
                if self._files.is_file(candidate):
                    return candidate, self._files.read(candidate)
        else:
            found = self._files.read_package(path, name)
            if found is not None:
                return found
        raise _fault(
            path,
            f"it extends `{name}`, which is not there",
            "a package has to be locked as a dependency of the project; a path is relative to "
            "the file",
        )


def _takes(pattern: str, folder: str) -> bool:
    """Tell whether a pattern of `include` takes sources in `folder`."""
    if "*" not in pattern and "." not in pattern.rpartition("/")[2]:
        pattern = f"{pattern}/**/*"
    text = re.escape(pattern).replace(r"\*\*/", "(?:.+/)?").replace(r"\*", "[^/]*")
    names = (f"{folder}/x{ending}".lstrip("/") for ending in TYPED)
    return any(re.fullmatch(text, name) for name in names)


def _extended(raw: Mapping[str, object], path: str) -> Iterator[str]:
    extends = raw.get("extends")
    names = extends if isinstance(extends, list) else [] if extends is None else [extends]
    for name in names:
        if not isinstance(name, str) or not name:
            raise _fault(path, "`extends` is neither a text nor a list of texts", "name the files")
        yield name


def _parse(path: str, data: bytes) -> Mapping[str, object]:
    try:
        text = data.decode("utf-8-sig")
        value = parse_jsonc(text) if text.strip() else {}
    except UnicodeDecodeError as error:
        raise _fault(path, f"it is not UTF-8: {error.reason}", "save it as UTF-8") from error
    except JsoncFaultError as error:
        where = f"line {error.line}, column {error.column}"
        raise _fault(path, f"{error.message} in {where}", "correct it there") from error
    if not isinstance(value, dict):
        raise _fault(path, "it is not an object", "write it as `{ ... }`")
    return value


def _place_options(own: Mapping[str, object], folder: str) -> Iterator[tuple[str, object]]:
    """Yield options with those that are folders made relative to the root of all."""
    for name, value in own.items():
        if name in _PLACES and isinstance(value, str):
            yield name, value if value.startswith(_CONFIG_DIR) else join(folder, value)
        elif name == "rootDirs" and isinstance(value, list):
            yield name, [join(folder, one) for one in value if isinstance(one, str)]
        elif name == "paths":
            yield name, value
            yield "pathsBasePath", folder
        else:
            yield name, value


def _expand(value: object, folder: str) -> object:
    """Put the folder of the outermost file in place of `${configDir}`."""
    if isinstance(value, str) and value.startswith(_CONFIG_DIR):
        return join(folder, f".{value.removeprefix(_CONFIG_DIR)}")
    return [_expand(one, folder) for one in value] if isinstance(value, list) else value


def _expand_target(target: str, folder: str) -> str:
    """Return a target of `paths`; one that begins with `/` is relative to the root of all."""
    place = _expand(target, folder)
    return f"/{place}" if place != target else target


def _choose(path: str, options: Mapping[str, object]) -> TsConfig:
    compiler = {name: options[name] for name in _READ_BY_ESBUILD if options.get(name) is not None}
    base_url = options.get("baseUrl")
    paths = options.get("paths")
    root_dirs = options.get("rootDirs")
    conditions = options.get("customConditions")
    folder = path.rpartition("/")[0]
    rows = paths.items() if isinstance(paths, dict) else ()
    return TsConfig(
        path=path,
        compiler=json.dumps({"compilerOptions": compiler}, separators=(",", ":"), sort_keys=True),
        paths=tuple(
            (pattern, tuple(_expand_target(one, folder) for one in targets if isinstance(one, str)))
            for pattern, targets in rows
            if isinstance(targets, list)
        ),
        paths_from=str(base_url if isinstance(base_url, str) else options.get("pathsBasePath", "")),
        base_url=base_url if isinstance(base_url, str) else None,
        root_dirs=tuple(map(str, root_dirs)) if isinstance(root_dirs, list) else (),
        root_dir=_text(options.get("rootDir")),
        out_dir=_text(options.get("outDir")),
        conditions=tuple(map(str, conditions)) if isinstance(conditions, list) else (),
        emits_metadata=options.get("emitDecoratorMetadata") is True,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _fault(path: str, what: str, hint: str) -> ProjectError:
    return ProjectError("ETSCONFIG", f"`{path}` cannot be used: {what}", hint=hint)
