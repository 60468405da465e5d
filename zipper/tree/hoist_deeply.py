"""A finite layout where the pass in `hoist_greedily` nests without an end.

In: a problem. Out: the copies, or that none was found, or that none exists.

A folder's node_modules depends on its instance and on what each name finds from there (the sight).
`hoist_needs` finds a way to fill each such place, which has an end; afterwards ways with fewer
copies take the place of others.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from zipper.tree.hoist_greedily import count_allowed
from zipper.tree.hoist_needs import Needs
from zipper.tree.hoist_problem import TOP, EndlessError, PlacedCopy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.tree.hoist_problem import Problem

__all__ = ["place_deeply"]

_INSTANCES_MAX: Final = 2_000

_PLACES_MAX: Final = 50_000

_WIDTH_MAX: Final = 24
"""Ways of each place of which the one with the fewest copies is taken in the end."""

_ROUNDS_MAX: Final = 12

_WORK_MAX: Final = 1_000_000
"""Edges that are looked at for fewer copies; a million take a second."""

_KEPT: Final = -1
"""In place of an instance: a name finds what it finds from outside."""

Place = tuple[int, tuple[int | None, ...]]
"""An instance, and what is found from the folder that holds it for each name it may need."""

Way = dict[str, int]
"""What is in a place's node_modules."""


def place_deeply(problem: Problem, ring: Sequence[int]) -> PlacedCopy:
    """Return the importer's copy with a finite layout.

    Raises:
        EndlessError: with `ring`, where none exists, none was found, or one with too many copies.
    """
    if problem.bundled or problem.closed or len(problem.edges) > _INSTANCES_MAX:
        raise EndlessError(ring)
    needs = Needs(problem)
    found = needs.find()
    if not found:
        raise EndlessError(ring, is_certain=found is False)
    needs.count()
    search = _DeepSearch(problem, needs)
    start = (TOP, (None,) * len(search.names[TOP]))
    if not search.settle(start):
        raise EndlessError(ring)
    search.lessen(start)
    copies = search.count(start) or 0
    if copies > count_allowed(problem):
        raise EndlessError(ring, copies=copies)
    root = PlacedCopy(TOP)
    search.fill(root, start)
    return root


class _DeepSearch:
    def __init__(self, problem: Problem, needs: Needs) -> None:
        self._needs = needs
        self._edges = [dict(edges) for edges in problem.edges]
        self._barred = problem.barred
        self.names = _list_names(problem)
        """For each instance: the names that it and all that it reaches ask for."""
        self._best: dict[Place, tuple[int, Way]] = {}
        """Copies that a settled place takes, itself included, and its way.

        The copies are more than those of each place inside, at any time: no way leads back.
        """
        self._work = _WORK_MAX

    def settle(self, start: Place) -> bool:
        """Settle `start` and all that its way needs; say whether few places were."""
        ways: dict[Place, Way] = {}
        waiting = [start]
        while waiting and len(ways) <= _PLACES_MAX:
            place = waiting[-1]
            if place in self._best or self._is_met(place):
                waiting.pop()
            elif place in ways:
                self._take(waiting.pop(), ways[place])
            else:
                way = self._choose(place)
                if way is None:
                    return False
                ways[place] = way
                waiting += self._list_inside(place, ways[place])
        return self.count(start) is not None

    def _choose(self, place: Place) -> Way | None:
        """Return a way that has an end, with all that can be hoisted and needs nothing outside."""
        sight = self._see(place)
        needs = self._edges[place[0]]
        way = {name: to for name, to in needs.items() if sight[name] != to}
        found = self._needs.choose(place[0], sight)
        if found is None:
            return None
        way |= found
        fixed = self._needs.live | needs.keys() | self._list_barred(place[0])
        waiting = deque(way.values())
        while waiting:
            for name, to in self._edges[waiting.popleft()].items():
                if name not in fixed and name not in way and sight[name] != to:
                    way[name] = to
                    waiting.append(to)
        return {name: way[name] for name in sorted(way)}

    def _list_barred(self, instance: int) -> set[str]:
        return set() if instance == TOP else {*self._barred.get(instance, ())}

    def count(self, place: Place) -> int | None:
        """Return how many copies a place takes; None where it isn't settled."""
        if place in self._best:
            return self._best[place][0]
        return 1 if self._is_met(place) else None

    def lessen(self, start: Place) -> None:
        """Take ways with fewer copies, as long as some are found in the places that are needed."""
        if start not in self._best:
            return  # Nothing is inside.
        ways: dict[Place, list[Way]] = {}
        for _ in range(_ROUNDS_MAX):
            order = {start: None}
            waiting = [start]
            for place in waiting:
                inside = self._list_inside(place, self._best[place][1])
                new = [one for one in dict.fromkeys(inside) if one in self._best]
                waiting += [one for one in new if one not in order]
                order.update(dict.fromkeys(new))
            before = self.count(start)
            for place in reversed(order):
                if place not in ways:
                    ways[place] = list(self._list_ways(place))
                for way in (self._best[place][1], *ways[place]):
                    self._work -= len(way)
                    self._take(place, way)
                if self._work < 0:
                    return
            if self.count(start) == before:
                return

    def _take(self, place: Place, way: Way) -> None:
        """Take a way where all that is inside is settled, and it has fewer copies."""
        copies = 1
        for one in self._list_inside(place, way):
            inner = self.count(one)
            if inner is None and len(self._best) < _PLACES_MAX and self.settle(one):
                inner = self.count(one)
            if inner is None:
                return
            copies += inner
        if place not in self._best or copies < self._best[place][0]:
            self._best[place] = (copies, way)

    def fill(self, copy: PlacedCopy, start: Place) -> None:
        """Make the copies inside of `copy`."""
        waiting = [(copy, start)]
        while waiting:
            folder, place = waiting.pop()
            if place not in self._best:
                continue
            way = self._best[place][1]
            for name, inner in zip(way, self._list_inside(place, way), strict=True):
                waiting.append((PlacedCopy(inner[0], name, folder), inner))

    def _see(self, place: Place) -> dict[str, int | None]:
        return dict(zip(self.names[place[0]], place[1], strict=True))

    def _is_met(self, place: Place) -> bool:
        sight = self._see(place)
        return all(sight[name] == to for name, to in self._edges[place[0]].items())

    def _list_inside(self, place: Place, way: Way) -> Iterator[Place]:
        """Yield the places inside, for the names in turn."""
        sight = {**self._see(place), **way}
        for to in way.values():
            yield to, tuple([sight[name] for name in self.names[to]])

    def _list_ways(self, place: Place) -> Iterator[Way]:
        """Yield as many ways as the width says, those with the fewest preferences first."""
        waiting: deque[Mapping[str, int]] = deque([{}])
        tried: set[tuple[tuple[str, int], ...]] = set()
        found: set[tuple[tuple[str, int], ...]] = set()
        while waiting and len(found) < _WIDTH_MAX:
            preferred = waiting.popleft()
            way, rivals = self._hoist(place, preferred)
            known = tuple(way.items())
            if known not in found:
                found.add(known)
                yield way
            for name, ones in rivals.items():
                for one in () if name in preferred else (*ones, _KEPT):
                    more = {**preferred, name: one}
                    known = tuple(sorted(more.items()))
                    if way.get(name, _KEPT) != one and known not in tried:
                        tried.add(known)
                        waiting.append(more)

    def _hoist(
        self, place: Place, preferred: Mapping[str, int]
    ) -> tuple[Way, Mapping[str, Mapping[int, None]]]:
        """Return what is inside where all that can be is hoisted, and what each name might find.

        Of what clashes the nearest is inside, unless another is preferred for its name.
        """
        instance = place[0]
        needs = self._edges[instance]
        sight = self._see(place)
        way = {name: to for name, to in needs.items() if sight[name] != to}
        fixed = needs.keys() | self._list_barred(instance)
        rivals: dict[str, dict[int, None]] = {}
        waiting = deque(way.values())
        while waiting:
            edges = self._edges[waiting.popleft()]
            self._work -= len(edges) + 1
            for name, to in edges.items():
                if sight[name] == to or name in fixed:
                    continue
                rivals.setdefault(name, {})[to] = None
                if name not in way and preferred.get(name, to) == to:
                    way[name] = sight[name] = to
                    waiting.append(to)
        return {name: way[name] for name in sorted(way)}, rivals


def _list_names(problem: Problem) -> Sequence[Sequence[str]]:
    known = sorted({name for edges in problem.edges for name, _ in edges})
    bits = {name: 1 << at for at, name in enumerate(known)}
    masks = [sum(bits[name] for name, _ in edges) for edges in problem.edges]
    askers: dict[int, list[int]] = {}
    for asker, edges in enumerate(problem.edges):
        for _, to in edges:
            askers.setdefault(to, []).append(asker)
    waiting = deque(range(len(masks)))
    while waiting:
        one = waiting.popleft()
        for asker in askers.get(one, ()):
            if masks[one] & ~masks[asker]:
                masks[asker] |= masks[one]
                waiting.append(asker)
    return [[name for name in known if bits[name] & mask] for mask in masks]
