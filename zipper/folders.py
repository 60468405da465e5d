"""Folders of any depth: made, listed, removed, and put in another one's place in one step.

The standard library calls itself for each level, and ends with a RecursionError at a thousand.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "Remover",
    "exchange",
    "list_files",
    "list_level",
    "make_folders",
    "make_private_folders",
    "remove_folder",
    "replace_folder",
]

PathLike = str | os.PathLike[str]

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
"""Source: Linux's include/uapi/linux/fs.h."""
_RENAME_SWAP: Final = 2
"""Source: macOS's sys/stdio.h."""
_NO_EXCHANGE: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM})
"""How a system or file system says that it knows no such step; a sandbox says EPERM."""
_TAKEN: Final = frozenset({errno.EEXIST, errno.ENOTEMPTY})
_TRIES_MAX: Final = 100


def make_folders(path: PathLike, *, mode: int = 0o777) -> None:
    """Make the folder at `path` and those above it, where they are absent.

    Raises:
        OSError: where the system refuses, or a file is in the way.
    """
    missing: list[str] = []
    folder = os.fspath(path)
    while not _make_folder(folder, mode):
        missing.append(folder)
        folder = os.path.dirname(folder) or os.curdir  # noqa: PTH120 - a Path costs more
    for folder in reversed(missing):
        _make_folder(folder, mode)


def make_private_folders(path: PathLike) -> None:
    """Make folders as `make_folders` does, to which no others can write, whatever the umask says.

    Where the group can write to the nearest folder that exists, it can to those below.
    """
    folder = os.fspath(path)
    while not os.path.isdir(folder):  # noqa: PTH112 - as above
        folder = os.path.dirname(folder) or os.curdir  # noqa: PTH120 - as above
    is_shared = os.stat(folder).st_mode & stat.S_IWGRP  # noqa: PTH116 - as above
    make_folders(path, mode=0o775 if is_shared else 0o755)


def _make_folder(folder: str, mode: int) -> bool:
    """Make one folder; False where the one above it is absent."""
    try:
        os.mkdir(folder, mode)  # noqa: PTH102 - as above
    except FileNotFoundError:
        if folder in {os.curdir, os.path.dirname(folder)}:  # noqa: PTH120 - as above
            raise
        return False
    except OSError:
        if not os.path.isdir(folder):  # noqa: PTH112 - as above
            raise
    return True


def list_files(folder: PathLike) -> Iterator[str]:
    """Yield the path of every file and link below `folder`; what cannot be read is left out."""
    waiting = [os.fspath(folder)]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    yield entry.path


def list_level(folder: PathLike, depth: int) -> list[str]:
    """Return the paths of all that is `depth` levels below `folder`, sorted.

    What cannot be read, or is removed meanwhile, is left out.
    """
    found = [os.fspath(folder)]
    for _ in range(depth):
        above, found = found, []
        for path in above:
            with contextlib.suppress(OSError):
                found += [f"{path}/{name}" for name in os.listdir(path)]  # noqa: PTH208 - as above
    return sorted(found)


def remove_folder(folder: PathLike) -> bool:
    """Remove the folder and all below it, as far as the system lets; tell whether it is gone."""
    import shutil  # noqa: PLC0415  (2 ms, and most commands remove nothing)

    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if os.path.lexists(folder) and not os.path.islink(folder):  # noqa: PTH114 - as above
        _remove_deep(os.fspath(folder))
    return not os.path.lexists(folder)


class Remover:
    """Removes files and folders, and keeps the first failure of each call for the end."""

    def __init__(self) -> None:
        self.failures: list[OSError] = []

    def remove_file(self, path: PathLike) -> bool:
        """Remove a file; tell whether this call did. One that is gone already is no failure."""
        try:
            os.unlink(path)  # noqa: PTH108 - as above
        except FileNotFoundError:
            return False
        except OSError as failure:
            self.failures.append(failure)
            return False
        return True

    def remove_folder(self, folder: PathLike) -> int:
        """Remove a folder and all below it; return how many bytes its files had, 0 if it stays."""
        size = 0
        for path in list_files(folder):
            with contextlib.suppress(OSError):
                size += os.lstat(path).st_size
        if remove_folder(folder):
            return size
        try:
            os.rmdir(folder)  # noqa: PTH106 - as above
        except OSError as failure:
            self.failures.append(failure)
        return 0


def _remove_deep(top: str) -> None:
    """Remove folders whose depth is beyond `rmtree`: each is emptied into the topmost first.

    So no path gets longer than the system takes. Folders that were closed are opened.
    """
    waiting = [top]
    count = 0
    while waiting:
        folder = waiting.pop()
        with contextlib.suppress(OSError):
            os.chmod(folder, 0o700)  # noqa: PTH101 - as above
            if folder != top:
                count += 1
                lifted = os.path.join(top, f".{count}-{os.urandom(4).hex()}")  # noqa: PTH118
                os.rename(folder, lifted)  # noqa: PTH104 - as above
                folder = lifted
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        os.unlink(entry.path)  # noqa: PTH108 - as above
    _remove_emptied(top)


def _remove_emptied(top: str) -> None:
    with contextlib.suppress(OSError), os.scandir(top) as entries:
        for entry in list(entries):
            with contextlib.suppress(OSError):
                os.rmdir(entry.path)  # noqa: PTH106 - as above
    with contextlib.suppress(OSError):
        os.rmdir(top)  # noqa: PTH106 - as above


def replace_folder(
    place: PathLike,
    new: PathLike,
    *,
    aside: PathLike,
    exchange_both: Callable[[str, str], bool] | None = None,
) -> None:
    """Put the folder `new` at `place`; what is there is moved away.

    In one step where the system has one: then there is a folder at `place` at each moment. Else
    in two, and the old one is put back where the second fails.

    Args:
        place: where the folder goes; nothing need be there.
        new: a folder on the same file system.
        aside: what the path of a folder that is moved away begins with, on the same file system.
        exchange_both: the one step; by default the system's.

    Raises:
        OSError: where the system refuses; what was at `place` is there.
    """
    old, fresh = os.fspath(place), os.fspath(new)
    for number in range(_TRIES_MAX):
        try:
            if (exchange_both or exchange)(fresh, old):
                return
        except FileNotFoundError:
            if not os.path.lexists(fresh):
                raise
        try:
            _replace_in_two_steps(old, fresh, f"{os.fspath(aside)}{number}")
        except OSError as error:
            # Another process has put its own there in between: that one is replaced.
            if error.errno not in _TAKEN:
                raise
        else:
            return
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), old)


def _replace_in_two_steps(place: str, new: str, aside: str) -> None:
    was_there = False
    with contextlib.suppress(FileNotFoundError):
        os.rename(place, aside)  # noqa: PTH104 - as above
        was_there = True
    try:
        os.rename(new, place)  # noqa: PTH104 - as above
    except OSError:
        if was_there and not os.path.lexists(place):
            os.rename(aside, place)  # noqa: PTH104 - as above
        raise


def exchange(first: str, second: str) -> bool:
    """Have two paths change their contents in one step; False where the system cannot.

    Raises:
        FileNotFoundError: one of them is absent.
        OSError: where the system refuses.
    """
    if sys.platform == "win32":
        return False
    import ctypes  # noqa: PLC0415  (where a folder is replaced)

    library = ctypes.CDLL(None, use_errno=True)
    paths = os.fsencode(first), os.fsencode(second)
    try:
        if sys.platform == "darwin":
            failed = library.renamex_np(*paths, _RENAME_SWAP)
        else:
            failed = library.renameat2(
                _AT_FDCWD, paths[0], _AT_FDCWD, paths[1], ctypes.c_uint(_RENAME_EXCHANGE)
            )
    except AttributeError:
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in _NO_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), second)
