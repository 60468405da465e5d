"""Whether one node may stand for another: the same package, or one that nothing would miss.

In: nodes. Out: verdicts; nothing changes.

Source: @npmcli/arborist 9, lib/node.js `matches`, `canReplaceWith`, `canDedupe`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm import semver
from zipper.tree.bundle_owner import is_in_dependency_bundle
from zipper.tree.gather import is_gathered

if TYPE_CHECKING:
    from collections.abc import Container

    from zipper.tree.draft import DraftNode
    from zipper.tree.draft_edge import DraftEdge

__all__ = ["can_dedupe", "can_replace", "matches"]


def matches(one: DraftNode, other: DraftNode) -> bool:  # noqa: PLR0911 - one a rule
    """Say whether two nodes hold the same package: by integrity, else by origin, else by name."""
    if one is other:
        return True
    if one.name != other.name:
        return False
    if one.is_link:
        mine, theirs = one.target, other.target
        return mine is not None and theirs is not None and matches(mine, theirs)
    if one.is_root and other.is_root:
        return one.path == other.path
    if one.integrity and other.integrity:
        return one.integrity == other.integrity
    if one.resolved and other.resolved:
        return one.resolved == other.resolved
    return bool(
        one.package_name
        and one.package_name == other.package_name
        and one.version
        and one.version == other.version
    )


def can_replace(old: DraftNode, new: DraftNode, *, ignore_peers: Container[str] = ()) -> bool:
    """Say whether everything that needs `old` would do with `new`.

    Edges from what would go along with `old` don't count, nor peer edges between neighbours whose
    names are in `ignore_peers`: they will be replaced too.
    """
    if new.name != old.name or new.package_name != old.package_name:
        return False
    if old.dependencies and new.overrides is not old.overrides:
        return False

    def counts(edge: DraftEdge) -> bool:
        return edge.to is not old and edge.valid

    for edge in tuple(old.edges_in):
        neighbour = not old.is_top and edge.source.parent is old.parent and edge.peer
        if neighbour and edge.source.name in ignore_peers:
            continue
        if not edge.satisfied_by(new) and not is_gathered(edge.source, old, counts):
            return False
    return True


def can_dedupe(  # noqa: PLR0911 - one a rule
    node: DraftNode, *, prefer_dedupe: bool = False
) -> bool:
    """Say whether `node` can go, because what is found without it would do as well."""
    if node.in_shrinkwrap or is_in_dependency_bundle(node):
        return False
    above = node.resolve_parent
    outer = None if above is None else above.resolve_parent
    if outer is None:
        return False
    if not node.edges_in:
        return True
    other = outer.resolve(node.name)
    if other is None:
        return False
    if matches(other, node):
        return True
    if not can_replace(node, other):
        return False
    order = semver.compare(other.version, node.version, loose=True)
    if prefer_dedupe or order == 0:
        return True
    return order > 0 and not _is_overridden(node)


def _is_overridden(node: DraftNode) -> bool:
    """Say whether an override put this very version here."""
    rule = node.overrides
    if rule is None or not rule.value or rule.name != node.name:
        return False
    return any(
        edge.overrides is not None
        and edge.overrides.name == node.name
        and edge.overrides.value == node.version
        and edge.overrides is not edge.source.overrides
        for edge in node.edges_in
    )
