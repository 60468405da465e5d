"""The project's whole tree: from its lockfile where that is in step, else resolved.

In: a project. Out: a tree with every platform's variants; `zipper.tree.select` takes the target's
part of it. That a lockfile is in step is noted with all that the answer depends on, so a warm build
neither builds a tree nor asks anyone.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from zipper.errors import RegistryError
from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.git_resolved import is_git
from zipper.resolving.lockfile_proof import LockfileProof
from zipper.tree.model import Tree

if TYPE_CHECKING:
    from zipper.project.read_project import Project
    from zipper.registry.lazy_client import LazyClient
    from zipper.resolving.resolution_note import Earlier
    from zipper.store.store_zips import Store
    from zipper.target import Target

__all__ = ["find_tree", "refuse_unlocked_siblings"]


def find_tree(
    project: Project,
    *,
    target: Target,
    store: Store,
    client: LazyClient,
    min_release_age_days: float | None = None,
    earlier: Earlier | None = None,
    omit: frozenset[str] | None = None,
) -> Tree:
    """Return the tree that a build packs.

    Args:
        project: with or without a lockfile.
        target: its Node's engines decide where something is resolved, and a required package
            must fit it.
        store: where tarballs that have to be opened go, and where answers are remembered.
        client: makes the registry's client; called only when something must be asked.
        min_release_age_days: what is not locked must be as old; None for what other tools' files
            and npm's settings say.
        earlier: where it is noted what resolving a project without a lockfile came to.
        omit: dependency types that need not be laid out, where a foreign lockfile counts; None
            for the whole tree.

    Raises:
        LockfileError: EUSAGE where the lockfile and package.json disagree, as `npm ci` refuses.
        ResolutionError: EWORKSPACE for a member that depends on another one, without a lockfile.
        ZipperError: what resolving raises.
    """
    if project.foreign is not None:
        from zipper.resolving.locked_tree import find_locked_tree  # noqa: PLC0415  (where it counts)

        return find_locked_tree(project, target=target, store=store, omit=omit).tree
    refuse_unlocked_siblings(project)
    if project.yarn_lock is not None:
        from zipper.resolving.classic_tree import find_classic_tree  # noqa: PLC0415  (where it counts)

        classic = find_classic_tree(project, target=target, store=store, client=client, omit=omit)
        if classic is not None:
            return classic
    proof = None
    if project.lockfile is not None:
        proof = LockfileProof(project, project.lockfile, target, store=store, client=client)
        proven = proof.recall()
        if proven is not None:
            return proven
    recalled = None if earlier is None else earlier.recall()
    if recalled is not None:
        return _read_resolved(recalled.text, project)
    return _make_tree(
        project,
        target=target,
        store=store,
        client=client,
        min_release_age_days=min_release_age_days,
        earlier=earlier,
        proof=proof,
    )


def refuse_unlocked_siblings(project: Project) -> None:
    """Raise where nothing says what a name means that a member of the workspace has.

    Raises:
        ResolutionError: EWORKSPACE.
    """
    locks = (project.lockfile, project.foreign, project.yarn_lock)
    if not project.siblings or any(lock is not None for lock in locks):
        return
    own = project.own_manifest
    for name in (*own.dependencies, *own.optional_dependencies, *own.peer_dependencies):
        if name in project.siblings:
            from zipper.registry.registry_errors import sibling  # noqa: PLC0415  (for this error)

            raise sibling(name, project.siblings[name])


def _read_resolved(text: bytes, project: Project) -> Tree:
    """Return the tree of the lockfile that resolving came to."""
    return read_lockfile(text, path="what was resolved", manifest=project.manifest).tree


def _make_tree(
    project: Project,
    *,
    target: Target,
    store: Store,
    client: LazyClient,
    min_release_age_days: float | None,
    earlier: Earlier | None,
    proof: LockfileProof | None,
) -> Tree:
    """Return the tree that the worklist makes, and remember it."""
    # The resolver and what it reads packuments with: 0.05 s that a warm build does not need.
    from zipper.resolving.driver import UsedInputs  # noqa: PLC0415
    from zipper.resolving.resolution_note import Recalled  # noqa: PLC0415
    from zipper.resolving.resolve_tree import resolve_tree  # noqa: PLC0415
    from zipper.tree.lock_fit import lacks_outside_dependencies  # noqa: PLC0415
    from zipper.tree.resolver_options import Platform  # noqa: PLC0415

    basis = UsedInputs()
    resolve = partial(
        resolve_tree,
        project,
        node_version=target.node_version,
        platform=Platform(os=target.os, cpu=target.cpu, libc=target.libc),
        store=store,
        client=client,
        min_release_age_days=min_release_age_days,
        full=False,
        basis=basis,
    )
    lockfile = project.lockfile
    try:
        tree = resolve().tree
    except RegistryError as error:
        told = _tell_tarballs(error, project, store=store, client=client)
        if told is error:
            raise
        raise told from error
    if lockfile is not None:
        _refuse_misfit(project, lockfile.tree, tree, target)
        if lockfile.has_manifests and not _has_other_commits(lockfile.tree, tree):
            tree = lockfile.tree
    # Deviation: npm links a folder outside the project and leaves its dependencies to whoever
    # works there. A package must hold them, so such a folder is copied and resolved.
    if lacks_outside_dependencies(tree):
        tree = resolve(copy_of=tree).tree
    if proof is not None:
        proof.remember(tree, basis=basis)
    elif earlier is not None:
        from zipper.lockfile.npm_write import write_lockfile  # noqa: PLC0415  (as above)

        text = write_lockfile(tree, folder=project.root.as_posix()).encode("utf-8", "surrogatepass")
        if earlier.remember(Recalled(text), tree, basis=basis, client=client):
            return _read_resolved(text, project)
    return tree


def _refuse_misfit(project: Project, locked: Tree, ideal: Tree, target: Target) -> None:
    """Raise where the lockfile does not give the ideal tree.

    Raises:
        LockfileError: ELOCKPLATFORM where only variants are missing, and the target's is one of
            them; else EUSAGE.
    """
    from zipper.resolving.resolve_tree import refuse_differences  # noqa: PLC0415  (as above)
    from zipper.tree.connections import connect  # noqa: PLC0415
    from zipper.tree.lock_fit import lacks_only_variants, list_differences  # noqa: PLC0415
    from zipper.tree.lock_platform import refuse_lock_for_another_platform  # noqa: PLC0415

    only_variants = lacks_only_variants(locked, ideal)
    if only_variants:
        kept = locked.nodes
        refuse_lock_for_another_platform(locked, connect(locked), kept=kept, target=target)
    refuse_differences(project, list_differences(locked, ideal), only_variants=only_variants)


def _has_other_commits(locked: Tree, ideal: Tree) -> bool:
    """Return whether a git dependency was resolved anew, though its version is the locked one.

    `npm ci` compares names and versions, and then installs the ideal tree.
    """
    return any(
        is_git(node.resolved) and node.resolved != locked.nodes[location].resolved
        for location, node in ideal.nodes.items()
    )


def _tell_tarballs(
    error: RegistryError,
    project: Project,
    *,
    store: Store,
    client: LazyClient,
) -> RegistryError:
    """Return the error of an offline build with a lockfile of version 1 that names tarballs too.

    Those that every build needs: for which systems the optional ones are, packuments will tell.
    """
    lockfile = project.lockfile
    if error.code != "EOFFLINE" or lockfile is None or lockfile.has_manifests:
        return error
    from zipper.fetching.fetch_packages import find_missing_tarballs  # noqa: PLC0415
    from zipper.fetching.missing_tarballs import describe_missing  # noqa: PLC0415
    from zipper.resolving.missing_packuments import find_missing_manifests  # noqa: PLC0415

    nodes = lockfile.tree.nodes.items()
    needed = Tree({at: node for at, node in nodes if not node.dev and not node.optional})
    tarballs = find_missing_tarballs(project, needed, store=store, client=client)
    return describe_missing((*find_missing_manifests(lockfile.tree, client()), *tarballs), error)
