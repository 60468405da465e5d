"""Whether a finite layout exists: what each package's folder may need from outside.

In: a problem. Out: for a folder and what is found around it, what goes into its node_modules so
that all of it has an end; or that none was found, or that none exists.

A folder with nothing inside needs all that its package depends on from outside. With more inside
it needs less: what is inside is found from there, where all that this needs in turn is found too.
So the needs of a folder come from the needs of those inside of it, which were known before, and a
layout has an end. A folder that needs nothing from outside can be anywhere. The search keeps for
each package the least needs that are known, and makes new ones of them until the project is one
that needs nothing; where all ways are tried and nothing new comes, there is no layout.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.tree.hoist_problem import TOP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.tree.hoist_problem import Problem

__all__ = ["Needs"]

_WIDTHS: Final = (2, 4, 8, 16, 32)
"""States of a folder that are followed at once; few find most, in little time."""

_WORK_MAX: Final = 4_000_000
"""Needs that are looked at; a million take a second or two."""

_PROOF_MAX: Final = 1_000_000

_CHOICES_MIN: Final = 4

_ROUNDS_MAX: Final = 3


class _Filling(NamedTuple):
    """One way to fill a folder; masks have a bit for each name with an instance."""

    needs: int
    """What is found from outside."""
    inside: int


class _State(NamedTuple):
    """A folder that is being filled."""

    seen: int
    """What each name finds that is needed here, inside or from outside."""
    rivals: int
    """All others of these names."""
    open: int
    """What nothing inside has: it is needed from outside unless more is put inside."""
    lost: int
    """Of these, what cannot be inside."""
    choices: tuple[int, tuple[int, ...]] | None
    """One of the rest, with the least needs of its folder that go with what is seen."""


class Needs:
    """The search, and what it has found."""

    def __init__(self, problem: Problem) -> None:
        self._edges = problem.edges
        candidates: dict[str, set[int]] = {}
        for edges in problem.edges:
            for name, to in edges:
                candidates.setdefault(name, set()).add(to)
        self.order: dict[int, int] = {}
        """Instances whose folders need nothing from outside, in the order of their discovery."""
        live = self._find_live(candidates)
        pairs = [(name, to) for name in sorted(live) for to in sorted(candidates[name])]
        self._bits = {pair: 1 << at for at, pair in enumerate(pairs)}
        self._pairs = {1 << at: pair for at, pair in enumerate(pairs)}
        of_name: dict[str, int] = {}
        for (name, _), bit in self._bits.items():
            of_name[name] = of_name.get(name, 0) | bit
        self._rivals = {bit: of_name[name] & ~bit for (name, _), bit in self._bits.items()}
        self._own = [
            sum(self._bits[edge] for edge in edges if edge in self._bits) for edges in problem.edges
        ]
        self._barred = [
            sum(of_name.get(name, 0) for name in problem.barred.get(one, ())) if one != TOP else 0
            for one in range(len(problem.edges))
        ]
        self._found: list[list[_Filling]] = [
            [] if one in self.order else [_Filling(own, 0)] for one, own in enumerate(self._own)
        ]
        self._least = [list(found) for found in self._found]
        self._order = [one for found in self._found for one in found]
        self._copies: dict[_Filling, float] = {}
        self._parts: dict[_Filling, list[tuple[int, float]]] = {}
        self._work = _WORK_MAX
        self.live = frozenset(live)
        """Names that may be needed from outside; all others each folder can have inside."""

    def _find_live(self, candidates: Mapping[str, set[int]]) -> set[str]:
        live = set(candidates)
        before = -1
        while before != len(self.order):
            before = len(self.order)
            for one, edges in enumerate(self._edges):
                if one not in self.order and not any(name in live for name, _ in edges):
                    self.order[one] = len(self.order)
            live = {name for name in live if not candidates[name] <= self.order.keys()}
        return live

    def find(self) -> bool | None:
        """Say whether the project has a finite layout; None where that was not found out."""
        for width in _WIDTHS:
            changed = True
            while changed:
                changed = False
                for one in reversed(range(len(self._edges))):
                    if one not in self.order and self._work > 0:
                        changed |= self._explore(one, width)
                    if TOP in self.order:
                        return True
        return self._try_all()

    def choose(self, instance: int, sight: Mapping[str, int | None]) -> dict[str, int] | None:
        """Return what is inside of a folder, of the live names, where `sight` is found around it.

        It is the way with the fewest copies of those that fit; ways inside have fewer.
        """
        if not self._found[instance]:
            return {}
        seen = sum(self._bits.get((name, to), 0) for name, to in sight.items() if to is not None)
        fitting = [one for one in self._found[instance] if not one.needs & ~seen]
        if not fitting:
            return None
        filling = min(fitting, key=lambda one: self._count(one, seen))
        inside = (self._pairs[bit] for bit in _split(filling.inside & ~seen))
        return dict(inside)

    def count(self) -> None:
        """Find out how many copies each way takes; what is inside of one was found before it."""
        for _ in range(_ROUNDS_MAX):
            before = sum(self._copies.values())
            for filling in self._order:
                copies = self._count(filling)
                self._copies[filling] = min(copies, self._copies.get(filling, copies))
            if sum(self._copies.values()) == before:
                return

    def _count(self, filling: _Filling, around: int = 0) -> float:
        """Return how many copies a way takes where `around` is found from outside."""
        parts = self._parts.get(filling)
        if parts is None or not around:
            seen = filling.needs | filling.inside
            parts = []
            for bit in _split(filling.inside):
                _, to = self._pairs[bit]
                fitting = (one for one in self._found[to] if not one.needs & ~seen)
                parts.append((bit, min((self._copies.get(one, inf) for one in fitting), default=1)))
            self._parts[filling] = parts
        return 1 + sum(copies for bit, copies in parts if not bit & around)

    def _add(self, instance: int, state: _State, needs: int) -> bool:
        """Remember a way, unless another one needs less; say whether it is new."""
        least = self._least[instance]
        if any(not one.needs & ~needs for one in least):
            return False
        filling = _Filling(needs, state.seen & ~needs)
        self._found[instance].append(filling)
        self._order.append(filling)
        least[:] = [one for one in least if needs & ~one.needs]
        least.append(filling)
        least.sort(key=lambda one: one.needs.bit_count())
        if not needs:
            self.order[instance] = len(self.order)
        return True

    def _explore(self, instance: int, width: int) -> bool:
        """Fill the instance's folder in the most promising ways; say whether one needs less."""
        own = self._own[instance]
        first = self._look(instance, own, self._find_rivals(own), own)
        found = self._add(instance, first, first.open)
        states = [first]
        known = {own}
        while states and instance not in self.order and self._work > 0:
            more = []
            for state in states:
                chosen = () if state.choices is None else state.choices[1]
                for needs in chosen[: max(width, _CHOICES_MIN)]:
                    seen = state.seen | needs
                    if seen not in known:
                        known.add(seen)
                        more.append(self._put_inside(instance, state, needs))
            more.sort(key=_rate)
            states = more[:width]
            for state in states:
                found |= self._add(instance, state, state.open)
        return found

    def _put_inside(self, instance: int, state: _State, needs: int) -> _State:
        new = needs & ~state.seen
        rivals = state.rivals | self._find_rivals(new)
        return self._look(instance, state.seen | needs, rivals, state.open | new)

    def _look(self, instance: int, seen: int, rivals: int, wanted: int) -> _State:
        """Return the state in which all of `wanted` is inside that can be as it is."""
        barred = self._barred[instance]
        left = lost = 0
        choices: tuple[int, list[int]] | None = None
        for bit in _split(wanted):
            _, to = self._pairs[bit]
            if to in self.order and not bit & barred:
                continue
            least = [] if bit & barred else self._least[to]
            fitting = [one.needs for one in least if not one.needs & rivals]
            self._work -= 1 + len(least) // 8
            if any(not needs & ~seen for needs in fitting):
                continue
            left |= bit
            if not fitting:
                lost |= bit
            elif choices is None or len(fitting) < len(choices[1]):
                choices = bit, fitting
        if choices is None:
            return _State(seen, rivals, left, lost, None)
        bit, fitting = choices
        fitting.sort(key=lambda needs: (needs & ~seen).bit_count())
        return _State(seen, rivals, left, lost, (bit, tuple(fitting)))

    def _find_rivals(self, mask: int) -> int:
        rivals = 0
        for bit in _split(mask):
            rivals |= self._rivals[bit]
        return rivals

    def _try_all(self) -> bool | None:
        """Try all ways, as long as one brings something new."""
        self._work = _PROOF_MAX
        changed = True
        while changed:
            changed = False
            for one in reversed(range(len(self._edges))):
                if one not in self.order:
                    changed |= self._fill_all(one)
                if TOP in self.order:
                    return True
                if self._work <= 0:
                    return None
        return False

    def _fill_all(self, instance: int) -> bool:
        """Fill the instance's folder in all ways that may need less than is known.

        Of what is open one is decided on: each way to have it inside, or that it is from outside.
        """
        own = self._own[instance]
        waiting = [(self._look(instance, own, self._find_rivals(own), own), 0)]
        found = False
        while waiting and self._work > 0 and instance not in self.order:
            state, outside = waiting.pop()
            outside |= state.lost
            if any(not one.needs & ~outside for one in self._least[instance]):
                continue
            if state.choices is None:
                found |= self._add(instance, state, outside)
                continue
            bit, fitting = state.choices
            rest = state.open & ~outside & ~bit
            kept = self._look(instance, state.seen, state.rivals, rest)
            waiting.append((kept, outside | bit))
            for needs in reversed(fitting):
                new = needs & ~state.seen
                rivals = state.rivals | self._find_rivals(new)
                wanted = (state.open & ~outside) | (new & ~outside)
                more = self._look(instance, state.seen | needs, rivals, wanted)
                waiting.append((more, outside))
        return found


def _rate(state: _State) -> tuple[int, int]:
    """Return how far a state is from needing nothing."""
    return state.open.bit_count() + state.lost.bit_count(), state.seen.bit_count()


def _split(mask: int) -> Iterator[int]:
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit
