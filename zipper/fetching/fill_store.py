"""Filling the store: every wanted tarball is found there, or fetched, verified and kept.

In: what the tree wants, and a way to get a tarball. Out: a store zip for each. Packages that the
store has cost a look; nothing is imported or opened for the network then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.fetching.store_origin import OriginsNote, is_own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zipper.errors import ZipperError
    from zipper.fetching.needed_tarballs import Fetch, Wanted
    from zipper.fetching.shared_packages import SharedPackages
    from zipper.store.keys import StoreKey
    from zipper.store.store_zip import StoreZip
    from zipper.store.store_zips import Store

__all__ = ["fill"]

JOBS: Final = 16
"""Tarballs under way at once: enough to hide the registry's latency; npm's `maxsockets` is 15."""


def fill(
    store: Store,
    wanted: Iterable[Wanted],
    *,
    open_fetch: Callable[[], Fetch],
    on_missing: Callable[[int], None] | None = None,
    on_packed: Callable[[Wanted], None] | None = None,
    on_error: Callable[[Wanted, ZipperError], None] | None = None,
    share: Callable[[Fetch], SharedPackages] | None = None,
    jobs: int = JOBS,
) -> dict[StoreKey, StoreZip]:
    """Return the store zip of every key, fetching what the store lacks.

    Args:
        store: where they are kept.
        wanted: in any order; one key may appear several times. What is found under a key must be
            what is asked for, as what is fetched is; see `zipper.fetching.store_origin`.
        open_fetch: called once, and only if something is missing.
        on_missing: called with how many tarballs the store lacks, if any.
        on_packed: called with each tarball that was fetched and kept, in any thread.
        on_error: called with what a tarball failed with, before it is raised, to add facts to it.
        share: makes what looks in a shared store before it fetches; called as `open_fetch` is.
        jobs: tarballs under way at once.

    Raises:
        ZipperError: the first that a fetch raised (RegistryError, IntegrityError), ArchiveError
            for a tarball that cannot be unpacked, StoreError for a store that cannot be read.
    """
    asked = list({(item.label, item.key): item for item in wanted}.values())
    found: dict[StoreKey, StoreZip] = {}
    for key in dict.fromkeys(item.key for item in asked):
        zipped = store.find(key)
        if zipped is not None:
            found[key] = zipped
    is_known = OriginsNote(store, asked, found).recall()
    missing = [
        item
        for item in asked
        if item.key not in found or not (is_known or _is_own(store, found[item.key], item))
    ]
    if missing:
        if on_missing is not None:
            on_missing(len(missing))
        from zipper.fetching.download_workers import Worker, get_all  # noqa: PLC0415  (0.01 s, for cold builds)

        fetch = open_fetch()
        shared = None if share is None else share(fetch)
        worker = Worker(
            store, shared or fetch, on_packed=on_packed, on_error=on_error, shared=shared
        )
        found |= get_all(worker, missing, jobs=jobs)
    if not is_known:
        OriginsNote(store, asked, found).remember()
    return found


def _is_own(store: Store, zipped: StoreZip, item: Wanted) -> bool:
    name, version = item.package_name, item.version
    return is_own(store, zipped, item.key, name, version, checksum=item.checksum)
