"""Looking after the folders beside the store zips, from which installs link their files.

In: a `Store`. Out: their bytes, whether one still is what its store zip says, and those that no
package needs. A folder that is gone is made again when it is wanted.

Writing into an installed file writes into the store, perhaps with the same size and time. So each
folder has a mark beside it: a file whose time says when all was as it should be. A file that has
not changed since then needs no reading; a link that is made or removed counts as a change, so an
install sets the marks again when it has made and removed all of its links.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import deflate

from zipper.archive.entries import FIELDS
from zipper.folders import list_files, list_level
from zipper.store.portable_names import fold_name
from zipper.store.store_zip import folder_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zipper.archive.entries import PlannedEntry
    from zipper.store.store_zip import StoreZip
    from zipper.store.store_zips import Store

__all__ = [
    "file_mode",
    "find_strays",
    "is_file_sound",
    "is_unmarked",
    "is_unpacked_sound",
    "mark_of",
    "mark_unpacked",
    "measure_unpacked",
    "renew_mark",
    "unmark",
]

_MARK: Final = ".checked"

_TICK_NS: Final = 20_000_000
"""Systems count the time of a change in ticks of up to ten milliseconds."""

_HALF_MADE_SECONDS: Final = 3600
"""No folder takes so long to fill: what is older was left by a process that was killed."""


def measure_unpacked(folder: Path) -> int:
    """Return the bytes of all files below `folder`; 0 where there is none."""
    size = 0
    for path in list_files(folder):
        with contextlib.suppress(OSError):
            size += os.lstat(path).st_size
    return size


def mark_of(folder: Path) -> Path:
    """Return the mark that says when the folder was looked at."""
    return folder.with_name(f"{folder.name}{_MARK}")


def mark_unpacked(folder: Path) -> None:
    """Say that all files of the folder are now what they should be, where the store lets."""
    with contextlib.suppress(OSError):
        mark_of(folder).touch()


def unmark(folder: Path) -> None:
    """Take back what the mark says."""
    with contextlib.suppress(OSError):
        mark_of(folder).unlink()


def renew_mark(folder: Path) -> None:
    """Say again what the mark says, if there is one."""
    with contextlib.suppress(OSError):
        os.utime(mark_of(folder))


def is_unmarked(folder: Path, names: Iterable[bytes]) -> bool:
    """Return whether a file of the folder is missing, or may have changed since it was marked."""
    look = os.stat
    if look not in os.supports_dir_fd:
        return True
    try:
        marked = look(mark_of(folder)).st_mtime_ns
        start = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        settled = marked - _TICK_NS
        return any(
            look(name, dir_fd=start, follow_symlinks=False).st_ctime_ns > settled for name in names
        )
    except FileNotFoundError:
        return True
    finally:
        os.close(start)


def is_unpacked_sound(zipped: StoreZip) -> bool:
    """Return whether the package's folder, if there is one, has its files and no others.

    A file of an install that was changed in place has changed here too.
    """
    folder = folder_of(zipped.path)
    if not folder.is_dir():
        return True
    members, start = zipped.members(""), os.fsencode(folder) + b"/"
    count = sum(1 for _ in list_files(folder))
    if count < len(members):
        # Names that differ in case or normalisation only are one file on some disks: the last one.
        members = list({fold_name(os.fsdecode(one.name)): one for one in members}.values())
    try:
        return len(members) == count and all(
            is_file_sound(start + member.name, member) for member in members
        )
    except OSError:
        return False


def is_file_sound(path: bytes, member: PlannedEntry) -> bool:
    """Return whether a file has the member's mode, size and CRC-32.

    Raises:
        OSError: it cannot be read.
    """
    _, _, _, _, crc, _, size = FIELDS.unpack(member.fields)
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size != size:
            return False
        if os.name == "posix" and status.st_mode & 0o7777 != file_mode(member):
            return False
        return bool(deflate.crc32(file.readall(), 0) == crc)


def file_mode(member: PlannedEntry) -> int:
    """Return the permissions of an installed file.

    Deviation: npm takes the umask's bits away. Here all installs share one file, with the
    umask of the first of them.
    """
    return 0o755 if member.mode & 0o111 else 0o644


def find_strays(store: Store) -> Iterator[Path]:
    """Yield folders without a store zip, and those half made by processes that were killed.

    So their marks, which are files.
    """
    for folder in map(Path, list_level(store.root, 3)):
        with contextlib.suppress(OSError):
            if folder.suffix == _MARK:
                if not folder.with_suffix(".zip").exists():
                    yield folder
                continue
            is_half = "." in folder.name
            age = time.time() - folder.lstat().st_mtime
            if not folder.is_dir() or (is_half and age < _HALF_MADE_SECONDS):
                continue
            if is_half or not folder.with_name(f"{folder.name}.zip").exists():
                yield folder
