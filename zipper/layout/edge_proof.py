"""The proof that a laid out tree means what the lockfile says: every edge, walked as Node walks.

In: a locked graph and a tree. Out: how many edges were walked, and each that leads elsewhere. It
knows nothing of how the tree was made: from the top, what a walk finds has to be the package of the
instance that the graph names, and one folder cannot be two instances.

Source: Node.js docs "Modules: CommonJS modules", LOAD_NODE_MODULES.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zipper.tree.model import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.tree.locked_graph import Instance, LockedGraph
    from zipper.tree.model import Node, Tree

__all__ = ["EdgeProof", "WrongEdge", "prove_edges"]


class WrongEdge(NamedTuple):
    """A dependency that does not find what the lockfile says."""

    source: str
    """The location of the package that asks."""
    name: str
    wanted: str
    """The instance's `name@version`."""
    found: str | None
    """The location that the walk ends at; None where it finds nothing."""


class EdgeProof(NamedTuple):
    """What a walk over all edges of a tree has shown."""

    edges: int
    wrong: tuple[WrongEdge, ...]
    unreached: tuple[str, ...]
    """Locations that no walk finds: they are in the package for nothing."""


def prove_edges(tree: Tree, graph: LockedGraph, importer: str) -> EdgeProof:
    """Walk every edge that the importer in the folder `importer` reaches; it is at the top."""
    start = graph.importers[importer]
    standing = {ROOT: start}
    waiting = [ROOT]
    edges = 0
    wrong: list[WrongEdge] = []
    while waiting:
        source = waiting.pop()
        for name, wanted in graph.instances[standing[source]].targets.items():
            edges += 1
            node = tree.find(source, name)
            if node is not None and standing.get(node.location, wanted) == wanted:
                if node.location in standing:
                    continue
                if _is_same(node, graph.instances[wanted]):
                    standing[node.location] = wanted
                    waiting.append(node.location)
                    continue
            found = None if node is None else node.location
            wrong.append(WrongEdge(source, name, graph.instances[wanted].label, found))
    return EdgeProof(edges, tuple(wrong), tuple(_list_unreached(tree, standing)))


def _is_same(node: Node, own: Instance) -> bool:
    """Say whether the folder holds the instance's package, by all that the graph knows of it."""
    resolved = own.resolved if own.folder is None else f"file:{own.folder}"
    return (
        (not own.manifest.name or node.package_name == own.manifest.name)
        and node.version == own.manifest.version
        and node.integrity == own.integrity
        and node.resolved == resolved
    )


def _list_unreached(tree: Tree, standing: dict[str, str]) -> Iterator[str]:
    for location, node in tree.nodes.items():
        if location not in standing and not node.in_bundle:
            yield location
