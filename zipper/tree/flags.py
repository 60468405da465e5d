"""The flags of a tree's nodes: what development, optional and peer dependencies alone reach.

In: a tree and its edges. Out: flags by location. A flag holds until a path from the root shows
that it does not: every node starts with all of them, and a walk takes them away.

Source: @npmcli/arborist 9, calc-dep-flags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.tree.model import ROOT, Edge, Node, Tree, parent_location

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from zipper.tree.connections import Connections

__all__ = ["Flags", "calculate_flags", "is_omitted", "with_flags"]


class Flags:
    """What may be said of one node; `extraneous` means that nothing needs it.

    All is said at first, and taken back as it is disproved; of the root nothing is said.
    """

    __slots__ = ("dev", "dev_optional", "extraneous", "optional", "peer")

    def __init__(self, *, said: bool = True) -> None:
        self.dev = self.optional = self.dev_optional = self.peer = self.extraneous = said


def calculate_flags(tree: Tree, connections: Connections) -> dict[str, Flags]:
    """Return the flags of every node of `tree` by location.

    `dev_optional` marks the overlap: needed by development dependencies here and by optional ones
    there, so that it goes only when both are omitted.
    """
    flags = {location: Flags() for location in tree.nodes}
    flags[ROOT] = Flags(said=False)
    queue = [ROOT]
    seen: set[str] = set()
    while queue:
        location = queue.pop()
        seen.add(location)
        own = flags[location]
        if not own.extraneous:
            _keep_parents(location, flags)
        target = tree.nodes[location].link_target
        if target is not None:
            if target in flags:
                changed = _pass_through_link(own, flags[target])
                queue += [target] if changed or target not in seen else []
            continue
        queue += [
            edge.target
            for edge in connections.edges_out[location]
            if edge.target is not None and _pass_along(edge, own, flags[edge.target])
        ]
    for location, own in flags.items():
        if location != ROOT and (own.dev or own.optional):
            own.dev_optional = False
    return flags


def is_omitted(flags: Flags, omit: Collection[str]) -> bool:
    """Say whether a node goes when the dependency types in `omit` are left out."""
    return (
        (flags.peer and "peer" in omit)
        or (flags.dev and "dev" in omit)
        or (flags.optional and "optional" in omit)
        or (flags.dev_optional and "optional" in omit and "dev" in omit)
    )


def with_flags(tree: Tree, flags: Mapping[str, Flags]) -> Tree:
    """Return `tree` with the given flags on its nodes; links have none, their targets do."""
    return Tree(
        {location: _flagged(node, flags[location]) for location, node in tree.nodes.items()}
    )


def _flagged(node: Node, flags: Flags) -> Node:
    if node.link_target is not None:
        flags = Flags(said=False)
    kept = not flags.extraneous
    return node._replace(
        dev=kept and flags.dev,
        optional=kept and flags.optional,
        dev_optional=kept and flags.dev_optional,
        peer=kept and flags.peer,
        extraneous=flags.extraneous,
    )


def _keep_parents(location: str, flags: dict[str, Flags]) -> None:
    """Keep the folders around a node that is kept."""
    while location != ROOT:
        location = parent_location(location)
        if location in flags:
            if not flags[location].extraneous:
                return
            flags[location].extraneous = False


def _pass_through_link(link: Flags, target: Flags) -> bool:
    disproved = [name for name in Flags.__slots__ if getattr(target, name) > getattr(link, name)]
    for name in disproved:
        setattr(target, name, False)
    return bool(disproved)


def _pass_along(edge: Edge, own: Flags, to: Flags) -> bool:
    """Take from `to` the flags that this edge disproves; say whether any was taken."""
    peer = edge.type in ("peer", "peerOptional")
    optional = edge.type in ("optional", "peerOptional")
    dev = edge.type == "dev"
    changed = False
    # What only an optional peer reaches stays extraneous: nothing in the tree needs it.
    if to.extraneous and not own.extraneous and edge.type != "peerOptional":
        to.extraneous = False
        changed = True
    if to.dev and not own.dev and not dev:
        to.dev = False
        changed = True
    if to.optional and not own.optional and not optional:
        to.optional = False
        changed = True
    if to.dev_optional and not (own.dev_optional or own.dev or own.optional or dev or optional):
        to.dev_optional = False
        changed = True
    if to.peer and not own.peer and not peer:
        to.peer = False
        changed = True
    return changed
