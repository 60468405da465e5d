"""Which packages are where in a node_modules, and which commands it has.

In: packages with their files and places. Out: a `Layout`; `pipeline.node_modules` writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zipper.tree.bins import find_bin_links
from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.fetching.package_files import Scripted
    from zipper.layout.placement import Homes
    from zipper.store.store_zip import StoreZip
    from zipper.tree.bins import BinLink

__all__ = ["Layout", "lay_out"]


class Layout(NamedTuple):
    """Which packages are where in a node_modules, and the commands it has."""

    groups: Sequence[Sequence[tuple[StoreZip, str]]]
    """Store zips and their folders, those together that are in one outermost folder.

    Parents first: a package unpacked over a folder that its parent's tarball brought wins."""
    bins: Sequence[BinLink]


def lay_out(scripted: Scripted, homes: Homes) -> Layout:
    """Return the layout of all packages that have a store zip, and of all commands."""
    tree, zips = scripted.tree, scripted.obtained.zips
    placed = [(home, zipped) for at, zipped in zips.items() for home in homes.by_location[at]]
    groups: dict[str, list[tuple[StoreZip, str]]] = {}
    for home, zipped in sorted(placed, key=lambda pair: pair[0].count("node_modules/")):
        outermost = home.rstrip("/").partition("/node_modules/")[0]
        groups.setdefault(outermost, []).append((zipped, home))
    bins = [
        (home.rstrip("/"), node.manifest.bin)
        for location, node in tree.nodes.items()
        if node.manifest.bin and location != ROOT and node.link_target is None
        for home in homes.by_location[location]
    ]
    return Layout(list(groups.values()), find_bin_links(bins))
