"""A layout in one pass: what most packages depend on goes to the top, the rest is nested.

In: a problem. Out: the copies, in which every walk finds what the graph names. The pass takes the
time of the layout that it makes; how few copies that has depends on what is at the top.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Final

from zipper.tree.hoist_problem import CLOSED, TOP, EndlessError, PlacedCopy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zipper.tree.hoist_problem import Problem

__all__ = ["choose_top", "count_allowed", "improve_top", "place_all"]

_NOTHING: Final = -2
"""In place of an instance: nothing is at the top under the name."""

_STEPS_MAX: Final = 30_000
"""Edges that are placed to find out what is better at the top; a million take a second."""

_SAME_MAX: Final = 4
"""Copies of one instance inside of each other; a layout that has so many has no end."""

_COPIES_MIN: Final = 10_000
_COPIES_EACH: Final = 10
"""Copies that a layout may have in any case, and for each instance; one with more has no end.

Packages that nest without an end double with each round, long before one is inside of itself so
often. A second makes 20,000.
"""


def choose_top(problem: Problem) -> dict[str, int]:
    """Return the instance that is at the top for each name: the one that most depend on."""
    top = dict(problem.edges[TOP])
    counts = Counter(edge for edges in problem.edges for edge in edges)
    for name, to in sorted(counts, key=lambda edge: (-counts[edge], edge[1])):
        top.setdefault(name, to)
    return top


def improve_top(problem: Problem, top: Mapping[str, int]) -> tuple[PlacedCopy, Mapping[str, int]]:
    """Return the layout with the fewest copies that changes of `top`, one by one, lead to.

    What is inside of others is tried at the top, and what holds others is tried below the top,
    where it may lie beside what it needs. The largest gain to be hoped for comes first.

    Raises:
        EndlessError: as `place_all`.
    """
    best = place_all(problem, top, copies_max=count_allowed(problem))
    fewest = _count(best)
    chosen = dict(top)
    steps = _count_edges(problem, best)
    tried: set[tuple[str, int]] = set()
    while steps < _STEPS_MAX:
        trial = next((one for one in _list_trials(best, problem) if one not in tried), None)
        if trial is None:
            break
        tried.add(trial)
        steps += _count_edges(problem, best)
        name, instance = trial
        try:
            placed = place_all(problem, {**chosen, name: instance}, copies_max=fewest)
        except EndlessError:
            continue
        count = _count(placed)
        if count < fewest:
            best, fewest = placed, count
            chosen[name] = instance
    return best, chosen


def _list_trials(root: PlacedCopy, problem: Problem) -> Iterable[tuple[str, int]]:
    """Return names and what may be better at the top for them, the most copies first."""
    fixed = dict(problem.edges[TOP])
    counts: Counter[tuple[str, int]] = Counter()
    for copy in _list_below(root):
        if copy.name in fixed or copy.instance == CLOSED:
            continue
        if copy.parent is not root:
            counts[copy.name, copy.instance] += 1
        elif copy.children:
            counts[copy.name, _NOTHING] += len(copy.children)
    return sorted(counts, key=lambda trial: (-counts[trial], trial))


def _list_below(root: PlacedCopy) -> Iterator[PlacedCopy]:
    waiting = [*root.children.values()]
    while waiting:
        copy = waiting.pop()
        yield copy
        waiting += copy.children.values()


def _count(root: PlacedCopy) -> int:
    return len([*_list_below(root)])


def _count_edges(problem: Problem, root: PlacedCopy) -> int:
    placed = (copy.instance for copy in _list_below(root) if copy.instance != CLOSED)
    return sum(len(problem.edges[one]) + 1 for one in placed)


def count_allowed(problem: Problem) -> int:
    """Return how many copies a layout may have before it is held to have no end."""
    return _COPIES_MIN + _COPIES_EACH * len(problem.edges)


def place_all(problem: Problem, top: Mapping[str, int], *, copies_max: int) -> PlacedCopy:
    """Return the importer's copy, below which every walk finds what the graph names.

    What is wanted goes into the outermost folder in which it changes no walk: the top where `top`
    has that instance for the name, else the outermost that has none of the name between. Nearer
    to the top comes first, names in alphabetical order.

    Raises:
        EndlessError: with these instances at the top, copies nest without an end, or there would be
            more than `copies_max`.
    """
    root = PlacedCopy(TOP)
    waiting = deque([root])
    placed = -1
    while waiting:
        copy = waiting.popleft()
        placed += 1
        if placed + len(waiting) > copies_max:
            raise EndlessError(_find_ring(max((copy, *waiting), key=_count_inside)))
        for name, wanted in problem.edges[copy.instance]:
            waiting += _satisfy(problem, copy, name, wanted, top)
    return root


def _count_inside(copy: PlacedCopy) -> int:
    """Return how many copies of its instance a copy is inside of."""
    found = 0
    above = copy.parent
    while above is not None:
        found += above.instance == copy.instance
        above = above.parent
    return found


def _satisfy(
    problem: Problem, copy: PlacedCopy, name: str, wanted: int, top: Mapping[str, int]
) -> Iterator[PlacedCopy]:
    """Have the walk from `copy` for `name` find `wanted`; yield the copies that this brings."""
    chain = []
    at: PlacedCopy | None = copy
    while at is not None and name not in at.children:
        chain.append(at)
        at = at.parent
    if at is not None and at.children[name].instance == wanted:
        for folder in chain:
            folder.passed[name] = wanted
        return
    while len(chain) > 1:
        outermost = chain[-1]
        other = top.get(name) if outermost.parent is None else outermost.passed.get(name)
        is_barred = outermost.parent is not None and name in problem.barred.get(
            outermost.instance, ()
        )
        if not is_barred and (other is None or other == wanted):
            break
        chain.pop()
    for folder in chain[:-1]:
        folder.passed[name] = wanted
    placed = PlacedCopy(wanted, name, chain[-1])
    placed.asker = copy
    _refuse_endless(placed)
    yield from _open(problem, placed)


def _open(problem: Problem, copy: PlacedCopy) -> Iterator[PlacedCopy]:
    """Yield a new copy, and all that comes in its tarball."""
    yield copy
    for name in problem.closed.get(copy.instance, ()):
        PlacedCopy(CLOSED, name, copy)
    for name, inner in problem.bundled.get(copy.instance, ()):
        yield from _open(problem, PlacedCopy(inner, name, copy))


def _refuse_endless(copy: PlacedCopy) -> None:
    if _count_inside(copy) >= _SAME_MAX:
        raise EndlessError(_find_ring(copy))


def _find_ring(copy: PlacedCopy) -> list[int]:
    """Return the instances from the last one like `copy` down to it, each the next one's asker."""
    ring = [copy.instance]
    above = copy.asker
    while above is not None and above.instance != copy.instance:
        ring.append(above.instance)
        above = above.asker
    return [copy.instance, *ring[::-1]]
