"""Resolving a project: the worklist, run from package.json and the lockfile, answered from outside.

In: a project and the circumstances. Out: the ideal tree. A build whose lockfile is known to be in
step never imports this.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, cast

from zipper.errors import LockfileError, RegistryError, ResolutionError
from zipper.npm.pick import PickOptions
from zipper.project.read_manifest import read_manifest
from zipper.project.release_age_files import find_release_age
from zipper.resolving.driver import ResolverInputs, drive
from zipper.supply.sources import refuse_source
from zipper.tree.ideal_tree import build_ideal_tree
from zipper.tree.lock_fit import describe_misfits
from zipper.tree.model import list_dependencies
from zipper.tree.resolver_options import IdealTreeRequest, ResolverOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from zipper.npm.npmrc import NpmSettings
    from zipper.project.read_project import Project
    from zipper.registry.client import RegistryClient
    from zipper.resolving.driver import UsedInputs
    from zipper.store.store_zips import Store
    from zipper.tree.model import Tree
    from zipper.tree.resolver_options import IdealTree, InstallStrategy, Platform

__all__ = ["list_own_specs", "refuse_differences", "resolve_tree"]


def resolve_tree(  # noqa: PLR0913  (keyword-only, passed on by those who resolve)
    project: Project,
    *,
    node_version: str,
    platform: Platform,
    store: Store,
    client: Callable[[], RegistryClient],
    update: bool | frozenset[str] = False,
    copy_of: Tree | None = None,
    min_release_age_days: float | None = None,
    full: bool = True,
    basis: UsedInputs | None = None,
) -> IdealTree:
    """Return the ideal tree, beginning with the lockfile's where there is one.

    `copy_of` is a whole tree to begin with instead; `file:` folders outside the project are then
    copied and resolved like any package, as npm's `install-links` does. Without `full`, for
    what is installed, the manifests lack what only a lockfile records (licence and funding); the
    lockfile is looked at as `npm ci` does, which leaves optional peers that do not fit alone; and
    platforms and engines are left to `zipper.tree.select`. `basis` notes what the tree rests on.

    Raises:
        ZipperError: see `zipper.tree.ideal_tree.build_ideal_tree`.
    """
    lockfile = project.lockfile
    now = datetime.now(UTC)
    age = find_release_age(project.root, project.npm, days=min_release_age_days, now=now)
    if age is not None and basis is not None:
        basis.is_dated = True  # in a day there is another answer
    options = _options(project.npm)._replace(
        install_links=project.npm.install_links or copy_of is not None,
        before=None if age is None else age.newest_allowed(now).isoformat(),
        save=full or lockfile is None,
        checks_required=full,
        release_age_exclude=() if age is None else age.exclude,
    )
    request = IdealTreeRequest(
        path=project.root.as_posix(),
        manifest=project.manifest,
        home=project.home,
        workspaces=project.workspaces,
        lockfile=copy_of or (None if lockfile is None else lockfile.tree),
        lockfile_version=3 if lockfile is None or copy_of is not None else lockfile.version,
        locked_manifest=None if lockfile is None or copy_of is not None else lockfile.root,
        yarn_lock=project.yarn_lock or {},
        update=update,
        options=options,
        node_version=node_version,
        platform=platform,
    )
    answers = ResolverInputs(
        project.root,
        store=store,
        client=client,
        follow=request.follow,
        # A name that a member has is never looked for before it is known to mean another package.
        skip=_locked_names(request).union(project.workspaces),
        refuse=partial(refuse_source, settings=project.npm, own=list_own_specs(project)),
        # Only the full form has the times of publication.
        full=full or age is not None,
        basis=basis,
    )
    try:
        return drive(build_ideal_tree(request), answers)
    except ResolutionError as error:
        if age is not None and error.code == "ETARGET":
            moment = age.newest_allowed(now).strftime("%Y-%m-%d %H:%M UTC")
            error.facts = (*error.facts, ("counts", f"what is older than {moment}: {age.source}"))
        raise
    except RegistryError as error:
        if error.code not in ("EOFFLINE", "ENETWORK", "ETIMEDOUT"):
            raise
        if lockfile is not None:
            legacy = project.npm.legacy_peer_deps
            refuse_differences(project, describe_misfits(lockfile.tree, legacy_peer_deps=legacy))
        if error.code == "EOFFLINE":
            raise _describe_missing(project, client(), request, error) from error
        raise


def _describe_missing(
    project: Project,
    client: RegistryClient,
    request: IdealTreeRequest,
    cause: RegistryError,
) -> RegistryError:
    """Return one error for all packuments that are known to be missing."""
    from zipper.fetching.missing_tarballs import describe_missing  # noqa: PLC0415  (for this error only)
    from zipper.resolving.missing_packuments import find_missing_manifests, find_missing_packuments  # noqa: PLC0415  (for this error only)

    lockfile = project.lockfile
    if lockfile is not None and request.update is not True:
        missing = (
            find_missing_manifests(lockfile.tree, client) if not lockfile.has_manifests else ()
        )
        return describe_missing(missing, cause)
    folders = project.workspaces.values()
    manifests = (project.manifest, *(read_manifest(project.root / folder) for folder in folders))
    options = PickOptions(node_version=request.node_version, before=request.options.before)
    return describe_missing(find_missing_packuments(manifests, client, options=options), cause)


def _locked_names(request: IdealTreeRequest) -> frozenset[str]:
    """Return the names whose versions are locked: few of their packuments are asked for.

    Version 1 of a lockfile has no manifests, so nearly all are.
    """
    lockfile = request.lockfile
    if lockfile is None or request.update is True or request.lockfile_version < 2:
        return frozenset()
    names = {node.package_name for node in lockfile.nodes.values()}
    return frozenset(names - request.update if request.update else names)


def list_own_specs(project: Project) -> frozenset[str]:
    """Return what the project and its workspaces ask for, as `name@spec`; read if it matters."""
    npm = project.npm
    allowed = (npm.allow_git, npm.allow_remote, npm.allow_file, npm.allow_directory)
    if "root" not in allowed:
        return frozenset()
    folders = project.workspaces.values()
    manifests = (project.manifest, *(read_manifest(project.root / folder) for folder in folders))
    return frozenset(
        f"{name}@{spec}"
        for manifest in manifests
        for name, (spec, _) in list_dependencies(manifest, top=True).items()
    )


def _options(npm: NpmSettings) -> ResolverOptions:
    return ResolverOptions(
        legacy_peer_deps=npm.legacy_peer_deps,
        strict_peer_deps=npm.strict_peer_deps,
        force=npm.force,
        engine_strict=npm.engine_strict,
        prefer_dedupe=npm.prefer_dedupe,
        install_strategy=cast("InstallStrategy", npm.install_strategy),
        install_links=npm.install_links,
        default_tag=npm.tag,
        omit=npm.omit,
    )


def refuse_differences(
    project: Project, differences: list[str], *, only_variants: bool = False
) -> None:
    """Raise where there are differences between package.json and the lockfile.

    `only_variants` says that all of them are other platforms' packages.

    Raises:
        LockfileError: EUSAGE, naming every difference, as `npm ci` does.
    """
    if not differences:
        return
    assert project.lockfile is not None
    path = project.lockfile.path
    if only_variants:
        message = f"`{path}` lacks the packages of other platforms (npm/cli#4828)"
        hint = "`python -m zipper resolve` adds them, and changes nothing else"
    else:
        message = f"package.json and `{path}` are out of step"
        hint = "update the lockfile: `python -m zipper resolve`, or `npm install`"
    facts = tuple(("difference", line) for line in differences)
    raise LockfileError("EUSAGE", message, facts=facts, hint=hint)
