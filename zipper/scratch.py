"""Folders for the work of one process, gone at its end, whatever that end is.

A folder is locked while it is used. What a killed process left behind is recognised by its free
lock, and removed when the next folder of its kind is made.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.files import TEMPORARY_SUFFIX, lock_file
from zipper.folders import remove_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["remove_leftovers", "scratch_folder", "uninterrupted"]

_LOCK: Final = f"lock{TEMPORARY_SUFFIX}"
_NEW_SECONDS: Final = 60
"""A folder so young may be another process's that has not locked it yet."""


@contextlib.contextmanager
def scratch_folder(prefix: str, *, within: Path | None = None, name: str = "") -> Iterator[Path]:
    """Make an empty folder that only this user may enter, and remove it at the end.

    Args:
        prefix: what the folder's name begins with; leftovers of the same prefix are removed.
        within: an existing folder; the system's temporary one where it is None.
        name: the rest of the folder's name, unless that is taken: compilers write paths into what
            they make, so the same work should be done in the same place.

    Raises:
        OSError: the folder cannot be made.
    """
    base = (within or _find_temporary_folder()).resolve()
    remove_leftovers(base, prefix)
    folder = _make(base, prefix, name)
    try:
        with lock_file(folder / _LOCK):
            yield folder
    finally:
        with uninterrupted():
            _remove(folder)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Have ^C wait for what must not be left half done; `rmtree` may even lose one on its way."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _make(base: Path, prefix: str, name: str) -> Path:
    if name:
        with contextlib.suppress(FileExistsError):
            folder = base / f"{prefix}{name}"
            folder.mkdir(mode=0o700)
            return folder
    folder = base / f"{prefix}{os.urandom(8).hex()}"
    folder.mkdir(mode=0o700)
    return folder


def _find_temporary_folder() -> Path:
    """Return what `tempfile` says, which imports much: it is only asked where that is not plain."""
    named = [os.environ[name] for name in ("TMPDIR", "TEMP", "TMP") if name in os.environ]
    first = named[0] if named else "/tmp"  # noqa: S108 - which `tempfile` takes  # nosec B108
    if os.name == "posix" and os.path.isabs(first) and os.access(f"{first}/.", os.W_OK | os.X_OK):  # noqa: PTH117
        return Path(first)
    from tempfile import gettempdir  # noqa: PLC0415  (as above)

    return Path(gettempdir())


def remove_leftovers(
    base: Path, prefix: str, *, unlink_tells: bool = sys.platform == "win32"
) -> None:
    """Remove the folders of `prefix` that killed processes left in `base`.

    `unlink_tells` is how Windows shows what is in use: an open file cannot be removed there.
    """
    oldest = time.time() - _NEW_SECONDS
    for folder in base.glob(f"{prefix}*"):
        with contextlib.suppress(OSError):
            found = folder.lstat()
            lock = folder / _LOCK
            is_ours = unlink_tells or found.st_uid == os.geteuid()
            if not (is_ours and lock.is_file() and not folder.is_symlink()):
                continue
            if found.st_mtime >= oldest:
                continue
            if unlink_tells:
                lock.unlink()
                _remove(folder)
                continue
            with lock_file(lock) as is_free:
                if is_free:
                    _remove(folder)


def _remove(folder: Path) -> None:
    """Remove the folder, also where its files were made unreadable."""
    with contextlib.suppress(OSError):
        if [path.name for path in folder.iterdir()] == [_LOCK]:
            (folder / _LOCK).unlink()
            folder.rmdir()
            return
    remove_folder(folder)
