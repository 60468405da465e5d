"""What a function left in its temporary space.

In: a folder. Out: names and sizes. Used by the sandbox, so only the standard library is imported.
"""

from __future__ import annotations

import os
from typing import Final

__all__ = ["find_left_files"]

_FILES_TOLD: Final = 100
_FILES_COUNTED: Final = 100_000


def find_left_files(folder: str) -> tuple[list[tuple[str, int]], int, int]:
    """Return the first files below `folder` with their sizes, how many there are, and all bytes."""
    names: list[tuple[str, int]] = []
    count = size = 0
    waiting = [folder]
    while waiting and count < _FILES_COUNTED:
        try:
            members = sorted(os.scandir(waiting.pop()), key=lambda member: member.name)
        except OSError:
            continue
        for member in members:
            if member.is_dir(follow_symlinks=False):
                waiting.append(member.path)
                continue
            bytes_here = _size_of(member)
            count += 1
            size += bytes_here
            if len(names) < _FILES_TOLD:
                names.append((os.path.relpath(member.path, folder), bytes_here))
    return names, count, size


def _size_of(member: os.DirEntry[str]) -> int:
    try:
        return member.stat(follow_symlinks=False).st_size
    except OSError:
        return 0
