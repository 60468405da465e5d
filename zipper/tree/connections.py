"""All edges of a tree at once: who asks for what, and who is asked for.

In: a frozen `Tree`. Out: its edges by source and by target, which the flags, the selection for a
target and `explain` walk. Nothing is decided here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.tree.model import Edge, Tree

__all__ = ["Connections", "connect"]


class Connections(NamedTuple):
    """The edges of a tree by the location of their source, and by that of their target."""

    edges_out: Mapping[str, Sequence[Edge]]
    edges_in: Mapping[str, Sequence[Edge]]


def connect(tree: Tree, *, legacy_peer_deps: bool = False) -> Connections:
    """Return every edge of `tree`; an edge that finds nothing is in `edges_out` only."""
    edges_out = {
        location: tuple(tree.edges_out(location, legacy_peer_deps=legacy_peer_deps))
        for location in tree.nodes
    }
    edges_in: dict[str, list[Edge]] = {location: [] for location in tree.nodes}
    for edges in edges_out.values():
        for edge in edges:
            if edge.target is not None:
                edges_in[edge.target].append(edge)
    return Connections(edges_out, edges_in)
