"""The layout with the fewest copies, by trying all: for few instances that clash.

In: a problem. Out: what is at the top and in each folder, or that no finite layout exists.

What lies inside of a folder depends on two things only: its instance, and which instance each name
finds from there (the sight). So each pair is worked out once. A pair may need itself, further
inside; the least fixed point of the costs is what finite layouts can have.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.tree.hoist_problem import TOP, PlacedCopy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.tree.hoist_problem import Problem

__all__ = ["is_small", "place_fewest"]

_WORK_MAX: Final = 130_000
"""Sights times sights times instances: about as many steps are taken."""

_NOTHING: Final = -1

_COST_TOP: Final = 1_000
_COST_NESTED: Final = 1_001
"""A copy's cost; of layouts with as few copies the one with the most at the top is taken."""

Sight = tuple[int, ...]
"""For each name, by its position: the instance that is found, or nothing."""

State = tuple[int, Sight]
"""An instance, and the sight from the folder that holds it."""


class _Option(NamedTuple):
    """What may be in a folder's node_modules: instances, and the sight that they have."""

    inside: tuple[tuple[int, int], ...]
    """Position of the name, and instance."""
    sight: Sight


def is_small(problem: Problem) -> bool:
    """Say whether all layouts can be tried in a moment."""
    if problem.bundled or problem.closed:
        return False
    fixed = dict(problem.edges[TOP])
    sights = 1
    for name, candidates in _list_candidates(problem).items():
        sights *= len(candidates) + (name not in fixed)
        if sights * sights * len(problem.edges) > _WORK_MAX:
            return False
    return True


def place_fewest(problem: Problem) -> PlacedCopy | None:
    """Return the importer's copy with the layout of the fewest copies; None where none is finite.

    Args:
        problem: one that `is_small`.
    """
    search = _Search(problem)
    start = (TOP, (_NOTHING,) * len(search.names))
    search.settle(start)
    if start not in search.best:
        return None
    root = PlacedCopy(TOP)
    search.fill(root, start)
    return root


class _Search:
    def __init__(self, problem: Problem) -> None:
        candidates = _list_candidates(problem)
        self.names = sorted(candidates)
        position = {name: at for at, name in enumerate(self.names)}
        self._candidates = [sorted(candidates[name]) for name in self.names]
        self._needs = [tuple((position[name], to) for name, to in edges) for edges in problem.edges]
        self._barred = [
            frozenset(position[name] for name in problem.barred.get(one, ()) if name in position)
            for one in range(len(problem.keys))
        ]
        self._options: dict[State, list[_Option]] = {}
        self.best: dict[State, tuple[int, _Option]] = {}
        """Cost of what lies inside, and the option that has it; states without one have no end."""

    def settle(self, start: State) -> None:
        """Work out the least cost of `start` and of all that it may need."""
        order = [start]
        seen = {start}
        for state in order:
            options = self._options[state] = list(self._list_options(state))
            found = {(to, option.sight): None for option in options for _, to in option.inside}
            order += [one for one in found if one not in seen]
            seen.update(found)
        changed = True
        while changed:
            changed = False
            for state in reversed(order):
                changed |= self._improve(state)

    def _improve(self, state: State) -> bool:
        each = _COST_TOP if state[0] == TOP and set(state[1]) <= {_NOTHING} else _COST_NESTED
        before = self.best.get(state)
        found = before
        for option in self._options[state]:
            cost = 0
            for _, to in option.inside:
                inner = self.best.get((to, option.sight))
                if inner is None:
                    break
                cost += each + inner[0]
            else:
                if found is None or cost < found[0]:
                    found = (cost, option)
        if found is None or found is before:
            return False
        self.best[state] = found
        return True

    def _list_options(self, state: State) -> Iterator[_Option]:
        """Yield what may be inside: what the instance lacks in any case, and perhaps more."""
        instance, sight = state
        needs = dict(self._needs[instance])
        lacking = {at: to for at, to in needs.items() if sight[at] != to}
        if not lacking:
            yield _Option((), sight)
            return
        choices: list[list[int]] = []
        for at, candidates in enumerate(self._candidates):
            if at in needs:
                choices.append([needs[at]])
            elif at in self._barred[instance] and instance != TOP:
                choices.append([sight[at]])
            else:
                choices.append(list(dict.fromkeys((sight[at], *candidates))))
        for chosen in product(*choices):
            inside = tuple(
                (at, to) for at, to in enumerate(chosen) if to != sight[at] or at in lacking
            )
            yield _Option(inside, chosen)

    def fill(self, copy: PlacedCopy, state: State) -> None:
        """Make the copies inside of `copy`."""
        waiting = [(copy, state)]
        while waiting:
            folder, place = waiting.pop()
            option = self.best[place][1]
            for at, to in option.inside:
                inner = PlacedCopy(to, self.names[at], folder)
                waiting.append((inner, (to, option.sight)))


def _list_candidates(problem: Problem) -> Mapping[str, set[int]]:
    found: dict[str, set[int]] = {}
    for edges in problem.edges:
        for name, to in edges:
            found.setdefault(name, set()).add(to)
    return found
