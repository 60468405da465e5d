"""Peer sets are those that arborist finds, and a peer is not below whose peer it is."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from zipper.npm.package_json import parse_manifest
from zipper.tree.draft import Draft, DraftNode
from zipper.tree.peer_sets import deepest_nesting_target, peer_entry_sets

if TYPE_CHECKING:
    from zipper.tree.draft_edge import DraftEdge

NAMES = "abcdefg"


def draw(random: Random) -> list[DraftNode]:
    """Return a project and packages side by side that need each other, as peers mostly."""

    def choose(share: float) -> dict[str, str]:
        return {name: random.choice("1112") for name in NAMES if random.random() < share}

    manifests = [
        parse_manifest(
            {
                "name": name,
                "version": "1.0.0",
                "dependencies": choose(0.1),
                "peerDependencies": choose(0.25),
            }
        )
        for name in ("p", *NAMES)
    ]
    root, *nodes = (DraftNode(manifest.name, manifest) for manifest in manifests)
    draft = Draft(root, "/p")
    for node in nodes:
        draft.attach(node, root)
    for node in (root, *nodes):
        node.load_dependencies(legacy_peer_deps=False)
        node.all_edges()
    return [root, *nodes]


def find_as_arborist(node: DraftNode) -> dict[DraftEdge, set[DraftNode]]:
    """Return what lib/peer-entry-sets.js returns."""

    def peers_of(one: DraftNode) -> list[DraftNode]:
        return [e.to for e in one.all_edges() if e.valid and e.peer and e.to is not None]

    union = [node]
    for one in union:
        askers = [edge.source for edge in one.edges_in if edge.valid and edge.peer]
        union += [n for n in dict.fromkeys([*peers_of(one), *askers]) if n not in union]
    found = {}
    for peer in union:
        for edge in peer.edges_in:
            if edge.valid and (not edge.peer or edge.source.is_top):
                members = [peer]
                for one in members:
                    members += [n for n in dict.fromkeys(peers_of(one)) if n not in members]
                if node in members:
                    found[edge] = set(members)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_peer_sets_are_arborists(seed: int) -> None:
    """Of each package in fifty random projects each."""
    random = Random(seed)
    for _ in range(50):
        for node in draw(random):
            found = {edge: set(members) for edge, members in peer_entry_sets(node).items()}
            assert find_as_arborist(node) == found


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ([{}, {}, {}], 2),
        ([{}, {}, {"dependencies": {"x": "1"}}], 2),
        ([{}, {}, {"peerDependencies": {"x": "1"}}], 1),
        ([{}, {}, {"peerDependencies": {"y": "1"}}], 2),
        ([{}, {"peerDependencies": {"x": "1"}}, {"peerDependencies": {"x": "1"}}], 0),
        ([{}, {"peerDependencies": {"x": "1"}}, {}], 2),
        ([{"peerDependencies": {"x": "1"}}] * 3, 0),
    ],
)
def test_a_peer_lies_beside_whose_peer_it_is(needs: list[dict], expected: int) -> None:
    """The innermost folder that has it as no peer; in the project's it may be in any case."""
    chain = [
        DraftNode(name, parse_manifest({"name": name, "version": "1.0.0", **fields}))
        for name, fields in zip("pab", needs, strict=True)
    ]
    draft = Draft(chain[0], "/p")
    draft.attach(chain[1], chain[0])
    draft.attach(chain[2], chain[1])
    for node in chain:
        node.load_dependencies(legacy_peer_deps=False)

    assert chain[expected] is deepest_nesting_target(chain[2], "x")
