"""The layout with the fewest copies, and how near to it the quicker searches come."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest

from tests.support.graphs import draw_graph
from zipper.tree.hoist_choices import place
from zipper.tree.hoist_deeply import place_deeply
from zipper.tree.hoist_exactly import is_small, place_fewest
from zipper.tree.hoist_greedily import choose_top, improve_top
from zipper.tree.hoist_needs import Needs
from zipper.tree.hoist_problem import TOP, EndlessError, PlacedCopy, Problem, state_problem
from zipper.tree.merge_instances import merge_instances


def draw_problem(random: Random, *, is_barred: bool) -> Problem:
    """Return six to ten instances of a few names; with names that must not be in some folders."""
    count, names = random.randint(6, 10), random.choice((3, 4, 5))
    keys = sorted(f"{'abcde'[at % names]}{1 + at // names}" for at in range(count))
    edges = {}
    for key in ("top", *keys):
        wanted = random.sample(keys, random.randint(1, 4) if key == "top" else random.randint(0, 3))
        edges[key] = list({to[0]: to for to in reversed(wanted)}.values())
    graph = draw_graph(edges)
    problem = state_problem(merge_instances(graph), graph.importers[""])
    if not is_barred:
        return problem
    barred = {
        one: [name for name in "abcde" if name not in dict(edges) and random.random() < 0.5]
        for one, edges in enumerate(problem.edges)
        if one != TOP
    }
    return problem._replace(barred=barred)


@cache
def list_clashes(*, is_barred: bool) -> tuple[tuple[Problem, int], ...]:
    """Return problems that have a layout, in which something is there twice, and its copies."""
    problems = [draw_problem(Random(seed), is_barred=is_barred) for seed in range(600)]
    placed = [(one, place_fewest(one)) for one in problems if is_small(one)]
    found = [(one, len(check(one, root))) for one, root in placed if root is not None]
    return tuple((one, fewest) for one, fewest in found if fewest >= len(one.edges))


def check(problem: Problem, root: PlacedCopy) -> list[PlacedCopy]:
    """Return the folders of a layout in which each walk finds its instance."""
    copies = [root]
    for copy in copies:
        copies += copy.children.values()
        barred = set(problem.barred.get(copy.instance, ())) if copy is not root else set()
        assert barred.isdisjoint(copy.children)
        for name, to in problem.edges[copy.instance]:
            at: PlacedCopy | None = copy
            while at is not None and name not in at.children:
                at = at.parent
            assert at is not None
            assert to == at.children[name].instance
    return copies[1:]


@pytest.mark.parametrize(
    ("is_barred", "problems", "fewest"), [(False, 168, 1531), (True, 170, 1546)]
)
def test_so_many_are_compared(problems: int, fewest: int, *, is_barred: bool) -> None:
    """The fewest that trying everything finds, too (`tests.support.graphs`): none has fewer."""
    found = list_clashes(is_barred=is_barred)

    assert (problems, fewest) == (len(found), sum(copies for _, copies in found))


@pytest.mark.parametrize("is_barred", [False, True])
def test_what_is_in_no_way_is_laid_out_apart(*, is_barred: bool) -> None:
    """What clashes is a smaller problem; with the rest at the top all has the fewest copies."""
    for problem, fewest in list_clashes(is_barred=is_barred):
        assert fewest == len(check(problem, place(problem)))


@pytest.mark.parametrize(("is_barred", "more"), [(False, 53), (True, 64)])
def test_the_deep_search_comes_near_the_fewest(more: int, *, is_barred: bool) -> None:
    """Each problem that has a layout gets one; all have so many copies more than they need."""
    found = 0
    for problem, fewest in list_clashes(is_barred=is_barred):
        needs = Needs(problem)
        assert needs.find()
        copies = len(check(problem, place_deeply(problem, ())))
        assert copies >= fewest
        found += copies - fewest

    assert found <= more


@pytest.mark.parametrize(("is_barred", "more", "endless"), [(False, 40, 8), (True, 19, 3)])
def test_one_pass_comes_near_the_fewest(more: int, endless: int, *, is_barred: bool) -> None:
    """It has an end nearly always, and so many copies more than are needed."""
    found = given_up = 0
    for problem, fewest in list_clashes(is_barred=is_barred):
        try:
            placed, _ = improve_top(problem, choose_top(problem))
        except EndlessError:
            given_up += 1
            continue
        copies = len(check(problem, placed))
        assert copies >= fewest
        found += copies - fewest

    assert found <= more
    assert given_up <= endless
