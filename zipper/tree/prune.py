"""Remove what a placement has made superfluous.

In: nodes of the tree in the making. Out: the tree without those that nothing needs any more, or
that can be found further up.

Source: @npmcli/arborist 9, lib/place-dep.js `pruneForReplacement`, `pruneDedupable`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm.collation import CollationKey, collation_key
from zipper.tree.draft import detach
from zipper.tree.gather import gather_along, gather_dep_set, is_valid_edge
from zipper.tree.replace import can_dedupe

if TYPE_CHECKING:
    from zipper.tree.draft import DraftNode

__all__ = ["prune_below", "prune_dedupable", "prune_for_replacement"]


def prune_for_replacement(placed: DraftNode, orphans: list[DraftNode]) -> None:
    """Remove what the new node does not accept, and what only the old one needed."""
    superfluous = {
        edge.to: None for edge in placed.all_edges() if edge.to is not None and not edge.valid
    }
    for orphan in orphans:
        superfluous.update(gather_along(orphan, is_valid_edge))
    gathered = gather_dep_set(
        superfluous,
        lambda edge: edge.source is not placed and edge.to is not placed and edge.valid,
    )
    for node in gathered:
        detach(node)


def prune_below(target: DraftNode, name: str, *, prefer_dedupe: bool) -> None:
    """Remove what lies below `target` under the name and can now be found there."""
    draft = target.draft
    if draft is None:
        return
    for node in tuple(draft.by_name.get(name, ())):
        if node.draft is not draft or node.is_top or not node.is_descendant_of(target):
            continue
        prune_dedupable(node, prefer_dedupe=prefer_dedupe)
        if node.draft is draft:
            for kid in tuple(node.children.values()):
                prune_dedupable(kid, prefer_dedupe=prefer_dedupe)


def prune_dedupable(node: DraftNode, *, prefer_dedupe: bool, descend: bool = False) -> None:
    """Remove `node` if what is found without it would do; `descend` looks at all below it too."""
    stack = [node]
    while stack:
        one = stack.pop()
        if one.draft is None:
            continue
        if can_dedupe(one, prefer_dedupe=prefer_dedupe):
            for gone in gather_along(one, is_valid_edge):
                detach(gone)
        elif descend:
            stack.extend(reversed(_below(one)))


def _below(node: DraftNode) -> list[DraftNode]:
    """Return what lies in the node_modules of `node` and of the folders inside it, in order."""
    found = sorted(node.children.values(), key=_by_location)
    for inner in sorted(node.fs_children, key=_by_location):
        found += sorted(inner.children.values(), key=_by_location)
    return found


def _by_location(node: DraftNode) -> CollationKey:
    return collation_key(node.location)
