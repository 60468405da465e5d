"""What the handler reaches, transformed: each file in its place, each specifier for Node.

In: the handler's source, and what answers for files, names and esbuild. Out: `ReachedFile`s. The
format of each is what Node takes the output for: by its ending, else by the nearest `type`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from zipper.bundling.decorators import DecoratedSource, has_decorators, refuse_lost_metadata
from zipper.bundling.esbuild_files import SourceText
from zipper.bundling.json_modules import JSON_MODULE, wrap_json
from zipper.bundling.output_places import OutputPlaces, OwnedFile, ReachedFile
from zipper.bundling.source_folder import join
from zipper.bundling.source_maps import adapt_map, link_map
from zipper.bundling.source_names import (
    CODE,
    SPECIFIER,
    TYPED,
    is_source,
    name_output,
    spell_relative,
)
from zipper.errors import ProjectError
from zipper.findings import Finding
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from zipper.bundling.decorators import Decorators
    from zipper.bundling.esbuild_files import Compiled, Compiler, Format
    from zipper.bundling.source_folder import SourceFolder
    from zipper.bundling.source_resolution import Mode, SourceResolver
    from zipper.bundling.specifiers import Edit, SpecifierUse
    from zipper.bundling.tsconfig import TsConfig, TsConfigs
    from zipper.bundling.type_exports import LinkedModule

__all__ = ["SourceWalk", "WalkChoices"]


class _Read(NamedTuple):
    """One module after esbuild."""

    compiled: Compiled
    format: Format
    targets: Mapping[tuple[str, Mode], OwnedFile | None]
    is_kept: bool
    """Whether its own text is packed, specifiers apart, and not esbuild's."""


class WalkChoices(NamedTuple):
    """What a project chooses about its sources."""

    sourcemap: str
    decorators: Decorators | None
    """The project's TypeScript; None for esbuild."""
    refuses_lost_metadata: bool
    """Whether decorators that lose their metadata are an error."""
    complete: Callable[[str, str], str | None]
    """Completes the path into a package; see `PackagePaths.complete`."""


class SourceWalk:
    """Follows modules from the handler on, level by level."""

    def __init__(
        self,
        files: SourceFolder,
        configs: TsConfigs,
        resolver: SourceResolver,
        compiler: Compiler,
        places: OutputPlaces,
        choices: WalkChoices,
    ) -> None:
        self._files = files
        self._configs = configs
        self._resolver = resolver
        self._compiler = compiler
        self._places = places
        self._sourcemap = choices.sourcemap
        self._complete = choices.complete
        self.findings: list[Finding] = []
        self._decorators = choices.decorators
        self._refuses_lost_metadata = choices.refuses_lost_metadata
        self._read: dict[OwnedFile, _Read] = {}

    def run(self, entries: Sequence[OwnedFile]) -> list[ReachedFile]:
        """Return all that `entries` reach.

        Raises:
            ProjectError: EESBUILD, ETSCONFIG, EREAD.
        """
        # What reads esbuild's output is imported while esbuild runs: see `Esbuild`, `meanwhile`.
        from zipper.bundling.ambient_enums import refuse_ambient_enums  # noqa: PLC0415
        from zipper.bundling.type_exports import refuse_exported_types  # noqa: PLC0415

        with suppress(ProjectError):  # what is only guessed need not be sound
            self._compiler.compile(self._texts_of(self._guess(entries)))
        level = list(dict.fromkeys(entries))
        seen = set(level)
        while level:
            reached = self._read_level([one for one in level if one.path.endswith(CODE)])
            level = [one for one in dict.fromkeys(reached) if one not in seen]
            seen.update(level)
        self._refuse_outside(seen)
        linked = dict(self._find_linked())
        refuse_ambient_enums(linked)
        refuse_exported_types({one: linked[one] for one in linked if self._is_esm(one)})
        folder = self._places.folders[""]
        if any(not one.owner and not _is_below(one.path, folder) for one in seen):
            self._places = self._places._replace(keeps_folders=True)
        return sorted(self._write(seen))

    def _find_linked(self) -> Iterator[tuple[OwnedFile, LinkedModule]]:
        """Yield the modules that esbuild has written."""
        from zipper.bundling.type_exports import LinkedModule  # noqa: PLC0415  (as in `run`)

        for module, read in self._read.items():
            if not read.is_kept:
                wanted = "import" if read.format == "esm" else "require"
                targets = {
                    specifier: target
                    for (specifier, mode), target in read.targets.items()
                    if mode == wanted and target is not None
                }
                source = self._files.read(module.path)
                yield module, LinkedModule(_encode(read.compiled.code), source, targets)

    def _is_esm(self, module: OwnedFile) -> bool:
        return self._read[module].format == "esm"

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
        from zipper.bundling.specifiers import find_created  # noqa: PLC0415  (as in `run`)

        sources = self._texts_of(modules)
        reached: list[OwnedFile] = []
        compiled = self._compiler.compile(sources)
        for module, source, one in zip(modules, sources, compiled, strict=True):
            if self._refuses_lost_metadata and self._config_of(module).emits_metadata:
                refuse_lost_metadata(module.path, self._files.read(module.path), one.code)
            created: list[tuple[str, Mode]] = [
                (specifier, "require") for specifier in find_created(_encode(one.code))
            ]
            targets = {
                (specifier, mode): self._resolver.resolve(module, specifier, mode)
                for specifier, mode in (*one.imports, *created)
            }
            becomes_commonjs = one.is_module and source.format == "cjs"
            is_kept = not is_source(module.path) and not becomes_commonjs
            self.findings += self._tell_other_case(module, targets)
            self._read[module] = _Read(one, source.format, targets, is_kept)
            reached += [target for target in targets.values() if target is not None]
            reached += self._find_computed(module, one)
        return reached

    def _find_computed(self, module: OwnedFile, compiled: Compiled) -> Iterator[OwnedFile]:
        """Yield the sources that a computed specifier may mean."""
        from zipper.bundling.computed_specifiers import find_computed, find_meant  # noqa: PLC0415

        for computed in find_computed(_encode(compiled.code)):
            for path in find_meant(module.path, computed, self._files):
                yield OwnedFile(module.owner, path)

    def _guess(self, entries: Sequence[OwnedFile]) -> list[OwnedFile]:
        """Return what `entries` seem to reach: esbuild then starts once, and not for each level.

        What only types are taken from is guessed too. It costs little, and what esbuild then makes
        of a file says what it really asks for.
        """
        seen = dict.fromkeys(entries)
        waiting = list(seen)
        while waiting:
            module = waiting.pop()
            for found in SPECIFIER.finditer(self._files.read(module.path)):
                specifier = found[1].decode("utf-8", "replace")
                target = self._resolver.resolve(module, specifier, "import")
                if target is not None and target.path.endswith(CODE) and target not in seen:
                    seen[target] = None
                    waiting.append(target)
        return list(seen)

    def _tell_other_case(
        self, module: OwnedFile, targets: Mapping[tuple[str, Mode], OwnedFile | None]
    ) -> Iterator[Finding]:
        """Yield a warning for each file that is there by a name of other letters' case."""
        for specifier, target in ((name, found) for (name, _), found in targets.items()):
            if target is not None:
                continue
            other = self._resolver.find_other_case(module, specifier)
            if other is not None:
                ending = specifier.rpartition(".")[2] in ("js", "mjs", "cjs", "jsx")
                right = spell_relative(module.path, name_output(other) if ending else other)
                yield Finding(
                    "source-case",
                    "warning",
                    module.path,
                    f"`{module.path}` imports `{specifier}`, and the file is called `{other}`: "
                    "Lambda tells upper case from lower case",
                    f"write `{right}`",
                )

    def _config_of(self, module: OwnedFile) -> TsConfig:
        return self._configs.nearest(module.path.rpartition("/")[0])

    def _texts_of(self, modules: Sequence[OwnedFile]) -> list[SourceText]:
        """Return what esbuild reads: the sources, or what TypeScript has made of decorators."""
        made: dict[str, bytes] = {}
        if self._decorators is not None:
            made = self._decorators.transform(
                [
                    DecoratedSource(one.path, data, config.compiler)
                    for one in modules
                    if (config := self._config_of(one)).emits_metadata
                    and one.path.endswith(TYPED)
                    and has_decorators(data := self._files.read(one.path))
                ]
            )
        return [
            SourceText(
                one.path,
                made.get(one.path) or self._files.read(one.path),
                self._format_of(one),
                self._config_of(one).compiler,
            )
            for one in modules
        ]

    def _format_of(self, module: OwnedFile) -> Format:
        output = name_output(module.path)
        if output.endswith((".mjs", ".cjs")):
            return "esm" if output.endswith(".mjs") else "cjs"
        return "esm" if self._resolver.scope(module).type == "module" else "cjs"

    def _write(self, modules: set[OwnedFile]) -> Iterator[ReachedFile]:
        wrapped: set[OwnedFile] = set()
        for module in modules:
            read = self._read.get(module)
            if read is None:
                yield ReachedFile(module.owner, module.path, None, module.path)
            else:
                yield from self._write_code(module, read, wrapped)
        for module in wrapped:
            text = wrap_json(module.path, self._files.read(module.path))
            yield ReachedFile(module.owner, module.path + JSON_MODULE, text, module.path)

    def _write_code(
        self, module: OwnedFile, read: _Read, wrapped: set[OwnedFile]
    ) -> Iterator[ReachedFile]:
        """Yield the output of a module, and its map where that is a file of its own."""
        from zipper.bundling.specifiers import apply_edits  # noqa: PLC0415  (as in `run`)

        owner, source = module
        code = self._files.read(source) if read.is_kept else _encode(read.compiled.code)
        edits = self._respell(module, read, code, wrapped)
        if read.is_kept and not edits:
            yield ReachedFile(owner, source, None, source)
            return
        output = name_output(source)
        text = apply_edits(code, edits).decode("utf-8", "surrogateescape")
        if self._sourcemap != "none" and not read.is_kept:
            name = output.rpartition("/")[2]
            map_ = adapt_map(
                read.compiled.map, code, edits, source=source.rpartition("/")[2], output=name
            )
            if self._sourcemap != "inline":
                is_beside = self._sourcemap == "external"
                yield ReachedFile(owner, f"{output}.map", map_, source, is_beside=is_beside)
            if self._sourcemap != "external":
                text = link_map(text, map_, output=name, inline=self._sourcemap == "inline")
        rows = () if read.is_kept else read.compiled.rows
        yield ReachedFile(owner, output, text, source, rows=rows)

    def _respell(
        self, module: OwnedFile, read: _Read, code: bytes, wrapped: set[OwnedFile]
    ) -> list[Edit]:
        """Return what to change in `code`, so that Node finds each specifier."""
        from zipper.bundling.computed_specifiers import find_computed  # noqa: PLC0415  (as in `run`)
        from zipper.bundling.specifiers import find_edits  # noqa: PLC0415  (as in `run`)

        def replace(use: SpecifierUse) -> str | None:
            target = read.targets.get((use.specifier, use.mode))
            if target is None:
                is_bare = use.mode == "import" and not use.specifier.startswith((".", "#", "/"))
                return self._complete(module.owner, use.specifier) if is_bare else None
            if target.path.endswith(".json") and use.mode == "import" and not use.has_attributes:
                wrapped.add(target)
                return self._spell(module, target) + JSON_MODULE
            if self._is_found(module, use.specifier, use.mode, target):
                return None
            return self._spell(module, target)

        edits = find_edits(code, replace) if read.targets else []
        endings = [one.edit for one in find_computed(code) if one.edit is not None]
        return sorted({*edits, *endings})

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


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")
