"""What scripts changed in a tree on disk: files written, made executable, or removed.

In: a folder, before and after. Out: a `TreeState` for each moment, the `FileChange`s between two. A
link that a script made is followed once and kept as the file it leads to, if that lies in the tree.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["FileChange", "TreeState", "compare_states", "read_state"]

_SKIPPED: Final = frozenset({".bin"})
_FILES_MAX: Final = 1_000_000

TreeState = dict[str, tuple[int, int, int, int]]
"""Path below the root, with `/`, to size, time of writing, mode and inode."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that scripts wrote or removed; the path is relative to the tree's root."""

    path: str
    is_removed: bool
    executable: bool


def read_state(root: Path) -> TreeState:
    """Return the state of every file below `root`; O(files), no contents are read.

    The time of change (ctime) is left out: linking to a file changes it, and esbuild does that.
    """
    state: TreeState = {}
    waiting = [str(root)]
    start = len(str(root)) + 1
    while waiting:
        folder = waiting.pop()
        with os.scandir(folder) as members:
            for member in members:
                if member.is_dir(follow_symlinks=False):
                    if member.name not in _SKIPPED:
                        waiting.append(member.path)
                    continue
                found = _state_of(member, str(root))
                if found is not None and len(state) < _FILES_MAX:
                    state[member.path[start:].replace(os.sep, "/")] = found
    return state


def compare_states(before: Mapping[str, object], after: TreeState) -> list[FileChange]:
    """Return what differs between two states, sorted by path."""
    written = [
        FileChange(path, is_removed=False, executable=bool(found[2] & 0o111))
        for path, found in after.items()
        if before.get(path) != found
    ]
    removed = [
        FileChange(path, is_removed=True, executable=False) for path in before if path not in after
    ]
    return sorted([*written, *removed], key=lambda change: change.path)


def _state_of(member: os.DirEntry[str], root: str) -> tuple[int, int, int, int] | None:
    """Return size, mtime, mode and inode of a regular file, or of the one a link leads to.

    None for a link out of the tree, or to a folder, and for anything that is no file: a package
    holds files only.
    """
    try:
        if member.is_symlink():
            real = os.path.realpath(member.path)
            if not real.startswith(root + os.sep):
                return None
        found = member.stat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_size, found.st_mtime_ns, stat.S_IMODE(found.st_mode), found.st_ino
