"""A tree after its install scripts, as a value that every build has; most have run none.

In: what `zipper.node.tree_scripts` found or made. Out: entries for the plan. Pure, and imports next
to nothing: a warm build of a project without consent for scripts needs no more than this.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.archive.entries import PlannedEntry
    from zipper.findings import Finding
    from zipper.store.store_zip import StoreZip
    from zipper.tree.model import Tree

__all__ = ["Obtained", "Scripted"]


class Obtained(NamedTuple):
    """Every node's files, and what was noticed on the way."""

    zips: dict[str, StoreZip]
    """Location to store zip, for nodes with a tarball of their own."""
    folders: dict[str, list[PlannedEntry]]
    """Location to the files of a folder on this disk, named relative to it: for links, and for
    `file:` folders that are installed as a copy."""
    findings: tuple[Finding, ...]


class Scripted(NamedTuple):
    """A tree and its files after the scripts.

    Attributes:
        beside: location of a package to the files that its scripts wrote next to it, names
            relative to the node_modules folder that holds it.
    """

    tree: Tree
    obtained: Obtained
    beside: Mapping[str, tuple[PlannedEntry, ...]] = MappingProxyType({})
