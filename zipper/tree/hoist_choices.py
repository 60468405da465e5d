"""Which way a problem is laid out: by trying all where that is quick, else in one pass.

Where the pass finds no end, it is tried with other instances at the top, and then a search is.

In: a problem. Out: the copies.
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, Final

from zipper.tree.hoist_deeply import place_deeply
from zipper.tree.hoist_exactly import is_small, place_fewest
from zipper.tree.hoist_greedily import choose_top, count_allowed, improve_top, place_all
from zipper.tree.hoist_problem import CLOSED, TOP, EndlessError, PlacedCopy, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["place"]

_CHOICES_MAX: Final = 200
"""Instances at the top that are tried for the names of a ring."""

_SHARE: Final = 10
"""Of the copies that are allowed, one in so many is enough for such a trial."""


def place(problem: Problem) -> PlacedCopy:
    """Return the importer's copy, below which every walk finds what the graph names.

    Raises:
        EndlessError: no finite layout was found.
    """
    core, kept = _find_core(problem)
    is_certain = is_small(core)
    placed = place_fewest(core) if is_certain else None
    if placed is None:
        try:
            placed = _place_greedily(core)
        except EndlessError as error:
            ring = [kept[one] for one in error.ring]
            if is_certain:
                raise EndlessError(ring, is_certain=True) from None
            placed = place_deeply(core, ring)
    return _complete(problem, placed, kept)


def _place_greedily(problem: Problem) -> PlacedCopy:
    top = choose_top(problem)
    try:
        return improve_top(problem, top)[0]
    except EndlessError as error:
        return improve_top(problem, _choose_for_ring(problem, top, error))[0]


def _find_core(problem: Problem) -> tuple[Problem, Sequence[int]]:
    """Return the problem without what is at the top in any case, as nothing is in its way.

    That is what alone is asked for under its name, and reaches nothing but such. Of what is left,
    the numbers in `problem` are returned too.
    """
    wanted: dict[str, set[int]] = {}
    askers: dict[int, list[int]] = {}
    for asker, edges in enumerate(problem.edges):
        for name, to in edges:
            wanted.setdefault(name, set()).add(to)
            askers.setdefault(to, []).append(asker)
    for inside in problem.bundled.values():
        for name, inner in inside:
            wanted.setdefault(name, set()).add(inner)
    for names in problem.closed.values():
        for name in names:
            wanted.setdefault(name, set()).add(CLOSED)
    core = {one for ones in wanted.values() if len(ones) > 1 for one in ones} - {CLOSED}
    core |= {*problem.bundled, *problem.closed, TOP}
    core |= {inner for inside in problem.bundled.values() for _, inner in inside}
    waiting = list(core)
    while waiting:
        new = {asker for asker in askers.get(waiting.pop(), ()) if asker not in core}
        core |= new
        waiting += new
    kept = sorted(core)
    number = {one: at for at, one in enumerate(kept)}
    return Problem(
        keys=[problem.keys[one] for one in kept],
        edges=[
            [(name, number[to]) for name, to in problem.edges[one] if to in core] for one in kept
        ],
        bundled={
            number[one]: [(name, number[inner]) for name, inner in inside]
            for one, inside in problem.bundled.items()
        },
        closed={number[one]: names for one, names in problem.closed.items()},
        barred={number[one]: names for one, names in problem.barred.items() if one in core},
    ), kept


def _complete(problem: Problem, placed: PlacedCopy, kept: Sequence[int]) -> PlacedCopy:
    """Give the core's copies their numbers in `problem`, and put the rest at the top."""
    waiting = [placed]
    while waiting:
        copy = waiting.pop()
        copy.instance = copy.instance if copy.instance == CLOSED else kept[copy.instance]
        waiting += copy.children.values()
    core = set(kept)
    rest = {(name, to) for edges in problem.edges for name, to in edges if to not in core}
    for name, to in sorted(rest):
        PlacedCopy(to, name, placed)
    return placed


def _choose_for_ring(
    problem: Problem, top: Mapping[str, int], error: EndlessError
) -> Mapping[str, int]:
    """Return other instances for the top, with which the ring that has no end has one.

    Raises:
        EndlessError: `error`, where none of those that were tried does.
    """
    ring = set(error.ring)
    names: dict[str, set[int]] = {}
    for edges in problem.edges:
        for name, to in edges:
            if to in ring and name not in dict(problem.edges[TOP]):
                names.setdefault(name, set()).add(to)
    copies_max = count_allowed(problem) // _SHARE
    choices = product(*(sorted(names[name]) for name in sorted(names)))
    for chosen in islice(choices, _CHOICES_MAX):
        changed = {**top, **dict(zip(sorted(names), chosen, strict=True))}
        try:
            place_all(problem, changed, copies_max=copies_max)
        except EndlessError:
            continue
        return changed
    raise error
