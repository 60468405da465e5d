"""The part of a tree that a target needs: what a production install puts on disk.

In: a tree, ideal or from a lockfile, and a target. Out: the same tree without what the target
omits. Which of a package's files are packed is decided later.

Source: @npmcli/arborist 9, build-ideal-tree (engines and platforms) and diff (omitted types); as
`npm ci --omit=dev --ignore-scripts --os=linux --cpu=... --libc=glibc` installs.
Deviation: required packages are checked against the target too, not against the machine that
builds; a package that cannot run there must not be packed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import ResolutionError
from zipper.npm.platform import check_engine, check_platform
from zipper.target import NPM_VERSION
from zipper.tree.connections import Connections, connect
from zipper.tree.flags import Flags, calculate_flags, is_omitted, with_flags
from zipper.tree.lock_platform import refuse_lock_for_another_platform
from zipper.tree.model import ROOT, Tree, parent_location
from zipper.tree.target_fit import fits_target

if TYPE_CHECKING:
    from zipper.target import Target

__all__ = ["select"]


def select(
    tree: Tree,
    *,
    target: Target,
    omit: frozenset[str] = frozenset({"dev"}),
    legacy_peer_deps: bool = False,
    force: bool = False,
    engine_strict: bool = False,
    keep_extraneous: bool = False,
) -> Tree:
    """Return what is installed of `tree` for `target`, with its flags calculated anew.

    Args:
        tree: the whole tree, every platform's variants included.
        target: the runtime and architecture whose os, cpu, libc and Node.js decide.
        omit: dependency types to leave out: `dev`, `optional`, `peer`.
        legacy_peer_deps: read no peer dependencies, as the project's `.npmrc` may ask.
        force: take required packages whatever platform and Node they are for.
        engine_strict: refuse a required package that is for another Node.
        keep_extraneous: keep what only an optional peer has brought, as `npm install` does in a
            project without a lockfile; `npm ci` never installs it.

    Raises:
        ResolutionError: EBADPLATFORM when a required package excludes the target; EBADENGINE with
            `engine_strict`.
        LockfileError: ELOCKPLATFORM when only other platforms' variants were locked.
    """
    connections = connect(tree, legacy_peer_deps=legacy_peer_deps)
    flags = calculate_flags(tree, connections)
    required = [
        location
        for location, own in flags.items()
        if not (own.optional or own.extraneous or is_omitted(own, omit))
    ]
    _refuse_unfit(tree, required, target, force=force, engine_strict=engine_strict)
    inert = _find_inert(tree, connections, flags, target)
    gone = {
        location
        for location, own in flags.items()
        if location in inert or (own.extraneous and not keep_extraneous) or is_omitted(own, omit)
    }
    kept = _keep(tree, gone)
    refuse_lock_for_another_platform(tree, connections, kept=kept, target=target)
    selected = with_flags(tree, flags)
    return Tree({location: selected.nodes[location] for location in kept})


def _refuse_unfit(
    tree: Tree, required: list[str], target: Target, *, force: bool, engine_strict: bool
) -> None:
    """Raise for the first required package that excludes the target."""
    for location in required:
        node = tree.nodes[location]
        # A lockfile has a name where it is not the folder's.
        manifest = node.manifest._replace(name=node.package_name)
        try:
            check_platform(manifest, os=target.os, cpu=target.cpu, libc=target.libc, force=force)
            # npm leaves the root's engines to its `devEngines`, where there are any.
            if engine_strict and not (location == ROOT and manifest.raw.get("devEngines")):
                check_engine(
                    manifest,
                    node_version=target.node_version,
                    npm_version=NPM_VERSION,
                    force=force,
                )
        except ResolutionError as error:
            from zipper.tree.required_by import tell_chain  # noqa: PLC0415  (for this error only)

            tell_chain(error, tree, location)
            raise


def _find_inert(
    tree: Tree, connections: Connections, flags: dict[str, Flags], target: Target
) -> set[str]:
    """Return what falls away with the optional dependencies that cannot be installed."""
    inert: set[str] = set()
    incomplete = [
        edge.source
        for edges in connections.edges_out.values()
        for edge in edges
        if edge.target is None
        and edge.type in ("prod", "peer")
        and flags[edge.source].optional
        and edge.name not in tree.nodes[edge.source].manifest.bundle_dependencies
    ]
    for location in incomplete:
        inert |= _find_set(location, connections, inert)
    for location, node in tree.nodes.items():
        if (
            flags[location].optional
            and location not in inert
            and not fits_target(node.manifest, target)
        ):
            inert |= _find_set(location, connections, inert)
    return inert


def _find_set(location: str, connections: Connections, inert: set[str]) -> set[str]:
    from zipper.tree.optional_set import find_optional_set  # noqa: PLC0415  (where something does not fit)

    return find_optional_set([location], connections, inert=inert)


def _keep(tree: Tree, gone: set[str]) -> tuple[str, ...]:
    """Return the locations that stay: not gone, nor inside a folder that goes."""
    kept: dict[str, None] = {ROOT: None}
    for location in sorted(tree.nodes):  # a folder before what lies in it
        if location not in gone and _nearest(location, tree) in kept:
            kept[location] = None
    return tuple(location for location in tree.nodes if location in kept)


def _nearest(location: str, tree: Tree) -> str:
    """Return the innermost node whose folder holds `location`; the root's folder holds all."""
    while True:
        location = parent_location(location)
        if location in tree.nodes:
            return location
