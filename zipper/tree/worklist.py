"""The worklist: the order in which packages get their dependencies.

In: a tree in the making with unfinished nodes. Out: one in which nothing is missing, apart from
what could not be had.

The shallowest unfinished package comes first, since what it places affects what lies deeper; among
equals the one whose path sorts first, and the dependencies of one package by name. This order is
part of npm's answer.

Source: @npmcli/arborist 9, build-ideal-tree `#buildDepStep`, `#problemEdges`, `#resolveLinks`.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zipper.npm.collation import CollationKey, collation_key
from zipper.tree.bundle_owner import is_in_dependency_bundle
from zipper.tree.bundled_packages import load_inner_nodes
from zipper.tree.eresolve import explain_endless
from zipper.tree.overrides import take_overrides
from zipper.tree.peers import PeerLoad, node_from_edge
from zipper.tree.place import Placement, place_dep
from zipper.tree.trampoline import Step, call

if TYPE_CHECKING:
    from zipper.tree.draft import DraftNode
    from zipper.tree.draft_edge import DraftEdge
    from zipper.tree.resolver_state import Resolution

__all__ = ["Worklist", "build_dependencies", "find_problem_edges"]

_VISITS_MAX: Final = 200
"""How often one location may be worked on; real trees need a handful of visits.

Deviation: npm has no bound, and two peer sets can displace each other for ever.
"""


@dataclass(slots=True, eq=False, repr=False)
class Worklist:
    """The nodes that wait for their dependencies, and those that have been served."""

    seen: set[DraftNode] = field(default_factory=set)
    _heap: list[tuple[int, CollationKey, int, DraftNode]] = field(default_factory=list)
    _waiting: set[DraftNode] = field(default_factory=set)
    _count: int = 0
    _visits: dict[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._heap

    def push(self, node: DraftNode) -> None:
        """Let `node` wait, unless it already does."""
        if node not in self._waiting:
            self._waiting.add(node)
            self._count += 1
            heapq.heappush(self._heap, (node.depth, collation_key(node.path), self._count, node))

    def push_again(self, node: DraftNode) -> None:
        """Let `node` wait, served before or not."""
        self.seen.discard(node)
        self.push(node)

    def push_unseen(self, node: DraftNode) -> None:
        """Let `node` wait, unless it has been served."""
        if node not in self.seen:
            self.push(node)

    def pop(self) -> DraftNode | None:
        """Return the next node, None when nothing waits."""
        if not self._heap:
            return None
        node = heapq.heappop(self._heap)[-1]
        self._waiting.discard(node)
        return node

    def count_visit(self, node: DraftNode) -> None:
        """Note that `node` is worked on.

        Raises:
            ResolutionError: ERESOLVE when its location has been worked on without end.
        """
        visits = self._visits.get(node.path, 0) + 1
        self._visits[node.path] = visits
        if visits > _VISITS_MAX:
            edges = (*node.edges_in, *node.edges_out.values())
            raise explain_endless([edge for edge in edges if edge.peer or not edge.valid])


def build_dependencies(resolution: Resolution, worklist: Worklist) -> Step[None]:
    """Work until no node waits, link targets last."""
    while True:
        node = worklist.pop()
        if node is None:
            if not _queue_link_targets(resolution, worklist):
                return
            continue
        if node in worklist.seen or node.draft is not resolution.draft:
            continue
        worklist.seen.add(node)
        worklist.count_visit(node)
        yield from load_inner_nodes(resolution, node)
        yield from _serve(resolution, worklist, node)


def find_problem_edges(resolution: Resolution, node: DraftNode) -> list[DraftEdge]:
    """Return the dependencies of `node` that have to be placed.

    What the node's tarball or shrinkwrap brings is taken as it is.
    """
    bundled = () if node.is_mine else node.manifest.bundle_dependencies
    problems = []
    for edge in node.all_edges():
        to = edge.to
        if edge.name in bundled:
            continue
        if to is None:
            if edge.type != "peerOptional":
                problems.append(edge)
        elif to in resolution.load_failures or to.in_shrinkwrap:
            continue
        elif not edge.valid:
            if edge.type != "peerOptional" or not resolution.trusts_optional_peers:
                problems.append(edge)
        elif edge.name in resolution.update_names and not to.is_workspace:
            problems.append(edge)
    return problems


def _serve(resolution: Resolution, worklist: Worklist, node: DraftNode) -> Step[None]:
    """Fetch what `node` lacks, then place it all by name."""
    found: dict[DraftEdge, DraftNode] = {}
    for edge in find_problem_edges(resolution, node):
        if not edge.peer_conflicted:
            found[edge] = yield from _find_dep(resolution, node, edge)
    for edge in sorted(found, key=lambda one: collation_key(one.name)):
        placement = Placement(found[edge], edge)
        yield from call(place_dep(resolution, placement))
        for one in placement.walk():
            _follow_up(resolution, worklist, one)
    for edge in node.all_edges():
        if edge.to is not None and edge.to.is_link and edge.to.target is not None:
            resolution.link_nodes[edge.to] = None


def _find_dep(resolution: Resolution, node: DraftNode, edge: DraftEdge) -> Step[DraftNode]:
    """Return a node for `edge`, from where peers have been gathered, from the tree, or new."""
    root = resolution.virtual_root(node, reuse=True)
    known = root.edge_named(edge.name)
    if known is not None and known.valid and known.to is not None and edge.satisfied_by(known.to):
        return known.to
    if edge.type == "peerOptional" and edge.name not in resolution.update_names:
        found = _find_hoistable(edge.source.resolve_parent or edge.source, edge)
        if found is not None:
            return found
    load = PeerLoad(required={edge.source})
    parent = root if edge.peer else None
    return (yield from call(node_from_edge(resolution, edge, load, parent=parent)))


def _find_hoistable(root: DraftNode, edge: DraftEdge) -> DraftNode | None:
    """Return the nearest node below `root` that satisfies an optional peer, bundled ones apart."""
    queue = list(root.children.values())
    for node in queue:
        if node.name == edge.name and edge.satisfied_by(node) and not is_in_dependency_bundle(node):
            return node
        queue.extend(node.children.values())
    return None


def _follow_up(resolution: Resolution, worklist: Worklist, placement: Placement) -> None:
    """Queue what a placement has made new or wrong."""
    placed, answer = placement.placed, placement.answer
    if placed is None or answer is None:
        return
    if placed.errors:
        resolution.load_failures[placed] = None
    for edge in tuple(placed.edges_in):
        if edge is placement.edge or edge.valid or edge.peer_conflicted:
            continue
        if resolution.trusts_optional_peers and answer.own_verdict == "OK":
            worklist.push_unseen(edge.source)
        else:
            worklist.push_again(edge.source)
    if answer.own_verdict == "CONFLICT":
        return
    worklist.push(placed)
    for node in placement.displaced:
        worklist.push_again(node)


def _queue_link_targets(resolution: Resolution, worklist: Worklist) -> bool:
    """Queue the targets of new links that lie inside the project; say whether there were any."""
    draft = resolution.draft
    for link in tuple(resolution.link_nodes):
        del resolution.link_nodes[link]
        target = link.target
        if link.draft is not draft or target is None or not target.is_descendant_of(draft.root):
            continue
        if target not in worklist.seen and target.resolve_parent is not None:
            take_overrides(target, link.overrides)
            worklist.push(target)
    return not worklist.is_empty
