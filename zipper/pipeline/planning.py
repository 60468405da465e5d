"""The first half of a build: everything that is decided before a byte is written.

In: a `BuildRequest`. Out: a `PackagePlan`. The store may be filled on the way; the zip is written
by `zipper.pipeline.building`.
"""

from __future__ import annotations

import os
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from zipper.archive.plan import Plan, lay_out
from zipper.archive.plan_fingerprint import take_fingerprint
from zipper.errors import OutputError, ProjectError, UsageError
from zipper.findings import Finding, count_findings
from zipper.layout.placement import find_homes, place_beside, place_members
from zipper.named_tuple import NamedTuple
from zipper.pipeline.dependencies import gather
from zipper.pipeline.package_parts import find_parts
from zipper.pipeline.plan_parts import describe_left_out, find_dos_time, leave_out_members
from zipper.pipeline.written_zips import WrittenZips, find_place
from zipper.project.own_files import OwnFiles, choose_files, read_entries
from zipper.settings.build_request import STANDARD_OUTPUT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.bundling.output_places import SourceLines
    from zipper.package import UsedLayer
    from zipper.pipeline.bundling import BundledFunction
    from zipper.pipeline.pruned_plan import DecidedPruning
    from zipper.pipeline.session import Circumstances, Clock
    from zipper.project.read_project import Project
    from zipper.resolving.locked_tree import LockedTree
    from zipper.settings.build_request import BuildRequest
    from zipper.store.store_zip import StoreZip
    from zipper.target import Target
    from zipper.tree.model import Tree

__all__ = [
    "PackagePlan",
    "PlannedFile",
    "choose_own_files",
    "find_output",
    "find_written",
    "make_plan",
    "read_function_project",
]


class PlannedFile(NamedTuple):
    """A file that a build would pack."""

    path: str
    """In the zip."""
    size_bytes: int
    compressed_size_bytes: int


class PackagePlan(NamedTuple):
    """Everything that is decided before a byte is written; `build --dry-run` prints it."""

    request: BuildRequest
    project: Project
    target: Target
    handler: str
    output: Path
    tree: Tree
    """The selected tree: what the package's node_modules is made of."""
    whole: Tree
    """The tree that it was selected of."""
    contents: Plan
    fingerprint: str
    """Plans that have the same make the same zip."""
    findings: tuple[Finding, ...]
    timings_seconds: Mapping[str, float]
    zips: Mapping[str, StoreZip] = MappingProxyType({})
    """The packages that are in the store, by their locations in the tree."""
    keeps_folders: bool = False
    """Whether the zip has the folders of the workspace, because files outside of the member's are
    in it; packages are at the zip's top all the same."""
    locked: LockedTree | None = None
    """What was laid out of a lockfile that is not npm's."""
    layers: tuple[UsedLayer, ...] = ()
    """Those of a function."""
    source_maps: Mapping[str, str] = MappingProxyType({})
    """External source maps, by the name that each would have in the zip."""
    pruning: DecidedPruning | None = None
    """What was taken out of `contents`; None where nothing was to be."""
    source_lines: Mapping[str, SourceLines] = MappingProxyType({})
    """Where the lines of what esbuild wrote come from, by names in the zip."""
    bundle: BundledFunction | None = None
    """The function's bundle, where it is one."""

    @property
    def files(self) -> tuple[PlannedFile, ...]:
        """The files of the package, in the order of the zip."""
        return tuple(
            PlannedFile(name, size, packed) for name, size, packed, _ in self.contents.describe()
        )

    def __repr__(self) -> str:
        """Return one line."""
        found = count_findings(self.findings)
        return f"<PackagePlan {str(self.output)!r}: {self.contents.files:,} files, {found}>"


def make_plan(request: BuildRequest, io: Circumstances, clock: Clock) -> PackagePlan:
    """Return what the zip is made of; see `zipper.build` for what it raises."""
    if request.kind == "layer":
        from zipper.pipeline.layer_plan import make_layer_plan  # noqa: PLC0415  (for layers only)

        return make_layer_plan(request, io, clock)
    planned = _make_whole(request, io, clock)
    if request.prune == "off":
        return planned
    from zipper.pipeline.pruned_plan import prune_plan  # noqa: PLC0415  (where something may go)

    return prune_plan(planned, io, clock)


def _make_whole(request: BuildRequest, io: Circumstances, clock: Clock) -> PackagePlan:
    """Return the plan of everything."""
    clock.start("read")
    project = read_function_project(request, io)
    destination = find_output(request, project)
    choice, outside = choose_own_files(request, project, io)
    gathered = gather(project, request, io, clock, omit=frozenset({"dev", *request.omit}))
    scripted = gathered.scripted
    tree = scripted.tree
    clock.start("plan")
    homes = find_homes(tree, shipped=_shipped_targets(tree, choice))
    parts = find_parts(project, request, io, gathered, homes, (choice, outside))
    packages = place_members(parts.tree, homes, zips=parts.zips, folders=parts.folders)
    beside = place_beside(scripted._replace(beside=parts.beside), homes)
    kept, excluded = leave_out_members(chain(packages, beside), request.exclude)
    layers: tuple[UsedLayer, ...] = ()
    taken: tuple[Finding, ...] = ()
    if request.layers:
        from zipper.pipeline.layer_use import take_from_layers  # noqa: PLC0415  (few have any)

        kept, layers, taken = take_from_layers(kept, request, io)
    contents = lay_out(chain(parts.own, read_entries(outside), kept), dos_time=find_dos_time())
    return PackagePlan(
        request=request,
        project=project,
        target=request.target,
        handler=_place_handler(parts.handler, parts.place),
        output=destination,
        tree=parts.tree,
        whole=gathered.whole,
        locked=gathered.locked,
        contents=contents,
        fingerprint=take_fingerprint(contents, homes, parts.zips),
        findings=(
            *describe_left_out(choice),
            *describe_left_out(outside),
            *excluded,
            *taken,
            *gathered.findings,
            *parts.findings,
        ),
        timings_seconds=clock.timings(),
        source_lines=parts.lines,
        zips=parts.zips,
        keeps_folders=parts.keeps_folders,
        source_maps=parts.maps,
        bundle=parts.bundle,
        layers=layers,
    )


def _place_handler(handler: str, place: str) -> str:
    """Return the handler's name where the folder that is built is at `place` in the zip."""
    return handler if handler.startswith(place) else f"{place}{handler.removeprefix('./')}"


def choose_own_files(
    request: BuildRequest, project: Project, io: Circumstances
) -> tuple[OwnFiles, OwnFiles]:
    """Return the files of the project's folder that its package has, and those of its workspace.

    Raises:
        ProjectError: EPATTERN, EREAD.
        OutputError: EOUTPUT.
    """
    place = find_output(request, project)
    include = request.include
    if any(pattern.startswith("../") for pattern in include):
        from zipper.project.outside_files import choose_outside, split_patterns  # noqa: PLC0415  (rare)

        include, outward = split_patterns(include)
        outside = choose_outside(
            project.root, project.member, outward, exclude=request.exclude,
            outputs=find_written(request, project, io, below=project.root) | {place},
        )  # fmt: skip
    else:
        outside = OwnFiles(project.root, (), ())
    outputs = find_written(request, project, io, below=project.folder) | {place}
    own = choose_files(project.folder, include=include, exclude=request.exclude, outputs=outputs)
    return own, outside


def read_function_project(request: BuildRequest, io: Circumstances) -> Project:
    """Return the project of a function, which needs no package.json if it has no dependencies."""
    try:
        return io.read_project(request)
    except ProjectError as error:
        from zipper.pipeline.bare_function import read_bare_project  # noqa: PLC0415  (rare)

        return read_bare_project(request, error)


def find_written(
    request: BuildRequest, project: Project, io: Circumstances, *, below: Path
) -> frozenset[Path]:
    """Return the zips below a folder that the settings name: one is never packed into another.

    The one of a build without any output too, so that every output gets the same bytes.
    """
    zips = io.shared.get(("written", request.written), lambda: WrittenZips(request.written))
    named = (_name_zip(output, request, project) for output in ("", *zips.folders))
    return frozenset((*map(Path, zips.below(below)), *map(find_place, named)))


def find_output(request: BuildRequest, project: Project) -> Path:
    """Return where the zip of `request` is written.

    Raises:
        OutputError: EOUTPUT where a folder is there.
        UsageError: EUSAGE for `-`.
    """
    if request.output == STANDARD_OUTPUT:
        raise UsageError(
            "EUSAGE",
            "`-` is standard output, which only `zipper build` writes a zip to",
            hint="name a file: `./-` is one called `-`; in Python, pass a file object",
        )
    path = find_place(_name_zip(request.output or "", request, project))
    if os.path.isdir(path):  # noqa: PTH112  (a Path raises where it is too long; see `write_file`)
        raise OutputError(
            "EOUTPUT",
            f"`{path}` is a folder",
            hint=f"name a file in it: `-o {path / (project.name + '.zip')}`",
        )
    return path


def _name_zip(output: str, request: BuildRequest, project: Project) -> str:
    """Return the zip that `output` names; a folder, or nothing, gets the project's name."""
    if not output or output.endswith(("/", os.sep)):
        own = f"{project.name}-layer" if request.kind == "layer" else project.name
        return f"{output}{request.name or own}.zip"
    return output


def _shipped_targets(tree: Tree, choice: OwnFiles) -> frozenset[str]:
    """Return the link targets of which files are in the package as the project's own."""
    targets = {node.link_target for node in tree.nodes.values() if node.link_target}
    return frozenset(
        target for target in targets if any(name.startswith(f"{target}/") for name in choice.files)
    )
