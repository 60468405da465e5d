"""What the search lays out has an end, and each walk in it finds what the graph names."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.graphs import count_fewest, draw_graph, graphs
from zipper.tree.hoist_deeply import place_deeply
from zipper.tree.hoist_problem import EndlessError, PlacedCopy, Problem, state_problem
from zipper.tree.merge_instances import merge_instances

if TYPE_CHECKING:
    from zipper.tree.locked_graph import LockedGraph

COPIES_MAX = 8
"""Brute force takes a minute for more."""


def state(graph: LockedGraph) -> Problem:
    """Return what there is to lay out."""
    return state_problem(merge_instances(graph), graph.importers[""])


def list_copies(root: PlacedCopy) -> list[PlacedCopy]:
    """Return all folders; each edge of each was walked."""
    copies = [root]
    for copy in copies:
        copies += copy.children.values()
    return copies


def find(copy: PlacedCopy, name: str) -> int | None:
    """Return the instance that Node's walk finds."""
    at: PlacedCopy | None = copy
    while at is not None and name not in at.children:
        at = at.parent
    return None if at is None else at.children[name].instance


def list_wrong(problem: Problem, root: PlacedCopy) -> list[tuple[int, str]]:
    """Return the edges at which a walk finds something else."""
    return [
        (copy.instance, name)
        for copy in list_copies(root)
        for name, to in problem.edges[copy.instance]
        if find(copy, name) != to
    ]


def search(problem: Problem) -> PlacedCopy | None:
    """Return what is found; None where nothing is."""
    try:
        return place_deeply(problem, ())
    except EndlessError:
        return None


@given(graphs(instances_max=5))
@settings(max_examples=150, deadline=None)
def test_what_brute_force_lays_out_is_laid_out(graph: LockedGraph) -> None:
    """Up to five instances that have a layout of a few copies have one here, too."""
    problem = state(graph)
    placed = search(problem)

    if placed is None:
        assert count_fewest(graph, copies_max=COPIES_MAX) is None
    else:
        assert [] == list_wrong(problem, placed)


@given(graphs(instances_max=16))
@settings(max_examples=100, deadline=None)
def test_each_walk_finds_what_the_graph_names(graph: LockedGraph) -> None:
    """Whatever the graph: a layout that is found is right."""
    problem = state(graph)
    placed = search(problem)

    assert placed is None or [] == list_wrong(problem, placed)


@given(graphs(instances_max=12), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_another_order_gives_the_same_copies(graph: LockedGraph, random: object) -> None:
    """The layout depends on what the graph says, not on the order in which it says it."""
    keys = list(graph.instances)
    random.shuffle(keys)
    mixed = graph._replace(instances={key: graph.instances[key] for key in keys})
    found = [search(state(one)) for one in (graph, mixed)]
    shapes = [
        one and [(copy.name, copy.instance, sorted(copy.children)) for copy in list_copies(one)]
        for one in found
    ]

    assert shapes[0] == shapes[1]


def test_a_ring_without_an_end_is_given_up_in_time() -> None:
    """Each version needs the other version of all others: the search has a bound."""
    names = "abcdef"
    edges = {
        f"{one}{version}": [f"{other}{3 - version}" for other in names if other != one]
        for version in (1, 2)
        for one in names
    }
    begun = time.process_time()

    assert search(state(draw_graph({"top": ["a1", "b1"], **edges}))) is None
    assert 5 > time.process_time() - begun


FEWEST = [
    (
        6,
        {
            "top": ["a1"],
            "a1": ["b1", "a1", "d1"],
            "a2": [],
            "b1": ["c1"],
            "c1": ["a2", "b1"],
            "d1": ["a2", "d1"],
        },
    ),
    (
        7,
        {
            "top": ["c1", "b1"],
            "a1": ["c1", "d1"],
            "a2": ["b2", "a1"],
            "b1": ["a2", "c1"],
            "b2": ["b1", "a2"],
            "c1": ["d1", "c1", "b1"],
            "d1": ["b1"],
        },
    ),
    (
        9,
        {
            "top": ["b2", "d2"],
            "a1": ["c2"],
            "a2": ["c2"],
            "b1": ["b1"],
            "b2": ["a1"],
            "c1": [],
            "c2": ["b1", "a1"],
            "d1": [],
            "d2": ["a2", "c1", "d1"],
        },
    ),
]
"""Graphs, and the fewest copies that brute force finds."""


@pytest.mark.parametrize(("fewest", "edges"), FEWEST)
def test_what_is_not_nearest_is_hoisted_where_that_saves_copies(
    fewest: int, edges: dict[str, list[str]]
) -> None:
    """Of what clashes, the cheapest is inside; never what hides an instance's own need."""
    problem = state(draw_graph(edges))

    placed = place_deeply(problem, ())

    assert [] == list_wrong(problem, placed)
    assert fewest == len(list_copies(placed)) - 1
