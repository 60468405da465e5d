"""What the handler reaches, transformed: each file in its place, each specifier for Node.

In: the handler's source, and what answers for files, names and esbuild. Out: `ReachedFile`s. The
format of each is what Node takes the output for: by its ending, else by the nearest `type`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.bundling.esbuild_files import SourceText
from zipper.bundling.source_folder import join
from zipper.bundling.source_names import CODE, is_source, name_output, spell_relative
from zipper.bundling.specifiers import find_edits
from zipper.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.bundling.esbuild_files import Compiled, Compiler, Format
    from zipper.bundling.source_folder import SourceFolder
    from zipper.bundling.source_resolution import Mode, OwnedFile, SourceResolver
    from zipper.bundling.specifiers import SpecifierUse
    from zipper.bundling.tsconfig import TsConfigs

__all__ = ["OutputPlaces", "ReachedFile", "SourceWalk"]

_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
_JSON_MODULE: Final = ".mjs"
"""Added to the name of a JSON file that an ES module imports without `with { type: "json" }`."""


class ReachedFile(NamedTuple):
    """A file of the package that comes of the sources."""

    owner: str
    """As `OwnedFile.owner`."""
    path: str
    """Relative to the root, with the name that it has in the package."""
    text: str | None
    """None for one that is packed as it is."""
    source: str
    """The file that it was made of."""


class OutputPlaces(NamedTuple):
    """Where each owner's files stand in the package."""

    folders: Mapping[str, str]
    """Owner to the folder that its paths count from."""
    homes: Mapping[str, str]
    """Owner to its folder in the package, with a slash at its end; "" for the project's."""
    keeps_folders: bool
    """Whether the project's files have the folders of its workspace in the package."""

    def of(self, module: OwnedFile) -> str:
        """Return where the output of a module stands in the package."""
        folder = self.folders[module.owner]
        path = name_output(module.path)
        if not module.owner and self.keeps_folders:
            return path
        return self.homes[module.owner] + (path[len(folder) + 1 :] if folder else path)


class _Read(NamedTuple):
    """One module after esbuild."""

    compiled: Compiled
    format: Format
    targets: Mapping[tuple[str, Mode], OwnedFile | None]
    is_kept: bool
    """Whether its own text is packed, specifiers apart, and not esbuild's."""


class SourceWalk:
    """Follows modules from the handler on, level by level."""

    def __init__(
        self,
        files: SourceFolder,
        configs: TsConfigs,
        resolver: SourceResolver,
        compiler: Compiler,
        places: OutputPlaces,
    ) -> None:
        self._files = files
        self._configs = configs
        self._resolver = resolver
        self._compiler = compiler
        self._places = places
        self._read: dict[OwnedFile, _Read] = {}

    def run(self, entries: Sequence[OwnedFile]) -> list[ReachedFile]:
        """Return all that `entries` reach.

        Raises:
            ProjectError: EESBUILD, ETSCONFIG, EREAD.
        """
        level = list(dict.fromkeys(entries))
        seen = set(level)
        while level:
            reached = self._read_level([one for one in level if one.path.endswith(CODE)])
            level = [one for one in dict.fromkeys(reached) if one not in seen]
            seen.update(level)
        self._refuse_outside(seen)
        folder = self._places.folders[""]
        if any(not one.owner and not _is_below(one.path, folder) for one in seen):
            self._places = self._places._replace(keeps_folders=True)
        return sorted(self._write(seen))

    def _refuse_outside(self, modules: set[OwnedFile]) -> None:
        """Raise for a module that lies outside of the workspace: it has no place in the package."""
        for module in modules:
            if not module.owner and module.path.startswith("../"):
                raise ProjectError(
                    "EOUTSIDE",
                    f"`{module.path}` is imported, and lies outside of the project",
                    facts=tuple(
                        ("imported by", one.path)
                        for one, read in self._read.items()
                        if module in read.targets.values()
                    )[:1],
                    hint="build from the folder that holds both, or make it a dependency",
                )

    def _read_level(self, modules: Sequence[OwnedFile]) -> list[OwnedFile]:
        sources = [
            SourceText(
                module.path,
                self._files.read(module.path),
                self._format_of(module),
                self._configs.nearest(module.path.rpartition("/")[0]).compiler,
            )
            for module in modules
        ]
        reached: list[OwnedFile] = []
        compiled = self._compiler.compile(sources)
        for module, source, one in zip(modules, sources, compiled, strict=True):
            targets = {
                (specifier, mode): self._resolver.resolve(module, specifier, mode)
                for specifier, mode in one.imports
            }
            becomes_commonjs = one.is_module and source.format == "cjs"
            is_kept = not is_source(module.path) and not becomes_commonjs
            self._read[module] = _Read(one, source.format, targets, is_kept)
            reached += [target for target in targets.values() if target is not None]
        return reached

    def _format_of(self, module: OwnedFile) -> Format:
        output = name_output(module.path)
        if output.endswith((".mjs", ".cjs")):
            return "esm" if output.endswith(".mjs") else "cjs"
        return "esm" if self._resolver.scope(module).type == "module" else "cjs"

    def _write(self, modules: set[OwnedFile]) -> Iterator[ReachedFile]:
        wrapped: set[OwnedFile] = set()
        for module in modules:
            read = self._read.get(module)
            output = name_output(module.path)
            if read is None:
                yield ReachedFile(module.owner, module.path, None, module.path)
                continue
            if read.is_kept:
                code = self._files.read(module.path)
            else:
                code = read.compiled.code.encode("utf-8", "surrogateescape")
            new = self._respell(module, read, code, wrapped)
            text = None if read.is_kept and new == code else new.decode("utf-8", "surrogateescape")
            yield ReachedFile(module.owner, output, text, module.path)
        for module in wrapped:
            text = _wrap_json(module.path, self._files.read(module.path))
            yield ReachedFile(module.owner, module.path + _JSON_MODULE, text, module.path)

    def _respell(
        self, module: OwnedFile, read: _Read, code: bytes, wrapped: set[OwnedFile]
    ) -> bytes:
        """Return `code` with specifiers that Node finds."""

        def replace(asked: SpecifierUse) -> str | None:
            target = read.targets.get((asked.specifier, asked.mode))
            if target is None:
                return None
            if (
                target.path.endswith(".json")
                and asked.mode == "import"
                and not asked.has_attributes
            ):
                wrapped.add(target)
                return self._spell(module, target) + _JSON_MODULE
            if self._is_found(module, asked.specifier, asked.mode, target):
                return None
            return self._spell(module, target)

        if not any(read.targets.values()):
            return code
        pieces, at = [], 0
        for start, end, new in find_edits(code, replace):
            pieces += [code[at:start], new]
            at = end
        return b"".join([*pieces, code[at:]])

    def _spell(self, module: OwnedFile, target: OwnedFile) -> str:
        return spell_relative(self._places.of(module), self._places.of(target))

    def _is_found(self, module: OwnedFile, specifier: str, mode: Mode, target: OwnedFile) -> bool:
        """Tell whether Node finds the output of `target` by the specifier as it is."""
        wanted = self._places.of(target)
        if specifier.startswith(("./", "../")):
            place = join(self._places.of(module).rpartition("/")[0], specifier)
            if place == wanted:
                return not specifier.endswith("/")
            there = join(module.path.rpartition("/")[0], specifier)
            is_hidden = self._files.is_file(there) or specifier.endswith("/..")
            ways = (f"{place}.js", f"{place}.json", f"{place}/index.js")
            return mode == "require" and wanted in ways and not is_hidden
        if specifier.startswith("#") or target.owner == module.owner:
            return False
        return self._resolver.is_named(module.owner, specifier, target, mode)


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _wrap_json(path: str, data: bytes) -> str:
    """Return an ES module that exports what a JSON file holds, by default and by its names."""
    name = json.dumps(f"./{path.rpartition('/')[2]}")
    try:
        value = json.loads(data.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        value = None  # Node says what is wrong with it
    names = [key for key in value if _NAME.fullmatch(key)] if isinstance(value, dict) else []
    lines = [
        'import { createRequire } from "node:module";',
        f"const data = createRequire(import.meta.url)({name});",
        "export default data;",
    ]
    for number, key in enumerate(names):
        lines += [f"const name{number} = data.{key};", f"export {{ name{number} as {key} }};"]
    return "\n".join([*lines, ""])
