"""What is in a package and why: a zip of any tool, or a project that is not built yet.

In: a path. Out: an `Inventory`, or a tree with the answer to "why is this package here?". A
project is planned, never written; its tarballs come into the store on the way.
"""

from __future__ import annotations

import os
from pathlib import Path
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
    from zipper.project.read_project import read_project  # noqa: PLC0415
    from zipper.registry.lazy_client import LazyClient  # noqa: PLC0415  (zips need none of it)
    from zipper.resolving.project_tree import find_tree  # noqa: PLC0415
    from zipper.resolving.resolution_note import find_earlier_tree  # noqa: PLC0415
    from zipper.resolving.selected_tree import select_tree  # noqa: PLC0415
    from zipper.settings.cache_folder import find_cache_dir  # noqa: PLC0415
    from zipper.store.store_zips import Store  # noqa: PLC0415
    from zipper.tree.why import explain  # noqa: PLC0415

    project = read_project(
        Path(request.project),
        npm_options=request.npm_options,
        workspace=not request.no_workspace,
    )
    store = Store(find_cache_dir(request.cache_dir), recalls=not request.no_recall)
    earlier = None
    if project.lockfile is None:
        earlier = find_earlier_tree(
            project, request, cache_dir=store.cache_dir, offline=request.offline
        )
    with LazyClient(
        project,
        cache_dir=store.cache_dir,
        offline=request.offline,
        on_event=on_event,
        vendor=request.vendor,
    ) as client:
        tree = find_tree(
            project,
            target=request.target,
            store=store,
            client=client,
            min_release_age_days=request.min_release_age_days,
            earlier=earlier,
        )
    if project.member:
        tree, _ = select_tree(project, tree, target=request.target, omit=frozenset(), force=True)
    return explain(tree, name, legacy_peer_deps=project.npm.legacy_peer_deps), tree
