"""Peers as yarn 1 chooses them: one package for each, whichever of its dependents counts.

In: the graph of a yarn.lock of version 1 whose packages are known, and the requests that yarn makes
for them. Out: the graph with each peer that yarn finds. yarn has one instance of a version, so that
its peers are the same for all that depend on it: what the nearest package above one request
provides, that with the fewest packages above it. What it has chosen is a dependency like any other:
an optional peer is installed for it, even if nothing but development reaches that besides.

Source: yarn 1.22 src/package-linker.js `resolvePeerModules`, src/util/semver.js.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm.semver import satisfies

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zipper.npm.package_json import Manifest
    from zipper.tree.locked_graph import Instance, LockedGraph

__all__ = ["bind_classic_peers"]

_Requests = tuple[tuple[str, ...], ...]


def bind_classic_peers(
    graph: LockedGraph, named: Mapping[str, Sequence[str]], requested_by: Mapping[str, _Requests]
) -> LockedGraph:
    """Return `graph` with the peers that yarn finds; a peer that it does not find has no target.

    No peer that has a target is optional, and none that was found is for development alone.

    Args:
        graph: its packages' manifests have the peers.
        named: name to the instances that are requested under it, in yarn's order.
        requested_by: instance's key to the packages above each request for it, in yarn's order.
    """
    bound = {}
    for key, own in graph.instances.items():
        targets = dict(own.targets)
        path = min(requested_by.get(key, ((),)), key=len)
        for name, spec in own.manifest.peer_dependencies.items():
            found = _choose(graph, named.get(name, ()), requested_by, path, spec)
            if found is not None:
                targets.setdefault(name, found)
        bound[key] = own._replace(targets=targets, manifest=_depend(own, targets))
    return graph._replace(instances=bound)


def _depend(own: Instance, targets: Mapping[str, str]) -> Manifest:
    manifest = own.manifest
    found = targets.keys() - own.targets.keys()
    dev = manifest.dev_dependencies.items()
    return manifest._replace(
        peer_optional=manifest.peer_optional - targets.keys(),
        dev_dependencies={name: spec for name, spec in dev if name not in found},
    )


def _choose(
    graph: LockedGraph,
    candidates: Iterable[str],
    requested_by: Mapping[str, _Requests],
    path: tuple[str, ...],
    spec: str,
) -> str | None:
    """Return the candidate that is requested nearest to the end of `path` and fits."""
    chosen, depth = None, -1
    for key in candidates:
        near = max(
            (len(one) for one in requested_by.get(key, ()) if path[: len(one)] == one), default=-1
        )
        if near > depth and _fits(graph.instances[key], spec):
            chosen, depth = key, near
    return chosen


def _fits(own: Instance, spec: str) -> bool:
    return spec == "*" or satisfies(own.manifest.version, spec, include_prerelease=True)
