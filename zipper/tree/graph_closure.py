"""The part of a locked graph that one importer needs: its production closure for a target.

In: a graph, an importer, what to leave out, and which packages the target can use. Out: a smaller
graph with that importer alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.tree.locked_graph import Instance, LockedGraph
from zipper.tree.model import list_dependencies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zipper.tree.model import EdgeType

__all__ = ["take_closure"]


def take_closure(
    graph: LockedGraph,
    importer: str,
    *,
    fits: Callable[[Instance], bool],
    omit: frozenset[str] = frozenset({"dev"}),
) -> LockedGraph:
    """Return what the importer in the folder `importer` reaches.

    An optional peer is kept where something else reaches what it names, and adds nothing. What only
    optional dependencies reach, and does not fit, is left out with what only it reaches; what is
    required stays, whether it fits or not.

    Args:
        graph: of a whole lockfile.
        importer: one of its importers' folders.
        fits: says whether an instance can be used on the target (os, cpu, libc, engines).
        omit: dependency types to leave out: `dev`, `optional`, `peer`. Development dependencies
            count for the importer only.
    """
    start = graph.importers[importer]
    required = _walk(graph, start, omit | {"optional"}, counts=lambda _: True)
    reached = _walk(
        graph, start, omit, counts=lambda key: key in required or fits(graph.instances[key])
    )
    instances = {
        key: graph.instances[key]._replace(
            targets={
                name: target
                for name, _, target in _edges(graph, key, start, omit)
                if target in reached
            }
        )
        for key in reached
    }
    return LockedGraph(instances, {importer: start})


def _walk(
    graph: LockedGraph, start: str, omit: frozenset[str], *, counts: Callable[[str], bool]
) -> dict[str, None]:
    reached: dict[str, None] = {}
    waiting = [start]
    while waiting:
        key = waiting.pop()
        if key in reached:
            continue
        reached[key] = None
        waiting += [
            target
            for _, kind, target in _edges(graph, key, start, omit)
            if kind != "peerOptional" and counts(target)
        ]
    return reached


def _edges(
    graph: LockedGraph, key: str, start: str, omit: frozenset[str]
) -> Iterator[tuple[str, EdgeType, str]]:
    """Yield name, kind and target of the instance's edges that count and reach something."""
    own = graph.instances[key]
    manifest = own.manifest
    kinds = list_dependencies(manifest, top=key == start)
    for name, target in own.targets.items():
        kind: EdgeType = kinds[name][1] if name in kinds else "prod"
        is_dev = name in manifest.dev_dependencies and not (
            name in manifest.dependencies or name in manifest.optional_dependencies
        )
        is_left_out = kind in omit or (kind == "peerOptional" and "peer" in omit)
        if not is_left_out and not (is_dev and key != start):
            yield name, kind, target
    for name, target in own.peer_targets.items() if "peer" not in omit else ():
        if key != start or "dev" in omit or name not in manifest.dev_dependencies:
            yield name, "peerOptional" if name in manifest.peer_optional else "peer", target
