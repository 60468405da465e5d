"""The project's whole tree: from its lockfile where that is in step, else resolved.

In: a project. Out: a tree with every platform's variants; `zipper.tree.select` takes the target's
part of it. That a lockfile is in step is remembered beside the store, by a hash of all that the
answer depends on, so a warm build neither builds a tree nor asks anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.lockfile.read import read_lockfile

if TYPE_CHECKING:
    from collections.abc import Callable

    from zipper.project import Project
    from zipper.registry.client import RegistryClient
    from zipper.store.files import Store
    from zipper.target import Target
    from zipper.tree.model import Tree

__all__ = ["find_tree"]

_IN_STEP = "in step"


def find_tree(
    project: Project,
    *,
    target: Target,
    store: Store,
    client: Callable[[], RegistryClient],
) -> Tree:
    """Return the tree that a build packs.

    Args:
        project: with or without a lockfile.
        target: its Node's engines decide where something is resolved, and a required package
            must fit it.
        store: where tarballs that have to be opened go, and where answers are remembered.
        client: makes the registry's client; called only when something must be asked.

    Raises:
        LockfileError: EUSAGE where the lockfile and package.json disagree, as `npm ci` refuses.
        ZipperError: what resolving raises.
    """
    lockfile = project.lockfile
    if lockfile is not None:
        noted = store.recall(_step_label(project))
        if noted == _IN_STEP:
            return lockfile.tree
        if noted is not None:
            return read_lockfile(noted, path=lockfile.path, manifest=project.manifest).tree
    # The resolver and what it reads packuments with: 0.05 s that a warm build does not need.
    from zipper.contents.resolution import refuse_differences, resolve_tree  # noqa: PLC0415
    from zipper.tree.lock_fit import list_differences  # noqa: PLC0415
    from zipper.tree.request import Platform  # noqa: PLC0415

    node_version = target.node_version
    platform = Platform(os=target.os, cpu=target.cpu, libc=target.libc)
    ideal = resolve_tree(
        project, node_version=node_version, platform=platform, store=store, client=client
    )
    if lockfile is None:
        return ideal.tree
    refuse_differences(project, list_differences(lockfile.tree, ideal.tree))
    if lockfile.has_manifests:
        store.remember(_step_label(project), _IN_STEP)
        return lockfile.tree
    # Version 1 records no manifests; what the registry said of them is kept as a newer lockfile.
    from zipper.lockfile.write import write_lockfile  # noqa: PLC0415  (for old lockfiles only)

    text = write_lockfile(ideal.tree, folder=project.root.as_posix())
    store.remember(_step_label(project), text)
    return ideal.tree


def _step_label(project: Project) -> str:
    """Return under which name it is remembered that this lockfile fits these manifests."""
    npm = project.npm
    options = (
        npm.legacy_peer_deps,
        npm.strict_peer_deps,
        npm.force,
        npm.engine_strict,
        npm.install_strategy,
        npm.install_links,
        npm.tag,
    )
    return f"lockfile {project.fingerprint} {options}"
