"""A tree after its install scripts, as a value that every build has; most have run none.

In: what `zipper.node.tree_scripts` found or made. Out: entries for the plan. Pure, and imports next
to nothing: a warm build of a project without consent for scripts needs no more than this.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from zipper.archive.plan import put_below

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.archive.plan import PlannedEntry
    from zipper.contents.homes import Homes
    from zipper.contents.obtain import Obtained
    from zipper.tree.model import Tree

__all__ = ["Scripted", "place_beside"]


class Scripted(NamedTuple):
    """A tree and its files after the scripts.

    Attributes:
        beside: location of a package to the files that its scripts wrote next to it, names
            relative to the node_modules folder that holds it.
    """

    tree: Tree
    obtained: Obtained
    beside: Mapping[str, tuple[PlannedEntry, ...]] = MappingProxyType({})


def place_beside(scripted: Scripted, homes: Homes) -> Iterator[PlannedEntry]:
    """Yield the files that scripts wrote next to their packages, for each of these' homes."""
    for location, entries in scripted.beside.items():
        for home in homes.by_location[location]:
            holder = home[: home.rindex("node_modules/") + len("node_modules/")]
            for entry in entries:
                yield put_below(entry, holder.encode("utf-8", "surrogateescape"))
