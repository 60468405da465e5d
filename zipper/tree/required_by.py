"""Who asked for a package: the shortest chain from the project to it, for error messages.

In: a tree and a location. Out: text, such as `my-fn > a@1.2.0 > left-pad (prod)`. Pure; looked up
only when something has gone wrong.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.errors import ZipperError
    from zipper.tree.model import Edge, Tree

__all__ = ["draw_chain", "tell_chain"]


def tell_chain(error: ZipperError, tree: Tree, location: str) -> None:
    """Add the fact `required by` to an error about the package at `location`."""
    chain = draw_chain(tree, location)
    if chain is not None:
        error.facts = (*error.facts, ("required by", chain))


def draw_chain(tree: Tree, location: str) -> str | None:
    """Return the shortest chain of dependencies from the project to `location`, if there is one.

    Development dependencies count last: what only they need is seldom in a package. O(edges).
    """
    chain = _find_chain(tree, location)
    if not chain:
        return None
    names = [tree.root.package_name or "the project"]
    for edge in chain[:-1]:
        node = tree.nodes[edge.target or ROOT]
        names.append(f"{edge.name}@{node.version}" if node.version else edge.name)
    return " > ".join([*names, f"{chain[-1].name} ({chain[-1].type})"])


def _find_chain(tree: Tree, location: str) -> list[Edge]:
    came_by: dict[str, Edge] = {}
    waiting = deque([ROOT])
    while waiting and location not in came_by:
        source = waiting.popleft()
        for edge in sorted(tree.edges_out(source), key=lambda edge: edge.type == "dev"):
            for target in _targets(tree, edge):
                if target != ROOT and target not in came_by:
                    came_by[target] = edge
                    waiting.append(target)
    chain: list[Edge] = []
    while location in came_by:
        chain.append(came_by[location])
        location = chain[-1].source
    return chain[::-1]


def _targets(tree: Tree, edge: Edge) -> Iterator[str]:
    """Yield the location that answers `edge`, and where it leads if it is a link."""
    if edge.target is not None:
        yield edge.target
        link_target = tree.nodes[edge.target].link_target
        if link_target:
            yield link_target
