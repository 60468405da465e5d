"""A tarball that was fetched goes into the store, as what it was fetched as.

In: a verified tarball and what wanted it. Out: its store zip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import StoreError
from zipper.fetching.store_origin import note_origin, require_checksum
from zipper.store.extract import extract

if TYPE_CHECKING:
    from zipper.fetching.needed_tarballs import Wanted
    from zipper.store.store_zip import StoreZip
    from zipper.store.store_zips import Store

__all__ = ["keep_tarball"]


def keep_tarball(store: Store, item: Wanted, tarball: bytes) -> StoreZip:
    """Return the store zip of a tarball whose integrity is verified; yarn's checksum is here.

    Raises:
        ArchiveError: it cannot be unpacked.
        IntegrityError: EINTEGRITY where yarn's checksum is another.
    """
    name = item.package_name
    checksum = None
    if item.checksum:
        from zipper.store.yarn_checksum import YarnChecksum  # noqa: PLC0415  (for yarn's lockfiles)

        checksum = YarnChecksum(name)
    entries = extract(tarball, label=item.label, checksum=checksum)
    if checksum is not None:
        require_checksum(item.label, item.checksum, checksum.finish())
    try:
        zipped = store.add(item.key, entries, package_name=name)
    except StoreError:
        # A store that cannot be written to (read-only, full) slows builds, it stops none.
        return store.keep_in_memory(item.key, entries, package_name=name)
    note_origin(store, zipped, item.key, name, item.version, checksum=item.checksum)
    return zipped
