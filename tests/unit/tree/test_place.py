"""A package with its peers is put where arborist puts it, and the tree is what arborist leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.draft_runs import make, start
from tests.support.npm_answers import load_table
from zipper.errors import ResolutionError
from zipper.tree.place import Placement, place_dep
from zipper.tree.trampoline import finish

if TYPE_CHECKING:
    from zipper.tree.draft import Draft

CASES = [*load_table("clashes"), *load_table("placements")]


def show(placement: Placement, draft: Draft) -> list[Any]:
    """Return what was decided, as `tests/support/npm_answers.cjs` shows it."""
    answer, placed = placement.answer, placement.placed
    return [
        placement.edge.name,
        answer and answer.verdict,
        answer and answer.own_verdict,
        placed.location if placed is not None and placed.draft is draft else None,
        sorted(node.location for node in placement.displaced if node.draft is draft),
        [show(child, draft) for child in placement.children],
    ]


def show_tree(draft: Draft) -> list[Any]:
    """Return each folder with its edges: what they find, and whether that will do or has to."""
    return [
        [
            node.location,
            node.version,
            node.target.location
            if node.target is not None
            else [node.resolved, node.integrity, len(node.errors)],
            []
            if node.is_link
            else [
                [
                    edge.name,
                    edge.to and edge.to.location,
                    f"{edge.valid:d}{edge.peer_conflicted:d}",
                ]
                for edge in sorted(node.all_edges(), key=lambda edge: edge.name)
            ],
        ]
        for node in sorted(draft.nodes.values(), key=lambda node: node.location)
    ]


def answer(question: list[Any]) -> Any:
    """Place a package for the edge of a folder, with peers of its virtual root."""
    tree, at, name, packages, options = question
    resolution = start(tree, options)
    source = resolution.draft.nodes[at]
    virtual = resolution.virtual_root(source)
    assert virtual.draft is not None
    for one, fields in packages.items():
        virtual.draft.attach(make(resolution, one, fields), virtual)
    edge, dep = source.edge_named(name), virtual.child(name)
    assert edge is not None
    assert dep is not None
    placement = Placement(dep, edge)
    try:
        finish(place_dep(resolution, placement))
    except ResolutionError as error:
        return error.code
    return [show(placement, resolution.draft), show_tree(resolution.draft)]


@pytest.mark.parametrize("start_at", range(0, len(CASES), 50))
def test_a_package_is_put_where_arborist_puts_it(start_at: int) -> None:
    """With what gives way, what can go then, and what has to be looked at again."""
    for question, expected in CASES[start_at : start_at + 50]:
        assert expected == answer(question), question


def test_versions_are_compared_as_leniently_as_they_are_read() -> None:
    """Deviation: npm breaks down at a version that only its lenient reader takes."""
    tree = {"": {"dependencies": {"c": "*"}}, "node_modules/c": {"version": "1.0.0beta"}}
    for version, verdict in (("1.0.0rc", "REPLACE"), ("1.0.0alpha", "KEEP")):
        question = [tree, "", "c", {"c": {"version": version}}, {"updateNames": ["c"]}]
        assert ["c", verdict, verdict] == answer(question)[0][:3]
