"""What there is to lay out: numbers, edges, what a tarball holds, and what may not be inside."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.graphs import draw_graph
from zipper.npm.package_json import Manifest
from zipper.tree.hoist_problem import EndlessError, PlacedCopy, state_problem


def manifest(name: str, **fields: Any) -> dict[str, Manifest]:
    """Return the manifest of an instance as a field of it."""
    return {"manifest": Manifest(name=name, version="1.0.0", **fields)}


def test_what_is_reached_has_a_number() -> None:
    """The importer is the first, all others are in the order of their keys; edges by name."""
    graph = draw_graph({"top": ["c1", "a1"], "c1": ["b1"], "b1": ["c1"], "a1": [], "z1": ["a1"]})

    problem = state_problem(graph, "top")

    assert ["top", "a1", "b1", "c1"] == problem.keys
    assert [[("a", 1), ("c", 3)], [], [("c", 3)], [("b", 2)]] == problem.edges
    assert ({}, {}, {}) == (problem.bundled, problem.closed, problem.barred)


def test_a_tarball_holds_what_is_bundled_in_it() -> None:
    """Under the name that its owner asks for; else under its own."""
    graph = draw_graph(
        {"top": ["a1"], "a1": {"x": "b1"}, "b1": [], "c1": ["d1"], "d1": [], "e1": []},
        b1={"bundled_in": "a1"},
        c1={"bundled_in": "a1"},
        e1={"bundled_in": "z1"},
    )

    problem = state_problem(graph, "top")

    assert ["top", "a1", "b1", "c1", "d1"] == problem.keys
    assert {1: [("x", 2), ("c", 3)]} == problem.bundled


@pytest.mark.parametrize(
    ("fields", "closed", "barred"),
    [
        ({}, {}, {}),
        ({"dependencies": {"b": "1"}}, {}, {}),
        ({"dependencies": {"x": "1", "b": "1"}}, {}, {1: {"x"}}),
        ({"peer_dependencies": {"x": "1"}}, {}, {1: {"x"}}),
        ({"optional_dependencies": {"x": "1", "y": "1"}}, {}, {1: {"x", "y"}}),
        ({"dev_dependencies": {"x": "1"}}, {}, {}),
        ({"bundle_dependencies": ("b",)}, {}, {}),
        ({"bundle_dependencies": ("y", "b", "x")}, {1: ["x", "y"]}, {}),
    ],
)
def test_names_that_reach_nothing(
    fields: dict[str, Any], closed: dict[int, list[str]], barred: dict[int, set[str]]
) -> None:
    """What is declared bars its name; what is bundled and not known fills it."""
    graph = draw_graph({"top": ["a1"], "a1": ["b1"], "b1": []}, a1=manifest("a", **fields))

    problem = state_problem(graph, "top")

    assert (closed, barred) == (problem.closed, problem.barred)


def test_nothing_is_closed_in_the_importer() -> None:
    """It is no tarball."""
    own = {**manifest("top", bundle_dependencies=("x",)), "folder": ""}
    graph = draw_graph({"top": ["a1"], "a1": []}, top=own)

    assert {} == state_problem(graph, "top").closed


def test_a_copy_is_in_the_folder_around_it() -> None:
    """Which is what asked for it, as long as nothing else is said."""
    root = PlacedCopy(0)
    inner = PlacedCopy(3, "a", root)

    assert {"a": inner} == root.children
    assert (root, root, "a", 3) == (inner.parent, inner.asker, inner.name, inner.instance)
    assert (None, None, {}, {}) == (root.parent, root.asker, inner.children, inner.passed)


def test_what_is_known_of_a_ring() -> None:
    """Nothing is certain, and no layout was found, as long as that is not said."""
    found, none = EndlessError([1], copies=5), EndlessError([1, 2], is_certain=True)

    assert ([1], False, 5) == (found.ring, found.is_certain, found.copies)
    assert ([1, 2], True, 0) == (none.ring, none.is_certain, none.copies)
