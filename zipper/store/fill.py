"""Filling the store: every wanted tarball is found there, or fetched, verified and kept.

In: what the tree wants, and a way to get a tarball. Out: a store zip for each. Packages that the
store has cost a look; nothing is imported or opened for the network then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final, Protocol

from zipper.errors import StoreError
from zipper.store.extract import extract
from zipper.store.files import Store, StoreKey, StoreZip

__all__ = ["Fetch", "Wanted", "fill"]

JOBS: Final = 16
"""Tarballs under way at once: enough to hide the registry's latency; npm's `maxsockets` is 15."""
_LARGE_BYTES: Final = 4 << 20
"""Tarballs above this are unpacked one at a time, which bounds the memory of a cold build."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tarball that the package needs."""

    label: str
    """`name@version`, for messages."""
    key: StoreKey
    package_name: str
    version: str
    resolved: str | None
    integrity: str


class Fetch(Protocol):
    """Gets a tarball whose bytes agree with its integrity, or raises a ZipperError."""

    def __call__(self, wanted: Wanted, /) -> bytes: ...


def fill(
    store: Store,
    wanted: Iterable[Wanted],
    *,
    open_fetch: Callable[[], Fetch],
    on_packed: Callable[[Wanted], None] | None = None,
    jobs: int = JOBS,
) -> dict[StoreKey, StoreZip]:
    """Return the store zip of every key, fetching what the store lacks.

    Args:
        store: where they are kept.
        wanted: in any order; one key may stand several times.
        open_fetch: called once, and only if something is missing.
        on_packed: told of each tarball that was fetched and kept, in any thread.
        jobs: tarballs under way at once.

    Raises:
        ZipperError: the first that a fetch raised (RegistryError, IntegrityError), ArchiveError
            for a tarball that cannot be unpacked, StoreError for a store that cannot be read.
    """
    found: dict[StoreKey, StoreZip] = {}
    missing: dict[StoreKey, Wanted] = {}
    for item in wanted:
        if item.key in found or item.key in missing:
            continue
        zipped = store.find(item.key)
        if zipped is None:
            missing[item.key] = item
        else:
            found[item.key] = zipped
    if missing:
        worker = _Worker(store, open_fetch(), on_packed)
        found |= _run(worker, list(missing.values()), jobs)
    return found


def _run(worker: _Worker, missing: Sequence[Wanted], jobs: int) -> dict[StoreKey, StoreZip]:
    """Fetch all of `missing`; those that another process is busy with come last.

    Two processes with one empty store thus share the work instead of doing it twice.
    """
    found: dict[StoreKey, StoreZip] = {}
    later: list[Wanted] = []
    for item, zipped in _in_parallel(worker.try_item, missing, jobs):
        if zipped is None:
            later.append(item)
        else:
            found[item.key] = zipped
    for item, zipped in _in_parallel(worker.do_item, later, jobs):
        assert zipped is not None
        found[item.key] = zipped
    return found


def _in_parallel(
    work: Callable[[Wanted], StoreZip | None], items: Sequence[Wanted], jobs: int
) -> Iterator[tuple[Wanted, StoreZip | None]]:
    """Yield each item with its result; on the first error the ones not begun are given up."""
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="zipper-fetch")
    futures: dict[Future[StoreZip | None], Wanted] = {}
    try:
        futures = {pool.submit(work, item): item for item in items}
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        failed = [future for future in done if future.exception() is not None]
        for future in failed:
            future.result()
        for future, item in futures.items():
            yield item, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Worker:
    """Gets one tarball into the store; used by many threads."""

    def __init__(
        self, store: Store, fetch: Fetch, on_packed: Callable[[Wanted], None] | None
    ) -> None:
        self._store = store
        self._fetch = fetch
        self._on_packed = on_packed
        self._large = threading.Lock()

    def try_item(self, item: Wanted) -> StoreZip | None:
        """Return the store zip, or None where another process is getting it."""
        with self._store.lock(item.key, blocking=False) as held:
            return self._get(item) if held else None

    def do_item(self, item: Wanted) -> StoreZip | None:
        """Return the store zip, waiting for another process that is getting it."""
        with self._store.lock(item.key, blocking=True):
            return self._get(item)

    def _get(self, item: Wanted) -> StoreZip:
        zipped = self._store.find(item.key)
        if zipped is not None:
            return zipped
        tarball = self._fetch(item)
        if len(tarball) > _LARGE_BYTES:
            with self._large:
                zipped = self._keep(item, tarball)
        else:
            zipped = self._keep(item, tarball)
        if self._on_packed is not None:
            self._on_packed(item)
        return zipped

    def _keep(self, item: Wanted, tarball: bytes) -> StoreZip:
        entries = extract(tarball, label=item.label)
        try:
            return self._store.add(item.key, entries)
        except StoreError:
            # A store that cannot be written to (read-only, full) slows builds, it stops none.
            return self._store.keep_in_memory(item.key, entries)
