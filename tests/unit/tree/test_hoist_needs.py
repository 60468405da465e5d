"""What the needs of folders say of a layout is so: there is one, or there is none."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.graphs import draw_graph, graphs
from zipper.tree.hoist_exactly import is_small, place_fewest
from zipper.tree.hoist_needs import Needs
from zipper.tree.hoist_problem import TOP, Problem, state_problem
from zipper.tree.merge_instances import merge_instances

if TYPE_CHECKING:
    from random import Random

    from zipper.tree.locked_graph import LockedGraph


def state(graph: LockedGraph) -> Problem:
    """Return what there is to lay out."""
    return state_problem(merge_instances(graph), graph.importers[""])


def draw_ring(*keys: str) -> LockedGraph:
    """Return a graph in which each depends on the next one, and the last one on the first."""
    return draw_graph(
        {"top": [keys[0]], **{one: [other] for one, other in pairwise((*keys, keys[0]))}}
    )


@given(graphs(instances_max=9))
@settings(max_examples=300, deadline=None)
def test_a_layout_is_found_where_one_exists(graph: LockedGraph) -> None:
    """The exhaustive search over all sights says the same, and each answer is certain."""
    problem = state(graph)
    assume(is_small(problem))

    assert Needs(problem).find() is (place_fewest(problem) is not None)


@pytest.mark.parametrize(
    ("ring", "expected"),
    [
        pytest.param(("a1", "b1", "a2", "b2"), False, id="crosswise"),
        pytest.param(("a1", "a2"), False, id="two versions of each other"),
        pytest.param(("a1", "b1", "c1", "a2", "b2", "c2"), True, id="crosswise, three names"),
        pytest.param(("a1", "b1", "c1"), True, id="one version of each"),
        pytest.param(("a1", "b1", "a2", "c1"), True, id="one name twice"),
    ],
)
def test_rings_of_two_versions(ring: tuple[str, ...], expected: bool) -> None:
    """Two names in turn leave no folder with an end; a third one is room enough."""
    problem = state(draw_ring(*ring))

    assert Needs(problem).find() is expected
    assert expected is (place_fewest(problem) is not None)


def test_what_is_inside_was_known_before() -> None:
    """A way is chosen by what is found around the folder: with all around, nothing is inside."""
    problem = state(draw_ring("a1", "b1", "a2", "c1"))
    needs = Needs(problem)

    assert needs.find()
    needs.count()
    alone = needs.choose(TOP, {})
    assert alone is not None
    assert "a" in alone
    assert {} == needs.choose(TOP, dict(problem.edges[TOP]))


@given(graphs(instances_max=7), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_a_folder_may_not_hold_what_its_package_must_not_find(
    graph: LockedGraph, random: Random
) -> None:
    """A name that reaches nothing bars what a layout would have inside."""
    problem = state(graph)
    barred = {
        one: [name for name in "abcd" if name not in dict(edges) and random.random() < 0.7]
        for one, edges in enumerate(problem.edges)
        if one != TOP
    }
    problem = problem._replace(barred=barred)

    assert Needs(problem).find() is (place_fewest(problem) is not None)
