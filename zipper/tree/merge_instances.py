"""Instances that mean the same become one, so that a layout holds no copy that nothing needs.

In: a locked graph. Out: the same graph with fewer instances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.tree.locked_graph import Instance, LockedGraph

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

__all__ = ["merge_instances"]


def merge_instances(graph: LockedGraph) -> LockedGraph:
    """Return `graph` with one instance in place of those that cannot be told apart.

    Two are the same when they are the same package (name, version, bytes, patch) and reach the same
    instances under the same names. npm's tree has one for each folder, pnpm's lockfile one for each
    set of peers, though some of these come to the same. A folder, what is in another package's
    tarball, and what holds such a package stay what they are. Of those that are the same, the first
    key in alphabetical order stays.
    """
    holders = {own.bundled_in for own in graph.instances.values()} - {None}
    classes: dict[Hashable, list[str]] = {}
    for key, own in sorted(graph.instances.items()):
        classes.setdefault(_describe(key, own, key in holders), []).append(key)
    if len(classes) == len(graph.instances):
        return graph
    chosen = {
        member: members[0]
        for members in _split(graph, list(classes.values()))
        for member in members
    }
    return LockedGraph(
        {
            key: own._replace(
                targets={name: chosen[to] for name, to in own.targets.items()},
                peer_targets={name: chosen[to] for name, to in own.peer_targets.items()},
            )
            for key, own in graph.instances.items()
            if chosen[key] == key
        },
        graph.importers,
    )


def _describe(key: str, own: Instance, holds_others: bool) -> tuple[Hashable, ...]:  # noqa: FBT001  (a fact of the key)
    """Return what makes an instance another package, whatever it reaches."""
    alone = holds_others or own.folder is not None or own.bundled_in is not None
    manifest = own.manifest
    return (
        key if alone or own.has_shrinkwrap else "",
        manifest.name,
        manifest.version,
        own.resolved,
        own.integrity,
        own.patches,
        own.checksum,
        tuple(manifest.bundle_dependencies),
    )


def _split(graph: LockedGraph, classes: list[list[str]]) -> list[list[str]]:
    """Split the classes until all members of each reach the same classes under the same names.

    As Hopcroft does for automata: of a class that falls apart, the largest part keeps its number,
    and only what depends on the others is looked at again.
    """
    number = {key: at for at, members in enumerate(classes) for key in members}
    askers: dict[str, list[str]] = {}
    for key, own in graph.instances.items():
        for to in own.targets.values():
            askers.setdefault(to, []).append(key)
    waiting = {at: None for at, members in enumerate(classes) if len(members) > 1}
    while waiting:
        at, _ = waiting.popitem()
        parts = _group(graph, classes[at], number)
        parts.sort(key=len)
        classes[at] = parts.pop()
        for part in parts:
            for key in part:
                number[key] = len(classes)
            classes.append(part)
        for key in (key for part in parts for key in part):
            for asker in askers.get(key, ()):
                if len(classes[number[asker]]) > 1:
                    waiting[number[asker]] = None
    return classes


def _group(graph: LockedGraph, members: list[str], number: Mapping[str, int]) -> list[list[str]]:
    groups: dict[Hashable, list[str]] = {}
    for key in members:
        own = sorted((name, number[to]) for name, to in graph.instances[key].targets.items())
        groups.setdefault(tuple(own), []).append(key)
    return list(groups.values())
