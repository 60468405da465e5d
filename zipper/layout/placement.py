"""What the package is made of: which tarballs the tree wants, and where their members go.

In: a selected tree. Out: `Wanted` tarballs for the store, and the folders in the package at which
each node's files are. Pure: fetching is the store's work, reading folders `local_packages`'.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from zipper.archive.entries import put_below
from zipper.errors import LockfileError
from zipper.named_tuple import NamedTuple
from zipper.tree.model import ROOT, Tree, is_bundled, split_location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.archive.entries import PlannedEntry, PlannedZip
    from zipper.fetching.package_files import Scripted
    from zipper.store.store_zip import StoreZip

__all__ = ["Homes", "find_homes", "place_beside", "place_members"]

_name_of: Final = attrgetter("name")

_HOMES_MAX: Final = 5_000
"""Places in which one package may be; a workspace of hundreds of packages needs hundreds."""


class Homes(NamedTuple):
    """For each node: the folders of the package in which its files are, with a last slash.

    Most have one, their location. A linked package (workspace, `file:` folder) is a real folder
    in the package, and so what lies in its own node_modules is there too.
    """

    by_location: Mapping[str, tuple[str, ...]]


def find_homes(tree: Tree, *, shipped: frozenset[str] = frozenset()) -> Homes:
    """Return where each node's files go.

    Args:
        tree: the selected tree.
        shipped: locations of link targets whose folders are in the package as part of the
            project's own files; what they depend on has to be found from there as well.

    Raises:
        LockfileError: ELOCKFILE for links through links through links, which would put one
            package in thousands of places.
    """
    links: dict[str, list[str]] = {}
    for node in tree.nodes.values():
        if node.link_target is not None:
            links.setdefault(node.link_target, []).append(node.location)
    finder = _HomeFinder(links, shipped)
    return Homes({location: finder.find(location, ()) for location in tree.nodes})


def _too_many(location: str) -> LockfileError:
    return LockfileError(
        "ELOCKFILE",
        f"links lead to `{location}` in more than {_HOMES_MAX:,} ways",
        hint="write a new one: delete it and run `python -m zipper resolve`",
    )


class _HomeFinder:
    """Finds homes from the root downwards, remembering each answer."""

    def __init__(self, links: Mapping[str, Sequence[str]], shipped: frozenset[str]) -> None:
        self._links = links
        self._shipped = shipped
        self._known: dict[str, tuple[str, ...]] = {ROOT: ("",)}

    def find(self, location: str, seen: tuple[str, ...]) -> tuple[str, ...]:
        """Return the homes of `location`; `seen` are the link targets on the way, for cycles."""
        known = self._known.get(location)
        if known is None:
            known = tuple(dict.fromkeys(islice(self._search(location, seen), _HOMES_MAX + 1)))
            if len(known) > _HOMES_MAX:
                raise _too_many(location)
            if not seen:
                self._known[location] = known
        return known

    def _search(self, location: str, seen: tuple[str, ...]) -> Iterator[str]:
        parent, name = split_location(location)
        if name:
            for home in self.find(parent, seen):
                yield f"{home}node_modules/{name}/"
            return
        if location in seen:
            return
        for link in self._links.get(location, ()):
            yield from self.find(link, (*seen, location))
        if location in self._shipped:
            yield f"{location}/"


def place_members(
    tree: Tree,
    homes: Homes,
    *,
    zips: Mapping[str, StoreZip],
    folders: Mapping[str, Sequence[PlannedEntry]],
) -> Iterator[PlannedEntry | PlannedZip]:
    """Yield every package's files for each of its homes; whole store zips where that is possible.

    Args:
        tree: the selected tree.
        homes: where each node's files go.
        zips: location to store zip, for nodes with a tarball of their own.
        folders: location to the files of a folder on this disk, named relative to it: for links,
            and for `file:` folders that are installed as a copy.
    """
    holders = _find_holders(tree)
    for location, zipped in zips.items():
        for home in homes.by_location[location]:
            whole = None if location in holders else zipped.whole(home)
            if whole is not None:
                yield whole
            else:
                yield from _without_own_folders(zipped.members(home), location, home, tree)
    for location, entries in folders.items():
        target = tree.nodes[location].link_target
        for home in homes.by_location[location]:
            prefix = home.encode("utf-8", "surrogateescape")
            members = [put_below(entry, prefix) for entry in entries]
            yield from _without_own_folders(
                members, location if target is None else target, home, tree
            )


def _find_holders(tree: Tree) -> set[str]:
    """Return the locations of packages that have others in a node_modules folder of their own."""
    holders: set[str] = set()
    for location in tree.nodes:
        parent = location
        while (parent := parent.rpartition("/node_modules/")[0]) and parent not in holders:
            holders.add(parent)
    return holders


def _without_own_folders(
    members: list[PlannedEntry], location: str, home: str, tree: Tree
) -> list[PlannedEntry]:
    """Leave out what a package brings along for a place that another node fills.

    A tarball may have a node_modules folder; where the tree has a node of its own at one of those
    places, that node's files are there instead, as npm unpacks it over the folder.
    """
    inside = f"{home}node_modules/".encode("utf-8", "surrogateescape")
    first = bisect_left(members, inside, key=_name_of)
    if first == len(members) or not members[first].name.startswith(inside):
        return members
    own = _own_folders(location, home, tree)
    return [member for member in members if not member.name.startswith(own)]


def _own_folders(location: str, home: str, tree: Tree) -> tuple[bytes, ...]:
    """Return the folders below `home` that nodes of the tree with their own tarball fill."""
    prefix = f"{location}/node_modules/"
    return tuple(
        f"{home}{other.location[len(location) + 1 :]}/".encode()
        for other in tree.nodes.values()
        if other.location.startswith(prefix) and not is_bundled(other)
    )


def place_beside(scripted: Scripted, homes: Homes) -> Iterator[PlannedEntry]:
    """Yield the files that scripts wrote next to their packages, for each of these' homes.

    What has no home is in no part of the tree that is placed.
    """
    for location, entries in scripted.beside.items():
        for home in homes.by_location.get(location, ()):
            holder = home[: home.rindex("node_modules/") + len("node_modules/")]
            for entry in entries:
                yield put_below(entry, holder.encode("utf-8", "surrogateescape"))
