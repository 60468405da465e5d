"""The packages of a tree that lie in folders on this disk: the project itself and its siblings.

In: a project and its tree. Out: answers for `zipper.bundling.source_resolution.Siblings`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.tree.model import is_vendored_link

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from zipper.project.read_project import Project
    from zipper.tree.model import Tree

__all__ = ["SiblingFolders"]


class SiblingFolders:
    """The linked packages of a tree; see `zipper.bundling.source_resolution.Siblings`."""

    def __init__(self, project: Project, tree: Tree, packed: Collection[str]) -> None:
        """Take the locations that are packed from folders on this disk."""
        self._tree = tree
        self._folders = {"": project.member}
        for location in packed:
            node = tree.nodes[location]
            if not is_vendored_link(node):
                target = node.link_target
                folder = (node.resolved or "").removeprefix("file:") if target is None else target
                self._folders[location] = folder

    @property
    def folders(self) -> Mapping[str, str]:
        """The folder of each owner."""
        return self._folders

    def folder_of(self, owner: str) -> str:
        """Return the folder of an owner."""
        return self._folders[owner]

    def owners(self) -> Sequence[str]:
        """Return the location of every sibling."""
        return [owner for owner in self._folders if owner]

    def find(self, owner: str, name: str) -> str | None:
        """Return the sibling that `name` means from within `owner`."""
        target = self._tree.nodes[owner].link_target if owner else None
        node = self._tree.find(owner if target is None else target, name)
        return node.location if node is not None and node.location in self._folders else None
