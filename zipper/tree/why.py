"""Why a package is in the tree: the chains that lead to it, and why there are several copies.

In: a tree, ideal or from a lockfile, and a package's name. Out: a value, and its drawing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zipper.npm import semver
from zipper.npm.collation import collation_key
from zipper.tree.connections import Connections, connect
from zipper.tree.model import ROOT, Edge, Node, Tree, parent_location

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Copy", "Explanation", "draw_explanation", "explain"]

_CHAINS_MAX: Final = 50
"""Chains told of one copy: in a large tree there are more than anybody reads."""

_STEPS_MAX: Final = 20_000
"""Chains looked at for one copy, finished or not."""

_EVERY_MAX: Final = 1_000_000
"""Where every chain is wanted: a large project's commonest package has 35,000, a hostile tree may
have more than any memory holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One copy of the package; `chains` are edges from the root to it, short ones first.

    `is_complete` says that there are no more chains. `reason` says why this copy exists besides the
    one that would be found without it; None where there is no such other copy.
    """

    node: Node
    chains: tuple[tuple[Edge, ...], ...]
    is_complete: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All copies of a package, by location; none where the tree does not hold it."""

    name: str
    copies: tuple[Copy, ...]


def explain(
    tree: Tree, name: str, *, legacy_peer_deps: bool = False, every: bool = False
) -> Explanation:
    """Return why `name` is in `tree`; aliases are found under both of their names.

    Args:
        tree: the whole tree.
        name: of the package.
        legacy_peer_deps: npm's setting.
        every: find every chain, and not the shortest fifty.
    """
    connections = connect(tree, legacy_peer_deps=legacy_peer_deps)
    found = [
        node
        for node in tree.nodes.values()
        if node.location != ROOT
        and (node.name == name or (node.link_target is None and node.package_name == name))
        and not _is_linked_elsewhere(node, tree)
    ]
    found.sort(
        key=lambda node: (node.location.count("node_modules/"), collation_key(node.location))
    )
    copies = (_explain_copy(node, tree, connections, every=every) for node in found)
    return Explanation(name, tuple(copies))


def draw_explanation(explanation: Explanation, tree: Tree) -> list[str]:
    """Return the lines that tell it."""
    if not explanation.copies:
        return [f"`{explanation.name}` is not in the tree"]
    lines: list[str] = []
    for copy in explanation.copies:
        lines.append(f"{_name(copy.node)}  {copy.node.location}")
        lines += [f"  {_draw_chain(chain, tree)}" for chain in copy.chains]
        if not copy.chains:
            lines.append("  nothing in the tree requests it")
        elif not copy.is_complete:
            lines.append("  ... and more chains: `--all` shows every one")
        if copy.reason is not None:
            lines.append(f"  its own copy: {copy.reason}")
    return lines


def _is_linked_elsewhere(node: Node, tree: Tree) -> bool:
    """Say whether `node` is the target of a link of the same name, which stands for it."""
    return any(
        other.link_target == node.location and other.name in (node.name, node.package_name)
        for other in tree.nodes.values()
        if other.link_target is not None
    )


def _explain_copy(node: Node, tree: Tree, connections: Connections, *, every: bool) -> Copy:
    find = _find_every_chain if every else _find_chains
    chains, is_complete = find(node, tree, connections)
    return Copy(
        node=node,
        chains=chains,
        is_complete=is_complete,
        reason=_find_reason(node, tree, connections),
    )


def _find_chains(
    node: Node, tree: Tree, connections: Connections
) -> tuple[tuple[tuple[Edge, ...], ...], bool]:
    """Return the chains that visit no node twice, the shortest first, and whether these are all."""
    links = _links_by_target(tree)
    chains: list[tuple[Edge, ...]] = []
    waiting: deque[tuple[str, tuple[Edge, ...], frozenset[str]]] = deque(
        [(node.location, (), frozenset({node.location}))]
    )
    steps = 0
    while waiting:
        steps += 1
        if len(chains) >= _CHAINS_MAX or steps > _STEPS_MAX:
            return tuple(chains), False
        location, chain, seen = waiting.popleft()
        if location == ROOT:
            chains.append(chain)
            continue
        for edge in _edges_to(location, connections, links):
            if edge.source not in seen:
                waiting.append((edge.source, (edge, *chain), seen | {edge.source}))
    return tuple(chains), True


def _find_every_chain(
    node: Node, tree: Tree, connections: Connections
) -> tuple[tuple[tuple[Edge, ...], ...], bool]:
    """Return what `_find_chains` does, without an end but that of memory."""
    links = _links_by_target(tree)
    chains: list[tuple[Edge, ...]] = []
    # One way at a time: its edges, the nodes on it, and at each node the edges still to try.
    way: list[Edge] = []
    seen = {node.location}
    waiting = [_edges_to(node.location, connections, links)]
    while waiting and len(chains) < _EVERY_MAX:
        edge = next(waiting[-1], None)
        if edge is None:
            waiting.pop()
            if way:
                seen.discard(way.pop().source)
        elif edge.source == ROOT:
            chains.append((edge, *reversed(way)))
        elif edge.source not in seen:
            way.append(edge)
            seen.add(edge.source)
            waiting.append(_edges_to(edge.source, connections, links))
    return tuple(sorted(chains, key=len)), not waiting


def _edges_to(
    location: str, connections: Connections, links: dict[str, list[str]]
) -> Iterator[Edge]:
    """Yield the edges that lead to a node, through a link where it is the target of one."""
    yield from connections.edges_in[location]
    for link in links.get(location, ()):
        yield from connections.edges_in[link]


def _links_by_target(tree: Tree) -> dict[str, list[str]]:
    links: dict[str, list[str]] = {}
    for node in tree.nodes.values():
        if node.link_target is not None:
            links.setdefault(node.link_target, []).append(node.location)
    return links


def _find_reason(node: Node, tree: Tree, connections: Connections) -> str | None:
    """Return why what is found further up does not do."""
    folder, found, _ = node.location.rpartition("node_modules/")
    if not found or not folder:
        return None
    outer = tree.find(parent_location(folder.rstrip("/")), node.name)
    if outer is None:
        return None
    if node.in_bundle:
        return "it is in the bundle of the package around it"
    refused = [
        edge
        for edge in connections.edges_in[node.location]
        if not semver.satisfies(outer.version, edge.spec, loose=True)
    ]
    if not refused:
        return f"{outer.location} would do, but had no such version when this was placed"
    wishes = ", ".join(dict.fromkeys(f"`{edge.spec}`" for edge in refused))
    verb = "excludes" if len(refused) == 1 else "exclude"
    return f"{outer.location} is {outer.version}, which {wishes} {verb}"


def _draw_chain(chain: tuple[Edge, ...], tree: Tree) -> str:
    names = [tree.root.package_name or "the project"]
    names += [_name(tree.nodes[edge.source]) for edge in chain[1:]]
    last = chain[-1]
    return " > ".join([*names, f"{last.name}@{last.spec} ({last.type})"])


def _name(node: Node) -> str:
    shown = node.name if node.name == node.package_name else f"{node.name} ({node.package_name})"
    return f"{shown}@{node.version}" if node.version else shown
