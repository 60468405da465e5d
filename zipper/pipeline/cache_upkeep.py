"""Looking after the store: its size, the soundness of every member, and what may go.

In: a `Store`. Out: figures; damaged or unused store zips are removed. A build never needs this.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import deflate

from zipper.archive.entries import FIELDS, PlannedEntry
from zipper.errors import ArchiveError
from zipper.files import map_file
from zipper.registry.packument_cache import PackumentCache
from zipper.store.ownership import RESOLUTIONS
from zipper.store.store_zip_format import inflate, is_sound
from zipper.store.store_zips import Store, StoreZip, folder_of
from zipper.store.unpacked_folders import (
    is_unpacked_sound,
    measure_unpacked,
    remove_strays,
    remove_unpacked,
)

if TYPE_CHECKING:
    import os
    from pathlib import Path

__all__ = ["Size", "Verified", "measure", "prune", "verify"]

_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Size:
    """A number of store zips, their bytes, and those of their files unpacked for installs."""

    packages: int
    size_bytes: int
    unpacked_size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Verified:
    """How many store zips are sound; which of them and of their folders were not, and are gone."""

    sound: int
    removed: tuple[Path, ...]


def measure(store: Store) -> Size:
    """Return how many store zips there are and how many bytes they have."""
    sizes = [status.st_size for status in map(_look_at, store) if status is not None]
    unpacked = sum(measure_unpacked(folder_of(path)) for path in store)
    return Size(len(sizes), sum(sizes), unpacked)


def verify(store: Store) -> Verified:
    """Check every member of every store zip against its CRC-32; remove those that are damaged.

    So are folders for installs that differ from their store zip, and what killed processes left.
    """
    removed = []
    sound = 0
    for path in store:
        whole = _read_whole(path)
        if whole is None:
            removed.append(path)
            remove_unpacked(path)
            with contextlib.suppress(OSError):
                path.unlink()
            continue
        sound += 1
        if not is_unpacked_sound(whole):
            removed.append(folder_of(path))
            remove_unpacked(path)
    store.remove_leftovers()
    remove_strays(store)
    return Verified(sound, tuple(removed))


def prune(store: Store, *, unused_days: int) -> Size:
    """Remove what was unused for so many days, stores of other codecs, and leftovers.

    Unused may be store zips, their folders, packuments, notes, Nodes, and logs of install scripts.
    A file's access time tells its last use; where the system does not keep it, the time at which it
    was written counts.
    """
    oldest = time.time() - unused_days * _DAY_SECONDS
    packages = size = unpacked = 0
    for path in store:
        status = _look_at(path)
        if status is not None and max(status.st_atime, status.st_mtime) <= oldest:
            path.unlink(missing_ok=True)
            unpacked += remove_unpacked(path)
            packages += 1
            size += status.st_size
    for other in store.root.parent.glob("*"):
        if other != store.root and other.is_dir():
            found = [status for status in map(_look_at, other.rglob("*.zip")) if status is not None]
            packages += len(found)
            size += sum(status.st_size for status in found)
            shutil.rmtree(other, ignore_errors=True)
    size += PackumentCache(store.cache_dir / "packuments").prune(oldest)
    _prune_notes(store.notes, oldest)
    _prune_notes(store.cache_dir / RESOLUTIONS, oldest)
    _prune_nodes(store.cache_dir, oldest)
    store.remove_leftovers()
    return Size(packages, size, unpacked + remove_strays(store))


def _prune_nodes(cache_dir: Path, oldest: float) -> None:
    """Remove Nodes by the last use of the marker that says they are finished, and old logs."""
    for marker in cache_dir.glob("node/*/zipper.json"):
        status = _look_at(marker)
        if status is not None and max(status.st_atime, status.st_mtime) <= oldest:
            marker.unlink(missing_ok=True)
            shutil.rmtree(marker.parent, ignore_errors=True)
    for log in cache_dir.glob("scripts/*.log"):
        status = _look_at(log)
        if status is not None and status.st_mtime <= oldest:
            log.unlink(missing_ok=True)


def _prune_notes(notes: Path, oldest: float) -> None:
    for path in notes.glob("*/*"):
        status = _look_at(path)
        if status is not None and max(status.st_atime, status.st_mtime) <= oldest:
            path.unlink(missing_ok=True)


def _look_at(path: Path) -> os.stat_result | None:
    """Return what the system says of a file; None where another process has just removed it."""
    try:
        return path.stat()
    except OSError:
        return None


def _read_whole(path: Path) -> StoreZip | None:
    """Return the store zip if each of its members is what its CRC-32 says."""
    try:
        data = map_file(path)
    except OSError:
        return None
    if data is None or not is_sound(data):
        return None
    zipped = StoreZip(path, data)
    try:
        is_whole = all(_is_member_sound(entry) for entry in zipped.members(""))
    except (ArchiveError, ValueError, IndexError):
        return None
    return zipped if is_whole else None


def _is_member_sound(entry: PlannedEntry) -> bool:
    _, _, _, _, crc, _, size = FIELDS.unpack(entry.fields)
    try:
        content = inflate(entry)
    except deflate.DeflateError:
        return False
    return bool(len(content) == size and deflate.crc32(content, 0) == crc)
