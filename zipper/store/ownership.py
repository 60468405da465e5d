"""Which other users can write to the cache: to any folder of it, or to a package in it.

Where everyone can write, or another user owns a folder, nothing is taken out of the cache: that is
an error. A folder that a group can write to is used with a warning, and what is packed out of it is
hashed first. Root's cache is used by all, root can change everything anyhow.

Source: pip 25 utils/filesystem.py `check_path_owner`; OpenSSH 9 misc.c `safe_path`.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from zipper.errors import StoreError
from zipper.settings.cache_folder import ROOT_USER, user_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Ownership"]

_DEPTH: Final = 2
"""Levels of folders that are looked at before anything is read; those below, when they are used."""


class Ownership:
    """Who else can write to the folders of one cache; each is looked at once.

    `group` is the first that was found, in words; None as long as there is none.

    Args:
        cache_dir: the cache; it need not exist.
        user: whose process this is, by default the system's answer. On Windows, where folders have
            other rules, nothing is looked at.
    """

    def __init__(self, cache_dir: Path | str, *, user: int | None = None) -> None:
        self._top = os.fspath(cache_dir)
        self._user = user_number(user)
        self._known: dict[str, int | None] = {}
        self.group: str | None = None
        self._has_looked = False

    def group_of(self, folder: str) -> int | None:
        """Return the group that can write to a folder of the cache, or to one above it there.

        None for no group, and for a folder that is absent.

        Raises:
            StoreError: ESTORE where everyone can write, or another user owns the folder.
        """
        if self._user is None:
            return None
        if folder not in self._known:
            above = None
            if folder != self._top and folder.startswith(self._top):
                above = self.group_of(folder.rpartition("/")[0])
            self._known[folder] = self._look_at(folder, above)
        return self._known[folder]

    def look_around(self) -> str | None:
        """Look at the cache's folders down to those that hold packages, and return `group`.

        Those below are looked at when they are used.

        Raises:
            StoreError: as `group_of` does.
        """
        if not self._has_looked and self._user is not None:
            for folder in _upper_folders(self._top, _DEPTH):
                self.group_of(folder)
            self._has_looked = True
        return self.group

    def examine(self, path: str, status: os.stat_result, above: int | None) -> int | None:
        """Return the group that can write to what has this `status`; `above` can to its folder.

        Raises:
            StoreError: as `group_of` does.
        """
        if self._user is None:
            return None
        if status.st_mode & stat.S_IWOTH:
            raise self._refuse(path, "everyone on this machine can write to")
        # A user who can write to a folder can put a package into it.
        if status.st_uid not in (self._user, ROOT_USER) and above is None:
            raise self._refuse(path, f"user {status.st_uid} owns")
        if not status.st_mode & stat.S_IWGRP:
            return above
        self.group = self.group or f"group {status.st_gid}"
        return status.st_gid

    def _look_at(self, folder: str, above: int | None) -> int | None:
        try:
            status = os.stat(folder)  # noqa: PTH116 - as above
        except OSError:
            return above
        return self.examine(folder, status, above)

    def _refuse(self, path: str, how: str) -> StoreError:
        return StoreError(
            "ESTORE",
            f"{how} `{path}` in the cache, and what is put there would be packed",
            hint="name a cache of your own: `--cache-dir`, ZIPPER_CACHE_DIR; or remove this one: "
            f"`rm -r {self._top}`",
        )


def _upper_folders(folder: str, depth: int) -> Iterator[str]:
    yield folder
    if depth:
        try:
            with os.scandir(folder) as entries:
                below = [entry.path for entry in entries if entry.is_dir()]
        except OSError:
            return
        for path in below:
            yield from _upper_folders(path, depth - 1)
