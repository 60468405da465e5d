"""Looking after the store: its size, the soundness of every member, and what may go.

In: a `Store`. Out: figures; what is damaged or unused is named, or removed. A build never needs
this. Other processes may use the store meanwhile: what one of them has removed is no damage.
"""

from __future__ import annotations

import os
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import deflate

from zipper.archive.entries import FIELDS, PlannedEntry
from zipper.bundling.kept_modules import BUNDLING, NOTED
from zipper.errors import ReadError, StoreError
from zipper.file_bytes import open_file
from zipper.folders import Remover, list_files, list_level
from zipper.registry.packument_cache import PackumentCache
from zipper.store.note_upkeep import find_damaged_notes, prune_notes
from zipper.store.store_zip import StoreZip, folder_of
from zipper.store.store_zip_format import has_own_digest, inflate, is_sound
from zipper.store.unpacked_folders import (
    find_strays,
    is_unpacked_sound,
    mark_of,
    measure_unpacked,
)

if TYPE_CHECKING:
    from zipper.store.store_zips import Store

__all__ = ["Size", "Verified", "find_strangers", "measure", "prune", "repair", "verify"]

_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Size:
    """A number of store zips, their bytes, and those of their files unpacked for installs."""

    packages: int
    size_bytes: int
    unpacked_size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Verified:
    """How many store zips are sound; which of them and of their folders are not."""

    sound: int
    damaged: tuple[Path, ...]


def measure(store: Store) -> Size:
    """Return how many store zips there are and how many bytes they have."""
    sizes = [status.st_size for status in map(_look_at, store) if status is not None]
    unpacked = sum(measure_unpacked(folder_of(path)) for path in store)
    return Size(len(sizes), sum(sizes), unpacked)


def verify(store: Store) -> Verified:
    """Check every member of every store zip, the folders from which installs link, and all notes.

    A folder is damaged where it differs from its store zip. Nothing is removed but what killed
    processes were writing.
    """
    damaged: list[Path] = []
    sound = 0
    for path in store:
        try:
            whole = _read_whole(path)
        except FileNotFoundError:
            continue
        if whole is None:
            damaged.append(path)
            continue
        sound += 1
        if not is_unpacked_sound(whole) and path.exists() and folder_of(path).exists():
            damaged.append(folder_of(path))
    damaged += find_damaged_notes(store.cache_dir)
    store.remove_leftovers()
    return Verified(sound, tuple(damaged))


def find_strangers(store: Store) -> str | None:
    """Return who else can write to the store, as `group 50`; None for no one.

    Raises:
        StoreError: ESTORE where everyone can write to a folder of it, or another user owns one.
    """
    store.ownership.look_around()
    for path in store:
        store.ownership.group_of(os.fspath(path.parent))
    return store.ownership.group


def repair(store: Store) -> Verified:
    """Do what `verify` does, and remove what is damaged: the next build fetches it again.

    Raises:
        StoreError: ESTORE where something cannot be removed.
    """
    found = verify(store)
    remover = Remover()
    for path in found.damaged:
        if not path.is_dir():
            remover.remove_file(path)
        if path.suffix in ("", ".zip"):
            _remove_unpacked(path, remover)
    _remove_strays(store, remover)
    _raise_failure(remover)
    return found


def prune(store: Store, *, unused_days: int) -> Size:
    """Remove what was unused for so many days, stores and notes of other code, and leftovers.

    Unused may be store zips, their folders, packuments, notes, Nodes, logs of install scripts, and
    the node_modules of bundles.
    A file's access time tells its last use; where the system does not keep it, the time at which it
    was written counts.

    Raises:
        StoreError: ESTORE where something cannot be removed; all else is.
    """
    oldest = time.time() - unused_days * _DAY_SECONDS
    remover = Remover()
    packages = size = unpacked = 0
    for path in store:
        status = _look_at(path)
        if status is not None and _last_use(status) <= oldest and remover.remove_file(path):
            unpacked += _remove_unpacked(path, remover)
            packages += 1
            size += status.st_size
    for other in map(Path, list_level(store.root.parent, 1)):
        if other != store.root and other.is_dir():
            found = sum(path.endswith(".zip") for path in list_files(other))
            removed = remover.remove_folder(other)
            packages += found if removed else 0
            size += removed
    size += PackumentCache(store.cache_dir / "packuments").prune(oldest, remover.remove_file)
    prune_notes(store.cache_dir, oldest, remover)
    _prune_nodes(store.cache_dir, oldest, remover)
    _prune_modules(store.cache_dir, oldest, remover)
    store.remove_leftovers()
    unpacked += _remove_strays(store, remover)
    _raise_failure(remover)
    return Size(packages, size, unpacked)


def _prune_nodes(cache_dir: Path, oldest: float, remover: Remover) -> None:
    """Remove Nodes by the last use of the marker that says they are finished, and old logs."""
    for folder in list_level(cache_dir / "node", 1):
        marker = f"{folder}/zipper.json"
        status = _look_at(marker)
        if status is not None and _last_use(status) <= oldest and remover.remove_file(marker):
            remover.remove_folder(folder)
    for log in list_level(cache_dir / "scripts", 1):
        status = _look_at(log)
        if status is not None and log.endswith(".log") and status.st_mtime <= oldest:
            remover.remove_file(log)


def _prune_modules(cache_dir: Path, oldest: float, remover: Remover) -> None:
    """Remove the node_modules of bundles, which are links alone, by their last use."""
    for marker in list_level(cache_dir / BUNDLING, 1):
        status = _look_at(marker)
        if marker.endswith(NOTED) and status is not None and status.st_mtime <= oldest:
            remover.remove_file(marker)
            remover.remove_folder(marker.removesuffix(NOTED))


def _remove_unpacked(path: Path, remover: Remover) -> int:
    """Remove the folder of the store zip at `path`, or itself; return how many bytes it had."""
    folder = folder_of(path) if path.suffix else path
    if mark_of(folder).exists():
        remover.remove_file(mark_of(folder))
    return remover.remove_folder(folder) if folder.is_dir() else 0


def _remove_strays(store: Store, remover: Remover) -> int:
    size = 0
    for path in find_strays(store):
        if path.is_dir():
            size += remover.remove_folder(path)
        else:
            remover.remove_file(path)
    return size


def _raise_failure(remover: Remover) -> None:
    if not remover.failures:
        return
    first = remover.failures[0]
    more = f", and {len(remover.failures) - 1:,} more" if len(remover.failures) > 1 else ""
    raise StoreError(
        "ESTORE",
        f"cannot remove `{os.fspath(first.filename)}`{more}: {first.strerror or first}",
        hint="make the cache writable, or run this as the user who owns it",
    ) from first


def _last_use(status: os.stat_result) -> float:
    return max(status.st_atime, status.st_mtime)


def _look_at(path: Path | str) -> os.stat_result | None:
    """Return what the system says of a file; None where another process has just removed it."""
    try:
        return os.stat(path)  # noqa: PTH116 - of a text too
    except OSError:
        return None


def _read_whole(path: Path) -> StoreZip | None:
    """Return the store zip if its SHA-256 and its members' CRC-32 are right.

    Raises:
        FileNotFoundError: another process has removed it.
    """
    try:
        file = open_file(path)
        data = None if file is None else file[:]
    except (OSError, ReadError):
        return None
    if data is None:
        raise FileNotFoundError(path)
    if not is_sound(data) or not has_own_digest(data):
        return None
    zipped = StoreZip(os.fspath(path), data)
    try:
        is_whole = all(_is_member_sound(entry) for entry in zipped.members(""))
    except (struct.error, ValueError, IndexError):  # what its directory says leads nowhere
        return None
    return zipped if is_whole else None


def _is_member_sound(entry: PlannedEntry) -> bool:
    _, _, _, _, crc, _, size = FIELDS.unpack(entry.fields)
    try:
        content = inflate(entry)
    except deflate.DeflateError:
        return False
    return bool(len(content) == size and deflate.crc32(content, 0) == crc)
