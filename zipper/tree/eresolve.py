"""ERESOLVE: who wants what, and why both cannot be.

In: edges of the tree in the making that contradict each other. Out: the error, with the chain from
the root for both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import ResolutionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.tree.draft import DraftNode
    from zipper.tree.draft_edge import DraftEdge

__all__ = ["chain_of", "explain_endless", "explain_peer_conflict", "explain_unplaceable"]

_HINT = (
    "choose versions that agree, or add an entry to `overrides`; "
    "`legacy-peer-deps=true` in .npmrc accepts a tree in which peers are not looked at"
)


def explain_peer_conflict(edge: DraftEdge, wanted: DraftEdge | None) -> ResolutionError:
    """Return the error for peers that contradict each other before anything is placed."""
    current = edge.source.resolve(edge.name)
    facts = [("wanted", f"{edge.name}@{edge.spec} ({edge.type})"), ("by", chain_of(edge.source))]
    if current is not None:
        facts += [("found", _name(current)), *_reasons(current, but=edge)]
    if wanted is not None and wanted not in _shown(current, but=edge):
        facts.append(("also wanted", f"{wanted.name}@{wanted.spec} ({wanted.type})"))
        facts.append(("by", chain_of(wanted.source)))
    return ResolutionError(
        "ERESOLVE",
        f"no version of `{edge.name}` satisfies all that depend on it",
        facts=_unique(facts),
        hint=_HINT,
    )


def explain_unplaceable(
    edge: DraftEdge,
    dep: DraftNode,
    current: DraftNode | None,
    culprit: tuple[DraftEdge, DraftNode, DraftNode | None] | None,
) -> ResolutionError:
    """Return the error for a node that has no place with its peers.

    `culprit` is the peer that is in conflict: its edge, the node for it, and what is in the way.
    """
    facts = [("placing", _name(dep)), ("for", chain_of(edge.source))]
    if culprit is not None:
        peer_edge, peer, blocking = culprit
        facts.append(("needs", f"{peer_edge.name}@{peer_edge.spec} ({peer_edge.type})"))
        facts.append(("by", f"{_name(peer_edge.source)}, which would get {_name(peer)}"))
        current = blocking or current
    if current is not None:
        facts += [("found", _name(current)), *_reasons(current, but=edge)]
    return ResolutionError(
        "ERESOLVE",
        f"`{dep.name}@{dep.version}` cannot be placed without a peer conflict",
        facts=_unique(facts),
        hint=_HINT,
    )


def explain_endless(trail: Sequence[DraftEdge]) -> ResolutionError:
    """Return the error for peers that displace each other in turns, without end."""
    wishes = {f"{_name(edge.source)} wants {edge.name}@{edge.spec} ({edge.type})" for edge in trail}
    return ResolutionError(
        "ERESOLVE",
        "peer dependencies contradict each other in a circle",
        facts=tuple(("because", wish) for wish in sorted(wishes)[:12]),
        hint=_HINT,
    )


def chain_of(node: DraftNode) -> str:
    """Return one chain from the project to `node`: `my-fn > a@1.2.0 > b@2.0.0`."""
    names: list[str] = []
    seen: set[DraftNode] = set()
    one: DraftNode | None = node
    while one is not None and one not in seen:
        seen.add(one)
        if one.source is not None:
            one = one.source
            continue
        names.append(_name(one))
        edges = [edge for edge in one.edges_in if edge.source not in seen]
        for link in one.links_in:
            edges += [edge for edge in link.edges_in if edge.source not in seen]
        one = edges[0].source if edges else None
    return " > ".join(reversed(names))


def _reasons(node: DraftNode, *, but: DraftEdge) -> list[tuple[str, str]]:
    """Return who wants `node`, at most four of them."""
    return [
        ("wanted by", f"{chain_of(edge.source)} ({edge.type} {edge.name}@{edge.spec})")
        for edge in _shown(node, but=but)
    ]


def _shown(node: DraftNode | None, *, but: DraftEdge) -> list[DraftEdge]:
    edges_in = () if node is None else node.edges_in
    return [edge for edge in edges_in if edge is not but and edge.valid][:4]


def _name(node: DraftNode) -> str:
    if node.source is not None:
        return _name(node.source)
    if node.is_root and node.draft is not None:
        return node.manifest.name or node.name or "the project"
    alias = node.package_name
    shown = f"{node.name} (npm:{alias})" if alias and alias != node.name else node.name
    return f"{shown}@{node.version}" if node.version else shown


def _unique(facts: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(facts))
