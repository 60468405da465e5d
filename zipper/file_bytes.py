"""The bytes of a file that stays open: read where they are wanted, and never mapped.

A file that is cut off while it is mapped ends the process with SIGBUS. Read, it is an error that
can be told; and what has been written or hashed takes no memory any more.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import threading
from typing import TYPE_CHECKING, Final

from zipper.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["FileBytes", "read_file"]

_WHOLE_MAX_BYTES: Final = 1 << 16
"""Of 613 store zips 533 are smaller: to read one whole costs less than to keep it open."""

_OPEN_MAX: Final = 128
"""Some systems allow 256 open files: while so many are open, larger ones are read whole too."""

_PIECE_BYTES: Final = 1 << 20

_buffers: Final[list[bytearray]] = []
"""Of pieces that are no longer in use: new memory costs more than to read into it."""

_seek: Final = threading.Lock()


class FileBytes:
    """A file's bytes by position, as a `bytes` object has them; closed when it is let go of.

    Safe for many threads. What takes the file's place meanwhile is not read.
    """

    __slots__ = ("_descriptor", "_size", "_stamp", "is_regular", "path")

    def __init__(self, path: Path, descriptor: int) -> None:
        """Take over `descriptor`, which is open for reading."""
        self._descriptor = descriptor
        status = os.fstat(descriptor)
        self.path = path
        self.is_regular = stat.S_ISREG(status.st_mode)
        self._size = status.st_size
        self._stamp = (status.st_mtime_ns, status.st_ctime_ns, status.st_size)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> memoryview:
        """Return a copy of a part.

        Raises:
            ReadError: EREAD where the file has become shorter.
        """
        start, stop, step = part.indices(self._size)
        assert step == 1
        data = bytearray(max(0, stop - start))
        self._read_into(memoryview(data), start)
        return memoryview(data)

    def pieces(self, stop: int) -> Iterator[memoryview]:
        """Yield the bytes up to `stop`, a megabyte at a time; each is good until the next.

        Raises:
            ReadError: EREAD where the file has become shorter.
        """
        buffer = _buffers.pop() if _buffers else bytearray(_PIECE_BYTES)
        try:
            view = memoryview(buffer)
            for start in range(0, stop, _PIECE_BYTES):
                piece = view[: stop - start]
                self._read_into(piece, start)
                yield piece
        finally:
            _buffers.append(buffer)

    def refuse_change(self) -> None:
        """Raise where the file has been written to since it was opened.

        Raises:
            ReadError: EREAD.
        """
        status = os.fstat(self._descriptor)
        if (status.st_mtime_ns, status.st_size) != (self._stamp[0], self._stamp[2]):
            raise self._changed("was written to")

    def status(self) -> os.stat_result:
        """Return what the system says of the open file."""
        return os.fstat(self._descriptor)

    def _read_into(self, target: memoryview, start: int) -> None:
        done = 0
        while done < len(target):
            count = _read_at(self._descriptor, target[done:], start + done)
            if not count:
                raise self._changed("became shorter")
            done += count

    def _changed(self, how: str) -> ReadError:
        return ReadError(
            "EREAD", f"`{self.path}` {how} while it was read", hint="do it again when it is whole"
        )

    def __del__(self) -> None:
        with contextlib.suppress(OSError, AttributeError):
            os.close(self._descriptor)


if sys.platform != "win32":

    def _read_at(descriptor: int, target: memoryview, start: int) -> int:
        return os.preadv(descriptor, [target], start)

else:

    def _read_at(descriptor: int, target: memoryview, start: int) -> int:
        with _seek:
            os.lseek(descriptor, start, os.SEEK_SET)
            data = os.read(descriptor, len(target))
        target[: len(data)] = data
        return len(data)


def read_file(path: Path) -> memoryview | FileBytes | None:
    """Return the bytes of `path`: small files read, others to be read; None where there is none.

    Raises:
        OSError: where it is there and cannot be read.
        ReadError: EREAD where it becomes shorter meanwhile.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return None
    file = FileBytes(path, descriptor)
    # A new descriptor has the lowest number that is free: it tells how many are open.
    if len(file) >= _WHOLE_MAX_BYTES and descriptor < _OPEN_MAX and file.is_regular:
        return file
    with open(descriptor, "rb", buffering=0, closefd=False) as opened:
        return memoryview(opened.readall())
