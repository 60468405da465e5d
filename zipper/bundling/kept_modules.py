"""A bundle's node_modules, kept from one bundle to the next.

In: packages and their places. Out: the same folder as the last time, moved to where it is wanted,
or nothing. To make and remove it takes as long as esbuild takes to bundle what is in it.

    <cache>/bundling/modules-<digest>        the folder, named after what should be in it
    <cache>/bundling/modules-<digest>.files  a digest of what was in it before esbuild ran

A folder is moved, in one step, into the sandbox that reads it, so that no two builds have it. It is
only believed while its names, and inode, size and times of each file, are those that were noted:
all files are links into the store, and whatever is done to one of these changes its ctime. Whatever
else is there, esbuild or somebody else has put there: then the folder is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from typing import TYPE_CHECKING, Final

from zipper.folders import list_level, remove_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from zipper.store.store_zip import StoreZip

__all__ = ["BUNDLING", "NOTED", "KeptModules"]

BUNDLING: Final = "bundling"
"""The folder of bundles in the cache."""
_MODULES: Final = "modules-"
NOTED: Final = ".files"
_TOP: Final = "node_modules"
_TICK_SECONDS: Final = 0.02
"""Systems count the time of a change in ticks of up to ten milliseconds: what is changed after the
note has another time than the links that were made before it."""
_KEPT_MAX: Final = 4
"""Folders that are kept, of as many functions."""


class KeptModules:
    """The folder of one layout.

    Args:
        place: where such folders are, on the disk of `root`.
        groups: the packages, by places that all are in the root's node_modules.
        root: where they are wanted.
        form: what else decides which of their files are there.
    """

    def __init__(
        self,
        place: Path,
        groups: Sequence[Sequence[tuple[StoreZip, str]]],
        root: Path,
        *,
        form: str,
    ) -> None:
        rows = [(str(zipped.path), into) for group in groups for zipped, into in group]
        digest = hashlib.sha256(json.dumps([form, rows]).encode()).hexdigest()
        self._place = place
        self._folder = place / f"{_MODULES}{digest[:32]}"
        self._noted = place / f"{_MODULES}{digest[:32]}{NOTED}"
        self.modules = root / _TOP
        """Where the folder is while it is used."""

    def take(self) -> bool:
        """Move the folder to its root, where it is kept; tell whether it is there and as it was."""
        try:
            noted = self._noted.read_text(encoding="ascii")
            self._folder.rename(self.modules)
        except OSError:
            return False
        if noted == _digest(self.modules):
            return True
        remove_folder(self.modules)
        return False

    def note(self) -> None:
        """Note what is in the folder, which was made in its root; nothing else has seen it yet.

        The sandbox's user may read it, and nothing more.
        """
        _open_to_read(str(self.modules))
        time.sleep(_TICK_SECONDS)
        with contextlib.suppress(OSError):
            self._noted.write_text(_digest(self.modules), encoding="ascii")

    def give_back(self) -> None:
        """Keep the folder for the next time, where none is kept; of others only the last few."""
        with contextlib.suppress(OSError):
            self.modules.rename(self._folder)
            os.utime(self._noted)
        noted = [path for path in list_level(self._place, 1) if path.endswith(NOTED)]
        for path in sorted(noted, key=_last_use)[:-_KEPT_MAX]:
            with contextlib.suppress(OSError):
                os.unlink(path)  # noqa: PTH108 - a text
            remove_folder(path.removesuffix(NOTED))


def _last_use(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - a text
    except OSError:
        return 0


def _open_to_read(folder: str) -> None:
    """Let everybody read a folder; of files those that are no links into the store, too."""
    os.chmod(folder, 0o755)  # noqa: PTH101, S103 - only reading  # nosec B103
    for entry in _walk(folder):
        if entry.is_dir(follow_symlinks=False):
            os.chmod(entry.path, 0o755)  # noqa: PTH101, S103 - as above  # nosec B103
        elif (status := entry.stat(follow_symlinks=False)).st_nlink == 1:
            os.chmod(entry.path, status.st_mode | 0o444)  # noqa: PTH101 - a text


def _digest(folder: Path) -> str:
    """Return a hash of all names below a folder, and of each file's inode, size and times."""
    rows, start = [], len(str(folder))
    for entry in _walk(str(folder)):
        path = entry.path[start:]
        if entry.is_dir(follow_symlinks=False):
            rows.append(f"{path}\0")
            continue
        status = entry.stat(follow_symlinks=False)
        what = f"{status.st_mode} {status.st_ino} {status.st_size}"
        rows.append(f"{path}\0{what} {status.st_mtime_ns} {status.st_ctime_ns}")
    text = "\0\0".join(sorted(rows))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _walk(folder: str) -> Iterator[os.DirEntry[str]]:
    waiting = [folder]
    for place in waiting:
        with os.scandir(place) as entries:
            for entry in entries:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
