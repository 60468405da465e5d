"""A tree of another tool's lockfile as a note keeps it: npm's own lockfile, whose reader is proven.

In: a tree. Out: text; and from the text the tree again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.lockfile.npm_read import read_lockfile
from zipper.tree.model import ROOT, Tree

if TYPE_CHECKING:
    from zipper.project.read_project import Project

__all__ = ["read_noted_tree", "write_noted_tree"]


def write_noted_tree(tree: Tree, project: Project) -> bytes:
    """Return the text of a tree."""
    from zipper.lockfile.npm_write import write_lockfile  # noqa: PLC0415  (the first time only)

    text = write_lockfile(tree, folder=project.root.as_posix())
    return text.encode("utf-8", "surrogatepass")


def read_noted_tree(text: bytes, project: Project) -> Tree:
    """Return the tree that is noted; its root asks as npm would, for what was locked."""
    own = project.own_manifest
    lockfile = read_lockfile(text, path="the note", manifest=own)
    asked = lockfile.root
    manifest = own._replace(
        dependencies=asked.dependencies,
        dev_dependencies=asked.dev_dependencies,
        optional_dependencies=asked.optional_dependencies,
        peer_dependencies=asked.peer_dependencies,
    )
    root = lockfile.tree.root._replace(manifest=manifest)
    return Tree({**lockfile.tree.nodes, ROOT: root})
