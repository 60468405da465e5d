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
        self._modules = root / _TOP

    def take(self) -> bool:
        """Move the folder to its root, where it is kept; tell whether it is there and as it was."""
        try:
            noted = self._noted.read_text(encoding="ascii")
            self._folder.rename(self._modules)
        except OSError:
            return False
        if noted == _digest(self._modules):
            return True
        remove_folder(self._modules)
        return False

    def note(self) -> None:
        """Note what is in the folder, which was made in its root; nothing else has seen it yet."""
        time.sleep(_TICK_SECONDS)
        with contextlib.suppress(OSError):
            self._noted.write_text(_digest(self._modules), encoding="ascii")

    def give_back(self) -> None:
        """Keep the folder for the next time, where none is kept; of others only the last few."""
        with contextlib.suppress(OSError):
            if os.geteuid() == 0:  # in the sandbox root is the user nobody, who owns its folders
                _own(str(self._modules))
            self._modules.rename(self._folder)
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


def _own(folder: str) -> None:
    for path, mode, *_ in _list(folder):
        if not mode:
            os.chown(f"{folder}{path}", 0, 0, follow_symlinks=False)
    os.chown(folder, 0, 0)


def _digest(folder: Path) -> str:
    """Return a hash of all names below a folder, and of each file's inode, size and times."""
    return hashlib.sha256(json.dumps(sorted(_list(str(folder)))).encode()).hexdigest()


def _list(folder: str) -> Iterator[tuple[str, int, int, int, int, int]]:
    start = len(folder)
    waiting = [folder]
    for place in waiting:
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                    yield entry.path[start:], 0, 0, 0, 0, 0
                    continue
                status = entry.stat(follow_symlinks=False)
                times = status.st_mtime_ns, status.st_ctime_ns
                yield entry.path[start:], status.st_mode, status.st_ino, status.st_size, *times
