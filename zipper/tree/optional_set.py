"""What goes when an optional dependency cannot be installed: the whole set that it belongs to.

In: a tree's edges and the failed nodes. Out: the locations that fall away with them.

Source: @npmcli/arborist 9, optional-set and gather-dep-set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.tree.connections import Connections
    from zipper.tree.model import Edge

__all__ = ["find_optional_set"]

_OPTIONAL = ("optional", "peerOptional")


def find_optional_set(
    failed: Iterable[str], connections: Connections, *, inert: set[str]
) -> set[str]:
    """Return the locations that cannot or need not be installed once those in `failed` are not.

    First whatever requires a failed node, up to the edges that are optional; then whatever only
    these nodes need. `inert` holds what has fallen away before: what it asks for does not count.
    """
    boundary: dict[str, None] = dict.fromkeys(failed)
    queue = list(boundary)
    while queue:
        for edge in connections.edges_in.get(queue.pop(), ()):
            if edge.type not in _OPTIONAL and edge.source not in boundary:
                boundary[edge.source] = None
                queue.append(edge.source)
    return _gather(boundary, connections, inert)


def _gather(boundary: Iterable[str], connections: Connections, inert: set[str]) -> set[str]:
    """Return `boundary` and all that nothing outside of it needs."""
    start = set(boundary)
    gathered = set(start)

    def counts(edge: Edge) -> bool:
        return edge.target not in start and edge.source not in inert

    queue = list(gathered)
    while queue:
        for edge in connections.edges_out[queue.pop()]:
            target = edge.target
            if target is not None and target not in gathered and counts(edge):
                gathered.add(target)
                queue.append(target)
    queue = list(gathered)
    while queue:
        location = queue.pop()
        if location not in gathered:
            continue
        needed = any(
            edge.source not in gathered and counts(edge) for edge in connections.edges_in[location]
        )
        if needed:
            gathered.discard(location)
            queue.extend(
                edge.target for edge in connections.edges_out[location] if edge.target is not None
            )
    return gathered
