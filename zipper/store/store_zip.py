"""One package in the store: its members, taken one by one or all together.

What is small is in memory. A large store zip stays a file: its names are read first, and the rest
while it is written into a package, its sum checked on the way. So a build reads each byte once.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import deflate

from zipper.archive.entries import PlannedEntry, PlannedZip, read_members, read_names
from zipper.errors import ReadError, StoreError
from zipper.file_bytes import FileBytes, open_file
from zipper.store.store_zip_format import (
    END_BYTES,
    body_size,
    first_name_offset,
    has_crc,
    has_own_digest,
    inflate,
    is_sound,
    read_comment,
    read_tail,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SUFFIX", "StoreZip", "damaged", "folder_of", "unreadable"]

SUFFIX: Final = ".zip"


class StoreZip:
    """One package in the store.

    Attributes:
        place: where it is; `path` is the same.
        data: its bytes, where they are in memory.
        stamp: what the system says of its file, by which a change of it is known; None where its
            bytes are nowhere else, or others can change them.
        may_link: whether its files may be linked from the folder beside it.
    """

    __slots__ = ("_file", "_placed", "_tail", "data", "may_link", "place", "stamp")

    def __init__(
        self, place: str, data: memoryview | None = None, file: FileBytes | None = None
    ) -> None:
        """Take over bytes or a file that has been checked; with neither, it is read when wanted."""
        self.place = place
        self.data = data
        self.stamp: tuple[int, ...] | None = None if file is None else file.stamp
        self.may_link = True
        self._file = file
        self._tail = data
        self._placed: dict[str, list[PlannedEntry]] = {}

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.place)

    @property
    def sums(self) -> bytes:
        """The sums of all its bytes, as it bears them: they tell one store zip from another."""
        return bytes(self._read_tail()[-END_BYTES:])

    def is_sound(self, *, names_only: bool) -> bool:
        """Return whether the sums are right of a store zip that is a file; see `read_body`."""
        try:
            if self._read_tail() is not None and not names_only:
                for _ in self.read_body():
                    pass
        except StoreError:
            return False
        return True

    def read_whole(self) -> bytes:
        """Return all its bytes, as they were written.

        Raises:
            StoreError: ESTORE where they are others by now.
        """
        data = bytes(self._load())
        if not has_own_digest(memoryview(data)):
            raise self._refuse()
        return data

    def names(self) -> list[str]:
        """Return the names of the package's files, sorted bytewise; see `raw_names`."""
        return [name.decode("utf-8", "surrogateescape") for name in self.raw_names()]

    def raw_names(self) -> list[bytes]:
        """Return what `names` returns, as the bytes that are in the zip.

        Raises:
            StoreError: ESTORE for a package of which nothing had been read, and that is damaged.
        """
        tail = self._read_tail()
        return read_names(tail, skip=read_comment(tail)[0], end=len(tail) - END_BYTES)

    def read(self, name: str) -> bytes | None:
        """Return the content of one file; None where the package has no such file."""
        raw = name.encode("utf-8", "surrogateescape")
        found = next((member for member in self.members("") if member.name == raw), None)
        return None if found is None else inflate(found)

    def members(self, prefix: str) -> list[PlannedEntry]:
        """Return the package's files, their names put below `prefix`, sorted by name.

        Raises:
            StoreError: as `raw_names` does.
        """
        known = self._placed.get(prefix)
        if known is None:
            data = self._load()
            skip, _ = read_comment(data)
            known = read_members(data, prefix=prefix, skip=skip, end=len(data) - END_BYTES)
            self._placed[prefix] = known
        return known

    def whole(self, prefix: str) -> PlannedZip | None:
        """Return what `members` returns as one part of a plan; None where the names differ."""
        folder = prefix.encode("utf-8", "surrogateescape")
        tail = self._read_tail()
        end = len(tail) - END_BYTES
        length, size = read_comment(tail)
        begin = first_name_offset(tail, end)
        if not length or tail[begin : begin + length] != folder:
            return None
        return PlannedZip(folder, tail, end, size, self)

    def read_body(self) -> Iterator[memoryview]:
        """Yield what is before the directory; see `zipper.archive.entries.StoredZip`.

        Raises:
            StoreError: ESTORE, at the end, where its sum is not what it should be; then it is gone.
        """
        tail, file = self._read_tail(), self._file
        if file is None:
            yield self._load()[: body_size(tail)]
            return
        crc = 0
        with self._reading():
            for piece in file.pieces(body_size(tail)):
                crc = deflate.crc32(piece, crc)
                yield piece
            file.refuse_change()
        if not has_crc(crc, tail):
            raise self._refuse()

    def _read_tail(self) -> memoryview:
        if self._tail is None:
            with self._reading():
                self._tail = read_tail(self._open())
            if self._tail is None:
                raise self._refuse()
        return self._tail

    def _load(self) -> memoryview:
        """Have all bytes in memory, and checked."""
        if self.data is None:
            with self._reading():
                data = self._open().read_whole()
            if not is_sound(data):
                raise self._refuse()
            self._tail = self.data = data
            self._file = None
        return self.data

    def _open(self) -> FileBytes:
        found = open_file(self.place) if self._file is None else self._file
        if found is None:
            raise damaged(self.place)
        return found

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Refuse a file that changes meanwhile, or that the system does not let read."""
        try:
            yield
        except ReadError as cause:
            raise self._refuse() from cause
        except OSError as cause:
            raise unreadable(cause, self.place) from cause

    def _refuse(self) -> StoreError:
        """Remove what is damaged, and return the error that says so."""
        with contextlib.suppress(OSError):
            self.path.unlink()
        return damaged(self.place)


def folder_of(path: Path) -> Path:
    """Return the folder of unpacked files that belongs to a store zip, whether it exists or not."""
    return Path(str(path)[: -len(SUFFIX)])


def damaged(place: str) -> StoreError:
    """Return the error for a store zip whose sums are wrong."""
    return StoreError(
        "ESTORE",
        f"`{place}` is damaged",
        hint="remove what is damaged, and have it fetched again: `python -m zipper cache repair`",
    )


def unreadable(cause: OSError, place: str) -> StoreError:
    """Return the error for a store zip that the operating system does not let read."""
    return StoreError(
        "ESTORE",
        f"cannot read `{place}`: {cause.strerror or cause}",
        hint="check the permissions of the store, or name another with `--cache-dir`",
    )
