"""The project's whole tree: from its lockfile where that is in step, else resolved.

In: a project. Out: a tree with every platform's variants; `zipper.tree.select` takes the target's
part of it. That a lockfile is in step is remembered beside the store, by a hash of all that the
answer depends on, so a warm build neither builds a tree nor asks anybody.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, cast

from zipper.errors import LockfileError, RegistryError
from zipper.lockfile.read import read_lockfile
from zipper.tree.lock_fit import describe_misfits, list_differences
from zipper.tree.request import IdealTreeRequest, Platform, ResolveOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from zipper.npm.npmrc import NpmSettings
    from zipper.project import Project
    from zipper.registry.client import RegistryClient
    from zipper.store.files import Store
    from zipper.target import Target
    from zipper.tree.model import Tree
    from zipper.tree.request import IdealTree, InstallStrategy

__all__ = ["find_tree", "resolve_tree"]

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
    node_version = target.node_version
    platform = Platform(os=target.os, cpu=target.cpu, libc=target.libc)
    ideal = resolve_tree(
        project, node_version=node_version, platform=platform, store=store, client=client
    )
    if lockfile is None:
        return ideal.tree
    _refuse_differences(project, list_differences(lockfile.tree, ideal.tree))
    if lockfile.has_manifests:
        store.remember(_step_label(project), _IN_STEP)
        return lockfile.tree
    # Version 1 records no manifests; what the registry said of them is kept as a newer lockfile.
    from zipper.lockfile.write import write_lockfile  # noqa: PLC0415  (for old lockfiles only)

    text = write_lockfile(ideal.tree, folder=project.root.as_posix())
    store.remember(_step_label(project), text)
    return ideal.tree


def resolve_tree(
    project: Project,
    *,
    node_version: str,
    platform: Platform,
    store: Store,
    client: Callable[[], RegistryClient],
    update: bool | frozenset[str] = False,
) -> IdealTree:
    """Return the ideal tree, beginning with the lockfile's where there is one.

    Raises:
        ZipperError: see `zipper.tree.ideal_tree.build_ideal_tree`.
    """
    # The resolver and what it reads packuments with: 0.05 s that a warm build does not need.
    from zipper.contents.answers import Answers, drive  # noqa: PLC0415
    from zipper.tree.ideal_tree import build_ideal_tree  # noqa: PLC0415

    lockfile = project.lockfile
    request = IdealTreeRequest(
        path=project.root.as_posix(),
        manifest=project.manifest,
        workspaces=project.workspaces,
        lockfile=None if lockfile is None else lockfile.tree,
        lockfile_version=3 if lockfile is None else lockfile.version,
        update=update,
        options=_options(project.npm),
        node_version=node_version,
        platform=platform,
    )
    answers = Answers(project.root, store=store, client=client, allow_git=project.npm.allow_git)
    try:
        return drive(build_ideal_tree(request), answers)
    except RegistryError as error:
        if lockfile is None or error.code not in ("EOFFLINE", "ENETWORK", "ETIMEDOUT"):
            raise
        misfits = describe_misfits(lockfile.tree, legacy_peer_deps=project.npm.legacy_peer_deps)
        if misfits:
            _refuse_differences(project, misfits)
        raise


def _options(npm: NpmSettings) -> ResolveOptions:
    return ResolveOptions(
        legacy_peer_deps=npm.legacy_peer_deps,
        strict_peer_deps=npm.strict_peer_deps,
        force=npm.force,
        engine_strict=npm.engine_strict,
        prefer_dedupe=npm.prefer_dedupe,
        install_strategy=cast("InstallStrategy", npm.install_strategy),
        install_links=npm.install_links,
        before=None if npm.before is None else npm.before.isoformat(),
        default_tag=npm.tag,
    )


def _refuse_differences(project: Project, differences: list[str]) -> None:
    if not differences:
        return
    assert project.lockfile is not None
    raise LockfileError(
        "EUSAGE",
        f"package.json and `{project.lockfile.path}` are out of step",
        facts=tuple(("difference", line) for line in differences),
        hint="update the lockfile: `python -m zipper resolve`, or `npm install`",
    )


def _step_label(project: Project) -> str:
    """Return under which name it is remembered that this lockfile fits these manifests."""
    options = hashlib.sha256(repr(_options(project.npm)).encode()).hexdigest()
    return f"lockfile {project.fingerprint} {options}"
