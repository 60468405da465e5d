"""What a lockfile does not say of the folders on this disk: their package.json does.

In: a graph, and the manifests of the folders that it names. Out: the same graph, which knows their
names, versions and commands, and what linked folders find above them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.npm.package_json import EMPTY
from zipper.tree.locked_graph import Instance, LockedGraph
from zipper.tree.model import list_dependencies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.npm.package_json import Manifest

__all__ = ["know_folders"]


def know_folders(graph: LockedGraph, manifests: Mapping[str, Manifest]) -> LockedGraph:
    """Return `graph` with the names and versions of its folders.

    Dependencies stay what the lockfile says. A linked folder of which it says nothing finds what a
    walk from it finds: what the importers above it depend on.

    Args:
        graph: of a whole lockfile.
        manifests: folder to package.json; a folder without one stays as it is.
    """
    linked = {
        key
        for key, own in graph.instances.items()
        if own.folder is not None and own.manifest.name == "" and own.folder not in graph.importers
    }
    instances = {}
    for key, own in graph.instances.items():
        disk = manifests.get(own.folder) if own.folder is not None else None
        if disk is None:
            instances[key] = own
        elif key in linked:
            instances[key] = own._replace(manifest=disk, targets=_find_above(graph, own, disk))
        else:
            instances[key] = own._replace(manifest=_join(own, disk))
    return LockedGraph(instances, graph.importers)


def _join(own: Instance, disk: Manifest) -> Manifest:
    """Return the manifest of the disk with the lockfile's dependencies.

    yarn's lockfile does not tell development dependencies from others; package.json does.
    """
    locked = own.manifest
    is_dev = disk.dev_dependencies.keys() - disk.dependencies.keys()
    is_dev -= disk.optional_dependencies.keys()
    dev = {name: spec for name, spec in locked.dependencies.items() if name in is_dev}
    return disk._replace(
        dependencies={n: spec for n, spec in locked.dependencies.items() if n not in dev},
        dev_dependencies={**locked.dev_dependencies, **dev},
        optional_dependencies=locked.optional_dependencies,
        peer_dependencies={**disk.peer_dependencies, **locked.peer_dependencies} or EMPTY,
        peer_optional=disk.peer_optional | locked.peer_optional,
    )


def _find_above(graph: LockedGraph, own: Instance, disk: Manifest) -> dict[str, str]:
    found = {}
    for name in list_dependencies(disk, top=False):
        folder = own.folder or ""
        while folder:
            folder = folder.rpartition("/")[0]
            key = graph.importers.get(folder)
            target = None if key is None else graph.instances[key].targets.get(name)
            if target is not None:
                found[name] = target
                break
    return found
