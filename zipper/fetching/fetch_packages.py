"""From a selected tree to the members of its packages: the store, the registry, the disk.

In: the project, its selected tree, the store. Out: entries for the plan, and findings. Effects are
those of the modules it calls; the registry is imported only when a tarball is missing.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from zipper.errors import ArchiveError, IntegrityError, RegistryError, ZipperError
from zipper.fetching.fill_store import fill
from zipper.fetching.local_packages import (
    find_lost_files,
    is_local_folder,
    is_local_tarball,
    pack_folder,
    read_local_tarball,
)
from zipper.fetching.needed_tarballs import Wanted, find_weak_integrity, has_tarball, want
from zipper.fetching.package_files import Obtained
from zipper.findings import Finding
from zipper.npm.git_resolved import is_git
from zipper.tree.model import is_vendored_link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry
    from zipper.events import OnEvent
    from zipper.fetching.integrity_note import IntegrityNote
    from zipper.fetching.needed_tarballs import Fetch
    from zipper.fetching.shared_packages import SharedPackages
    from zipper.project.read_project import Project
    from zipper.registry.client import RegistryClient
    from zipper.sharing.shared_store import SharedStore
    from zipper.store.store_zip import StoreZip
    from zipper.store.store_zips import Store
    from zipper.tree.model import Node, Tree

__all__ = ["TarballSources", "find_missing_tarballs", "list_wanted", "obtain"]


def obtain(
    project: Project,
    tree: Tree,
    *,
    store: Store,
    client: Callable[[], RegistryClient],
    on_event: OnEvent | None = None,
    open_shared: Callable[[], SharedStore] | None = None,
) -> Obtained:
    """Return the store zip of every node that has a tarball of its own.

    Args:
        project: whose folder `file:` specs are relative to.
        tree: the selected tree.
        store: where tarballs are found and kept.
        client: makes the registry's client; called only when something is missing.
        on_event: called with each tarball that was stored, from any thread.
        open_shared: opens the store that machines share; called only when something is missing.

    Raises:
        RegistryError, IntegrityError, ArchiveError, StoreError, LockfileError, ProjectError.
    """
    wanted = list_wanted(project, tree, store=store, client=client)
    shared: list[SharedPackages] = []
    location_of = {item.key: location for location, item in reversed(wanted.items())}
    try:
        zips = fill(
            store,
            wanted.values(),
            open_fetch=lambda: TarballSources(project.root, client()),
            share=None if open_shared is None else _share_with(open_shared, store, shared),
            on_error=lambda item, error: _tell_chain(error, tree, location_of[item.key]),
            on_missing=None if on_event is None else partial(_tell_missing, on_event),
            on_packed=None if on_event is None else partial(_tell_packed, on_event),
        )
    except RegistryError as error:
        if error.code == "EOFFLINE":
            raise _describe_missing((), wanted, store, client(), error) from error
        raise
    by_location = {location: zips[item.key] for location, item in wanted.items()}
    findings = tuple(_find_oddities(wanted, by_location))
    findings += tuple(finding for one in shared for finding in one.findings())
    folders, lost = _pack_folders(project, tree)
    _apply_patches(tree, wanted, by_location, folders, store=store)
    findings += lost
    if any(is_vendored_link(node) for node in tree.nodes.values()):
        from zipper.fetching.vendored_folders import unpack_vendored  # noqa: PLC0415  (rare)

        vendored, dangling = unpack_vendored(tree, by_location)
        folders |= vendored
        findings += dangling
    if any(tree.nodes[location].manifest.bundle_dependencies for location in by_location):
        from zipper.fetching.missing_bundled import find_missing_bundled  # noqa: PLC0415  (rare)

        findings += tuple(find_missing_bundled(tree, by_location))
    return Obtained(by_location, folders, findings)


def _share_with(
    open_shared: Callable[[], SharedStore], store: Store, made: list[SharedPackages]
) -> Callable[[Fetch], SharedPackages]:
    """Return what makes the way over a shared store, and puts it into `made`."""

    def share(fetch: Fetch) -> SharedPackages:
        from zipper.fetching.shared_packages import SharedPackages  # noqa: PLC0415  (where one is)

        made.append(SharedPackages(open_shared(), store, fetch))
        return made[-1]

    return share


def _apply_patches(
    tree: Tree,
    wanted: Mapping[str, Wanted],
    zips: dict[str, StoreZip],
    folders: dict[str, list[PlannedEntry]],
    *,
    store: Store,
) -> None:
    """Put the patched copy of each package with patches in its place.

    Raises:
        LockfileError: for a patch that does not apply.
    """
    for location, node in tree.nodes.items():
        if not node.patches:
            continue
        from zipper.fetching.patched_packages import find_patched, patch_entries  # noqa: PLC0415 (few)

        if location in zips:
            zips[location] = find_patched(store, zips[location], wanted[location].key, node)
        elif location in folders:
            folders[location] = patch_entries(folders[location], node)


def _tell_missing(on_event: OnEvent, count: int) -> None:
    from zipper.events import TarballsMissing  # noqa: PLC0415  (where something is fetched)

    on_event(TarballsMissing(count))


def _tell_packed(on_event: OnEvent, item: Wanted) -> None:
    from zipper.events import PackageStored  # noqa: PLC0415  (where something is fetched)

    on_event(PackageStored(item.label))


def _find_oddities(wanted: Mapping[str, Wanted], zips: Mapping[str, StoreZip]) -> Iterator[Finding]:
    weak = find_weak_integrity(wanted)
    if weak is not None:
        yield weak
    if any(is_git(item.resolved) for item in wanted.values()):
        from zipper.fetching.git_prepare import find_unprepared  # noqa: PLC0415  (rare)

        yield from find_unprepared(wanted, zips)


def list_wanted(
    project: Project,
    tree: Tree,
    *,
    store: Store,
    client: Callable[[], RegistryClient],
) -> dict[str, Wanted]:
    """Return what each node with a tarball of its own wants of the store, by location.

    Raises:
        RegistryError, LockfileError, ProjectError: an integrity cannot be determined.
    """
    wanted, unknown = _list_known(project, tree, store, client)
    if unknown:
        facts = [(label, "its integrity is not known") for label in unknown]
        cause = next(iter(unknown.values()))
        raise _describe_missing(facts, wanted, store, client(), cause) from cause
    return wanted


def find_missing_tarballs(
    project: Project, tree: Tree, *, store: Store, client: Callable[[], RegistryClient]
) -> tuple[tuple[str, str], ...]:
    """Return what an offline build lacks of the tarballs of `tree`: labels and addresses.

    Raises:
        LockfileError, ProjectError: an integrity cannot be determined.
    """
    from zipper.fetching.missing_tarballs import list_missing  # noqa: PLC0415  (for this error only)

    wanted, unknown = _list_known(project, tree, store, client)
    facts = [(label, "its integrity is not known") for label in unknown]
    return (*facts, *list_missing(wanted, store, client()))


def _tell_chain(error: ZipperError, tree: Tree, location: str) -> None:
    from zipper.tree.required_by import tell_chain  # noqa: PLC0415  (for an error only)

    tell_chain(error, tree, location)


def _list_known(
    project: Project, tree: Tree, store: Store, client: Callable[[], RegistryClient]
) -> tuple[dict[str, Wanted], dict[str, RegistryError]]:
    """Return what is wanted, and label to error of that which may not be requested."""
    wanted: dict[str, Wanted] = {}
    unknown: dict[str, RegistryError] = {}
    for node in tree.nodes.values():
        if not has_tarball(project, node):
            continue
        try:
            wanted[node.location] = _want(project, node, store, client)
        except ZipperError as error:
            _tell_chain(error, tree, node.location)
            if not isinstance(error, RegistryError) or error.code != "EOFFLINE":
                raise
            # What is missing is reported all at once, so that one more build is enough.
            unknown[f"{node.package_name}@{node.version}"] = error
    return wanted, unknown


def _describe_missing(
    unknown: Iterable[tuple[str, str]],
    wanted: Mapping[str, Wanted],
    store: Store,
    client: RegistryClient,
    cause: RegistryError,
) -> RegistryError:
    """Return one error for all that an offline build lacks, with the address of each tarball."""
    from zipper.fetching.missing_tarballs import describe_missing, list_missing  # noqa: PLC0415 (rare)

    return describe_missing((*unknown, *list_missing(wanted, store, client)), cause)


def _pack_folders(
    project: Project, tree: Tree
) -> tuple[dict[str, list[PlannedEntry]], tuple[Finding, ...]]:
    """Return the files of each link, and of each `file:` folder that is installed as a copy.

    With a finding for each file that their code names and that is not packed.
    """
    workspaces = frozenset(project.workspaces.values())
    packed: dict[str, list[PlannedEntry]] = {}
    findings: list[Finding] = []
    for location, node in tree.nodes.items():
        folder = node.link_target
        if folder is None and is_local_folder(project.root, node.resolved):
            folder = (node.resolved or "").removeprefix("file:")
        if folder is not None and not is_vendored_link(node):
            manifest = tree.nodes.get(folder, node).manifest
            packed[location] = pack_folder(project.root, folder, manifest, workspaces=workspaces)
            findings += (
                _tell_lost(folder, lost, file)
                for lost, file in find_lost_files(project.root, folder, packed[location])
            )
    return packed, tuple(findings)


def _tell_lost(folder: str, lost: str, file: str) -> Finding:
    return Finding(
        "linked-files-left-out",
        "warning",
        f"{folder}/{file}",
        f"`{file}` of the linked package `{folder}` names `{lost}`, which is not packed",
        f"add it to `files` in `{folder}/package.json`, or take it out of its ignore files",
    )


def _want(
    project: Project, node: Node, store: Store, client: Callable[[], RegistryClient]
) -> Wanted:
    """Return what `node` wants, its integrity taken from where it can be had.

    From the lockfile, else from the file itself, else from what an earlier build noted, else from
    the registry's packument.
    """
    found = want(node)
    if found is not None:
        return found
    if is_local_tarball(node.resolved):
        from zipper.npm.integrity import from_data  # noqa: PLC0415  (rare)

        integrity = str(from_data(read_local_tarball(project.root, node.resolved)))
    else:
        from zipper.fetching.integrity_note import IntegrityNote  # noqa: PLC0415  (for lockfiles without)

        noted = IntegrityNote(
            store, project.npm, node.package_name, node.version, resolved=node.resolved
        )
        integrity = noted.recall() or _find_integrity(client(), node, noted, store)
    found = want(node, integrity)
    assert found is not None
    return found


def _find_integrity(client: RegistryClient, node: Node, noted: IntegrityNote, store: Store) -> str:
    """Return the integrity; what has to be fetched for it is kept, so that it is fetched once."""
    from zipper.fetching.keep_tarball import keep_tarball  # noqa: PLC0415  (asks)
    from zipper.fetching.registry_tarballs import find_integrity  # noqa: PLC0415  (asks)

    integrity, tarball = find_integrity(client, node)
    item = want(node, integrity)
    if tarball is not None and item is not None:
        # What is wrong with it is said where it is wanted, with who asks for it.
        with suppress(IntegrityError, ArchiveError):
            keep_tarball(store, item, tarball)
    if client.vendor is None:
        noted.remember(integrity)
    return integrity


class TarballSources:
    """The ways to get a tarball: from this disk, or from the registry."""

    def __init__(self, root: Path, client: RegistryClient) -> None:
        self._root = root
        self._client = client

    def fetch(self, wanted: Wanted) -> bytes:
        """Return the tarball, verified."""
        if is_git(wanted.resolved):
            from zipper.fetching.git import read_commit  # noqa: PLC0415  (rare)

            return read_commit(self._client, wanted.resolved or "")
        if is_local_tarball(wanted.resolved):
            from zipper.npm.integrity import check_data, parse_integrity  # noqa: PLC0415  (rare)

            data = read_local_tarball(self._root, wanted.resolved)
            check_data(data, parse_integrity(wanted.integrity))
            return data
        from zipper.fetching.registry_tarballs import fetch_from_registry  # noqa: PLC0415  (asks)

        return fetch_from_registry(self._client, wanted)

    def close(self) -> None:
        """End what is under way."""
        self._client.close()
