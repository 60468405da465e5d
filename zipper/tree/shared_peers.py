"""Which version bun installs, in its isolated node_modules, for peers that nothing provides.

In: a graph, and the packages for which a peer is installed. Out: one package for all of them.

Source: tried with bun 1.4.5: a package that asks for `>=1.0.0` beside one that asks for `^1.1.0`
has 1.2.0, though 3.1.0 is locked; beside two that exclude each other it has 3.1.0, and so where
any package above it, even elsewhere, depends on the peer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm.semver import max_satisfying, satisfies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.tree.locked_graph import LockedGraph

__all__ = ["find_shared", "share"]


def find_shared(graph: LockedGraph, installed: Mapping[str, set[str]]) -> dict[str, str]:
    """Return peer's name to the package that all have for whom it is installed.

    That is the newest that fits all of them; where there is none, each has the newest for itself.
    """
    shared = {}
    for name, askers in installed.items():
        specs = {graph.instances[key].manifest.peer_dependencies.get(name, "*") for key in askers}
        if len(specs) < 2:
            continue
        known = {
            own.manifest.version: key
            for key, own in graph.instances.items()
            if own.manifest.name == name and own.folder is None and own.manifest.version
        }
        fitting = [one for one in known if all(satisfies(one, spec) for spec in specs)]
        chosen = max_satisfying(fitting, "*", include_prerelease=True)
        if chosen is not None:
            shared[name] = known[chosen]
    return shared


def share(graph: LockedGraph, shared: Mapping[str, str]) -> LockedGraph:
    """Return `graph` with these for required peers that none has above who asks for them.

    Members have what they develop with.
    """
    above: dict[str, set[str]] = {}
    for key, own in graph.instances.items():
        for to in own.targets.values():
            above.setdefault(to, set()).add(key)
    instances = dict(graph.instances)
    for name, package in shared.items():
        for key, own in graph.instances.items():
            is_required = name in own.peer_targets and name not in own.manifest.peer_optional
            if own.folder is None and is_required and not _is_provided(graph, above, key, name):
                peers = {**instances[key].peer_targets, name: package}
                instances[key] = instances[key]._replace(peer_targets=peers)
    return graph._replace(instances=instances)


def _is_provided(graph: LockedGraph, above: Mapping[str, set[str]], start: str, name: str) -> bool:
    """Say whether any that depends on a package, directly or not, depends on `name`."""
    seen = {start}
    waiting = [start]
    while waiting:
        for key in above.get(waiting.pop(), set()) - seen:
            if name in graph.instances[key].targets:
                return True
            seen.add(key)
            waiting.append(key)
    return False
