"""What goes along with nodes is arborist's set, however it is walked."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING

import pytest

from zipper.npm.package_json import parse_manifest
from zipper.tree.draft import Draft, DraftNode
from zipper.tree.gather import gather_along, gather_dep_set, is_gathered, is_valid_edge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zipper.tree.draft_edge import DraftEdge

NAMES = "abcdefgh"


def draw(random: Random) -> list[DraftNode]:
    """Return nodes side by side that need each other at random; some needs are not met."""
    root = DraftNode("p", parse_manifest({"dependencies": {"a": "1"}}))
    draft = Draft(root, "/p")
    nodes = []
    for name in NAMES[: random.randint(1, len(NAMES))]:
        needs = {one: random.choice("1112") for one in NAMES if random.random() < 0.25}
        node = DraftNode(
            name, parse_manifest({"name": name, "version": "1.0.0", "dependencies": needs})
        )
        draft.attach(node, root)
        nodes.append(node)
    for node in nodes:
        node.load_dependencies(legacy_peer_deps=False)
        node.all_edges()
        node.rank = random.randint(0, 3)
    return nodes


def gather_as_arborist(
    start: Iterable[DraftNode], counts: Callable[[DraftEdge], bool]
) -> set[DraftNode]:
    """Return what lib/gather-dep-set.js returns: all below, less what something outside needs."""
    found = list(dict.fromkeys(start))
    for node in found:
        below = [edge.to for edge in node.all_edges() if edge.to is not None and counts(edge)]
        found += [one for one in dict.fromkeys(below) if one not in found]
    gone: list[DraftNode] | None = None
    while gone is None or gone:
        gone = [
            one
            for one in found
            if any(edge.source not in found and counts(edge) for edge in one.edges_in)
        ]
        found = [one for one in found if one not in gone]
    return set(found)


@pytest.mark.parametrize("seed", range(4))
def test_the_set_is_arborists(seed: int) -> None:
    """In a hundred random graphs each, from one node and from two, with edges that don't count."""
    random = Random(seed)
    for _ in range(100):
        nodes = draw(random)
        ignored = {edge for node in nodes for edge in node.all_edges() if random.random() < 0.15}

        def counts(edge: DraftEdge, ignored: set[DraftEdge] = ignored) -> bool:
            return edge not in ignored

        for start in (random.sample(nodes, min(len(nodes), size)) for size in (1, 2, 3)):
            assert gather_dep_set(start, counts).keys() == gather_as_arborist(start, counts)
        for one, other in product(nodes, random.sample(nodes, 1)):
            assert is_gathered(one, other, counts) is (one in gather_as_arborist([other], counts))
        first = nodes[0]
        along = gather_as_arborist([first], lambda edge: edge.to is not first and counts(edge))  # noqa: B023  (called here)
        assert gather_along(first, counts).keys() == along
        valid = gather_as_arborist([first], lambda edge: edge.valid)
        assert gather_dep_set([first], is_valid_edge).keys() == valid
