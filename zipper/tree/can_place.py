"""May this node be put there? OK, KEEP, REPLACE or CONFLICT, for the node and its peers.

In: a node in its virtual root, the edge that wants it, and a folder of the ideal tree. Out: a
verdict with the verdicts on its peers. Nothing is changed here: many folders are asked about
before one is chosen.

- Nothing of that name is there: OK, unless something below finds another one above and could not
  live with this one.
- The same is there: KEEP. An older one that everybody could miss: REPLACE. One that satisfies the
  edge: KEEP. Another one: CONFLICT, unless this folder is the only one left and what is there can
  go deeper.
- A verdict holds only when every peer has a place, here or above; else CONFLICT.

Source: @npmcli/arborist 9, lib/can-place-dep.js.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from zipper.npm import semver
from zipper.tree.peer_sets import deepest_nesting_target, peer_entry_sets
from zipper.tree.replace import can_replace, matches
from zipper.tree.trampoline import Step, call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.tree.draft import DraftNode
    from zipper.tree.draft_edge import DraftEdge

__all__ = ["CanPlace", "Verdict", "check_can_place"]

_EXACT_MAX: Final = 5_000
"""Questions asked about one placement before the same question is not asked again.

Deviation: npm asks once for every way that leads to a peer; among ten packages that are all peers
of each other that takes minutes. The answers differ with the way only where circles conflict.
"""

Verdict = Literal["OK", "KEEP", "REPLACE", "CONFLICT"]


class Search:
    """What a question shares with those about the peers; nothing changes while they are asked.

    `path` are the nodes whose peers are being looked at, so that circles end; `known` are the
    verdicts so far, used when there are too many ways to ask the same.
    """

    __slots__ = ("count", "entry_edge", "known", "path")

    def __init__(self, entry_edge: DraftEdge) -> None:
        self.entry_edge = entry_edge
        self.path: set[DraftNode] = set()
        self.known: dict[tuple[DraftEdge, DraftNode], CanPlace] = {}
        self.count = 0


class CanPlace:
    """The question whether `dep` may answer `edge` from the node_modules of `target`.

    `verdict` counts the peers in, `own_verdict` does not; `children` are the questions about the
    peers, `parent` the one that this is a peer's of. `is_clear` says that nothing of these names is
    in the folder, and that there is none above: then the members of the set can be put there one by
    one without asking again, since each comes under another name.
    """

    __slots__ = (
        "children",
        "current",
        "dep",
        "edge",
        "is_clear",
        "own_verdict",
        "parent",
        "peers_verdict",
        "prefer_dedupe",
        "search",
        "target",
        "target_edge",
        "verdict",
    )

    def __init__(
        self,
        dep: DraftNode,
        edge: DraftEdge,
        target: DraftNode,
        *,
        parent: CanPlace | None = None,
        prefer_dedupe: bool = False,
        search: Search | None = None,
    ) -> None:
        self.dep = dep
        self.edge = edge
        self.target = target
        self.parent = parent
        self.search = search or Search(edge if parent is None else parent.entry_edge)
        # Peers try hard to be the only one of their kind.
        self.prefer_dedupe = prefer_dedupe or edge.peer
        self.children: list[CanPlace] = []
        self.current = target.child(edge.name)
        self.target_edge = target.edge_named(edge.name)
        self.verdict: Verdict = "CONFLICT"
        self.own_verdict: Verdict | None = None
        self.peers_verdict: Verdict | None = None
        self.is_clear = False

    @property
    def deepest_target(self) -> DraftNode:
        """The deepest folder that could hold the dependency."""
        line = [self]
        while line[-1].parent is not None:
            line.append(line[-1].parent)
        target = line[-1].edge.source
        for one in reversed(line):
            target = deepest_nesting_target(target, one.edge.name)
        return target

    @property
    def entry_edge(self) -> DraftEdge:
        """The edge that brings the whole peer set."""
        return self.search.entry_edge

    def conflicting_peers(self) -> Iterator[CanPlace]:
        """Yield the questions about peers, near ones first, that ended in CONFLICT."""
        queue = list(self.children)
        for one in queue:
            queue.extend(one.children)
            if one.verdict == "CONFLICT":
                yield one


def check_can_place(question: CanPlace) -> Step[None]:
    """Answer `question` and those about the peers, writing the verdicts into them."""
    question.search.count += 1
    question.verdict = yield from _judge(question)
    if question.own_verdict is None:
        question.own_verdict = question.verdict


def _judge(question: CanPlace) -> Step[Verdict]:
    dep, target_edge, current = question.dep, question.target_edge, question.current
    # What failed to load ends the work later, or falls away: it goes wherever it is asked for.
    if dep.errors:
        return "REPLACE" if current is not None else "OK"
    if target_edge is not None and target_edge.peer and not question.target.is_top:
        return "CONFLICT"
    if current is not None:
        return (yield from _judge_occupied(question, current))
    if (
        target_edge is not None
        and target_edge is not question.edge
        and not target_edge.satisfied_by(dep)
    ):
        return "CONFLICT"
    return (yield from _judge_free(question))


def _judge_free(question: CanPlace) -> Step[Verdict]:
    """Judge a folder that has nothing of that name: who below would find the node from now on?"""
    target, dep = question.target, question.dep
    shadowed = None
    if target is not question.entry_edge.source:
        shadowed = target.resolve(question.edge.name)
    if shadowed is not None:
        for edge in shadowed.edges_in:
            if edge.source.is_descendant_of(target) and edge.valid and not edge.satisfied_by(dep):
                return "CONFLICT"
    verdict = yield from _judge_peers(question, "OK")
    question.is_clear = question.is_clear and target.resolve_parent is None
    return verdict


def _judge_occupied(question: CanPlace, current: DraftNode) -> Step[Verdict]:
    """Judge a folder that has another node of that name, or the same."""
    dep, edge = question.dep, question.edge
    overridden = not edge.satisfied_by(dep)
    if matches(dep, current) and (edge.satisfied_by(current) or overridden):
        return "KEEP"
    newer = bool(current.version and dep.version) and (
        semver.compare(dep.version, current.version, loose=True) >= 0
    )
    if newer and can_replace(current, dep):
        verdict = yield from _judge_peers(question, "REPLACE")
        if verdict != "CONFLICT":
            return verdict
    if edge.satisfied_by(current):
        return "KEEP"
    if question.prefer_dedupe and not newer and can_replace(current, dep):
        verdict = yield from _judge_peers(question, "REPLACE")
        if verdict != "CONFLICT":
            return verdict
    return (yield from _judge_displacing(question, current))


def _judge_displacing(question: CanPlace, current: DraftNode) -> Step[Verdict]:
    """Judge whether what is there must give way, because there is no deeper place for the new."""
    edge, target = question.edge, question.target
    if target is not question.deepest_target:
        return "CONFLICT"
    if not edge.peer and target is edge.source:
        return (yield from _judge_peers(question, "REPLACE"))
    if question.parent is None and not edge.peer:
        return "CONFLICT"
    if all(
        _can_give_way(question, entry, members)
        for entry, members in peer_entry_sets(current).items()
        if entry is not edge and entry is not question.entry_edge
    ):
        return (yield from _judge_peers(question, "REPLACE"))
    return "CONFLICT"


def _can_give_way(question: CanPlace, entry: DraftEdge, members: dict[DraftNode, None]) -> bool:
    """Say whether a peer set that is in the way can be replaced by the new one, or go deeper."""
    entry_node = entry.to
    assert entry_node is not None
    if _is_replaced(entry_node, question.dep.parent):
        return True
    for member in members:
        deepest = deepest_nesting_target(entry.source, member.name)
        if deepest is question.target or question.target.is_descendant_of(deepest):
            return False
    return True


def _is_replaced(entry: DraftNode, virtual_root: DraftNode | None) -> bool:
    """Say whether the peers in `virtual_root` can take the place of the set that `entry` brought.

    A node that has been displaced in its virtual root has none, where npm would crash.
    """
    if virtual_root is None:
        return False
    replacement = virtual_root.child(entry.name)
    if replacement is None:
        return _is_served_by(entry, virtual_root)
    names = {child.name for child in virtual_root.children.values()}
    return can_replace(entry, replacement, ignore_peers=names)


def _is_served_by(entry: DraftNode, virtual_root: DraftNode) -> bool:
    """Say whether the peers in `virtual_root` would do for `entry` and the peers it shares."""
    walk = {entry: None}
    queue = [entry]
    for one in queue:
        for edge in one.peer_edges():
            if not edge.valid:
                continue
            replacement = virtual_root.child(edge.name)
            if replacement is not None:
                if not edge.satisfied_by(replacement):
                    return False
            elif edge.to is not None and edge.to not in walk:
                walk[edge.to] = None
                queue.append(edge.to)
    return True


def _judge_peers(question: CanPlace, state: Verdict) -> Step[Verdict]:
    """Return `state` when every peer of the dependency has a place too, else CONFLICT."""
    question.own_verdict = state
    if question.peers_verdict is not None:
        return question.peers_verdict
    search = question.search
    search.path.add(question.dep)
    verdict = state
    is_clear = state == "OK"
    for edge in question.dep.peer_edges():
        if edge.to is None or edge.to in search.path:
            continue
        target = deepest_nesting_target(question.target, edge.to.name)
        known = search.known.get((edge, target)) if search.count > _EXACT_MAX else None
        if known is None:
            child = CanPlace(
                edge.to, edge, target, parent=question, prefer_dedupe=True, search=search
            )
            question.children.append(child)
            yield from call(check_can_place(child))
            known = search.known[edge, target] = child
        if known.verdict == "CONFLICT":
            verdict = "CONFLICT"
        is_clear = is_clear and known.is_clear and target is question.target
    question.is_clear = is_clear
    search.path.discard(question.dep)
    question.peers_verdict = verdict
    return verdict
