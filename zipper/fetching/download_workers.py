"""Threads that get tarballs into the store: fetch, unpack, keep; shared with other processes.

In: what the store lacks. Out: a store zip for each. Only a cold build imports this.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final, Self, TypeVar

from zipper.errors import ZipperError
from zipper.fetching.keep_tarball import keep_tarball
from zipper.fetching.store_origin import find_own
from zipper.malloc import return_free_memory, share_memory
from zipper.store.extract import claimed_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zipper.fetching.needed_tarballs import Fetch, Wanted
    from zipper.fetching.shared_packages import SharedPackages
    from zipper.store.keys import StoreKey
    from zipper.store.store_zip import StoreZip
    from zipper.store.store_zips import Store

__all__ = ["Worker", "get_all"]

_Got = TypeVar("_Got")

_LARGE_BYTES: Final = 8 << 20

_LARGE_JOBS: Final = 2
"""Tarballs above that size, packed or unpacked, are unpacked so many at a time, which bounds the
memory of a cold build."""

_NEAR_JOBS: Final = 4

_NEAR_SECONDS: Final = 0.006
"""A registry that answers faster keeps two cores busy through four connections."""

_ENOUGH_ANSWERS: Final = 4
"""Of so many the fastest tells how far the registry is; others had to wait for a core as well."""

_PATIENCE_SECONDS: Final = 0.5
"""One that has not answered by then, on new connections too, is far as well."""

_LOCK_SECONDS: Final = 0.05
"""Between two looks at whether another process has let go of a package's lock."""


def get_all(worker: Worker, missing: Sequence[Wanted], *, jobs: int) -> dict[StoreKey, StoreZip]:
    """Get all of `missing`; those that another process is busy with come last.

    Two processes with one empty store thus share the work instead of doing it twice.
    """
    share_memory()
    # What choosing versions took, where that went before.
    return_free_memory()
    with _Pool(worker, jobs) as pool:
        first = pool.map(worker.try_item, missing)
        later = [item for item, zipped in zip(missing, first, strict=True) if zipped is None]
        second = pool.map(worker.do_item, later)
    return_free_memory()
    done = zip((*missing, *later), (*first, *second), strict=True)
    return {item.key: zipped for item, zipped in done if zipped is not None}


class _Pool:
    """Threads that end at once when something fails or the user interrupts.

    Each opens a connection of its own, which costs as much as several small tarballs. So a few
    begin, and the others follow where the registry is far: then many have to wait for it at once.
    """

    def __init__(self, worker: Worker, jobs: int) -> None:
        self._worker = worker
        self._jobs = jobs
        self._width = min(_NEAR_JOBS, jobs)
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="zipper-fetch")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._worker.close()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def map(
        self, work: Callable[[Wanted], StoreZip | None], items: Sequence[Wanted]
    ) -> list[StoreZip | None]:
        """Return each item's result, in order; raises the first error as soon as it arises."""
        waiting = deque(range(len(items)))
        under_way: dict[Future[StoreZip | None], int] = {}
        results: dict[int, StoreZip | None] = {}
        while waiting or under_way:
            while waiting and len(under_way) < self._width:
                number = waiting.popleft()
                under_way[self._threads.submit(work, items[number])] = number
            done, _ = wait(under_way, _PATIENCE_SECONDS, FIRST_COMPLETED)
            for future in done:
                results[under_way.pop(future)] = future.result()
            if self._worker.is_far or not done:
                self._width = self._jobs
        return [results[number] for number in range(len(items))]


class Worker:
    """Gets one tarball into the store; used by many threads."""

    def __init__(
        self,
        store: Store,
        fetch: Fetch,
        *,
        on_packed: Callable[[Wanted], None] | None,
        on_error: Callable[[Wanted, ZipperError], None] | None,
        shared: SharedPackages | None = None,
    ) -> None:
        self._store = store
        self._shared = shared
        self._fetch = fetch
        self._on_packed = on_packed
        self._on_error = on_error
        self._closed = threading.Event()
        self._large = threading.Semaphore(_LARGE_JOBS)
        # A thread that unpacks has a core to itself: where all do so at once, the largest packages
        # end long after the others, and cores wait for them.
        self._turns = threading.Semaphore(max(_LARGE_JOBS, os.cpu_count() or 1))
        self._connected = threading.local()
        self._waits_seconds: list[float] = []

    @property
    def is_far(self) -> bool:
        """Whether tarballs are long on their way, on connections that are there."""
        waits = self._waits_seconds
        return len(waits) >= _ENOUGH_ANSWERS and min(waits) > _NEAR_SECONDS

    def close(self) -> None:
        """End what is under way."""
        self._closed.set()
        self._fetch.close()

    def try_item(self, item: Wanted) -> StoreZip | None:
        """Return the store zip, or None where another process is getting it."""
        with self._store.lock(item.key) as held:
            return self._get(item) if held else None

    def do_item(self, item: Wanted) -> StoreZip | None:
        """Return the store zip, waiting for another process that is getting it; None once closed.

        It asks again and again, because nothing ends a thread that sleeps in the system's lock.
        """
        while not self._closed.is_set():
            zipped = self._find(item) or self.try_item(item)
            if zipped is not None:
                return zipped
            self._closed.wait(_LOCK_SECONDS)
        return None

    def _get(self, item: Wanted) -> StoreZip:
        try:
            return self._find_or_fetch(item)
        except ZipperError as error:
            if self._on_error is not None:
                self._on_error(item, error)
            raise

    def _find_or_fetch(self, item: Wanted) -> StoreZip:
        zipped = self._find(item)
        if zipped is not None:
            return zipped
        if self._shared is not None:
            zipped = self._measure(self._shared.take, item)
            if zipped is not None:
                return self._tell(item, zipped)
        begun = time.thread_time()
        tarball = self._measure(self._fetch.fetch, item)
        if max(len(tarball), claimed_bytes(tarball)) > _LARGE_BYTES:
            with self._large, self._turns:
                zipped = keep_tarball(self._store, item, tarball)
            del tarball
            return_free_memory()
        else:
            with self._turns:
                zipped = keep_tarball(self._store, item, tarball)
        if self._shared is not None:
            self._shared.offer(item, zipped, time.thread_time() - begun)
        return self._tell(item, zipped)

    def _tell(self, item: Wanted, zipped: StoreZip) -> StoreZip:
        if self._on_packed is not None:
            self._on_packed(item)
        return zipped

    def _find(self, item: Wanted) -> StoreZip | None:
        name, version = item.package_name, item.version
        return find_own(self._store, item.key, name, version, checksum=item.checksum)

    def _measure(self, get: Callable[[Wanted], _Got], item: Wanted) -> _Got:
        begun = time.monotonic()
        got = get(item)
        if vars(self._connected):
            self._waits_seconds.append(time.monotonic() - begun)
        self._connected.once = True
        return got
