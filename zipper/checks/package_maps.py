"""The package.json files of a package, and the maps `exports` and `imports` in them.

In: a `FileSystem` and conditions. Out: targets of subpaths. The walk over folders is
`zipper.checks.module_resolution`'s work.

Source: Node.js documentation, Modules: ECMAScript modules, "Resolution algorithm specification",
22.x; lib/internal/modules/esm/resolve.js.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from zipper.checks.subject import MANIFEST_LIMIT_BYTES
from zipper.errors import ArchiveError
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.checks.filesystem import FileSystem

__all__ = ["NO_PACKAGE", "MapError", "PackageFile", "Packages", "find_target", "split_name"]

_DEPTH_MAX: Final = 64
"""Nested conditions and arrays that are followed."""

_INVALID_PARTS: Final = frozenset({".", "..", "node_modules"})
_URL: Final = late_pattern(r"[A-Za-z][A-Za-z0-9+.-]*:")
_FOLDERS_UNTIL: Final = 16
"""Node.js up to this one takes a key such as `./lib/` for all that is in a folder."""


class MapError(Exception):
    """A subpath that `exports` or `imports` does not give, or a target that it may not have."""


class PackageFile(NamedTuple):
    """What Node reads of one package.json."""

    folder: str
    exists: bool = False
    problem: str | None = None
    """Why it cannot be parsed; Node then refuses every module of the package."""
    name: str | None = None
    main: str | None = None
    type: str = "none"
    exports: object = None
    imports: Mapping[str, object] | None = None


NO_PACKAGE: Final = PackageFile("")
_NOTHING: Final = ""
"""What null means: it ends the search, where "nothing fits" goes on to the next condition."""


class _Wanted(NamedTuple):
    """For what a target is chosen."""

    package: PackageFile
    match: str | None
    """What the `*` of the key stands for, or the rest behind a folder."""
    is_folder: bool
    conditions: frozenset[str]
    is_internal: bool


class Packages:
    """Reads each package.json once."""

    def __init__(self, files: FileSystem, major: int) -> None:
        self._files = files
        self._major = major
        self.known: dict[str, PackageFile] = {}
        """What was read, by its folder."""
        self._scopes: dict[str, PackageFile] = {}

    def read(self, folder: str) -> PackageFile:
        """Return the package.json in `folder`, which may not exist."""
        if self._files.looked is not None:
            self._files.looked.add(f"{folder}/package.json")
        known = self.known.get(folder)
        if known is None:
            known = self.known[folder] = self._parse_once(folder)
        return known

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders whose package.json was read and is there."""
        return tuple(folder for folder, known in self.known.items() if known.exists)

    def scope(self, path: str) -> PackageFile:
        """Return the nearest package.json above the file at `path`."""
        folder = path.rpartition("/")[0]
        known = self._scopes.get(folder)
        if known is None or self._files.looked is not None:
            known = self._scopes[folder] = self._find_scope(folder)
        return known

    def _find_scope(self, folder: str) -> PackageFile:
        while folder and not folder.endswith("/node_modules"):
            package = self.read(folder)
            if package.exists:
                return package
            folder = folder.rpartition("/")[0]
        return NO_PACKAGE

    def _parse_once(self, folder: str) -> PackageFile:
        kept = self._files.known_at(f"{folder}/")
        if kept is None:
            return self._parse(folder)
        key = ("package", self._major, folder)
        found: PackageFile | None = kept.memory.get(key)
        if found is None:
            found = kept.memory[key] = self._parse(folder)
        return found

    def _parse(self, folder: str) -> PackageFile:
        path = f"{folder}/package.json"
        try:
            is_readable = self._files.is_readable(path)
            if not is_readable and self._major >= 24:
                return PackageFile(folder, exists=True, problem="permission denied")
            # Up to Node.js 22 one that cannot be opened counts as absent.
            text = self._files.read(path, limit_bytes=MANIFEST_LIMIT_BYTES)
            if text is None or not is_readable:
                return PackageFile(folder)
            value = json.loads(text.decode("utf-8", "replace").removeprefix("\ufeff"))
        except (ArchiveError, ValueError, RecursionError) as error:
            return PackageFile(folder, exists=True, problem=_describe(error))
        if not isinstance(value, dict):
            return PackageFile(folder, exists=True)
        name, main, kind = value.get("name"), value.get("main"), value.get("type")
        imports = value.get("imports")
        return PackageFile(
            folder,
            exists=True,
            name=name if isinstance(name, str) else None,
            main=main if isinstance(main, str) else None,
            type=kind if kind in ("module", "commonjs") else "none",
            exports=self._known_keys(value.get("exports")),
            imports=self._known_keys(imports) if isinstance(imports, dict) else None,
        )

    def _known_keys(self, table: Any) -> Any:  # noqa: ANN401  (what JSON has)
        """Return a map without the keys that this Node.js does not know."""
        if not isinstance(table, dict) or self._major <= _FOLDERS_UNTIL:
            return table
        return {key: value for key, value in table.items() if not key.endswith("/")}


def split_name(specifier: str) -> tuple[str, str] | None:
    """Return name and subpath (`.` or `./x`) of a bare specifier; None where it has none."""
    parts = specifier.split("/")
    count = 2 if specifier.startswith("@") else 1
    if len(parts) < count or not all(parts[:count]) or specifier.startswith("."):
        return None
    if "\\" in parts[0] or "%" in parts[0]:
        return None
    return "/".join(parts[:count]), "/".join([".", *parts[count:]])


def find_target(
    package: PackageFile, subpath: str, conditions: frozenset[str], *, internal: bool = False
) -> str:
    """Return the target of `subpath` (`.`, `./x`, or `#x` where `internal`).

    A path is absolute; for `imports` it may also be a bare specifier.

    Raises:
        MapError: if the map has no target for it under `conditions`.
    """
    table = package.imports if internal else _as_table(package.exports)
    if table is None:
        raise MapError(f"`{subpath}` is not defined")
    key, match = _find_key(table, subpath)
    target = None
    if key is not None:
        wanted = _Wanted(package, match, key.endswith("/"), conditions, internal)
        target = _choose(table[key], wanted)
    if not target:
        where = "imports" if internal else "exports"
        raise MapError(f"`{subpath}` is not defined by `{where}` in its package.json")
    return target


def _as_table(exports: object) -> Mapping[str, object] | None:
    """Return `exports` with subpaths as keys; a value or conditions alone are those of `.`."""
    if isinstance(exports, dict):
        dotted = [key.startswith(".") for key in exports]
        if any(dotted) and not all(dotted):
            raise MapError("its `exports` mixes subpaths and conditions")
        if any(dotted):
            return exports
    return None if exports is None else {".": exports}


def _find_key(table: Mapping[str, object], subpath: str) -> tuple[str | None, str | None]:
    """Return the key that fits best, and what its `*` stands for."""
    if subpath in table and "*" not in subpath and not subpath.endswith("/"):
        return subpath, None
    best: tuple[tuple[int, int], str, str] | None = None
    for key in table:
        if key.count("*") == 1:
            start, _, end = key.partition("*")
            is_fit = subpath.startswith(start) and subpath.endswith(end)
            if not is_fit or len(subpath) < len(key):
                continue
            match = subpath[len(start) : len(subpath) - len(end)]
        elif key.endswith("/") and subpath.startswith(key):
            start, match = key, subpath[len(key) :]
        else:
            continue
        rank = len(start), len(key)
        if best is None or rank > best[0]:
            best = rank, key, match
    return (None, None) if best is None else (best[1], best[2])


def _choose(target: object, wanted: _Wanted, depth: int = 0) -> str | None:
    """Return the path that a target means, _NOTHING for null, None where no condition fits."""
    if depth > _DEPTH_MAX:
        raise MapError("its conditions are nested too deep")
    if isinstance(target, str):
        return _expand(target, wanted)
    if isinstance(target, list):
        return _choose_first(target, wanted, depth)
    if isinstance(target, dict):
        for condition, item in target.items():
            if condition == "default" or condition in wanted.conditions:
                found = _choose(item, wanted, depth + 1)
                if found is not None:
                    return found
        return None
    return _NOTHING


def _choose_first(targets: list[object], wanted: _Wanted, depth: int) -> str | None:
    """Return the first target of an array that is valid, else what the last one comes to."""
    last: MapError | str | None = None if targets else _NOTHING
    for item in targets:
        try:
            found = _choose(item, wanted, depth + 1)
        except MapError as error:
            last = error
            continue
        if found:
            return found
        last = last if found is None else _NOTHING
    if isinstance(last, MapError):
        raise last
    return last


def _expand(target: str, wanted: _Wanted) -> str:
    match = wanted.match
    if wanted.is_folder:
        path = f"{target}{match}"
    else:
        path = target if match is None else target.replace("*", match)
    if not target.startswith("./"):
        is_url = wanted.is_internal and _URL.match(target) is not None
        if wanted.is_internal and not is_url and not target.startswith(("../", "/")):
            return path
        lack = "is a URL" if is_url else "does not start with `./`"
        raise MapError(f"its target `{target}` {lack}")
    parts = unquote(path).split("/")[1:]  # a target is a URL
    if not _INVALID_PARTS.isdisjoint((*parts, *(match or "").split("/"))):
        raise MapError(f"its target `{path}` leaves the package")
    return "/".join((wanted.package.folder, *filter(None, parts)))


def _describe(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} in line {error.lineno}, column {error.colno}"
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)
