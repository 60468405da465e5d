"""A locked graph as the hoister sees it: numbers for instances, and folders that hold copies.

In: a graph and the importer that is at the top. Out: who depends on whom under which name, and
the copies that a layout is made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.tree.model import list_dependencies

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from zipper.tree.locked_graph import LockedGraph

__all__ = ["CLOSED", "TOP", "EndlessError", "PlacedCopy", "Problem", "state_problem"]

TOP: Final = 0
"""The number of the importer, which is at the top and in no node_modules."""

CLOSED: Final = -1
"""In place of an instance: a folder that a package's own tarball fills, unknown to the graph."""


class Problem(NamedTuple):
    """Instances by number, in the order of their keys; the importer is the first."""

    keys: Sequence[str]
    edges: Sequence[Sequence[tuple[str, int]]]
    """For each instance: name and number of what it depends on, by name."""
    bundled: Mapping[int, Sequence[tuple[str, int]]]
    """For an instance whose tarball holds others: their names and numbers."""
    closed: Mapping[int, Sequence[str]]
    """For an instance whose tarball holds folders that the graph does not know: their names."""
    barred: Mapping[int, Collection[str]]
    """For an instance that declares names which reach nothing: none of these may be inside."""


class PlacedCopy:
    """One folder of the layout."""

    __slots__ = ("asker", "children", "instance", "name", "parent", "passed")

    def __init__(self, instance: int, name: str = "", parent: PlacedCopy | None = None) -> None:
        self.instance = instance
        self.name = name
        self.parent = parent
        self.asker = parent
        """The copy whose dependency brought this one."""
        self.children: dict[str, PlacedCopy] = {}
        """What is in its node_modules, by name."""
        self.passed: dict[str, int] = {}
        """What a walk for a name found that came through this folder, from it or from below."""
        if parent is not None:
            parent.children[name] = self


class EndlessError(Exception):
    """No layout that has an end; `ring` are the instances on the way round.

    `is_certain` says that all layouts were tried, so that none has an end. `copies` are those of
    a layout that has an end, but too many folders; 0 where none was found.
    """

    def __init__(self, ring: Sequence[int], *, is_certain: bool = False, copies: int = 0) -> None:
        super().__init__(ring)
        self.ring = ring
        self.is_certain = is_certain
        self.copies = copies


def state_problem(graph: LockedGraph, start: str) -> Problem:
    """Return what there is to lay out below the instance `start`, which names all it reaches."""
    held: dict[str, list[str]] = {}
    for key, own in graph.instances.items():
        if own.bundled_in is not None:
            held.setdefault(own.bundled_in, []).append(key)
    reached = {start}
    waiting = [start]
    while waiting:
        key = waiting.pop()
        new = {*graph.instances[key].targets.values(), *held.get(key, ())} - reached
        reached |= new
        waiting += new
    keys = [start, *sorted(reached - {start})]
    number = {key: at for at, key in enumerate(keys)}
    bundled, closed, barred = {}, {}, {}
    for at, key in enumerate(keys):
        own = graph.instances[key]
        inner = [(_folder_name(graph, key, one), number[one]) for one in sorted(held.get(key, ()))]
        if inner:
            bundled[at] = inner
        known = {*own.targets, *(name for name, _ in inner)}
        if at != TOP and (names := set(own.manifest.bundle_dependencies) - known):
            closed[at] = sorted(names)
        if lacking := list_dependencies(own.manifest, top=False).keys() - known:
            barred[at] = lacking
    edges = [
        [(name, number[to]) for name, to in sorted(graph.instances[key].targets.items())]
        for key in keys
    ]
    return Problem(keys, edges, bundled, closed, barred)


def _folder_name(graph: LockedGraph, owner: str, inner: str) -> str:
    """Return the name of the folder in the owner's tarball: an alias where it asks for one."""
    asked = [name for name, to in graph.instances[owner].targets.items() if to == inner]
    return min(asked, default=graph.instances[inner].manifest.name)
