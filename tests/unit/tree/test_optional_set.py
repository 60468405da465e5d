"""What falls away with an optional package is arborist's set."""

from __future__ import annotations

from random import Random

import pytest

from zipper.tree.connections import Connections
from zipper.tree.model import Edge
from zipper.tree.optional_set import find_optional_set

KINDS = ("prod", "prod", "peer", "optional", "peerOptional")


def draw(random: Random) -> Connections:
    """Return edges between a few places; some lead nowhere."""
    places = "abcdefgh"[: random.randint(1, 8)]
    out = {
        place: tuple(
            Edge(place, to, "*", random.choice(KINDS), to if random.random() < 0.9 else None)
            for to in places
            if random.random() < 0.25
        )
        for place in places
    }
    edges = [edge for found in out.values() for edge in found]
    return Connections(out, {to: [e for e in edges if e.target == to] for to in places})


def find_as_arborist(failed: str, connections: Connections, inert: set[str]) -> set[str]:
    """Return what lib/optional-set.js returns."""
    start = [failed]
    for place in start:
        start += [
            edge.source
            for edge in connections.edges_in[place]
            if edge.type not in ("optional", "peerOptional") and edge.source not in start
        ]
    start = list(dict.fromkeys(start))

    def counts(edge: Edge) -> bool:
        return edge.target not in start and edge.source not in inert

    found = list(start)
    for place in found:
        edges = connections.edges_out[place]
        found += [e.target for e in edges if e.target and e.target not in found and counts(e)]
    while True:
        kept = [
            place
            for place in found
            if not any(e.source not in found and counts(e) for e in connections.edges_in[place])
        ]
        if kept == found:
            return set(found)
        found = kept


@pytest.mark.parametrize("seed", range(4))
def test_the_set_is_arborists(seed: int) -> None:
    """In a hundred random trees each, of which a part has fallen away before."""
    random = Random(seed)
    for _ in range(100):
        connections = draw(random)
        places = list(connections.edges_out)
        inert = {place for place in places if random.random() < 0.2}
        for failed in places:
            expected = find_as_arborist(failed, connections, inert)
            assert expected == find_optional_set([failed], connections, inert=inert)
