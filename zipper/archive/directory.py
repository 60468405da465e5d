"""The central directory of a zip: bytes to entries.

In: the bytes of a zip. Out: a `Directory`: its entries in order, and the faults of its structure.
Members' contents and local headers belong to `zipper.archive.listing`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, Literal, Protocol

from zipper.archive.entries import ENTRIES_MAX
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.archive.runs import Run

__all__ = [
    "Buffer",
    "Directory",
    "Entry",
    "ZipFault",
    "ZipSource",
    "decode_name",
    "parse_directory",
]

Buffer = bytes | bytearray | memoryview


class ZipSource(Protocol):
    """The bytes of a zip: all in memory, or read from a file where they are wanted."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Buffer: ...


_END: Final = struct.Struct("<4s4H2LH")
_END64_LOCATOR: Final = struct.Struct("<4sLQL")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_CENTRAL: Final = struct.Struct("<4xBB5H3L10x2L")
"""The fixed part of a member, without its mark, its lengths, disk and internal attributes."""
CENTRAL_SIZE: Final = _CENTRAL.size

_LENGTHS: Final = struct.Struct("<4s24x3H")
"""The mark of a member, and the lengths of its name, extra field and comment."""
_MEMBER: Final = b"PK\x01\x02"
END_MARK: Final = b"PK\x05\x06"
_UNKNOWN_16: Final = 0xFFFF
_UNKNOWN_32: Final = 0xFFFFFFFF

FaultKind = Literal[
    "unreadable", "ambiguous", "prefix", "trailing", "zip64", "overlap", "local-header", "dotted"
]


class ZipFault(NamedTuple):
    """One thing that is wrong with the structure of the zip."""

    kind: FaultKind
    path: str
    """The member's name, or the empty string for the zip as a whole."""
    message: str


class Entry(NamedTuple):
    """One member, as the central directory describes it.

    A named tuple rather than a dataclass: a warm build of 27,000 files makes 27,000 of them, and
    a frozen dataclass takes six times as long to make.
    """

    name: str
    """Decoded: UTF-8 where the bytes are UTF-8, else code page 437."""
    raw_name: bytes
    extra: bytes
    create_version: int
    create_system: int
    """The system whose attributes `external_attributes` are: 3 for Unix, 0 for FAT."""
    extract_version: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    compressed_size: int
    size: int
    external_attributes: int
    header_offset: int
    """From the start of the buffer, whatever is before the first member included."""

    @property
    def mode(self) -> int:
        """The Unix mode with its type bits; 0 where the zip stores none."""
        return self.external_attributes >> 16

    @property
    def is_dir(self) -> bool:
        """Whether the member stands for a folder."""
        return self.name.endswith("/")

    @property
    def is_symlink(self) -> bool:
        """Whether the member is a symbolic link, whose content is its target."""
        return self.external_attributes >> 28 == 0o12 and self.create_system == 3

    @property
    def is_encrypted(self) -> bool:
        """Whether the content, or the directory itself, is encrypted."""
        return bool(self.flags & 0x2041)


class Directory(NamedTuple):
    """What a central directory says."""

    entries: tuple[Entry, ...] = ()
    comment: bytes = b""
    faults: tuple[ZipFault, ...] = ()
    start: int = 0
    """Where in the zip it begins."""
    runs: Mapping[int, Run] = {}
    """Those that were known before, by the number of their first entry."""


class _End(NamedTuple):
    """The end record, with the values of the zip64 one where there is one."""

    directory_end: int
    directory_size: int
    directory_offset: int
    members: int
    comment: bytes
    is_wide: bool
    faults: tuple[ZipFault, ...]


def parse_directory(
    source: ZipSource, known: Mapping[bytes, Sequence[Run]] | None = None
) -> Directory:
    """Return the entries of the zip in `source` and the faults of its directory. O(members).

    Args:
        source: the zip.
        known: records that other zips have, by the raw name of the first member.

    Raises:
        Nothing: every byte string has an answer.

    Source: the PKZIP application note 6.3.10, sections 4.3.12, 4.3.14 to 4.3.16, 4.4, 4.5.3.
    """
    end = _read_end(source)
    if end is None:
        message = "it has no end of central directory record: it is not a zip, or is truncated"
        return Directory(faults=(ZipFault("unreadable", "", message),))
    faults = list(end.faults)
    start = end.directory_end - end.directory_size
    prefix = start - end.directory_offset
    if start < 0 or prefix < 0:
        message = (
            f"its central directory should have {end.directory_size:,} bytes from "
            f"{end.directory_offset:,} on, but it ends at {end.directory_end:,}"
        )
        return Directory((), end.comment, (*faults, ZipFault("unreadable", "", message)))
    if prefix:
        faults.append(ZipFault("prefix", "", f"{prefix:,} bytes come before the first member"))
    runs: dict[int, Run] = {}
    directory = bytes(source[start : end.directory_end])
    entries, problem = _read_entries(directory, known or {}, runs)
    if prefix:
        entries = [e._replace(header_offset=e.header_offset + prefix) for e in entries]
    wide = [e.name for e in entries if e.extra and _has_zip64(e.extra)]
    if wide:
        entries = [_widen(entry) for entry in entries]
    counted = len(entries) if end.is_wide else len(entries) & _UNKNOWN_16
    if problem:
        faults.append(ZipFault("unreadable", "", problem))
    elif counted != end.members:
        message = (
            f"its end record counts {end.members:,} members, its directory has {len(entries):,}"
        )
        faults.append(ZipFault("unreadable", "", message))
    if entries and entries[0].name.startswith("./"):
        faults.append(ZipFault("dotted", "", "its names begin with `./`"))
        entries = _drop_dots(entries)
    message = "it has zip64 sizes"
    faults += [ZipFault("zip64", name, message) for name in wide]
    return Directory(tuple(entries), end.comment, tuple(faults), start, runs)


def _read_end(source: ZipSource) -> _End | None:
    tail_start = max(0, len(source) - _END.size - _UNKNOWN_16)
    tail = bytes(source[tail_start:])
    found, several = _find_end(tail)
    if found < 0:
        return None
    _, disk, first_disk, _, count, size, offset, comment_size = _END.unpack_from(tail, found)
    comment_start = found + _END.size
    faults = []
    surplus = len(tail) - comment_start - comment_size
    if surplus:
        faults.append(ZipFault("trailing", "", f"{surplus:,} bytes follow its end record"))
    if disk != first_disk or disk not in (0, _UNKNOWN_16):
        faults.append(ZipFault("unreadable", "", "it is one part of a zip in several files"))
    directory_end = tail_start + found
    wide = _read_end64(source, directory_end)
    if wide is not None:
        faults.append(ZipFault("zip64", "", "it has a zip64 end of central directory record"))
        directory_end, count, size, offset = wide
    comment = tail[comment_start : comment_start + comment_size]
    if several or END_MARK in comment:
        faults.append(ZipFault("ambiguous", "", "its comment holds another end record"))
    return _End(directory_end, size, offset, count, comment, wide is not None, tuple(faults))


def _find_end(tail: bytes) -> tuple[int, bool]:
    """Return the offset of the end record in `tail`, or -1, and whether another is as good.

    The last mark whose comment reaches exactly to the end wins; without one, the last mark whose
    comment fits. Other readers take the first, or the last whatever its comment.
    """
    exact, fallback = [], -1
    position = len(tail)
    while (position := tail.rfind(END_MARK, 0, position)) >= 0:
        comment_start = position + _END.size
        if comment_start > len(tail):
            continue
        comment_end = comment_start + int.from_bytes(tail[position + 20 : comment_start], "little")
        if comment_end == len(tail):
            exact.append(position)
        elif comment_end < len(tail) and fallback < 0:
            fallback = position
    return (exact[0] if exact else fallback), len(exact) > 1


def _read_end64(source: ZipSource, end_offset: int) -> tuple[int, int, int, int] | None:
    """Return the zip64 record's own offset, and the directory's members, size and offset."""
    locator = end_offset - _END64_LOCATOR.size
    if locator < _END64.size or bytes(source[locator : locator + 4]) != b"PK\x06\x07":
        return None
    _, _, offset, _ = _END64_LOCATOR.unpack(source[locator : locator + _END64_LOCATOR.size])
    # Bytes before the zip shift the record; it normally is right before its locator.
    for place in (offset, locator - _END64.size):
        if place + _END64.size <= locator and bytes(source[place : place + 4]) == b"PK\x06\x06":
            *_, count, directory_size, directory_offset = _END64.unpack(
                source[place : place + _END64.size]
            )
            return place, count, directory_size, directory_offset
    return None


def _read_entries(
    directory: bytes, known: Mapping[bytes, Sequence[Run]], runs: dict[int, Run]
) -> tuple[list[Entry], str | None]:
    """Return all members, and where the directory cannot be read to its end.

    Those of a known run are taken at once, and the run is put into `runs`.

    One loop with everything in it, because it runs for every file of a package. Lambda's unzip
    keeps the bytes of names; so UTF-8 wins over the flag, which Info-ZIP leaves out.
    """
    entries: list[Entry] = []
    append, new = entries.append, tuple.__new__
    read_lengths, read_fields = _LENGTHS.unpack_from, _CENTRAL.unpack_from
    position, last = 0, len(directory) - _CENTRAL.size
    while position <= last:
        mark, name_size, extra_size, comment_size = read_lengths(directory, position)
        name_at = position + _CENTRAL.size
        extra_at = name_at + name_size
        following = extra_at + extra_size + comment_size
        if mark != _MEMBER or following > len(directory) or len(entries) == ENTRIES_MAX:
            break
        raw_name = directory[name_at:extra_at]
        run = _find_run(known[raw_name], directory, position) if raw_name in known else None
        if run is not None:
            runs[len(entries)] = run
            entries += run.move(directory, position)
            position += run.size
            continue
        try:
            name = raw_name.decode()
        except UnicodeDecodeError:
            name = decode_name(raw_name)
        names = (name, raw_name, directory[extra_at : extra_at + extra_size])
        # What `Entry._make` does, without a call of a Python function for each member.
        append(new(Entry, names + read_fields(directory, position)))
        position = following
    problem = None
    # A digital signature may follow the members.
    if position < len(directory) and directory[position : position + 4] != b"PK\x05\x05":
        problem = f"its central directory cannot be read past {len(entries):,} members"
    return entries, problem


def decode_name(raw_name: bytes) -> str:
    """Return a member's name as a listing has it: in UTF-8, or else in the zip format's own code.

    Whatever its flag says: that is looked at by who judges the zip.
    """
    try:
        return raw_name.decode()
    except UnicodeDecodeError:
        return raw_name.decode("cp437")


def _find_run(runs: Sequence[Run], directory: bytes, position: int) -> Run | None:
    return next((run for run in runs if run.is_at(directory, position)), None)


def _drop_dots(entries: list[Entry]) -> list[Entry]:
    """Return the members by the names that they have when unzipped: `./a` is `a`.

    bsdtar writes such names when it is asked to pack `.`, with one for the root itself.
    """
    named = [entry._replace(name=entry.name.removeprefix("./")) for entry in entries]
    return [entry for entry in named if entry.name]


def _has_zip64(extra: bytes) -> bool:
    return b"\x01\x00" in extra and _zip64_field(extra) is not None


def _zip64_field(extra: bytes) -> bytes | None:
    """Return the content of the extra field 0x0001, or None."""
    position = 0
    while position + 4 <= len(extra):
        kind = int.from_bytes(extra[position : position + 2], "little")
        end = position + 4 + int.from_bytes(extra[position + 2 : position + 4], "little")
        if kind == 1:
            return extra[position + 4 : end]
        position = end
    return None


def _widen(entry: Entry) -> Entry:
    """Return `entry` with the sizes and the offset of its zip64 field, in the note's order."""
    field = _zip64_field(entry.extra)
    if field is None:
        return entry
    numbers = [int.from_bytes(field[at : at + 8], "little") for at in range(0, len(field) - 7, 8)]
    wide = [
        numbers.pop(0) if number == _UNKNOWN_32 and numbers else number
        for number in (entry.size, entry.compressed_size, entry.header_offset)
    ]
    return entry._replace(size=wide[0], compressed_size=wide[1], header_offset=wide[2])
