"""What an importer of a foreign lockfile reaches on a target: the graph before it is laid out.

In: a lockfile that is read, an importer, a target. Out: its closure, once the lockfile has been
held against the manifests and settings beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zipper.errors import LockfileError
from zipper.project.read_manifest import find_manifest
from zipper.resolving.frozen import refuse_drift
from zipper.resolving.frozen_bun import follow_manifests
from zipper.resolving.frozen_settings import compare_settings
from zipper.resolving.locked_checksums import drop_checksums
from zipper.resolving.locked_manifests import describe_instances
from zipper.resolving.locked_patches import drop_builtins, read_patches
from zipper.resolving.read_foreign import read_foreign
from zipper.resolving.sibling_lockfiles import join_siblings
from zipper.tree.bind_peers import bind_peers
from zipper.tree.graph_closure import take_closure
from zipper.tree.graph_folders import know_folders
from zipper.tree.merge_instances import merge_instances
from zipper.tree.target_fit import fits_target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.findings import Finding
    from zipper.lockfile.foreign import ForeignLockfile
    from zipper.npm.package_json import Manifest
    from zipper.project.foreign_lockfile import ForeignText
    from zipper.resolving.files_beside import FilesBeside
    from zipper.target import Target
    from zipper.tree.locked_graph import Instance, LockedGraph
    from zipper.tree.model import Patch

__all__ = ["LockedClosure", "take_locked_closure"]


class LockedClosure(NamedTuple):
    """The closure, and what was found out on the way."""

    graph: LockedGraph
    lockfile: ForeignLockfile
    doubts: Sequence[Finding]
    """Settings beside the lockfile that may differ from those it was written with."""
    builtins: tuple[str, ...]
    """Packages whose patches, yarn's own, are not applied."""
    unverified: Sequence[Finding]
    patches: Mapping[str, tuple[Patch, ...]]
    """By instance."""


def take_locked_closure(
    foreign: ForeignText,
    beside: FilesBeside,
    member: str,
    *,
    target: Target,
    omit: frozenset[str] | None,
) -> LockedClosure:
    """Return what the importer in the folder `member` reaches.

    Args:
        foreign: the lockfile.
        beside: reads the files beside it, and remembers which.
        member: the importer's folder, relative to the lockfile's.
        target: decides which optional packages are there.
        omit: dependency types to leave out; None for all, every platform's packages included.

    Raises:
        LockfileError: what cannot be read; a lockfile out of step, or a patch that is not there.
        ProjectError: EJSONPARSE, EINVALIDPACKAGE, EREAD for a member's package.json.
    """
    alone = read_foreign(foreign, beside)
    _require_importer(alone, member)
    omitted = frozenset() if omit is None else omit
    omits_dev = "dev" in omitted

    def fits(own: Instance) -> bool:
        return omit is None or fits_target(own.manifest, target)

    def reach(graph: LockedGraph) -> LockedGraph:
        return take_closure(graph, member, fits=fits, omit=omitted)

    lockfile, siblings = join_siblings(alone, foreign, beside, reach)
    manifests = _read_folders(foreign, lockfile.graph, beside)
    if lockfile.tool == "bun":
        alone = lockfile = follow_manifests(lockfile, manifests)
    doubts = compare_settings(foreign, alone, beside, siblings=siblings.values())
    refuse_drift(alone, manifests)
    for folder, sibling in siblings.items():
        refuse_drift(sibling, {"": manifests[folder]} if folder in manifests else {})
    graph = know_folders(lockfile.graph, manifests)
    if lockfile.peers is not None:
        graph = bind_peers(graph, member, lockfile.peers, omits_dev=omits_dev)
    closure, builtins = drop_builtins(reach(graph))
    closure, unverified = drop_checksums(closure)
    closure = describe_instances(closure, member, omits_dev=omits_dev)
    closure = merge_instances(closure)
    return LockedClosure(
        closure,
        lockfile,
        doubts,
        builtins,
        unverified if lockfile.tool == "yarn" else (),
        read_patches(lockfile, closure.instances, beside),
    )


def _read_folders(
    foreign: ForeignText, graph: LockedGraph, beside: FilesBeside
) -> dict[str, Manifest]:
    """Return the package.json of each folder that the lockfile names and that is there."""
    found = {}
    for own in graph.instances.values():
        if own.folder is not None and own.folder not in found:
            manifest = find_manifest(foreign.folder / own.folder)
            beside.read(f"{own.folder}/package.json" if own.folder else "package.json")
            if manifest is not None:
                found[own.folder] = manifest
    return found


def _require_importer(lockfile: ForeignLockfile, member: str) -> None:
    if member not in lockfile.graph.importers:
        raise LockfileError(
            "ELOCKFILE",
            f"`{lockfile.path}` does not list the folder `{member or '.'}`",
            hint=f"add it to the workspace and run `{lockfile.tool} install`",
        )
