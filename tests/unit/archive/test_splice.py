"""Spliced zips: read back alike by the standard library, by our listing, and by the store."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zipper.archive.compress import compress
from zipper.archive.entries import PlannedEntry, make_entry, read_members
from zipper.archive.listing import read_listing
from zipper.archive.plan import Plan, lay_out
from zipper.archive.splice import BATCH, END, splice
from zipper.errors import ArchiveError


def zip_of(plan: Plan) -> bytes:
    return b"".join(piece for chunk in splice(plan) for piece in chunk)


def members_of(data: bytes, prefix: str = "") -> list[PlannedEntry]:
    return read_members(memoryview(data), prefix=prefix, skip=0, end=data.rindex(END))


NAMES = st.lists(
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="/\0\\"), min_size=1),
    max_size=12,
    unique=True,
)


@settings(max_examples=80, deadline=None)
@given(given_names=NAMES, contents=st.lists(st.binary(max_size=400), min_size=12, max_size=12))
def test_what_goes_in_comes_out(given_names: list[str], contents: list[bytes]) -> None:
    """Names, contents and modes come back from the standard library and from our listing."""
    files = {
        name: (content * 3, bool(number % 2))
        for number, (name, content) in enumerate(zip(given_names, contents, strict=False))
    }
    plan = lay_out(compress(name, data, executable=mode) for name, (data, mode) in files.items())
    data = zip_of(plan)
    listing = read_listing(data)

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert None is archive.testzip()
        theirs = {
            info.filename: (archive.read(info), bool(info.external_attr >> 16 & 0o111))
            for info in archive.infolist()
        }
        assert [info.filename for info in archive.infolist()] == [e.name for e in listing.entries]
    # The standard library cuts names at NUL and turns the system's separator; these have neither.
    assert files == theirs
    assert () == listing.faults
    assert () == listing.find_header_faults()
    assert files == {
        e.name: (listing.read(e, limit_bytes=2_000, check_crc=True), bool(e.mode & 0o111))
        for e in listing.entries
    }


def test_bytes_are_these() -> None:
    """The smallest zips are known to the byte: no clock, no machine, no version is in them."""
    entry = make_entry("a", b"hi", method=0, crc=0xD8932AAC, size=2, executable=True)

    assert bytes.fromhex(
        "504b0304 1400 0000 0000 0000 2100 ac2a93d8 02000000 02000000 0100 0000 61 6869"
        "504b0102 1403 1400 0000 0000 0000 2100 ac2a93d8 02000000 02000000 0100 0000 0000"
        "0000 0000 0000 ed81 00000000 61"
        "504b0506 0000 0000 0100 0100 2f000000 21000000 0000"
    ) == zip_of(Plan([entry]))
    assert b"PK\x05\x06" + bytes(18) == zip_of(Plan([]))


def test_spliced_again_is_the_same() -> None:
    """Members that were read from a zip make the same zip."""
    data = zip_of(lay_out(compress(f"{n}", b"x" * n, executable=n > 3) for n in range(9)))

    assert data == zip_of(Plan(members_of(data)))


def test_prefix_goes_before_each_name() -> None:
    """Members stand below the prefix, flagged as UTF-8 where it or the name needs that."""
    data = zip_of(lay_out([compress("a", b"1", executable=False)]))

    moved = zip_of(Plan(members_of(data, "node_modules/é/")))

    with zipfile.ZipFile(io.BytesIO(moved)) as archive:
        assert ["node_modules/é/a"] == archive.namelist()
        assert None is archive.testzip()


def test_chunks_are_short_enough_for_one_system_call() -> None:
    """No chunk has more buffers than a `writev` takes."""
    plan = lay_out(compress(f"{n:05}", b"x", executable=False) for n in range(2_100))

    sizes = [len(chunk) for chunk in splice(plan)]

    assert max(sizes) <= BATCH + 2
    assert 2_100 * 2 + 2 == sum(sizes)


@pytest.mark.parametrize("count", [65_534, 65_535, 65_536, 70_000])
def test_many_entries_have_a_zip64_end_record(count: int) -> None:
    """65,534 entries fit the end record; for more there is a wide one, which Python reads."""
    entries = [
        make_entry(f"{number}", b"", method=0, crc=0, size=0, executable=False)
        for number in range(count)
    ]

    made = zip_of(Plan(entries))

    listing = read_listing(made)
    assert count == len(listing.entries)
    assert (["zip64"] if count >= 65_535 else []) == [fault.kind for fault in listing.faults]
    assert count == len(zipfile.ZipFile(io.BytesIO(made)).namelist())


@pytest.mark.parametrize("count", [2, 65_535])
def test_the_end_records_have_each_field_of_the_note(count: int) -> None:
    """Source: APPNOTE.TXT 6.3.10, sections 4.3.14 to 4.3.16: one disk, made by version 4.5."""
    entry = make_entry("a", b"", method=0, crc=0, size=0, executable=False)
    made = zip_of(Plan([entry] * count))
    offset, size = count * (30 + 1), count * (46 + 1)

    wide = struct.pack(
        "<4sQHHIIQQQQ", b"PK\6\6", 44, 3 << 8 | 45, 45, 0, 0, count, count, size, offset
    )
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, offset + size, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, size, offset, 0)
    assert (b"" if count == 2 else wide + locator) + end == made[offset + size :]


def test_more_entries_than_are_read_are_refused() -> None:
    """A million entries and one are EZIP before a byte is written."""
    entry = make_entry("a", b"", method=0, crc=0, size=0, executable=False)

    with pytest.raises(ArchiveError, match="1,000,001 entries"):
        next(splice(Plan([entry] * 1_000_001)))


def test_more_bytes_than_a_zip_counts_are_refused() -> None:
    """4 GiB of members are EZIP."""
    data = memoryview(bytes(1 << 20))
    entry = make_entry("a", b"", method=0, crc=0, size=0, executable=False)
    large = entry._replace(data=data, length=len(data))

    with pytest.raises(ArchiveError, match="too large for a zip: 4,"):
        for _ in splice(Plan([large] * 4_200)):
            pass
