"""What is in a package and why: a zip of any tool, or a project that is not built yet.

In: a path. Out: an `Inventory`, or a tree with the answer to "why is this package here?". A
project is planned, never written; its tarballs come into the store on the way.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from zipper.pipeline.reading_zips import open_sound_listing
from zipper.report.inventory import File, Inventory, from_listing, from_plan

if TYPE_CHECKING:
    from zipper.events import OnEvent
    from zipper.settings.build_request import BuildRequest
    from zipper.tree.model import Tree
    from zipper.tree.why import Explanation

__all__ = ["explain_package", "read_inventory", "take_inventory"]


def read_inventory(path: str | os.PathLike[str]) -> Inventory:
    """Return what is in the zip at `path`.

    Raises:
        ArchiveError: EREAD where there is no such file; EZIP where it is no zip.
    """
    return from_listing(os.fspath(path), open_sound_listing(path))


def take_inventory(request: BuildRequest, *, on_event: OnEvent | None = None) -> Inventory:
    """Return what a build would put into the zip; see `zipper.build` for what it raises."""
    from zipper.pipeline.building import plan_requested  # noqa: PLC0415  (zips need none of it)

    planned = plan_requested(request, on_event=on_event)
    files = (File(name, size, packed) for name, size, packed, _ in planned.contents.describe())
    return from_plan(planned.output.name, files, planned.tree)


def explain_package(
    request: BuildRequest,
    name: str,
    *,
    on_event: OnEvent | None = None,
) -> tuple[Explanation, Tree]:
    """Return why `name` is in the project's whole tree, development dependencies included.

    Raises:
        ProjectError, LockfileError, ResolutionError, RegistryError, StoreError.
    """
    # Zips need none of it.
    from zipper.pipeline.dependencies import find_project_tree  # noqa: PLC0415
    from zipper.pipeline.session import Circumstances  # noqa: PLC0415
    from zipper.resolving.selected_tree import select_tree  # noqa: PLC0415
    from zipper.tree.why import explain  # noqa: PLC0415

    io = Circumstances.of(request, on_event)
    project = io.read_project(request)
    with io.open_client(project, request) as client:
        tree = find_project_tree(project, request, io, client)
    if project.member:
        tree, _ = select_tree(
            project,
            tree,
            target=request.target,
            omit=frozenset(),
            force=True,
            with_root=request.include_root_dependencies,
        )
    return explain(tree, name, legacy_peer_deps=project.npm.legacy_peer_deps), tree
