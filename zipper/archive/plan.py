"""The archive plan: which members a zip will have, before a byte of it is written.

In: members that are already deflated (from store zips, or from the project's own files). Out: a
`Plan`, sorted and free of clashes, that `zipper.archive.splice` turns into bytes and that can be
printed, compared and tested. Nothing here reads or writes a file.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "DOS_EPOCH",
    "Plan",
    "PlannedEntry",
    "Source",
    "lay_out",
    "make_entry",
    "parse_dos_time",
    "put_below",
]

DOS_EPOCH: Final = b"\x00\x00\x21\x00"
"""1980-01-01 00:00:00, the oldest date a zip can tell, as DOS time and date."""

FIELDS: Final = struct.Struct("<HHH4sIII")
"""What a local header and a central record share: version needed, flags, method, time and date,
CRC-32, compressed size, size. Source: APPNOTE.TXT 6.3.10, sections 4.3.7 and 4.3.12."""

VERSION_NEEDED: Final = 20
STORED: Final = 0
DEFLATED: Final = 8
UTF8_FLAG: Final = 0x800
MODE_FILE: Final = 0o100644
MODE_EXECUTABLE: Final = 0o100755


class Source(NamedTuple):
    """Bytes that hold members: a mapped store zip, or the deflated files of the project."""

    label: str
    data: memoryview


class PlannedEntry(NamedTuple):
    """One member to be: 27,000 of them are made for a large package, hence a plain tuple.

    `fields` are the 22 bytes packed by `FIELDS`; `start` is where the deflated bytes begin in
    `data`, `length` how many they are.
    """

    name: bytes
    fields: bytes
    mode: int
    data: memoryview
    start: int
    length: int

    @property
    def size_bytes(self) -> int:
        """The size when unpacked."""
        return int(FIELDS.unpack(self.fields)[6])


class Plan(NamedTuple):
    """Entries sorted by name, bytewise; no name twice, no file where another needs a folder."""

    entries: Sequence[PlannedEntry]

    @property
    def unzipped_size_bytes(self) -> int:
        """The sum of all sizes when unpacked, as Lambda counts them."""
        unpack = FIELDS.unpack
        return sum(unpack(entry.fields)[6] for entry in self.entries)

    def describe(self) -> Iterator[tuple[str, int, int, bool]]:
        """Yield name, size, compressed size (bytes) and executable for each entry, in order."""
        for entry in self.entries:
            executable = bool(entry.mode & 0o111)
            name = entry.name.decode("utf-8", "surrogateescape")
            yield name, entry.size_bytes, entry.length, executable


def make_entry(
    name: str, data: bytes | bytearray, *, method: int, crc: int, size: int, executable: bool
) -> PlannedEntry:
    """Return an entry for `data`, which is deflated (or stored, by `method`) already."""
    raw = name.encode("utf-8", "surrogateescape")
    flags = 0 if raw.isascii() else UTF8_FLAG
    fields = FIELDS.pack(VERSION_NEEDED, flags, method, DOS_EPOCH, crc, len(data), size)
    mode = MODE_EXECUTABLE if executable else MODE_FILE
    return PlannedEntry(raw, fields, mode, memoryview(data), 0, len(data))


def put_below(entry: PlannedEntry, prefix: bytes) -> PlannedEntry:
    """Return `entry` with `prefix` before its name."""
    name = prefix + entry.name
    if name.isascii():
        return entry._replace(name=name)
    version, flags, *rest = FIELDS.unpack(entry.fields)
    return entry._replace(name=name, fields=FIELDS.pack(version, flags | UTF8_FLAG, *rest))


def lay_out(entries: Iterable[PlannedEntry], *, dos_time: bytes = DOS_EPOCH) -> Plan:
    """Return the plan of all `entries`, sorted by name, each dated `dos_time`.

    Raises:
        ArchiveError: EZIP where two entries have one name, or one is a file where another
            needs a folder. O(n log n).
    """
    ordered = sorted(entries)
    if dos_time != DOS_EPOCH:
        ordered = [
            entry._replace(fields=entry.fields[:6] + dos_time + entry.fields[10:])
            for entry in ordered
        ]
    _refuse_clashes([entry.name for entry in ordered])
    return Plan(ordered)


def parse_dos_time(epoch_seconds: int) -> bytes:
    """Return a SOURCE_DATE_EPOCH as DOS time and date in UTC, kept within 1980 to 2107.

    Source: https://reproducible-builds.org/specs/source-date-epoch/ for the meaning; APPNOTE.TXT
    4.4.6 for the form (two-second steps).
    """
    days, seconds = divmod(max(epoch_seconds, 0), 86_400)
    year, month, day = _civil(days)
    if year < 1980:
        return DOS_EPOCH
    if year > 2107:
        year, month, day, seconds = 2107, 12, 31, 86_398
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    time = hour << 11 | minute << 5 | second >> 1
    date = (year - 1980) << 9 | month << 5 | day
    return struct.pack("<HH", time, date)


def _civil(days: int) -> tuple[int, int, int]:
    """Return year, month and day of a day count since 1970-01-01 (proleptic Gregorian)."""
    days += 719_468
    era, day_of_era = divmod(days, 146_097)
    year_of_era = (
        day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, day


def _refuse_clashes(names: list[bytes]) -> None:
    """Raise where a name stands twice or is both a file and a folder; `names` are sorted.

    Where `a` is a file and `a/b` too, something such as `a.js` may sort between them, so the
    folders that are open are kept on a stack of the files seen that are prefixes.
    """
    if len(set(names)) != len(names):
        twice = next(a for a, b in pairwise(names) if a == b)
        raise _clash(twice, "stands twice in the package")
    folders = {name.rpartition(b"/")[0] for name in names}
    for folder in list(folders):
        while (cut := folder.rfind(b"/")) > 0:
            folder = folder[:cut]  # noqa: PLW2901  (walks up until a known folder)
            if folder in folders:
                break
            folders.add(folder)
    both = folders.intersection(names)
    if both:
        raise _clash(min(both), "is a file, and other files need a folder of that name")


def _clash(name: bytes, what: str) -> ArchiveError:
    text = name.decode("utf-8", "backslashreplace")
    return ArchiveError(
        "EZIP",
        f"`{text}` {what}",
        hint="rename or exclude one of them: `--exclude` takes gitignore patterns",
    )
