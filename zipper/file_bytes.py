"""The bytes of a file that stays open: read where they are wanted, and never mapped.

A file that is cut off while it is mapped ends the process with SIGBUS. Read, it is an error that
can be told; and what has been written or hashed takes no memory any more.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
from typing import TYPE_CHECKING, Final

from zipper.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["FileBytes", "open_file", "read_file"]

_WHOLE_MAX_BYTES: Final = 1 << 16
"""Of 613 store zips 533 are smaller: to read one whole costs less than to keep it open."""

_OPEN_MAX: Final = 128
"""Some systems allow 256 open files: while so many are open, larger ones are read whole too."""

_PIECE_BYTES: Final = 1 << 19

_NEAR_BYTES: Final = 1 << 14
_AHEAD_BYTES: Final = 1 << 18
"""What is read at once where small parts follow each other."""

_buffers: Final[list[bytearray]] = []
"""Of pieces that are no longer in use: new memory costs more than to read into it."""

_seek: Final = threading.Lock()


class FileBytes:
    """A file's bytes by position, as a `bytes` object has them; closed when it is let go of.

    Safe for many threads. What takes the file's place meanwhile is not read.
    """

    __slots__ = ("_ahead", "_descriptor", "_first", "_last", "_size", "path", "status")

    def __init__(self, path: Path | str, descriptor: int) -> None:
        """Take over `descriptor`, which is open for reading."""
        self._descriptor = descriptor
        self.path = path
        self.status = os.fstat(descriptor)
        self._size = self.status.st_size
        self._first = self._last = 0
        """Where the last part began and ended."""
        self._ahead: tuple[int, memoryview] = 0, memoryview(b"")
        """What was read ahead, and where it begins."""

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> memoryview:
        """Return a copy of a part.

        Raises:
            ReadError: EREAD where the file has become shorter.
        """
        begin, ahead = self._ahead
        start, stop = part.start, part.stop
        if start is not None and stop is not None and begin <= start <= stop <= begin + len(ahead):
            self._first, self._last = start, stop
            return ahead[start - begin : stop - begin]
        start, stop, step = part.indices(self._size)
        assert step == 1
        data = self._read_ahead(start, stop) if start < stop else b""
        if len(data) >= stop - start:
            return memoryview(data)
        # The system gives two gigabytes at once at most, and may give less.
        whole = bytearray(stop - start)
        whole[: len(data)] = data
        self._read_into(memoryview(whole)[len(data) :], start + len(data))
        return memoryview(whole)

    def _read_ahead(self, start: int, stop: int) -> bytes | memoryview:
        """Return a part, as far as the system gives it at once.

        Of small ones that follow each other many are read at once: a zip has thousands.
        """
        # The next may begin before the last one's end: a member's header is read with some bytes
        # more than it has.
        is_next = self._first <= start < self._last + _NEAR_BYTES
        self._first, self._last = start, stop
        if not is_next or stop - start > _NEAR_BYTES:
            return _read_at(self._descriptor, stop - start, start)
        ahead = memoryview(_read_at(self._descriptor, _AHEAD_BYTES, start))
        self._ahead = start, ahead
        return ahead[: stop - start]

    def pieces(self, stop: int) -> Iterator[memoryview]:
        """Yield the bytes up to `stop`, half a megabyte at a time; each is good until the next.

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

    def read_whole(self) -> memoryview:
        """Return all bytes, as many as there were when it was opened.

        Raises:
            ReadError: EREAD where the file has become shorter.
        """
        data = _read_at(self._descriptor, self._size, 0)
        return memoryview(data) if len(data) == self._size else self[:]

    def read_all(self) -> memoryview:
        """Return all that comes, of a pipe too, whose size is not known."""
        with open(self._descriptor, "rb", buffering=0, closefd=False) as opened:
            return memoryview(opened.readall())

    def refuse_change(self) -> None:
        """Raise where the file has been written to since it was opened.

        Raises:
            ReadError: EREAD.
        """
        now, then = os.fstat(self._descriptor), self.status
        if (now.st_mtime_ns, now.st_size) != (then.st_mtime_ns, then.st_size):
            is_shorter = now.st_size < then.st_size
            raise self._changed("became shorter" if is_shorter else "was written to")

    @property
    def stamp(self) -> tuple[int, ...]:
        """What the system said of the file when it was opened: another change, another stamp."""
        status = self.status
        return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    @property
    def may_stay_open(self) -> bool:
        """Whether few files are open: a new one has the lowest number that is free."""
        return self._descriptor < _OPEN_MAX

    def _read_into(self, target: memoryview, start: int) -> None:
        done = 0
        while done < len(target):
            count = _read_into(self._descriptor, target[done:], start + done)
            if not count:
                raise self._changed("became shorter")
            done += count

    def _changed(self, how: str) -> ReadError:
        return ReadError(
            "EREAD", f"`{self.path}` {how} while it was read", hint="do it again when it is whole"
        )

    def __del__(self) -> None:
        try:  # noqa: SIM105 - `suppress` costs more than closing does, and each package is closed
            os.close(self._descriptor)
        except (OSError, AttributeError):
            pass


if sys.platform != "win32":
    _read_at = os.pread

    def _read_into(descriptor: int, target: memoryview, start: int) -> int:
        return os.preadv(descriptor, [target], start)

else:

    def _read_at(descriptor: int, count: int, start: int) -> bytes:
        with _seek:
            os.lseek(descriptor, start, os.SEEK_SET)
            return os.read(descriptor, count)

    def _read_into(descriptor: int, target: memoryview, start: int) -> int:
        data = _read_at(descriptor, len(target), start)
        target[: len(data)] = data
        return len(data)


def read_file(path: Path) -> memoryview | FileBytes | None:
    """Return the bytes of `path`: small files read, others to be read; None where there is none.

    Raises:
        OSError: where it is there and cannot be read.
        ReadError: EREAD where it becomes shorter meanwhile.
    """
    file = open_file(path)
    if file is None or (len(file) >= _WHOLE_MAX_BYTES and file.may_stay_open):
        return file
    return file[:] if stat.S_ISREG(file.status.st_mode) else file.read_all()


def open_file(path: Path | str) -> FileBytes | None:
    """Return the file at `path`, open; None where there is none.

    Raises:
        OSError: where it is there and cannot be opened.
    """
    try:
        return FileBytes(path, os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)))
    except FileNotFoundError:
        return None
