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

from zipper.archive.plan import FIELDS, PlannedEntry
from zipper.errors import ArchiveError
from zipper.files import map_file
from zipper.store.files import Store, StoreZip, inflate, is_sound

if TYPE_CHECKING:
    import os
    from pathlib import Path

__all__ = ["Size", "Verified", "measure", "prune", "verify"]

_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Size:
    """A number of store zips and their bytes."""

    packages: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Verified:
    """How many store zips are sound, and which were not and are gone."""

    sound: int
    removed: tuple[Path, ...]


def measure(store: Store) -> Size:
    """Return how many store zips there are and how many bytes they have."""
    sizes = [status.st_size for status in map(_look_at, store) if status is not None]
    return Size(len(sizes), sum(sizes))


def verify(store: Store) -> Verified:
    """Check every member of every store zip against its CRC-32; remove those that are damaged.

    Temporary files that killed processes left are removed too.
    """
    removed = []
    sound = 0
    for path in store:
        if _is_whole(path):
            sound += 1
        else:
            removed.append(path)
            with contextlib.suppress(OSError):
                path.unlink()
    store.remove_leftovers()
    return Verified(sound, tuple(removed))


def prune(store: Store, *, unused_days: int) -> Size:
    """Remove store zips and notes unused for so many days, stores of other codecs, leftovers.

    A file's access time tells its last use; where the system does not keep it, the time at which
    it was written counts.
    """
    oldest = time.time() - unused_days * _DAY_SECONDS
    packages = size = 0
    for path in store:
        status = _look_at(path)
        if status is not None and max(status.st_atime, status.st_mtime) <= oldest:
            path.unlink(missing_ok=True)
            packages += 1
            size += status.st_size
    for other in store.root.parent.glob("*"):
        if other != store.root and other.is_dir():
            found = [status for status in map(_look_at, other.rglob("*.zip")) if status is not None]
            packages += len(found)
            size += sum(status.st_size for status in found)
            shutil.rmtree(other, ignore_errors=True)
    _prune_notes(store.notes, oldest)
    store.remove_leftovers()
    return Size(packages, size)


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


def _is_whole(path: Path) -> bool:
    try:
        data = map_file(path)
    except OSError:
        return False
    if data is None or not is_sound(data):
        return False
    try:
        return all(_is_member_sound(entry) for entry in StoreZip(path, data).members(""))
    except (ArchiveError, ValueError, IndexError):
        return False


def _is_member_sound(entry: PlannedEntry) -> bool:
    _, _, _, _, crc, _, size = FIELDS.unpack(entry.fields)
    try:
        content = inflate(entry)
    except deflate.DeflateError:
        return False
    return bool(len(content) == size and deflate.crc32(content, 0) == crc)
