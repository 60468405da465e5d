"""Put a node and its peers where they belong, and clear away what that makes superfluous.

In: a node in a virtual root and the edge that wants it. Out: a changed tree, and which nodes have
to be looked at again.

The folder is the highest one, seen from the package that asks, up to which nothing is in conflict.
What is there under the name is replaced; what was needed only by that, or lies below and can
now be found here, is removed.

Source: @npmcli/arborist 9, lib/place-dep.js.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.tree.can_place import CanPlace, check_can_place
from zipper.tree.draft import detach
from zipper.tree.eresolve import explain_endless, explain_unplaceable
from zipper.tree.gather import gather_along
from zipper.tree.peer_sets import deepest_nesting_target, peer_entry_sets
from zipper.tree.prune import prune_below, prune_dedupable, prune_for_replacement
from zipper.tree.replace import matches
from zipper.tree.trampoline import Step, call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.errors import ResolutionError
    from zipper.tree.draft import DraftNode
    from zipper.tree.draft_edge import DraftEdge
    from zipper.tree.resolver_state import Resolution

__all__ = ["Placement", "place_dep"]

_PUTS_MAX: Final = 100
"""How often one member of a peer set may be put somewhere while the set is placed.

Deviation: npm has no bound; where members displace each other in turns it overruns its stack.
"""


class Placement:
    """The placing of `dep` for `edge`: `children` are those of its peers, `parent` the other way.

    `top` brought all of these along. `placed` is the new node in the tree, None where nothing had
    to be placed; `answer` is the question that decided; `displaced` are the nodes that must find
    their dependencies anew.
    """

    __slots__ = (
        "answer",
        "children",
        "dep",
        "displaced",
        "edge",
        "own_answer",
        "parent",
        "placed",
        "puts",
        "top",
    )

    def __init__(self, dep: DraftNode, edge: DraftEdge, parent: Placement | None = None) -> None:
        self.dep = dep
        self.edge = edge
        self.parent = parent
        self.top: Placement = self if parent is None else parent.top
        self.children: list[Placement] = []
        self.placed: DraftNode | None = None
        self.answer: CanPlace | None = None
        self.own_answer: CanPlace | None = None
        self.displaced: dict[DraftNode, None] = {}
        # How often each member of the peer set has been put somewhere, all placements together.
        self.puts: Counter[DraftNode] = Counter() if parent is None else parent.puts

    def lineage(self) -> Iterator[Placement]:
        """Yield this placement, the one that brought it along, and so on."""
        one: Placement | None = self
        while one is not None:
            yield one
            one = one.parent

    @property
    def start(self) -> DraftNode:
        """The deepest folder to try: a peer must be as high as the package whose peer it is.

        As the tree is now: what has been placed so far may have removed the package that asks.
        """
        folder = self.top.edge.source
        if folder.resolve_parent is None:
            return folder
        for one in reversed(list(self.lineage())):
            folder = deepest_nesting_target(folder, one.edge.name)
        return folder

    def walk(self) -> Iterator[Placement]:
        """Yield this placement and those of the peers, each before its own peers."""
        stack = [self]
        while stack:
            one = stack.pop()
            yield one
            stack.extend(reversed(one.children))


def place_dep(resolution: Resolution, placement: Placement) -> Step[None]:
    """Place `placement.dep`, and its peers that are not there yet.

    Raises:
        ResolutionError: ERESOLVE where a conflict among the peers is the project's own.
    """
    edge = placement.edge
    settled = edge.to is not None and edge.valid
    if settled and edge.name not in resolution.update_names:
        return
    # The package that asks has been replaced or removed meanwhile: it needs nothing any more.
    # Deviation: npm goes on in the subtree that was taken out, of which nothing is kept but the
    # conflicts that it meets there: a required peer of what stays may be given up for one.
    start = placement.start
    if start.draft is not resolution.draft:
        return
    yield from _find_folder(resolution, placement, start)
    if placement.answer is None and not _accept_conflict(resolution, placement):
        return
    answer = placement.answer
    assert answer is not None
    verdict = answer.own_verdict if answer.verdict == "CONFLICT" else answer.verdict
    if verdict == "KEEP":
        if edge.peer and not edge.valid:
            _warn(resolution, placement)
        prefer_dedupe = resolution.request.options.prefer_dedupe
        prune_dedupable(answer.target, prefer_dedupe=prefer_dedupe, descend=True)
        return
    virtual_root = placement.dep.parent
    placement.puts[placement.dep] += 1
    if placement.puts[placement.dep] > _PUTS_MAX:
        raise explain_endless([one.edge for one in islice(placement.lineage(), _PUTS_MAX)])
    if not _put(resolution, placement, answer.target):
        return
    yield from _place_peers(resolution, placement, virtual_root)


def _find_folder(resolution: Resolution, placement: Placement, start: DraftNode) -> Step[None]:
    """Ask from the deepest folder upwards, until the first conflict."""
    options = resolution.request.options
    edge, dep = placement.edge, placement.dep
    above = placement.top.answer
    if above is not None and above.is_clear and above.target is start:
        placement.answer = CanPlace(dep, edge, start, parent=above)
        placement.answer.verdict = placement.answer.own_verdict = "OK"
        return
    for target in start.ancestry():
        target_edge = target.edge_named(edge.name)
        # What has it as a peer cannot hold it, but a folder further up can.
        if target_edge is not None and target_edge.peer and not target.is_top:
            continue
        question = CanPlace(
            dep,
            edge,
            target,
            parent=None if placement.parent is None else placement.parent.answer,
            prefer_dedupe=options.prefer_dedupe,
        )
        yield from call(check_can_place(question))
        # Only its peers may be in conflict; then it is placed without them, if that is allowed.
        if question.own_verdict != "CONFLICT":
            placement.own_answer = question
        if question.verdict == "CONFLICT":
            break
        placement.answer = question
        if dep.errors or options.install_strategy == "nested":
            break
        folder = target.resolve_parent
        if options.install_strategy == "shallow" and folder is not None and folder.is_root:
            break


def _accept_conflict(resolution: Resolution, placement: Placement) -> bool:
    """Settle for a place that is right for the node alone, or for none; say whether there is one.

    Raises:
        ResolutionError: ERESOLVE.
    """
    options = resolution.request.options
    if not options.force and (options.strict_peer_deps or _is_mine(placement)):
        raise _explain(placement)
    if placement.own_answer is None:
        _warn(resolution, placement)
        return False
    placement.answer = placement.own_answer
    return True


def _put(resolution: Resolution, placement: Placement, target: DraftNode) -> bool:
    """Put a copy of the node into `target`; say whether its peers are still to be placed."""
    edge = placement.edge
    assert target.draft is not None
    for above in target.ancestry():
        # a needs b needs another a needs another b needs the first a ...: a link ends the circle.
        if not above.is_top and matches(above, placement.dep):
            link = resolution.make_node(above.name, above.manifest, link_path=above.path)
            link.target = above
            target.draft.attach(link, target)
            placement.placed = link
            return False
    placed = placement.placed = _copy(resolution, placement.dep)
    old = target.child(edge.name)
    if old is None:
        target.draft.attach(placed, target)
    else:
        _replace(resolution, placement, old)
    if edge.peer and not edge.satisfied_by(placed):
        _warn(resolution, placement)
    prefer_dedupe = resolution.request.options.prefer_dedupe
    if edge.valid and edge.to is not None and edge.to is not placed:
        prune_dedupable(edge.to, prefer_dedupe=prefer_dedupe)
    prune_below(target, edge.name, prefer_dedupe=prefer_dedupe)
    return True


def _copy(resolution: Resolution, dep: DraftNode) -> DraftNode:
    """Return a node like `dep`, which stays in its virtual root for the sake of its peers."""
    copy = resolution.make_node(
        dep.name,
        dep.manifest,
        resolved=dep.resolved,
        integrity=dep.integrity,
        error=dep.errors[0] if dep.errors else None,
        overrides=dep.overrides,
        link_path=dep.real_path if dep.is_link else None,
    )
    copy.target = dep.target
    return copy


def _place_peers(
    resolution: Resolution, placement: Placement, virtual_root: DraftNode | None
) -> Step[None]:
    placed = placement.placed
    assert placed is not None
    for edge in placed.peer_edges():
        if edge.valid or edge.peer_conflicted:
            continue
        peer = None if virtual_root is None else virtual_root.child(edge.name)
        # No peer: it is optional. One that does not fit: what is there already is accepted.
        if peer is None or not edge.satisfied_by(peer):
            continue
        child = Placement(peer, edge, placement)
        placement.children.append(child)
        yield from call(place_dep(resolution, child))


def _replace(resolution: Resolution, placement: Placement, old: DraftNode) -> None:
    """Put `placement.placed` where `old` is, and remove what that leaves without purpose."""
    placed, target = placement.placed, old.parent
    assert placed is not None
    assert target is not None
    assert target.draft is not None
    orphans: list[DraftNode] = []
    for edge in old.all_edges():
        to = edge.to
        if to is not None and placed.edge_named(edge.name) is None:
            orphans += gather_along(to, lambda _: True)
    pushed = _sets_to_push_deeper(resolution, placement, old, target)
    target.draft.replace_node(placed, old)
    prune_for_replacement(placed, orphans)
    for node in pushed:
        for edge in tuple(node.edges_in):
            placement.displaced[edge.source] = None
        if node.draft is not None:
            detach(node)


def _sets_to_push_deeper(
    resolution: Resolution, placement: Placement, old: DraftNode, target: DraftNode
) -> list[DraftNode]:
    """Return the peer sets of which `old` is a part and that must move, or warn where they stay."""
    placed = placement.placed
    assert placed is not None
    pushed: list[DraftNode] = []
    for edge in tuple(old.edges_in):
        if (
            not edge.peer
            or edge.source.parent is not target
            or edge.peer_conflicted
            or edge.satisfied_by(placed)
        ):
            continue
        for entry in peer_entry_sets(edge.source):
            node = entry.to
            assert node is not None
            if deepest_nesting_target(node, "") is not target and not entry.source.is_mine:
                pushed += gather_along(node, lambda one: not one.peer_conflicted)
            else:
                _warn(resolution, placement, edge)
    return pushed


def _is_mine(placement: Placement) -> bool:
    """Say whether the project itself is the reason for this placement."""
    edge = placement.top.edge
    node = edge.source
    if node.is_mine:
        return True
    if not edge.peer:
        return False
    if any(not other.peer and other.source.is_mine for other in node.edges_in):
        return True
    if not any(other.peer for other in node.edges_in):
        return False
    return any(entry.source.is_mine for entry in peer_entry_sets(node))


def _warn(resolution: Resolution, placement: Placement, edge: DraftEdge | None = None) -> None:
    """Accept a conflict for good, and note it for the user."""
    edge = edge or placement.edge
    edge.peer_conflicted = True
    resolution.warnings.append(
        explain_unplaceable(edge, placement.dep, edge.source.resolve(edge.name), None)
    )


def _explain(placement: Placement) -> ResolutionError:
    top = placement.top
    culprit = None
    if placement.own_answer is not None:
        for peer in placement.own_answer.conflicting_peers():
            if peer.current is not None:
                culprit = (peer.edge, peer.dep, peer.current)
                break
    return explain_unplaceable(top.edge, top.dep, top.edge.source.resolve(top.edge.name), culprit)
