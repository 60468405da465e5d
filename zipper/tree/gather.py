"""What would go along with a node: everything that only it, or what goes with it, needs.

In: nodes of the tree in the making, and which edges count. Out: the set that nothing outside needs.

arborist walks all that is below the nodes and then takes away what others need. Here each node
below is asked instead whether something above it leads out of the set; that walk ends after a few
steps, since nearly everything leads to the root. The sets are the same.

Source: @npmcli/arborist 9, lib/gather-dep-set.js.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zipper.tree.draft import DraftNode
    from zipper.tree.draft_edge import DraftEdge

__all__ = ["gather_along", "gather_dep_set", "is_gathered", "is_valid_edge"]


def gather_dep_set(
    start: Iterable[DraftNode], counts: Callable[[DraftEdge], bool]
) -> dict[DraftNode, None]:
    """Return the nodes at or below `start` that no node outside of the result needs.

    Args:
        start: where to begin.
        counts: says of an edge whether it counts, both as a way down and as a need.
    """
    origin = dict.fromkeys(start)
    gathered: dict[DraftNode, None] = {}
    outside: set[DraftNode] = set()
    queue = list(origin)
    seen = set(queue)
    for node in queue:
        if not _belongs(node, origin, counts, gathered, outside):
            continue
        gathered[node] = None
        for edge in node.all_edges():
            to = edge.to
            if to is not None and to not in seen and counts(edge):
                seen.add(to)
                queue.append(to)
    return gathered


def gather_along(node: DraftNode, counts: Callable[[DraftEdge], bool]) -> dict[DraftNode, None]:
    """Return `node` and what would go along with it, even if others need `node` itself."""
    return gather_dep_set([node], lambda edge: edge.to is not node and counts(edge))


def is_valid_edge(edge: DraftEdge) -> bool:
    """Say whether the edge has what it asks for: one that has not keeps nothing in its place."""
    return edge.valid


def is_gathered(node: DraftNode, start: DraftNode, counts: Callable[[DraftEdge], bool]) -> bool:
    """Say whether `node` is in `gather_dep_set([start], counts)`, without walking it all."""
    return _belongs(node, {start: None}, counts, {}, set())


def _belongs(
    node: DraftNode,
    origin: dict[DraftNode, None],
    counts: Callable[[DraftEdge], bool],
    gathered: dict[DraftNode, None],
    outside: set[DraftNode],
) -> bool:
    """Say whether all that needs `node`, near and far, is itself at or below the origin."""
    above: dict[DraftNode, None] = {node: None}
    stack = [node]
    while stack:
        one = stack.pop()
        nearest: DraftNode | None = None
        needed = False
        for edge in one.edges_in:
            if not counts(edge):
                continue
            needed = True
            source = edge.source
            if source in outside:
                outside.add(node)
                return False
            if source in above or source in gathered:
                continue
            above[source] = None
            # The way up that is likely to be the shortest is walked first.
            if nearest is None:
                nearest = source
            elif source.rank < nearest.rank:
                stack.append(nearest)
                nearest = source
            else:
                stack.append(source)
        if nearest is not None:
            stack.append(nearest)
        if not needed and one not in origin:
            outside.add(node)
            return False
    # Everything above is closed: a way down from the origin to any of it lies within.
    return _reach_all(above, origin, counts, gathered)


def _reach_all(
    above: dict[DraftNode, None],
    origin: dict[DraftNode, None],
    counts: Callable[[DraftEdge], bool],
    gathered: dict[DraftNode, None],
) -> bool:
    missing = {one for one in above if one not in origin}
    stack = [one for one in above if one in origin]
    stack += [
        edge.source
        for one in missing
        for edge in one.edges_in
        if edge.source in gathered and counts(edge)
    ]
    while stack and missing:
        for edge in stack.pop().all_edges():
            to = edge.to
            if to in missing and to is not None and counts(edge):
                missing.discard(to)
                stack.append(to)
    return not missing
