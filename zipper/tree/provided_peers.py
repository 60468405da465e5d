"""Peers of a member's closure: what those that need a package provide, before what lies higher up.

In: a graph of what one importer reaches. Out: the same graph, its peers bound to what is provided.

One node_modules for a whole workspace serves all members. A package that two of them share is
at the root, where it finds the root's version of its peer, even for a member that provides another
one: the function then runs with two copies of a package that has to be there once (graphql, react).

Deviation: npm's walk from the root finds the root's. Laid out for one member alone, each package
finds what its dependents provide, where that fits what it asks for; so would an install of the
member alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm.semver import satisfies
from zipper.tree.locked_graph import LockedGraph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.tree.locked_graph import Instance

__all__ = ["bind_provided_peers", "bind_rest"]


def bind_provided_peers(graph: LockedGraph) -> LockedGraph:
    """Return `graph` with each peer bound to what all dependents of the package provide for it.

    A peer stays as it is where dependents provide different packages, or none, or one that does not
    fit. What is bound may be provided in turn, so this is repeated; each round is linear in the
    number of edges, and few projects need more than two.
    """
    bound = _bind(graph.instances)
    for _ in graph.instances:
        again = _bind(bound)
        if again == bound:
            break
        bound = again
    return LockedGraph(bound, graph.importers)


def bind_rest(graph: LockedGraph, importer: str) -> LockedGraph:
    """Return `graph` with each peer that nothing provides bound to what it finds at the top.

    That is what the importer depends on, else the only instance that has the name.
    """
    top = graph.instances[graph.importers[importer]].targets
    named: dict[str, set[str]] = {}
    for own in graph.instances.values():
        for name, target in own.targets.items():
            named.setdefault(name, set()).add(target)
    only = {name: next(iter(found)) for name, found in named.items() if len(found) == 1}
    bound = {}
    for key, own in graph.instances.items():
        free = own.manifest.peer_dependencies.keys() - own.targets.keys()
        found = {name: top.get(name) or only.get(name) for name in free}
        targets = {name: target for name, target in found.items() if target is not None}
        bound[key] = own._replace(targets={**own.targets, **targets})
    return graph._replace(instances=bound)


def _bind(instances: Mapping[str, Instance]) -> dict[str, Instance]:
    dependents: dict[str, list[Instance]] = {}
    for own in instances.values():
        for name, target in own.targets.items():
            if not _is_peer(own, name):
                dependents.setdefault(target, []).append(own)
    bound = {}
    for key, own in instances.items():
        targets = dict(own.targets)
        for name, spec in own.manifest.peer_dependencies.items():
            provided = {one.targets.get(name) for one in dependents.get(key, ())}
            found = provided.pop() if len(provided) == 1 and _is_peer(own, name) else None
            if found is not None and satisfies(instances[found].manifest.version, spec):
                targets[name] = found
        bound[key] = own._replace(targets=targets)
    return bound


def _is_peer(own: Instance, name: str) -> bool:
    manifest = own.manifest
    others = (manifest.dependencies, manifest.optional_dependencies)
    return name in manifest.peer_dependencies and not any(name in other for other in others)
