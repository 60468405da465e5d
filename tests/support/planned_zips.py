"""A zip of deflated members as a part of a plan, without a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.archive.entries import PlannedEntry, PlannedZip, read_members
from zipper.archive.splice import END

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["planned_zip"]


class InMemory:
    """The bytes of a zip whose members stand in one folder."""

    def __init__(self, folder: bytes, data: memoryview, end: int) -> None:
        self.data: memoryview | None = data
        self._data = data
        self._end = end
        self._skip = len(folder)

    def read_body(self) -> Iterator[memoryview]:
        """Yield nothing: all is in memory."""
        yield from ()

    def members(self, prefix: str) -> list[PlannedEntry]:
        """Return the members with `prefix` in the place of their folder."""
        return read_members(self._data, prefix=prefix, skip=self._skip, end=self._end)


def planned_zip(folder: bytes, data: bytes, unzipped_size_bytes: int) -> PlannedZip:
    """Return the zip in `data`, whose members stand in `folder`, as one part of a plan."""
    view, end = memoryview(data), data.rindex(END)
    return PlannedZip(folder, view, end, unzipped_size_bytes, InMemory(folder, view, end))
