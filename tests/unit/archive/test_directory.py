"""The central directory, record by record as PKWARE's note lays them out."""

from __future__ import annotations

import struct

import pytest

from zipper.archive.directory import Directory, parse_directory

LOCAL = b"PK\3\4" + bytes(26)
"""In place of a member: what its local header says is not looked at."""
WIDE = 0xFFFFFFFF


def record(
    name: bytes = b"a", *, extra: bytes = b"", comment: bytes = b"", made: int = 3 << 8 | 20,
    flags: int = 0, size: int = 0, packed: int = 0, attributes: int = 0, offset: int = 0,
) -> bytes:  # fmt: skip
    """Return a record of the central directory: section 4.3.12."""
    lengths = (len(name), len(extra), len(comment))
    fixed = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", made, 45, flags, 8, 0x6543, 0x5A21, 0xCAFEBABE, packed, size,
        *lengths, 0, 1, attributes, offset,
    )  # fmt: skip
    return fixed + name + extra + comment


def end(
    directory: bytes, *, count: int = 1, offset: int = len(LOCAL), size: int | None = None,
    disks: tuple[int, int] = (0, 0), comment: bytes = b"",
) -> bytes:  # fmt: skip
    """Return an end record: section 4.3.16."""
    size = len(directory) if size is None else size
    told = (count & 0xFFFF, count & 0xFFFF, size, offset, len(comment))
    return struct.pack("<4s4H2IH", b"PK\5\6", *disks, *told) + comment


def wide_end(directory: bytes, *, count: int = 1, before: int = 0, at: int | None = None) -> bytes:
    """Return a zip64 end record with its locator: sections 4.3.14 and 4.3.15."""
    start = len(LOCAL)
    own = struct.pack(
        "<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(directory), start
    )
    place = start + len(directory) if at is None else at
    return own + bytes(before) + struct.pack("<4sIQI", b"PK\6\7", 0, place, 1)


def read(*parts: bytes) -> Directory:
    return parse_directory(LOCAL + b"".join(parts))


def kinds(directory: Directory) -> list[str]:
    return [fault.kind for fault in directory.faults]


def test_each_field_of_a_record_is_where_the_note_has_it() -> None:
    """Also behind a record with an extra field and a comment, and before a signature."""
    first = record(b"x", extra=b"\7\0\1\0z", comment=b"why")
    second = record(b"b/", flags=0x808, size=7, packed=5, attributes=0o40755 << 16 | 16, offset=9)
    both = first + second
    found = read(both, b"PK\5\5\0\0", end(both + b"PK\5\5\0\0", count=2, comment=b"note"))

    assert ([], b"note", len(LOCAL)) == (kinds(found), found.comment, found.start)
    one, other = found.entries
    assert ("x", b"\7\0\1\0z") == (one.name, one.extra)
    assert ("b/", b"b/", b"", 20, 3, 45, 0x808, 8, 0x6543, 0x5A21, 0xCAFEBABE, 5, 7,
            0o40755 << 16 | 16, 9) == tuple(other)  # fmt: skip
    assert (True, False, False) == (other.is_dir, other.is_symlink, other.is_encrypted)


@pytest.mark.parametrize(
    ("mode", "made", "flags", "expected"),
    [
        (0o120777, 3 << 8, 0, (True, False)),
        (0o120777, 0, 0, (False, False)),
        (0o100644, 3 << 8, 0x1, (False, True)),
        (0o100644, 3 << 8, 0x40, (False, True)),
        (0o100644, 3 << 8, 0x2000, (False, True)),
        (0o100644, 3 << 8, 0x808, (False, False)),
        (0o140777, 3 << 8, 0, (False, False)),
    ],
)
def test_links_and_encryption_are_told_by_bits(
    mode: int, made: int, flags: int, expected: tuple[bool, bool]
) -> None:
    """Attributes are Unix modes where the system is Unix; sections 4.4.2 and 4.4.4."""
    own = record(attributes=mode << 16, made=made, flags=flags)
    (entry,) = read(own, end(own)).entries

    assert (mode, *expected) == (entry.mode, entry.is_symlink, entry.is_encrypted)


@pytest.mark.parametrize(
    ("numbers", "fields", "expected"),
    [
        ((WIDE, WIDE, WIDE), (5, 6, 7), (5, 6, 7)),
        ((WIDE, 2, WIDE), (5, 7), (5, 2, 7)),
        ((1, WIDE, 3), (6,), (1, 6, 3)),
        ((1, 2, WIDE), (7,), (1, 2, 7)),
        ((1, 2, 3), (9,), (1, 2, 3)),
        ((WIDE, WIDE, 3), (5,), (5, WIDE, 3)),
    ],
)
def test_wide_numbers_come_in_the_order_of_the_note(
    numbers: tuple[int, int, int], fields: tuple[int, ...], expected: tuple[int, int, int]
) -> None:
    """Size, compressed size and offset, each only where the record has none: section 4.5.3."""
    size, packed, offset = numbers
    body = struct.pack(f"<{len(fields)}Q", *fields)
    extra = b"\7\0\2\0\1\0" + struct.pack("<2H", 1, len(body)) + body
    own = record(extra=extra, size=size, packed=packed, offset=offset)
    found = read(own, end(own))
    (entry,) = found.entries

    assert expected == (entry.size, entry.compressed_size, entry.header_offset)
    assert ["zip64"] == kinds(found)


def test_other_extra_fields_widen_nothing() -> None:
    """A field that only holds the two bytes, or is cut off, is not the field."""
    for extra in (b"\7\0\4\0\1\0\1\0", b"\1\0\x08", b"\1\0", b""):
        own = record(extra=extra, size=WIDE)
        found = read(own, end(own))

        assert [] == kinds(found)
        assert WIDE == found.entries[0].size


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, ["zip64"]),
        ({"at": 0}, ["zip64"]),
        ({"before": 8}, ["zip64"]),
        ({"before": 8, "at": 0}, ["unreadable"]),
    ],
)
def test_a_wide_end_record_is_where_its_locator_says_or_before_it(
    parts: dict[str, int], expected: list[str]
) -> None:
    """Its numbers count, those of the other say that there is one; else there is no record."""
    own = record()
    narrow = end(own, count=0xFFFF, size=WIDE, offset=WIDE)
    found = read(own, wide_end(own, **parts), narrow)

    assert expected == kinds(found)[: len(expected)]
    assert (["a"] if expected == ["zip64"] else []) == [entry.name for entry in found.entries]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"disks": (0xFFFF, 0xFFFF)}, []),
        ({"disks": (1, 1)}, ["unreadable"]),
        ({"disks": (0, 1)}, ["unreadable"]),
        ({"count": 2}, ["unreadable"]),
        ({"count": 0}, ["unreadable"]),
        ({"count": 0x10001}, []),
        ({"size": 46}, ["prefix", "unreadable"]),
        ({"size": 48, "offset": len(LOCAL) - 1}, ["unreadable"]),
        ({"offset": len(LOCAL) + 1}, ["unreadable"]),
        ({"offset": len(LOCAL) - 1}, ["prefix"]),
        ({"comment": b"PK\5\6"}, ["ambiguous"]),
        ({"comment": b"PK\5\6" + bytes(18)}, ["ambiguous", "prefix"]),
    ],
)
def test_what_the_end_record_says_has_to_be_so(
    parts: dict[str, object], expected: list[str]
) -> None:
    """One disk, as many members as there are, and a directory that ends where it does.

    Of two records that reach the end the last one counts.
    """
    own = record()
    found = read(own, end(own, **parts))  # type: ignore[arg-type]

    assert expected == kinds(found)


def test_offsets_count_from_the_first_byte() -> None:
    """Where something comes before the zip, each member is so much further on."""
    own = record(offset=0)
    found = parse_directory(b"#!/bin/x\n" + LOCAL + own + end(own))

    assert [("prefix", "9 bytes come before the first member")] == [
        (fault.kind, fault.message) for fault in found.faults
    ]
    assert ([9], 9 + len(LOCAL)) == ([e.header_offset for e in found.entries], found.start)


def test_bytes_behind_the_end_are_counted() -> None:
    """The record is looked for as far back as the longest comment reaches."""
    own = record()
    for surplus in (1, 65_535):
        found = read(own, end(own), bytes(surplus))
        assert [("trailing", f"{surplus:,} bytes follow its end record")] == [
            (fault.kind, fault.message) for fault in found.faults
        ]
    assert ["unreadable"] == kinds(read(own, end(own), bytes(65_536)))
