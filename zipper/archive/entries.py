"""The members of store zips: read one by one, or taken over whole.

In: the bytes of a zip that the store wrote and checked: no extra fields, no comments on members, no
zip64. Out: entries for a plan. Any other zip is `zipper.archive.listing`'s to read.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, Protocol

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "DOS_EPOCH",
    "ENTRIES_MAX",
    "PlannedEntry",
    "PlannedZip",
    "StoredZip",
    "make_entry",
    "put_below",
    "read_members",
    "read_names",
]

ENTRIES_MAX: Final = 1_000_000
"""Members that a zip has, or is read with; ten times the most that an emulator of Lambda takes."""

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

    @property
    def files(self) -> int:
        """One, where a `PlannedZip` is many."""
        return 1

    def entries(self) -> list[PlannedEntry]:
        """Return the entry alone."""
        return [self]


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


LOCAL_SIZE: Final = 30

CENTRAL_SIZE: Final = 46

_RECORD: Final = struct.Struct("<6x22sH10xHI")
"""What is read of a central record: the shared fields, the name's length, mode and offset."""

_LENGTH: Final = struct.Struct("<I")

_NAME_LENGTH: Final = struct.Struct("<H")

_MOVED: Final = struct.Struct("<28xH12xI")
"""What is read of a central record that moves: the name's length, and the offset."""

_OFFSET_AT: Final = 42

_DIRECTORY: Final = struct.Struct("<10xHII")
"""What is read of the end record: the number of records, their size, where they begin."""


class StoredZip(Protocol):
    """Where a store zip's bytes come from: memory, or a file that is read when they are wanted."""

    @property
    def data(self) -> memoryview | None:
        """All of them, if they are in memory."""

    def read_body(self) -> Iterable[memoryview]:
        """Yield the local headers with their members; each piece is good until the next."""

    def members(self, prefix: str) -> list[PlannedEntry]:
        """Return its members one by one, their names put below `prefix`."""


class PlannedZip(NamedTuple):
    """All members of a store zip, whose names there are those that they are to have.

    Its bytes are taken over as they are: local headers, deflated members and, but for the offsets,
    the directory.
    """

    name: bytes
    """The folder in which all of it is, with a slash: `node_modules/a/`."""
    tail: memoryview
    """The end of the store zip, from its directory on, or all of it."""
    end: int
    """Offset of the end record in `tail`."""
    size_bytes: int
    """The sum of the sizes when unpacked."""
    source: StoredZip

    @property
    def files(self) -> int:
        """How many entries it stands for."""
        return int(_DIRECTORY.unpack_from(self.tail, self.end)[0])

    @property
    def body_size(self) -> int:
        """How many bytes its local headers and members have."""
        return int(_DIRECTORY.unpack_from(self.tail, self.end)[2])

    @property
    def directory_size(self) -> int:
        """How many bytes `directory` returns."""
        return int(_DIRECTORY.unpack_from(self.tail, self.end)[1])

    def entries(self) -> list[PlannedEntry]:
        """Return its members one by one."""
        return self.source.members(self.name.decode("utf-8", "surrogateescape"))

    def directory(self, distance: int) -> bytearray:
        """Return the central records of members that are `distance` bytes further on."""
        size = self.directory_size
        records = bytearray(self.tail[self.end - size : self.end])
        read, write_offset = _MOVED.unpack_from, _LENGTH.pack_into
        at = 0
        while at < size:
            name_length, offset = read(records, at)
            write_offset(records, at + _OFFSET_AT, offset + distance)
            at += CENTRAL_SIZE + name_length
        return records


def read_members(data: memoryview, *, prefix: str, skip: int, end: int) -> list[PlannedEntry]:
    """Return the members of a store zip.

    Args:
        data: the whole store zip.
        prefix: goes before each name (`node_modules/a/`); ends with a slash, or is empty.
        skip: how many bytes of each name it replaces.
        end: offset of the end record.
    """
    raw_prefix = prefix.encode("utf-8", "surrogateescape")
    count, size, position = _DIRECTORY.unpack_from(data, end)
    directory = bytes(data[position : position + size])
    members: list[PlannedEntry] = []
    append = members.append
    read_record, read_length = _RECORD.unpack_from, _LENGTH.unpack_from
    new = tuple.__new__
    at = 0
    for _ in range(count):
        fields, name_length, mode, offset = read_record(directory, at)
        (length,) = read_length(directory, at + 20)
        after = at + CENTRAL_SIZE + name_length
        name = raw_prefix + directory[at + CENTRAL_SIZE + skip : after]
        start = offset + LOCAL_SIZE + name_length
        # What `PlannedEntry._make` does, without a call of a Python function for each member.
        append(new(PlannedEntry, (name, fields, mode, data, start, length)))
        at = after
    if raw_prefix.isascii():
        return members
    return [put_below(member, b"") for member in members]


def read_names(data: memoryview, *, skip: int, end: int) -> list[bytes]:
    """Return the names of a store zip's members, in order; see `read_members`."""
    count, size, _ = _DIRECTORY.unpack_from(data, end)
    # Not where the end record says: `data` may be the end of the zip alone.
    directory = bytes(data[end - size : end])
    names: list[bytes] = []
    append, read_length = names.append, _NAME_LENGTH.unpack_from
    at = CENTRAL_SIZE
    for _ in range(count):
        (length,) = read_length(directory, at - 18)
        append(directory[at + skip : at + length])
        at += length + CENTRAL_SIZE
    return names
