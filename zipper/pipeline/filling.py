"""A tree's packages as folders on disk, as npm's node_modules has them.

In: a tree and its files, a folder. Out: `node_modules` in the folder, with `.bin` links.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zipper.contents.homes import find_homes
from zipper.node.scripted import place_beside
from zipper.store.unpack import link_packages, write_entries
from zipper.tree.bins import find_bin_links
from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from zipper.contents.homes import Homes
    from zipper.node.scripted import Scripted
    from zipper.store.files import StoreZip
    from zipper.tree.bins import BinLink

__all__ = ["Layout", "fill_layout", "fill_tree"]


class Layout(NamedTuple):
    """Which packages stand where in a node_modules, and the commands it has."""

    groups: Sequence[Sequence[tuple[StoreZip, str]]]
    """Store zips and their folders, those together that stand in one outermost folder.

    Parents first: a package unpacked over a folder that its parent's tarball brought wins."""
    bins: Sequence[BinLink]


def _lay_out(scripted: Scripted, homes: Homes) -> Layout:
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


def fill_layout(root: Path, layout: Layout) -> None:
    """Make the packages of `layout` below `root`, their commands linked.

    Raises:
        OutputError: EOUTPUT.
        StoreError: ESTORE for a package that is damaged or absent.
        OSError: a folder or link cannot be made.
    """
    link_packages(_place(root, layout))
    _link_bins(root, layout.bins)


def fill_tree(root: Path, scripted: Scripted, *, copy: bool = False) -> Layout:
    """Make the tree's node_modules below `root`, its commands linked; return its layout.

    Args:
        root: a folder.
        scripted: the tree and its files.
        copy: write every file anew, for a folder in which scripts are going to change them.

    Raises:
        OutputError, StoreError, OSError: see `fill_layout`.
    """
    homes = find_homes(scripted.tree)
    layout = _lay_out(scripted, homes)
    link_packages(_place(root, layout), copy=copy)
    for location, entries in scripted.obtained.folders.items():
        for home in homes.by_location[location]:
            write_entries(entries, root / home)
    write_entries(list(place_beside(scripted, homes)), root)
    _link_bins(root, layout.bins)
    return layout


def _place(root: Path, layout: Layout) -> list[list[tuple[StoreZip, str]]]:
    return [[(zipped, f"{root}/{home}") for zipped, home in group] for group in layout.groups]


def _link_bins(root: Path, bins: Iterable[BinLink]) -> None:
    for link in bins:
        if (root / link.file).is_file():
            path = root / link.path
            path.parent.mkdir(exist_ok=True)
            path.symlink_to(link.target)
