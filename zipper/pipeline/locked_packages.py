"""Which packages a lockfile says that a build packs; no registry is asked.

In: a project and a request. Out: the tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zipper.resolving.selected_tree import select_tree

if TYPE_CHECKING:
    from zipper.pipeline.session import Circumstances
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest
    from zipper.tree.model import Tree

__all__ = ["LockedPackages", "is_locked", "select_locked"]


class LockedPackages(NamedTuple):
    """What is packed, and what it is selected of."""

    tree: Tree
    whole: Tree
    """With development dependencies, as far as the lockfile's reader gives them."""


def is_locked(project: Project) -> bool:
    """Whether a lockfile alone says which packages there are."""
    if project.foreign is not None:
        return True
    return project.lockfile is not None and project.lockfile.has_manifests


def select_locked(project: Project, request: BuildRequest, io: Circumstances) -> LockedPackages:
    """Return what a build packs, by the lockfile alone; the project `is_locked`.

    Raises:
        LockfileError: as its reader.
    """
    omit = frozenset({"dev", *request.omit}) | project.npm.omit
    if project.foreign is not None:
        from zipper.resolving.locked_tree import find_locked_tree  # noqa: PLC0415  (where it counts)

        store = io.open_store()
        whole = find_locked_tree(project, target=request.target, store=store, omit=omit).tree
    else:
        assert project.lockfile is not None
        whole = project.lockfile.tree
    tree = select_tree(
        project,
        whole,
        target=request.target,
        omit=omit,
        with_root=request.include_root_dependencies,
        notebook=io.open_store().notebook,
    ).tree
    return LockedPackages(tree, whole)
