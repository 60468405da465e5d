"""Packages of a build that come from a shared store, and that go there.

In: what is wanted. Out: store zips in the local store, tarballs. Packages of a registry alone are
shared: folders and files of this disk are of no use elsewhere, and a commit's name is no hash.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from zipper.errors import StoreError
from zipper.fetching.local_packages import is_local_tarball
from zipper.fetching.store_origin import note_origin
from zipper.sharing.shared_store import SharedPackage

if TYPE_CHECKING:
    from zipper.fetching.needed_tarballs import Fetch, Wanted
    from zipper.findings import Finding
    from zipper.sharing.shared_store import SharedStore
    from zipper.store.store_zip import StoreZip
    from zipper.store.store_zips import Store

__all__ = ["SharedPackages"]


class SharedPackages:
    """A `Fetch` that looks in a shared store first. Safe for many threads.

    Args:
        shared: the shared store.
        store: the local one.
        fetch: what gets a tarball that is not shared yet.
    """

    def __init__(self, shared: SharedStore, store: Store, fetch: Fetch) -> None:
        self._shared = shared
        self._store = store
        self._fetch = fetch

    def take(self, item: Wanted) -> StoreZip | None:
        """Return the store zip of a package, put into the local store; None where none is shared.

        Where yarn's checksum has to be verified, its tarball is needed.
        """
        wanted = _share(item)
        if wanted is None or item.checksum:
            return None
        begun = time.thread_time()
        found = self._shared.find_zip(wanted)
        if found is None:
            return None
        data, seconds = found
        try:
            zipped = self._store.add_whole(item.key, data)
        except StoreError:
            zipped = self._store.hold_whole(item.key, data)
        note_origin(self._store, zipped, item.key, item.package_name, item.version)
        self._shared.report.count(saved_seconds=max(0.0, seconds - (time.thread_time() - begun)))
        return zipped

    def fetch(self, item: Wanted) -> bytes:
        """Return the tarball, verified."""
        wanted = _share(item)
        data = None if wanted is None else self._shared.find_tarball(wanted)
        if data is not None:
            return data
        data = self._fetch.fetch(item)
        if wanted is not None:
            self._shared.offer_tarball(wanted, data)
        return data

    def offer(self, item: Wanted, zipped: StoreZip, seconds: float) -> None:
        """Share the store zip that was made of a tarball in `seconds` of processor time."""
        wanted = _share(item)
        if wanted is not None and self._shared.signs:
            self._shared.offer_zip(wanted, zipped.read_whole(), seconds)

    def close(self) -> None:
        """End what is under way."""
        self._fetch.close()

    def findings(self) -> tuple[Finding, ...]:
        """Return what a person should know about the shared store."""
        return self._shared.report.findings()


def _share(item: Wanted) -> SharedPackage | None:
    if is_local_tarball(item.resolved):
        return None
    return SharedPackage(item.key, item.package_name, item.version)
