"""A bundle's node_modules, kept from one bundle to the next.

In: packages and their places. Out: the same folder as the last time, moved to where it is wanted,
or nothing. To make and remove it takes as long as esbuild takes to bundle what is in it.

    <cache>/bundling/modules-<digest>        the folder, named after what should be in it
    <cache>/bundling/modules-<digest>.files  digests of what was in it before esbuild ran

A folder is moved, in one step, into the sandbox that reads it, so that no two builds have it. It is
only believed while its names, and inode, size and times of each file, are those that were noted:
all files are links into the store, and whatever is done to one of these changes its ctime. So does
one more link: where nothing but ctimes has changed, each file is compared with its package.
Whatever else is there, esbuild or somebody else has put there: then the folder is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from typing import TYPE_CHECKING, Final

from zipper.errors import StoreError
from zipper.folders import list_level, remove_folder
from zipper.named_tuple import NamedTuple
from zipper.store.unpacked_folders import is_file_sound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry
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
        self._packages = {into.rstrip("/"): zipped for group in groups for zipped, into in group}
        self._members: dict[str, dict[bytes, PlannedEntry]] = {}
        rows = [(str(zipped.path), into) for into, zipped in self._packages.items()]
        digest = hashlib.sha256(json.dumps([form, rows]).encode()).hexdigest()
        self._place = place
        self._folder = place / f"{_MODULES}{digest[:32]}"
        self._noted = place / f"{_MODULES}{digest[:32]}{NOTED}"
        self.modules = root / _TOP
        """Where the folder is while it is used."""

    def take(self) -> bool:
        """Move the folder to its root, where it is kept; tell whether it is there and as it was."""
        try:
            noted = self._noted.read_text(encoding="ascii", errors="replace")
            self._folder.rename(self.modules)
        except OSError:
            return False
        look = _look(self.modules)
        if noted == look.noted:
            return True
        if noted.partition("\n")[0] == look.names and all(map(self._is_sound, look.files)):
            self._write(look)
            return True
        remove_folder(self.modules)
        return False

    def note(self) -> None:
        """Note what is in the folder, which was made in its root; nothing else has seen it yet.

        The sandbox's user may read it, and nothing more.
        """
        _open_to_read(str(self.modules))
        time.sleep(_TICK_SECONDS)
        self._write(_look(self.modules))

    def _write(self, look: _Look) -> None:
        with contextlib.suppress(OSError):
            self._noted.write_text(look.noted, encoding="ascii")

    def _is_sound(self, path: str) -> bool:
        """Tell whether a file below the folder is what its package has in its place."""
        place = f"{_TOP}{path}"
        while place and place not in self._packages:
            place = place.rpartition("/")[0]
        with contextlib.suppress(OSError, StoreError):
            if place and place not in self._members:
                members = self._packages[place].members("")
                self._members[place] = {one.name: one for one in members}
            name = os.fsencode(f"{_TOP}{path}"[len(place) + 1 :])
            member = self._members.get(place, {}).get(name)
            file = os.fsencode(f"{self.modules}{path}")
            return member is not None and is_file_sound(file, member)
        return False

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


class _Look(NamedTuple):
    """What is in a folder."""

    names: str
    """A hash of all names below it, and of each file's mode, inode, size and mtime."""
    times: str
    """The same with each file's ctime."""
    files: tuple[str, ...]
    """Their paths from the folder on."""

    @property
    def noted(self) -> str:
        """As it is noted."""
        return f"{self.names}\n{self.times}"


def _look(folder: Path) -> _Look:
    rows, changed_at, start = [], {}, len(str(folder))
    for entry in _walk(str(folder)):
        path = entry.path[start:]
        if entry.is_dir(follow_symlinks=False):
            rows.append(f"{path}\0")
            continue
        status = entry.stat(follow_symlinks=False)
        what = f"{status.st_mode} {status.st_ino} {status.st_size}"
        rows.append(f"{path}\0{what} {status.st_mtime_ns}")
        changed_at[path] = status.st_ctime_ns
    text = "\0\0".join(sorted(rows)).encode("utf-8", "surrogateescape")
    times = json.dumps(sorted(changed_at.items())).encode("ascii")
    names = hashlib.sha256(text)
    both = names.copy()
    both.update(times)
    return _Look(names.hexdigest(), both.hexdigest(), tuple(changed_at))


def _walk(folder: str) -> Iterator[os.DirEntry[str]]:
    waiting = [folder]
    for place in waiting:
        with os.scandir(place) as entries:
            for entry in entries:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
