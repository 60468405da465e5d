"""What a package is made of: the project's files as they are packed, and the packages beside them.

In: a project, its packages, the files that were chosen. Out: `PackageParts`: of JavaScript as it
is, of TypeScript, or of a bundle.
"""

from __future__ import annotations

from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from zipper.archive.entries import put_below
from zipper.bundling.source_names import TYPED
from zipper.kinds import KINDS
from zipper.named_tuple import NamedTuple
from zipper.project.own_files import read_entries
from zipper.target import default_handler

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zipper.archive.entries import PlannedEntry
    from zipper.bundling.output_places import SourceLines
    from zipper.findings import Finding
    from zipper.layout.placement import Homes
    from zipper.pipeline.bundling import BundledFunction
    from zipper.pipeline.dependencies import Gathered
    from zipper.pipeline.session import Circumstances
    from zipper.project.own_files import OwnFiles
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.store.store_zip import StoreZip
    from zipper.tree.model import Tree

__all__ = ["PackageParts", "find_parts"]


class PackageParts(NamedTuple):
    """The parts of a package."""

    handler: str
    own: Iterable[PlannedEntry]
    """The project's own files, by their names in the zip."""
    place: str
    """The folder of the project in the zip, with a slash at its end, or ""."""
    keeps_folders: bool
    """Whether the zip has the folders of the workspace."""
    tree: Tree
    """What node_modules is made of."""
    zips: dict[str, StoreZip]
    """As `Obtained.zips`."""
    folders: Mapping[str, Sequence[PlannedEntry]]
    """As `Obtained.folders`."""
    beside: Mapping[str, tuple[PlannedEntry, ...]]
    """As `Scripted.beside`."""
    findings: tuple[Finding, ...] = ()
    maps: Mapping[str, str] = MappingProxyType({})
    """External source maps, by the name that each would have in the zip."""
    lines: Mapping[str, SourceLines] = MappingProxyType({})
    """Where the lines of what esbuild wrote come from, by names in the zip."""
    bundle: BundledFunction | None = None


def find_parts(
    project: Project,
    request: BuildRequest,
    io: Circumstances,
    gathered: Gathered,
    homes: Homes,
    chosen: tuple[OwnFiles, OwnFiles],
) -> PackageParts:
    """Return the parts of a project's package.

    Raises:
        ProjectError: for sources that cannot be read; see `transform_sources`, `bundle_function`.
        RegistryError, IntegrityError, StoreError: while esbuild is fetched.
    """
    choice, outside = chosen
    scripted = gathered.scripted
    if KINDS[request.kind].starts == "entry":
        from zipper.pipeline.entry_parts import find_entry_parts  # noqa: PLC0415  (web functions)

        return find_entry_parts(project, request, io, gathered, homes, chosen)
    plain = PackageParts(
        handler=request.handler or default_handler(project.own_manifest.raw),
        own=(),
        place="",
        keeps_folders=bool(outside.files),
        tree=scripted.tree,
        zips=scripted.obtained.zips,
        folders=scripted.obtained.folders,
        beside=scripted.beside,
    )
    if request.bundle:
        return _find_bundle(plain, project, request, io, gathered, homes, choice)
    if not any(name.endswith(TYPED) for name in choice.files):
        place = _name_place(project, is_kept=plain.keeps_folders)
        return plain._replace(own=read_entries(choice, prefix=place), place=place)
    from zipper.pipeline.typescript import transform_sources  # noqa: PLC0415  (for TypeScript only)

    sources = transform_sources(project, request, io, gathered, homes, chosen)
    place = _name_place(project, is_kept=sources.keeps_folders)
    return plain._replace(
        handler=sources.handler,
        own=sources.place(place),
        place=place,
        keeps_folders=sources.keeps_folders,
        folders=sources.folders,
        findings=sources.findings,
        maps=sources.maps,
        lines=sources.lines,
    )


def _name_place(project: Project, *, is_kept: bool) -> str:
    return f"{project.member}/" if is_kept and project.member else ""


def _find_bundle(
    plain: PackageParts,
    project: Project,
    request: BuildRequest,
    io: Circumstances,
    gathered: Gathered,
    homes: Homes,
    choice: OwnFiles,
) -> PackageParts:
    """Return the parts of a bundled function: the packages that stay, and few files besides."""
    from zipper.pipeline.bundling import bundle_function  # noqa: PLC0415  (for bundles only)
    from zipper.tree.model import ROOT, Tree  # noqa: PLC0415  (as above)

    bundle = bundle_function(project, request, io, gathered, homes)
    place = _name_place(project, is_kept=plain.keeps_folders)
    made = [put_below(entry, place.encode()) for entry in bundle.entries]
    names = {entry.name for entry in made}
    included = choice._replace(files=tuple(_list_included(choice, request)))
    others = (one for one in read_entries(included, prefix=place) if one.name not in names)
    kept = {ROOT, *bundle.kept}
    return plain._replace(
        handler=bundle.handler,
        own=chain(made, others),
        place=place,
        tree=Tree({at: node for at, node in plain.tree.nodes.items() if at in kept}),
        zips={at: zipped for at, zipped in plain.zips.items() if at in kept},
        folders={at: entries for at, entries in plain.folders.items() if at in kept},
        beside={at: entries for at, entries in plain.beside.items() if at in kept},
        findings=bundle.findings,
        maps=bundle.maps,
        bundle=bundle,
    )


def _list_included(choice: OwnFiles, request: BuildRequest) -> Iterable[str]:
    """Return the project's files that `include` names: a bundle brings what it imports itself."""
    if not request.include:
        return ()
    return (name for name in choice.files if not name.endswith(TYPED))
