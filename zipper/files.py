"""The one place that writes files: whole or not at all.

A file is written under a temporary name beside its destination and renamed, so that no reader ever
sees half of it and an interrupted run leaves the old one. Temporary files are locked while they
are written; what a killed process left behind is recognised by its free lock and removed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TYPE_CHECKING, Final

from zipper.errors import OutputError, ProjectError, ZipperError
from zipper.folders import make_private_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from io import FileIO
    from pathlib import Path

    Follow = Callable[[Path], AbstractContextManager[Callable[[int], None]]]

__all__ = [
    "TEMPORARY_SUFFIX",
    "lock_file",
    "read_or_none",
    "remove_leftovers",
    "write_file",
]

_UNIX_MODES: Final = os.name == "posix"


def read_or_none(path: Path) -> bytes | None:
    """Return the bytes of a file; None where there is none.

    Raises:
        ProjectError: EREAD.
    """
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as cause:
        raise ProjectError(
            "EREAD",
            f"cannot read `{path}`: {cause.strerror or cause}",
            hint="it has to be a file that you may read",
        ) from cause


def is_executable(mode: int, data: bytes | memoryview) -> bool:
    """Return whether a file is a program: by its mode, or by its first bytes where there is none.

    Windows has no executable bit, so there `#!` and ELF's magic decide.
    """
    if _UNIX_MODES:
        return bool(mode & 0o100)
    return bytes(data[:2]) == b"#!" or bytes(data[:4]) == b"\x7fELF"


if sys.platform != "win32":
    import fcntl

TEMPORARY_SUFFIX: Final = ".zipper-tmp"

_MAX_BUFFERS: Final = 1_000

_WRITE_BYTES: Final = 1 << 20
"""Linux takes memory in pieces as large as what is written at once. Where a virtual machine has
given its large ones back to the host, 128 MB took 0.3 s in steps of 8 MB, and 0.03 s in these."""

_NAME_MAX_BYTES: Final = 200


def write_file(
    path: Path,
    chunks: Iterable[Sequence[bytes | memoryview]],
    *,
    error: type[ZipperError] = OutputError,
    mode: int = 0o666,
    follow: Follow | None = None,
    accept: Callable[[Path, int], bool] | None = None,
    beside: Path | None = None,
) -> int:
    """Write `chunks` to `path`, replacing what was there; return the number of bytes.

    Args:
        path: its folder must exist when the file is finished.
        chunks: each a sequence of buffers; after each one `follow` is called.
        error: the class of what is raised.
        mode: permission bits, less the umask.
        follow: opened for the temporary file, told after each chunk how many bytes are written,
            and closed before the file gets its name.
        accept: called with the finished temporary file and its size; where it returns False, the
            file is removed, and what was at `path` stays as it was.
        beside: the temporary file is in the folder of this path, on the same disk, where that
            of `path` is not to be made before.

    Raises:
        ZipperError: of class `error`, code EOUTPUT (ESTORE for StoreError), where the operating
            system refuses: a full disk, a folder in the place of the file, no permission.
    """
    try:
        with _temporary_beside(beside or path, mode) as (temporary, file):
            size = _write_chunks(file.fileno(), chunks, temporary, follow or _follow_not)
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            if accept is not None and not accept(temporary, size):
                if not _UNIX_MODES:
                    file.close()  # Windows removes no open file
                temporary.unlink(missing_ok=True)
                return size
            if not _UNIX_MODES:
                file.close()  # Windows renames no open file; elsewhere the lock is held until then
            temporary.replace(path)
    except OSError as cause:
        raise write_error(cause, path, error) from cause
    return size


def remove_leftovers(folder: Path, name: str = "") -> None:
    """Remove temporary files (of `name`, or all) that no running process is writing."""
    try:
        found = [path for path in folder.iterdir() if path.name.endswith(TEMPORARY_SUFFIX)]
    except OSError:
        return
    for path in found:
        if not name or path.name.startswith(_prefix_of(name)):
            _remove_if_free(path)


def _prefix_of(name: str) -> str:
    """Return what the temporary names of a file begin with; 255 bytes are the most for a name."""
    return f".{name}." if len(os.fsencode(name)) <= _NAME_MAX_BYTES else f".{name[:40]}..."


@contextlib.contextmanager
def lock_file(path: Path) -> Iterator[bool]:
    """Hold an exclusive lock on `path` among processes and threads; False where it is taken.

    Nothing waits here: a thread that sleeps in the system's lock could not be ended.

    Where no file can be made (a read-only folder) or the system has no such locks, the lock
    counts as held: it only saves work, what is written stays whole without it.
    """
    descriptor = _open_lock(path)
    if descriptor is None:
        yield True
        return
    try:
        yield _lock(descriptor) is not False
    finally:
        os.close(descriptor)


def write_error(cause: OSError, path: Path, kind: type[ZipperError]) -> ZipperError:
    """Return the coded error for a write that the operating system refused."""
    code = "EOUTPUT" if issubclass(kind, OutputError) else "ESTORE"
    hints = {
        errno.ENOSPC: "free some space, or write to another disk",
        errno.EISDIR: "name a file: `-o FILE.zip`",
        errno.ENOENT: "make the folder first",
        errno.EACCES: "choose a place that you may write to",
        errno.EROFS: "choose a place that you may write to",
    }
    return kind(
        code,
        f"cannot write `{path}`: {cause.strerror or cause}",
        hint=hints.get(cause.errno or 0),
    )


def _open_lock(path: Path) -> int | None:
    with contextlib.suppress(OSError):
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    with contextlib.suppress(OSError):
        make_private_folders(path.parent)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    return None


@contextlib.contextmanager
def _follow_not(_path: Path) -> Iterator[Callable[[int], None]]:
    yield lambda _size: None


@contextlib.contextmanager
def _temporary_beside(path: Path, mode: int) -> Iterator[tuple[Path, FileIO]]:
    """Yield a new file that is locked; after an error it is removed."""
    temporary, descriptor = _open_temporary(path, mode)
    try:
        with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123 - of a descriptor
            yield temporary, file
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _open_temporary(path: Path, mode: int) -> tuple[Path, int]:
    """Make a file beside `path`, and lock it.

    Between the two it has a lock that is free, so another process may take it for a leftover and
    remove it: then it is made again.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        temporary = path.with_name(
            f"{_prefix_of(path.name)}{os.getpid()}-{os.urandom(4).hex()}{TEMPORARY_SUFFIX}"
        )
        descriptor = os.open(temporary, flags, mode)
        if _lock(descriptor) is not False and os.fstat(descriptor).st_nlink:
            return temporary, descriptor
        os.close(descriptor)


def _write_chunks(
    descriptor: int, chunks: Iterable[Sequence[bytes | memoryview]], path: Path, follow: Follow
) -> int:
    size = 0
    with follow(path) as grown:
        for chunk in chunks:
            size += _write_all(descriptor, chunk)
            grown(size)
    return size


def _write_all(descriptor: int, buffers: Sequence[bytes | memoryview]) -> int:
    """Write every byte of `buffers`, and return how many; a system call may take only a part."""
    if not hasattr(os, "writev"):
        buffers = [b"".join(buffers)]
    written = 0
    for batch in _batches(buffers):
        size = sum(map(len, batch))
        done = _write_once(descriptor, batch)
        if done < size:
            rest = memoryview(b"".join(batch))[done:]
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        written += size
    return written


def _write_once(descriptor: int, batch: Sequence[bytes | memoryview]) -> int:
    if len(batch) > 1:
        return os.writev(descriptor, batch)
    return os.write(descriptor, batch[0])


def _batches(buffers: Sequence[bytes | memoryview]) -> Iterator[Sequence[bytes | memoryview]]:
    """Yield what one system call each writes: so many buffers, and so many bytes, at most."""
    batch: list[bytes | memoryview] = []
    size = 0
    for buffer in buffers:
        length = len(buffer)
        if batch and (size + length > _WRITE_BYTES or len(batch) == _MAX_BUFFERS):
            yield batch
            batch, size = [], 0
        if length > _WRITE_BYTES:
            view = memoryview(buffer)
            for start in range(0, length, _WRITE_BYTES):
                yield [view[start : start + _WRITE_BYTES]]
        else:
            batch.append(buffer)
            size += length
    if batch:
        yield batch


def _remove_if_free(path: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDWR)
        try:
            if _lock(descriptor):
                path.unlink()
        finally:
            os.close(descriptor)


def _lock(descriptor: int) -> bool | None:
    """Lock an open file until it is closed; False where another process has it.

    None where the file system knows no locks, as some network mounts do not.
    Windows has no such locks, and needs none: no one can remove a file there that is open.
    """
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
    return True
