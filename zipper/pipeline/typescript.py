"""Sources in TypeScript, on the way from a project to the files of its package.

In: a project, its own files and packages. Out: what is packed in place of the sources, and what is
said about them. Nothing of this is imported for a project whose handler is JavaScript.
"""

from __future__ import annotations

import json
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from zipper.archive.entries import put_below
from zipper.bundling.handler_source import find_handler_source, tell_built
from zipper.bundling.output_places import OutputPlaces, OwnedFile, ReachedFile, SourceLines
from zipper.bundling.source_folder import SourceFolder, join
from zipper.bundling.source_names import TYPED
from zipper.findings import Finding, name_some
from zipper.named_tuple import NamedTuple
from zipper.pipeline.packed_sources import pack_beyond, pack_own, pack_siblings
from zipper.pipeline.sibling_folders import SiblingFolders
from zipper.pipeline.source_packages import SourcePackages
from zipper.project.own_files import read_entries
from zipper.store.notes import SOURCES
from zipper.target import default_handler, find_builtins

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.archive.entries import PlannedEntry
    from zipper.bundling.handler_source import HandlerSource
    from zipper.bundling.package_paths import PackagePaths
    from zipper.layout.placement import Homes
    from zipper.pipeline.dependencies import Gathered
    from zipper.pipeline.session import Circumstances
    from zipper.project.own_files import OwnFiles
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.store.notes import Value

__all__ = ["TransformedSources", "transform_sources"]

_NAMES_SHOWN: Final = 3


class TransformedSources(NamedTuple):
    """What a project's sources came to."""

    handler: str
    own: tuple[PlannedEntry, ...]
    """The project's own files, the sources replaced by what they became."""
    beside: tuple[PlannedEntry, ...]
    """What is reached in other folders of the workspace, by its path below the root."""
    folders: dict[str, list[PlannedEntry]]
    """As `Obtained.folders`."""
    findings: tuple[Finding, ...]
    keeps_folders: bool
    """Whether the zip has the folders of the workspace."""
    maps: Mapping[str, str] = MappingProxyType({})
    """External source maps, by the name that each would have in the zip."""
    lines: Mapping[str, SourceLines] = MappingProxyType({})
    """Where the lines of outputs come from, by their names in the zip."""

    def place(self, prefix: str) -> Iterator[PlannedEntry]:
        """Yield the entries of the project, its own with `prefix` before their names."""
        raw = prefix.encode("utf-8", "surrogateescape")
        yield from (put_below(entry, raw) for entry in self.own)
        yield from self.beside


def transform_sources(
    project: Project,
    request: BuildRequest,
    io: Circumstances,
    gathered: Gathered,
    homes: Homes,
    chosen: tuple[OwnFiles, OwnFiles],
) -> TransformedSources:
    """Return what the sources of `project` become; all stays where its handler is JavaScript.

    Raises:
        ProjectError: EESBUILD, ETSCONFIG, EHANDLER, EREAD.
        RegistryError, IntegrityError, StoreError: while esbuild is fetched.
    """
    choice, outside = chosen
    names = frozenset(choice.files)
    files = SourceFolder(project.root)
    found = find_handler_source(
        names,
        project.own_manifest.raw,
        request.handler,
        read=lambda name: files.read(join(project.member, name)),
    )
    obtained = gathered.scripted.obtained
    if found is None:
        raw = project.own_manifest.raw
        return TransformedSources(
            request.handler or default_handler(raw),
            tuple(read_entries(choice)),
            (),
            obtained.folders,
            tell_built(names, raw, request.handler),
            keeps_folders=bool(outside.files),
        )
    work = _Work(project, request, io, gathered, homes, files)
    work.keeps_folders = bool(outside.files)
    made = work.transform(found)
    reached = [one for one in made if not one.is_beside]
    prefix = f"{project.member}/" if project.member else ""
    mine = [one for one in reached if not one.owner]
    beyond = {one.path: one for one in mine if not one.path.startswith(prefix)}
    own = {one.path[len(prefix) :]: one for one in mine if one.path not in beyond}
    keeps_folders = bool(outside.files or beyond)
    places = work.places._replace(keeps_folders=keeps_folders)
    return TransformedSources(
        handler=found.handler,
        own=pack_own(choice, own),
        beside=pack_beyond(outside, beyond),
        folders=pack_siblings(project.root, obtained.folders, work.siblings.folders, reached),
        findings=(
            *found.findings,
            *work.findings,
            *_tell_left_out(project, choice, reached),
            *_tell_replaced(choice, own),
        ),
        keeps_folders=keeps_folders,
        maps={
            places.of(OwnedFile(one.owner, one.path)): one.text or ""
            for one in made
            if one.is_beside
        },
        lines={
            places.of(OwnedFile(one.owner, one.path)): SourceLines(one.source, one.rows)
            for one in made
            if one.rows
        },
    )


class _Work:
    """One project's transformation: recalled, or done."""

    def __init__(
        self,
        project: Project,
        request: BuildRequest,
        io: Circumstances,
        gathered: Gathered,
        homes: Homes,
        files: SourceFolder,
    ) -> None:
        self._project = project
        self._request = request
        self._io = io
        self._files = files
        self._tree = gathered.scripted.tree
        self._homes = homes
        self._zips = gathered.scripted.obtained.zips
        self._paths: PackagePaths | None = None
        self.keeps_folders = False
        self.siblings = SiblingFolders(project, self._tree, gathered.scripted.obtained.folders)
        self._packages = SourcePackages(project, request, io, gathered.whole)
        self.findings = self._packages.choice.findings

    def transform(self, found: HandlerSource) -> list[ReachedFile]:
        """Return all that the handler reaches; unchanged files are recalled as a whole."""
        notebook = self._io.open_store().notebook
        inputs = self._inputs(found)
        noted = notebook.recall(SOURCES, inputs, self._packages.still_with_files)
        if noted is not None:
            rows, told = json.loads(noted)
            self.findings += tuple(Finding(*row) for row in told)
            return [ReachedFile(*row) for row in rows]
        self._packages.open_esbuild()
        try:
            reached, told = self._walk(found)
        finally:
            self._packages.close()
        self.findings += tuple(told)
        body = json.dumps([reached, told]).encode("ascii")
        notebook.remember(SOURCES, inputs, body, self._witnesses())
        return reached

    def _inputs(self, found: HandlerSource) -> Value:
        """Return what decides besides the files; the project's own folder is among the siblings."""
        return (
            found.path,
            self.keeps_folders,
            self._request.sourcemap,
            self._describe_packages(),
            self._packages.describe_decorators(),
            self._request.target.runtime,
            self._packages.choice.identity,
            tuple(sorted(self.siblings.folders.items())),
            tuple(sorted(self._homes_of_owners().items())),
        )

    def _witnesses(self) -> Value:
        return (self._files.witnesses(), self._packages.witnesses())

    def _complete(self, owner: str, specifier: str) -> str | None:
        if self._paths is None:
            from zipper.bundling.package_paths import PackagePaths  # noqa: PLC0415  (as above)

            self._paths = PackagePaths(self._tree, self._zips)
        return self._paths.complete(owner, specifier)

    def _describe_packages(self) -> str:
        """Return a hash of which packages are where: paths into them are completed.

        Each as the store has it, so after its install scripts.
        """
        rows = [(location, str(zipped.path)) for location, zipped in self._zips.items()]
        return sha256(repr(rows).encode()).hexdigest()

    @property
    def places(self) -> OutputPlaces:
        """Where each owner's files are in the package."""
        return OutputPlaces(
            self.siblings.folders, self._homes_of_owners(), keeps_folders=self.keeps_folders
        )

    def _homes_of_owners(self) -> dict[str, str]:
        return {
            owner: self._homes.by_location[owner][0] if owner else ""
            for owner in self.siblings.folders
        }

    def _walk(self, found: HandlerSource) -> tuple[list[ReachedFile], list[Finding]]:
        from zipper.bundling.esbuild_files import Compiler  # noqa: PLC0415  (where something changed)
        from zipper.bundling.reached_sources import SourceWalk, WalkChoices  # noqa: PLC0415  (as above)
        from zipper.bundling.source_resolution import SourceResolver  # noqa: PLC0415  (as above)
        from zipper.bundling.tsconfig import TsConfigs  # noqa: PLC0415  (as above)
        from zipper.pipeline.packaged_configs import PackagedConfigs  # noqa: PLC0415  (as above)

        target = self._request.target
        configs = TsConfigs(PackagedConfigs(self._files, self._packages))
        resolver = SourceResolver(
            self._files, configs, self.siblings, find_builtins(target.details.major)
        )
        compiler = Compiler(
            self._io.open_store().notebook,
            identity=self._packages.choice.identity,
            flags=(
                "--platform=node",
                f"--target=node{target.details.major}",
                "--log-level=error",
                "--sourcemap=external",
                f"--sources-content={self._request.sourcemap != 'none'}".lower(),
            ),
            run=self._packages.run_esbuild,
        )
        request = self._request
        choices = WalkChoices(
            request.sourcemap,
            self._packages.open_decorators() if request.decorators == "tsc" else None,
            refuses_lost_metadata=request.decorators is None,
            complete=self._complete,
        )
        walk = SourceWalk(self._files, configs, resolver, compiler, self.places, choices)
        reached = walk.run([OwnedFile("", join(self._project.member, found.path))])
        return reached, walk.findings


def _tell_left_out(
    project: Project, choice: OwnFiles, reached: Sequence[ReachedFile]
) -> tuple[Finding, ...]:
    used = {one.source for one in reached}
    unused = [
        name
        for name in choice.files
        if name.endswith(TYPED) and join(project.member, name) not in used
    ]
    if not unused:
        return ()
    shown = name_some(unused, _NAMES_SHOWN)
    return (
        Finding(
            "source-unreached",
            "info",
            unused[0] if len(unused) == 1 else "",
            f"TypeScript that the handler does not import is not in the package: {shown}",
            "where one is loaded by a computed name, import it by its name somewhere",
        ),
    )


def _tell_replaced(choice: OwnFiles, own: Mapping[str, ReachedFile]) -> Iterator[Finding]:
    names = set(choice.files)
    for name, one in own.items():
        if name in names and not one.source.endswith(name):
            yield Finding(
                "source-beside",
                "info",
                name,
                f"`{name}` is what `{one.source}` becomes, not the file of that name beside it",
                "remove the one that is not needed",
            )
