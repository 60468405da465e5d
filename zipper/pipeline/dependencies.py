"""From a request to the packages of a function: what a build and an install have in common.

In: what was asked for, and how to work. Out: the selected tree with the files of each package,
after its install scripts. Nothing is written but the store.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from zipper.fetching.fetch_packages import obtain
from zipper.named_tuple import NamedTuple
from zipper.pipeline.running_scripts import (
    apply_scripts,
    find_allowed_scripts,
    read_project_consent,
)
from zipper.resolving.project_tree import find_tree, refuse_unlocked_siblings
from zipper.resolving.selected_tree import select_tree
from zipper.supply.policy import vouch
from zipper.tree.model import ROOT, Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from zipper.fetching.package_files import Scripted
    from zipper.findings import Finding
    from zipper.pipeline.session import Circumstances, Clock
    from zipper.project.read_project import Project
    from zipper.registry.lazy_client import LazyClient
    from zipper.resolving.locked_tree import LockedTree
    from zipper.settings.build_request import BuildRequest
    from zipper.sharing.shared_store import SharedStore
    from zipper.store.store_zips import Store

__all__ = ["Gathered", "count_packages", "find_locked", "find_project_tree", "gather"]


class Gathered(NamedTuple):
    """The packages of a function, and what a person should know about them."""

    scripted: Scripted
    whole: Tree
    """The tree that they were selected of."""
    findings: tuple[Finding, ...]
    locked: LockedTree | None = None
    """What was laid out of a lockfile that is not npm's."""


def gather(
    project: Project,
    request: BuildRequest,
    io: Circumstances,
    clock: Clock,
    *,
    omit: frozenset[str],
) -> Gathered:
    """Return the packages of `project` for the target of `request`.

    Args:
        project: what was read for the request.
        request: what was asked for.
        io: how to work.
        clock: called when each stage begins.
        omit: dependency types to leave out besides those of npm's settings.

    Raises:
        LockfileError, ResolutionError, RegistryError, IntegrityError, ArchiveError, StoreError,
        NodeError, UsageError: with code, facts and hint.
    """
    store = io.open_store()
    open_shared = find_shared_store(request, io, store)
    with io.open_client(project, request) as client:
        clock.start("select" if project.lockfile or project.foreign else "resolve")
        left_out = omit | project.npm.omit
        whole = find_project_tree(project, request, io, client, omit=left_out)
        tree, told = select_tree(
            project,
            whole,
            target=request.target,
            omit=left_out,
            with_root=request.include_root_dependencies,
            notebook=store.notebook,
        )
        consent = read_project_consent(project, request.allow_scripts)
        allowed = find_allowed_scripts(tree, consent)
        vouched = vouch(
            project, tree, request, whole=whole, allowed=allowed, store=store, client=client
        )
        clock.start("fetch", total=count_packages(tree))
        obtained = obtain(
            project,
            tree,
            store=store,
            client=client,
            on_event=io.on_event,
            open_shared=open_shared,
        )
        scripted = apply_scripts(
            project, tree, obtained, request, consent=consent, store=store, offline=io.offline
        )
    locked = find_locked(project, request, io, left_out)
    laid_out = () if locked is None else locked.findings
    findings = (*laid_out, *told, *vouched, *scripted.obtained.findings)
    if store.ownership.group and all(finding.code != "cache-shared" for finding in vouched):
        # So may a single folder of packages be, which is looked at when it is used.
        from zipper.supply.settings_findings import tell_strangers  # noqa: PLC0415

        findings = (*findings, tell_strangers(str(store.cache_dir), store.ownership.group))
    return Gathered(scripted, whole, findings, locked)


def find_locked(
    project: Project, request: BuildRequest, io: Circumstances, omit: frozenset[str] | None
) -> LockedTree | None:
    """Return what a foreign lockfile comes to, found once; None where none counts.

    Raises:
        LockfileError, ProjectError, StoreError.
    """
    if project.foreign is None:
        return None
    from zipper.resolving.locked_tree import find_locked_tree  # noqa: PLC0415  (where it counts)

    target, store = request.target, io.open_store()
    return io.shared.get(
        (project.root, project.member, omit, target, *request.npm_options.items()),
        lambda: find_locked_tree(project, target=target, store=store, omit=omit),
    )


def find_project_tree(
    project: Project,
    request: BuildRequest,
    io: Circumstances,
    client: LazyClient,
    *,
    omit: frozenset[str] | None = None,
) -> Tree:
    """Return the whole tree, which depends on Node and platform of the target too.

    It comes from the lockfile, else from a note of what resolving came to, else from the resolver;
    functions that have a project in common find it once. `omit` is what need not be laid out of a
    foreign lockfile; None for the whole of it.

    Raises:
        LockfileError, ResolutionError, RegistryError, IntegrityError, ArchiveError, StoreError.
    """
    locked = find_locked(project, request, io, omit)
    if locked is not None:
        return locked.tree
    target, store = request.target, io.open_store()
    days = request.min_release_age_days

    def find() -> Tree:
        earlier = None
        if project.lockfile is None:
            from zipper.resolving.resolution_note import find_earlier_tree  # noqa: PLC0415  (here only)

            earlier = find_earlier_tree(
                project, request, cache_dir=io.cache_dir, offline=io.offline
            )
        return find_tree(
            project,
            target=target,
            store=store,
            client=client,
            min_release_age_days=days,
            earlier=earlier,
            omit=omit,
        )

    # A yarn.lock's tree is laid out for one member.
    whose = (project.member, omit) if project.yarn_lock is not None else None
    refuse_unlocked_siblings(project)  # what is shared may be another member's
    key = (project.root, target, days, request.vendor, whose, *request.npm_options.items())
    return io.shared.get(key, find)


def find_shared_store(
    request: BuildRequest, io: Circumstances, store: Store
) -> Callable[[], SharedStore] | None:
    """Return what opens the store that machines share; None where none counts.

    `--offline` opens no connection, and a vendored folder has everything already.

    Raises:
        UsageError: EUSAGE for an address, a key or a scope that cannot be used.
    """
    url = request.store_url
    if not url:
        return None
    from zipper.sharing.opening import open_shared_store, read_sharing  # noqa: PLC0415  (where one is)

    sharing = read_sharing(
        url,
        accept=request.store_accept,
        key=request.store_key,
        scope=request.store_scope,
        environ=os.environ,
    )
    if request.vendor or (io.offline and not url.startswith("file:")):
        return None
    return lambda: open_shared_store(sharing, codec=store.root.name, environ=os.environ)


def count_packages(tree: Tree) -> int:
    """Return the number of packages, links and the project itself left out."""
    return sum(
        1 for location, node in tree.nodes.items() if location != ROOT and node.link_target is None
    )
