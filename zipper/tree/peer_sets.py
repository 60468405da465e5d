"""Peer sets: packages that must lie side by side because they are each other's peers.

In: a node of the tree in the making. Out: the edges through which the sets that it belongs to were
brought in, each with its set.

Source: @npmcli/arborist 9, lib/peer-entry-sets.js.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.tree.draft import DraftNode
    from zipper.tree.draft_edge import DraftEdge

__all__ = ["deepest_nesting_target", "peer_entry_sets"]


def peer_entry_sets(node: DraftNode) -> dict[DraftEdge, dict[DraftNode, None]]:
    """Return entry edge to peer set, for every peer set that holds `node`.

    An entry edge is no peer edge, or comes from a top: the reason why the set is there at all.
    """
    entries: dict[DraftEdge, dict[DraftNode, None]] = {}
    for peer in _all_connected(node):
        for edge in peer.edges_in:
            if not edge.valid or (edge.peer and not edge.source.is_top):
                continue
            members = _brought_in(peer)
            if node in members:
                entries[edge] = members
    return entries


def deepest_nesting_target(start: DraftNode, name: str) -> DraftNode:
    """Return the deepest folder in which a dependency `name` of `start` may be placed.

    A peer may not lie below the package whose peer it is.
    """
    for target in start.ancestry():
        if target.is_root or target.resolve_parent is None:
            return target
        edge = target.edge_named(name)
        if edge is None or not edge.peer:
            return target
    return start


def _all_connected(node: DraftNode) -> Iterable[DraftNode]:
    """Return every node that peer edges connect with `node`, in either direction."""
    union = {node: None}
    queue = [node]
    for one in queue:
        reached = [edge.to for edge in one.peer_edges() if edge.valid]
        reached += [edge.source for edge in one.edges_in if edge.peer and edge.valid]
        for other in reached:
            if other is not None and other not in union:
                union[other] = None
                queue.append(other)
    return union


def _brought_in(entry: DraftNode) -> dict[DraftNode, None]:
    """Return `entry` and its peers, their peers, and so on."""
    members = {entry: None}
    queue = [entry]
    for one in queue:
        for edge in one.peer_edges():
            if edge.to is not None and edge.to not in members and edge.valid:
                members[edge.to] = None
                queue.append(edge.to)
    return members
