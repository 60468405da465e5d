"""What a layer's zip is made of: packages with all that they need, and files beside them.

In: a request of kind `layer`. Out: a `PackagePlan`. Nothing of the project's own manifest is in the
zip, so that a layer changes only when its content does.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.archive.entries import put_below
from zipper.archive.plan import lay_out
from zipper.archive.plan_fingerprint import take_fingerprint
from zipper.errors import ProjectError, suggest
from zipper.layout.layer_split import layer_roots
from zipper.layout.placement import find_homes, place_beside, place_members
from zipper.pipeline.dependencies import gather
from zipper.pipeline.plan_parts import describe_left_out, find_dos_time, leave_out_members
from zipper.pipeline.planning import (
    PackagePlan,
    find_output,
    find_written,
    read_function_project,
)
from zipper.project.own_files import OwnFiles, choose_files, read_entries
from zipper.tree.model import ROOT, Tree, parent_location

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zipper.archive.entries import PlannedEntry
    from zipper.findings import Finding
    from zipper.pipeline.dependencies import Gathered
    from zipper.pipeline.session import Circumstances, Clock
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest

__all__ = ["choose_beside", "make_layer_plan"]

_ALL: Final = "*"


def make_layer_plan(request: BuildRequest, io: Circumstances, clock: Clock) -> PackagePlan:
    """Return what the layer of `request` is made of.

    Raises:
        ZipperError: what `zipper.build` raises; ELAYER for a package that the project has not,
            and for a layer of nothing.
    """
    clock.start("read")
    project = read_function_project(request, io)
    destination = find_output(request, project)
    beside = choose_beside(request, project, io, destination)
    gathered = gather(project, request, io, clock, omit=frozenset({"dev", *request.omit}))
    clock.start("plan")
    tree = _take_closure(gathered.scripted.tree, request.packages)
    packed, excluded = _place(tree, gathered, request)
    contents = lay_out(chain(packed, read_entries(beside)), dos_time=find_dos_time())
    if not contents.files:
        raise ProjectError(
            "ELAYER",
            f"the layer of `{request.project}` would have no files",
            hint="name packages of its `dependencies`, or a folder: `--files layer/`",
        )
    zips = {
        place: one for place, one in gathered.scripted.obtained.zips.items() if place in tree.nodes
    }
    return PackagePlan(
        request=request,
        project=project,
        target=request.target,
        handler="",
        output=destination,
        tree=tree,
        whole=gathered.whole,
        locked=gathered.locked,
        contents=contents,
        fingerprint=take_fingerprint(contents, find_homes(tree), zips),
        findings=(*describe_left_out(beside), *excluded, *gathered.findings),
        timings_seconds=clock.timings(),
        zips=zips,
    )


def choose_beside(
    request: BuildRequest, project: Project, io: Circumstances, destination: Path
) -> OwnFiles:
    """Return the files that lie in the layer as they lie in the folder that `files` names.

    Raises:
        ProjectError: EREAD where there is no such folder.
    """
    if request.files is None:
        return OwnFiles(project.folder, (), ())
    folder = Path(request.files)
    if not folder.is_dir():
        raise ProjectError(
            "EREAD",
            f"there is no folder `{request.files}`",
            hint="name the folder that holds `bin/` or `lib/`, not one of these",
        )
    outputs = find_written(request, project, io, below=folder) | {destination}
    return choose_files(folder, exclude=request.exclude, outputs=outputs)


def _place(
    tree: Tree, gathered: Gathered, request: BuildRequest
) -> tuple[Iterator[PlannedEntry], Sequence[Finding]]:
    """Return the packages' files in the layer, and what `exclude` has left out."""
    scripted = gathered.scripted
    homes = find_homes(tree)
    obtained = scripted.obtained
    parts = chain(
        place_members(
            tree,
            homes,
            zips={place: one for place, one in obtained.zips.items() if place in tree.nodes},
            folders={place: own for place, own in obtained.folders.items() if place in tree.nodes},
        ),
        place_beside(scripted, homes),
    )
    kept, excluded = leave_out_members(parts, request.exclude)
    versioned, shared = layer_roots(request.target.details.major)
    root = (versioned if request.versioned else shared).encode()
    return (put_below(entry, root) for part in kept for entry in part.entries()), excluded


def _take_closure(tree: Tree, patterns: Sequence[str]) -> Tree:
    """Return the part of `tree` that the packages need that `patterns` name.

    What is nested in a package's folder comes with it where it is needed, at its own location.

    Raises:
        ProjectError: ELAYER for a name that the tree has not at its top.
    """
    if _ALL in patterns:
        return tree
    tops = {
        node.name: place
        for place, node in tree.nodes.items()
        if place == f"node_modules/{node.name}"
    }
    waiting: list[str] = []
    for pattern in patterns:
        found = [place for name, place in tops.items() if fnmatchcase(name, pattern)]
        if not found:
            raise ProjectError(
                "ELAYER",
                f"the project has no package `{pattern}` for a layer",
                hint=suggest(pattern, tops)
                or "name one of its `dependencies`, or a package of these",
            )
        waiting += found
    kept = {ROOT}
    while waiting:
        place = waiting.pop()
        if place in kept or place not in tree.nodes:
            continue
        kept.add(place)
        target = tree.nodes[place].link_target
        waiting += [] if target is None else [target]
        waiting += [edge.target for edge in tree.edges_out(place) if edge.target is not None]
        # What a package brings in its own tarball lies in its folder, and so does it in another's.
        waiting += [parent_location(place)]
    return Tree({place: node for place, node in tree.nodes.items() if place in kept})
