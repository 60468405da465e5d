"""A tree's packages as folders on disk, as npm's node_modules has them.

In: a tree and its files, a folder. Out: `node_modules` in the folder, with `.bin` links.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.contents.homes import find_homes
from zipper.node.scripted import place_beside
from zipper.store.unpack import link_packages, write_entries
from zipper.tree.bins import find_bin_links
from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zipper.contents.homes import Homes
    from zipper.node.scripted import Scripted
    from zipper.store.files import StoreZip
    from zipper.tree.model import Tree

__all__ = ["fill_tree"]


def fill_tree(root: Path, scripted: Scripted, *, copy: bool = False) -> None:
    """Make the tree's node_modules below `root`, its commands linked.

    Args:
        root: a folder.
        scripted: the tree and its files.
        copy: write every file anew, for a folder in which scripts are going to change them.

    Raises:
        OutputError: EOUTPUT.
        OSError: a folder or link cannot be made.
    """
    tree, obtained = scripted.tree, scripted.obtained
    homes = find_homes(tree)
    link_packages(_group(root, obtained.zips, homes), copy=copy)
    for location, entries in obtained.folders.items():
        for home in homes.by_location[location]:
            write_entries(entries, root / home)
    write_entries(list(place_beside(scripted, homes)), root)
    _link_bins(root, tree, homes)


def _group(
    root: Path, zips: Mapping[str, StoreZip], homes: Homes
) -> list[list[tuple[StoreZip, str]]]:
    """Return the packages and their folders, those that stand in one outermost folder together.

    Parents first: a package unpacked over a folder that its parent's tarball brought wins.
    """
    placed = [(home, zipped) for at, zipped in zips.items() for home in homes.by_location[at]]
    groups: dict[str, list[tuple[StoreZip, str]]] = {}
    for home, zipped in sorted(placed, key=lambda pair: pair[0].count("node_modules/")):
        outermost = home.rstrip("/").partition("/node_modules/")[0]
        groups.setdefault(outermost, []).append((zipped, f"{root}/{home}"))
    return list(groups.values())


def _link_bins(root: Path, tree: Tree, homes: Homes) -> None:
    bins = [
        (home.rstrip("/"), node.manifest.bin)
        for location, node in tree.nodes.items()
        if node.manifest.bin and location != ROOT and node.link_target is None
        for home in homes.by_location[location]
    ]
    for link in find_bin_links(bins):
        if (root / link.file).is_file():
            path = root / link.path
            path.parent.mkdir(exist_ok=True)
            path.symlink_to(link.target)
