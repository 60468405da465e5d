"""Runs of directory records that another zip has, too: recognized in one comparison.

In: the records of some members of a zip. Out: a `Run`, which finds the same records in another
directory and gives their entries without reading each. Records are the same where nothing differs
but the offsets, all of them by the same distance. As numbers of many bytes, the one is then the
other with the distance added at each offset's place, which is one multiplication for thousands of
members.
"""

from __future__ import annotations

from itertools import accumulate, repeat
from typing import TYPE_CHECKING, Any, Final, TypeVar

from zipper.archive.directory import CENTRAL_SIZE, Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zipper.archive.listing import Listing

__all__ = ["Run", "find_places", "gather"]

_OFFSET_AT: Final = 42
_OFFSET_END: Final = 46
_OFFSETS: Final = 1 << 32

_Found = TypeVar("_Found")


class Run:
    """The records of members that follow each other, counted from the first one's offset.

    Args:
        records: their bytes in the directory.
        entries: what they say, by ascending offset.
        head: the hash of what they say, offsets counted from the first.
    """

    __slots__ = ("_columns", "_entries", "_offsets", "_records", "head", "memory", "name", "size")

    def __init__(self, records: bytes, entries: Sequence[Entry], head: bytes) -> None:
        start = entries[0].header_offset
        self.head = head
        self.memory: dict[str, Any] = {}
        """What is kept of the members, whichever zip they are in."""
        self.name = entries[0].raw_name
        self.size = len(records)
        self._entries = entries
        self._offsets = [entry.header_offset - start for entry in entries]
        self._columns: tuple[tuple[object, ...], ...] = ()
        self._records: bytes | tuple[int, int] = records

    def __len__(self) -> int:
        return len(self._offsets)

    def is_at(self, directory: bytes, position: int) -> bool:
        """Return whether the records at `position` of a directory are these."""
        start = _read_offset(directory, position)
        records = directory[position : position + self.size]
        if start + self._offsets[-1] >= _OFFSETS or len(records) < self.size:
            return False
        relative, marks = self._as_numbers()
        return int.from_bytes(records, "little") == relative + start * marks

    def move(self, directory: bytes, position: int) -> list[Entry]:
        """Return the entries of the records at `position`, which are these."""
        start = _read_offset(directory, position)
        offsets = [start + offset for offset in self._offsets]
        if not self._columns:
            self._columns = tuple(zip(*[entry[:-1] for entry in self._entries], strict=True))
        rows = zip(*self._columns, offsets, strict=True)
        return list(map(tuple.__new__, repeat(Entry), rows))

    def _as_numbers(self) -> tuple[int, int]:
        """Return the records with offsets from 0 on, and the places of these; when first asked."""
        records = self._records
        if isinstance(records, tuple):
            return records
        marks = bytearray(self.size)
        for place in find_places(self._entries)[:-1]:
            marks[place + _OFFSET_AT] = 1
        places = int.from_bytes(marks, "little")
        start = self._entries[0].header_offset
        # Threads that ask at once find the same.
        self._records = int.from_bytes(records, "little") - start * places, places
        return self._records


def gather(listing: Listing, name: str, look: Callable[[Sequence[Entry]], _Found]) -> list[_Found]:
    """Return what `look` finds in the members, in each of the known runs and in all others.

    Args:
        listing: of the zip.
        name: what is found is kept under it: in a run, which other zips have too, and in the
            listing, which is asked again.
        look: finds something that the place of members in a zip does not decide.
    """
    found = []
    runs = sorted(listing.runs.items())
    for first, run in runs:
        if name not in run.memory:
            run.memory[name] = look(listing.entries[first : first + len(run)])
        found.append(run.memory[name])
    kept = {} if listing.memory is None else listing.memory
    if name not in kept:
        kept[name] = look(_list_loose(listing.entries, runs))
    return [*found, kept[name]]


def _list_loose(entries: Sequence[Entry], runs: Iterable[tuple[int, Run]]) -> list[Entry]:
    """Return the members that are in none of the runs, which follow each other."""
    loose: list[Entry] = []
    last = 0
    for first, run in runs:
        loose += entries[last:first]
        last = first + len(run)
    return [*loose, *entries[last:]]


def _read_offset(directory: bytes, position: int) -> int:
    return int.from_bytes(directory[position + _OFFSET_AT : position + _OFFSET_END], "little")


def find_places(entries: Iterable[Entry]) -> list[int]:
    """Return where the record of each member begins, and the last one ends.

    Counted from the first, where no member has a comment.
    """
    sizes = [CENTRAL_SIZE + len(entry.raw_name) + len(entry.extra) for entry in entries]
    return list(accumulate(sizes, initial=0))
