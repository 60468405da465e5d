"""Zips of every origin are listed as they are, and damaged ones say what is wrong."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import random
import shutil
import struct
import subprocess
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zipper.archive.listing import Entry, Listing, hash_zip, read_listing
from zipper.errors import ArchiveError
from zipper.file_bytes import FileBytes, read_file

if TYPE_CHECKING:
    from pathlib import Path


def _zip(
    files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.comment = comment
        for name, content in files.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = method
            member.external_attr = 0o100644 << 16
            archive.writestr(member, content)
    return buffer.getvalue()


def _contents(archive: bytes, *faults: str) -> dict[str, bytes]:
    listing = read_listing(archive)
    assert [*faults] == [fault.kind for fault in listing.faults]
    return {
        entry.name: listing.read(entry, limit_bytes=1 << 20, check_crc=True)
        for entry in listing.entries
        if not entry.is_dir
    }


FILES = {
    "index.js": b"exports.handler = 1;\n" * 50,
    "lib/a.js": b"",
    "data.bin": bytes(range(256)) * 9,
}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_python_zipfile_is_read(method: int) -> None:
    """What Python's zipfile writes is read back, stored and deflated."""
    assert FILES == _contents(_zip(FILES, method=method))


def test_entries_are_in_the_order_of_the_directory() -> None:
    """The order of the central directory is kept, not the order of names."""
    listing = read_listing(_zip({"b": b"", "a": b"", "c": b""}))
    assert ["b", "a", "c"] == [entry.name for entry in listing.entries]


@pytest.mark.skipif(shutil.which("zip") is None, reason="Info-ZIP is not installed")
def test_info_zip_is_read(tmp_path: Path) -> None:
    """What Info-ZIP writes is read: folders, extra fields, links, UTF-8 names without the flag."""
    (tmp_path / "lib").mkdir()
    for name, content in {**FILES, "lib/é.js": b"1"}.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "run").symlink_to("index.js")
    (tmp_path / "index.js").chmod(0o755)
    subprocess.run(["zip", "-qry", "out.zip", "."], cwd=tmp_path, check=True)
    archive = (tmp_path / "out.zip").read_bytes()
    listing = read_listing(archive)
    assert {**FILES, "lib/é.js": b"1", "run": b"index.js"} == _contents(archive)
    link, program, folder = (listing.find(name) for name in ("run", "index.js", "lib/"))
    assert link is not None
    assert link.is_symlink
    assert program is not None
    assert 0o100755 == program.mode
    assert folder is not None
    assert folder.is_dir


def test_data_descriptors_of_a_streaming_writer_are_read() -> None:
    """Members whose sizes follow their content, as streaming writers write them, are read."""
    archive = _stream(FILES)
    assert FILES == _contents(archive)
    assert () == read_listing(archive).find_header_faults()


def _stream(files: dict[str, bytes]) -> bytes:
    """Return a zip as a writer that cannot seek makes it."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.written += data
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    assert b"PK\x07\x08" in pipe.written
    return bytes(pipe.written)


def test_names_that_begin_with_a_dot_are_those_of_an_unzip() -> None:
    """`./a` is `a`, and `./` is nothing; one such name among others is kept."""
    dotted = read_listing(_zip({"./": b"", "./a": b"1", "./b/c": b"2", "d": b"3"}))
    assert ["a", "b/c", "d"] == [entry.name for entry in dotted.entries]
    assert ["dotted"] == [fault.kind for fault in dotted.faults]
    assert () == dotted.find_header_faults()
    assert ["a", "./b"] == [e.name for e in read_listing(_zip({"a": b"1", "./b": b"2"})).entries]


def test_backslashes_are_kept() -> None:
    """A name with backslashes, as PowerShell 5 writes it, is not made normal."""
    archive = _zip({"lib/a.js": b"1"}).replace(b"lib/a.js", b"lib\\a.js")
    assert ["lib\\a.js"] == [entry.name for entry in read_listing(archive).entries]


def test_names_that_are_not_utf8_are_code_page_437() -> None:
    """Bytes that are no UTF-8 become text by code page 437, and stay as they are beside it."""
    archive = _zip({"abc": b"1"}).replace(b"abc", b"\x82\x8a\xff")
    (entry,) = read_listing(archive).entries
    assert "éè\xa0" == entry.name
    assert b"\x82\x8a\xff" == entry.raw_name


def test_duplicates_are_listed_and_the_last_one_is_found() -> None:
    """Two members of one name are two entries; `find` gives the last."""
    archive = _zip({"a1": b"first", "a2": b"second"}).replace(b"a1", b"a0").replace(b"a2", b"a0")
    listing = read_listing(archive)
    found = listing.find("a0")
    assert ["a0", "a0"] == [entry.name for entry in listing.entries]
    assert found is not None
    assert b"second" == listing.read(found, limit_bytes=100)


def test_a_comment_that_looks_like_an_end_record_misleads_nobody() -> None:
    """The end record is the one whose comment reaches to the end; other readers are told of."""
    archive = _zip({"a": b"1"}, comment=b"PK\x05\x06" + bytes(40))
    assert {"a": b"1"} == _contents(archive, "ambiguous")


def test_bytes_before_and_after_the_zip_are_faults() -> None:
    """A prefix and a suffix are told, and the members are read nevertheless."""
    listing = read_listing(b"#!/bin/sh\n" + _zip({"a": b"1"}) + b"rest")
    assert ["trailing", "prefix"] == [fault.kind for fault in listing.faults]
    assert b"1" == listing.read(listing.entries[0], limit_bytes=10, check_crc=True)


def test_zip64_is_read_and_told() -> None:
    """Zip64 records are followed, and each use is a fault of its own kind."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w") as archive,
        archive.open("a", "w", force_zip64=True) as member,
    ):
        member.write(b"1234")
    directory = _central64(buffer.getvalue())
    listing = read_listing(directory)
    assert {"zip64"} == {fault.kind for fault in listing.faults}
    assert 4 == listing.entries[0].size
    assert b"1234" == listing.read(listing.entries[0], limit_bytes=10)


def _central64(archive: bytes) -> bytes:
    """Return the zip with its sizes moved to zip64 fields and a zip64 end record."""
    end = archive.rfind(b"PK\x05\x06")
    count, _size, offset = struct.unpack_from("<HLL", archive, end + 10)
    row = bytearray(archive[offset:end])
    compressed, full = struct.unpack_from("<LL", row, 20)
    struct.pack_into("<LL", row, 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", row, 30, 20)
    row += struct.pack("<HHQQ", 1, 16, full, compressed)
    record = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(row), offset
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, offset + len(row), 1)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return archive[:offset] + bytes(row) + record + locator + last


@pytest.mark.parametrize("archive", [b"", b"PK", b"<html>404</html>" * 9, bytes(70_000)])
def test_what_is_no_zip_is_told(archive: bytes) -> None:
    """Bytes without an end record have one fault and no entries."""
    listing = read_listing(archive)
    assert ["unreadable"] == [fault.kind for fault in listing.faults]
    assert () == listing.entries


def test_a_truncated_directory_is_told() -> None:
    """A directory that breaks off gives the members before it and a fault."""
    archive = _zip(FILES)
    start = archive.rfind(b"PK\x01\x02")
    listing = read_listing(archive[:start] + b"XX" + archive[start + 2 :])
    assert ["unreadable"] == [fault.kind for fault in listing.faults]
    assert ["index.js", "lib/a.js"] == [entry.name for entry in listing.entries]


def test_a_file_is_read_where_it_is_wanted(tmp_path: Path) -> None:
    """What has been opened to be read from gives what its bytes would."""
    path = tmp_path / "a.zip"
    path.write_bytes(_zip({**FILES, "large": os.urandom(70_000)}))
    source = read_file(path)
    assert isinstance(source, FileBytes)

    listing, whole = read_listing(source), read_listing(path.read_bytes())

    assert whole.entries == listing.entries
    assert () == listing.find_header_faults()
    for entry in listing.entries:
        assert whole.read(entry, limit_bytes=99_999) == listing.read(entry, limit_bytes=99_999)
        assert whole.read_head(entry, 9) == listing.read_head(entry, 9)
        assert [*whole.read_chunks(entry)] == [*listing.read_chunks(entry)]


def _forge(entry: Entry, listing: Listing, **changes: int) -> tuple[Listing, Entry]:
    return listing, entry._replace(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": 10}, "inflate"),
        ({"size": 0}, "inflate"),
        ({"size": 2000}, "directory says"),
        ({"size": 1 << 40}, "more than"),
        ({"size": 900_000}, "cannot have"),
        ({"crc": 1}, "CRC"),
        ({"flags": 1}, "encrypted"),
        ({"method": 12}, "method 12"),
        ({"method": 0}, "stored"),
        ({"header_offset": 7}, "no local header"),
        ({"header_offset": 1 << 30}, "begins after"),
        ({"compressed_size": 1 << 30}, "ends after"),
    ],
)
def test_lies_about_a_member_are_refused(changes: dict[str, int], words: str) -> None:
    """A member that is not what the directory says is an EZIP, whatever the lie."""
    listing = read_listing(_zip({"index.js": b"a" * 1050}))
    entry = listing.entries[0]._replace(**changes)
    with pytest.raises(ArchiveError, match=words) as caught:
        listing.read(entry, limit_bytes=1_000_000, check_crc=True)
    assert "EZIP" == caught.value.code


def test_a_sum_is_compared_where_that_is_asked_for() -> None:
    """Else a member with another sum is read as it is: a rule of its own compares them all."""
    listing = read_listing(_zip({"a.txt": b"text"}))
    entry = listing.entries[0]._replace(crc=1)

    assert b"text" == listing.read(entry, limit_bytes=10) == listing.inflate(entry, limit_bytes=10)
    for read in (listing.read, listing.inflate):
        with pytest.raises(ArchiveError, match="another CRC"):
            read(entry, limit_bytes=10, check_crc=True)


def test_a_bomb_is_refused_before_it_is_inflated() -> None:
    """A member above the limit is refused by its size alone."""
    listing = read_listing(_zip({"bomb": bytes(50_000_000)}))
    with pytest.raises(ArchiveError, match="50,000,000 bytes"):
        listing.read(listing.entries[0], limit_bytes=1_000_000)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_pieces_add_up(method: int) -> None:
    """Reading in pieces gives the same bytes, and the head is their beginning."""
    content = random.Random(1).randbytes(700_000) + bytes(900_000)
    listing = read_listing(_zip({"a": content}, method=method))
    assert content == b"".join(listing.read_chunks(listing.entries[0]))
    assert content[:100] == listing.read_head(listing.entries[0], 100)


def test_pieces_of_a_damaged_member_are_refused() -> None:
    """A CRC that does not fit is noticed at the end of the pieces."""
    listing = read_listing(_zip({"a": b"content" * 99}))
    with pytest.raises(ArchiveError):
        list(listing.read_chunks(listing.entries[0]._replace(crc=5)))


@pytest.mark.parametrize(
    ("offset", "replacement", "words"),
    [
        (30, b"other.js", "is called"),
        (8, b"\0\0", "method"),
        (14, b"abcd", "crc"),
        (22, b"abcd", "size"),
    ],
)
def test_local_headers_must_agree(offset: int, replacement: bytes, words: str) -> None:
    """Name, method, CRC and sizes of a local header that differ are faults."""
    archive = bytearray(_zip({"index.js": b"a" * 500}))
    archive[offset : offset + len(replacement)] = replacement
    (fault,) = read_listing(bytes(archive)).find_header_faults()
    assert "local-header" == fault.kind
    assert words in fault.message


def test_members_that_overlap_are_told() -> None:
    """Two entries for the same bytes are the trick of some zip bombs."""
    listing = read_listing(_zip({"a": b"1" * 99, "b": b"2" * 99}))
    first = listing.entries[0]
    doubled = Listing((first, first), listing.source, b"", (), {"a": first})
    assert ["overlap"] == [fault.kind for fault in doubled.find_header_faults()]


@given(
    st.dictionaries(
        # What begins with "./" is listed without it, see `dotted`.
        st.text(min_size=1, max_size=9).filter(lambda n: "\0" not in n and n[:2] != "./"),
        st.binary(max_size=99),
        max_size=9,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_names_and_contents_come_back(files: dict[str, bytes]) -> None:
    """Whatever zipfile can write is read back, name by name."""
    try:
        archive = _zip(files)
    except UnicodeEncodeError:
        return
    listing = read_listing(archive)
    with zipfile.ZipFile(io.BytesIO(archive)) as expected:
        assert [member.orig_filename for member in expected.infolist()] == [
            e.name for e in listing.entries
        ]
    assert [*files.values()] == [listing.read(e, limit_bytes=999) for e in listing.entries]


@given(st.integers(0, 400), st.binary(min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_damage_is_a_value_or_an_archive_error(position: int, damage: bytes) -> None:
    """Whatever byte is damaged, listing never fails and reading fails as EZIP only."""
    archive = bytearray(_zip({"index.js": b"abc" * 30, "b": b"x"}))
    archive[position % len(archive) : position % len(archive) + len(damage)] = damage
    listing = read_listing(bytes(archive))
    listing.find_header_faults()
    for entry in listing.entries:
        try:
            content = listing.read(entry, limit_bytes=1 << 20, check_crc=True)
        except ArchiveError:
            continue
        assert zlib.crc32(content) == entry.crc


@pytest.mark.parametrize("extra_size", [0, 255, 256, 257, 5_000])
def test_content_is_found_behind_any_extra_field_of_the_local_header(extra_size: int) -> None:
    """However long it is, which the directory does not say."""
    fields = struct.pack("<5H3I", 20, 0, 0, 0, 0x21, zlib.crc32(b"content"), 7, 7)
    local = b"PK\3\4" + fields + struct.pack("<2H", 1, extra_size) + b"a" + bytes(extra_size)
    central = b"PK\1\2\x14\3" + fields + struct.pack("<5H2I", 1, 0, 0, 0, 0, 0, 0) + b"a"
    place = len(local) + 7
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(central), place, 0)
    listing = read_listing(local + b"content" + central + end)

    (entry,) = listing.entries
    assert (b"content", b"con") == (listing.read(entry, limit_bytes=7), listing.read_head(entry, 3))
    assert [b"content"] == list(listing.read_chunks(entry))
    assert () == (*listing.faults, *listing.find_header_faults())


def _member(content: bytes, size: int, *, method: int = 8, **changes: int) -> tuple[Listing, Entry]:
    """Return a listing with one member of these bytes, which is said to have a size."""
    listing = read_listing(_zip({"a": content}, method=0))
    said = {"method": method, "size": size, **changes}
    return listing, listing.entries[0]._replace(**said)


def _deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


TEXT = b"text" * 100
READERS = {
    "read": lambda listing, entry: listing.read(entry, limit_bytes=400),
    "inflate": lambda listing, entry: bytes(listing.inflate(entry, limit_bytes=400)),
    "chunks": lambda listing, entry: b"".join(listing.read_chunks(entry)),
    "head": lambda listing, entry: listing.read_head(entry, 400),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("is_deflated", [False, True])
def test_a_member_at_the_limit_is_read(reader: str, *, is_deflated: bool) -> None:
    """Every way to read gives its bytes."""
    content = _deflate(TEXT) if is_deflated else TEXT
    listing, entry = _member(content, 400, method=8 if is_deflated else 0, crc=zlib.crc32(TEXT))

    assert TEXT == READERS[reader](listing, entry)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"flags": 1}, "encrypted"),
        ({"method": 9}, "method"),
        ({"header_offset": 1}, "no local header"),
        ({"header_offset": 1 << 20}, "begins after"),
    ],
)
def test_a_member_that_cannot_be_read_is_named(
    reader: str, changes: dict[str, int], words: str
) -> None:
    """By each way to read it."""
    listing, entry = _member(_deflate(TEXT), 400, crc=zlib.crc32(TEXT))

    with pytest.raises(ArchiveError, match=words) as caught:
        READERS[reader](listing, entry._replace(**changes))

    assert (("member", "a"),) == caught.value.facts


@pytest.mark.parametrize("reader", READERS)
def test_what_does_not_inflate_is_refused(reader: str) -> None:
    """A block of a type that deflate does not have."""
    listing, entry = _member(b"\xff" * 50, 400)

    with pytest.raises(ArchiveError, match="does not inflate"):
        READERS[reader](listing, entry)


@pytest.mark.parametrize("method", [0, 8])
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": 399}, "more than the 399 bytes"),
        ({"size": 401}, "another size or CRC"),
        ({"crc": 1}, "another size or CRC"),
        ({"compressed_size": 1 << 20}, "ends after"),
    ],
)
def test_pieces_have_the_size_and_sum_of_the_directory(
    method: int, changes: dict[str, int], words: str
) -> None:
    """Stored or deflated."""
    content = _deflate(TEXT) if method else TEXT
    listing, entry = _member(content, 400, method=method, crc=zlib.crc32(TEXT))

    with pytest.raises(ArchiveError, match=words):
        list(listing.read_chunks(entry._replace(**changes)))


def test_a_head_may_be_short() -> None:
    """Of a longer member its first bytes, of a shorter one all; the sum does not count."""
    packed, stored = _member(_deflate(TEXT), 400, crc=1), _member(TEXT, 400, method=0, crc=1)

    for listing, entry in (packed, stored):
        assert [TEXT[:5], TEXT] == [listing.read_head(entry, size) for size in (5, 9_999)]


def test_what_follows_the_deflated_bytes_is_not_held() -> None:
    """A member that is said to be packed into far more than it has is read as far as it goes."""
    text = os.urandom(1_000)
    packed = _deflate(text)
    for more in (0, 300_000):
        listing, entry = _member(packed + bytes(more), 1_000, crc=zlib.crc32(text))

        assert text == listing.read(entry, limit_bytes=1_000, check_crc=True)
    with pytest.raises(ArchiveError, match="another size or CRC"):
        listing.read(entry._replace(crc=1), limit_bytes=1_000)


def test_an_empty_member_has_to_be_one() -> None:
    """Of no bytes, also where its bytes are deflated."""
    listing, entry = _member(_deflate(b""), 0, crc=0)
    more, wrong = _member(_deflate(b"x"), 0)

    assert b"" == listing.read(entry, limit_bytes=0, check_crc=True)
    with pytest.raises(ArchiveError, match="1 bytes, the directory says 0"):
        more.read(wrong, limit_bytes=0)


@pytest.mark.parametrize(
    ("local", "flags", "words"),
    [
        ({}, 0, ""),
        ({"crc": 0}, 8, ""),
        ({"crc": 0, "size": 0, "compressed_size": 0}, 8, ""),
        ({"method": 0}, 8, "has method 0 by its local header and 8 by the directory"),
        ({"crc": 0xFFFFFFFF}, 0, ""),
        ({"size": 0xFFFFFFFF, "compressed_size": 0xFFFFFFFF}, 0, ""),
        ({"crc": 5}, 0, "has crc 5 by its local header and"),
        ({"size": 5}, 0, "has size 5 by its local header and 400 by the directory"),
        ({"compressed_size": 5}, 0, "has compressed size 5 by its local header and"),
        ({"size": 1_234_567}, 0, "has size 1,234,567 by its local header and 400"),
    ],
)
def test_what_a_local_header_may_say_otherwise(
    local: dict[str, int], flags: int, words: str
) -> None:
    """Sizes and sum follow where a flag says so; all ones stand for a wider field elsewhere."""
    archive = bytearray(_zip({"a": TEXT}))
    entry = read_listing(bytes(archive)).entries[0]
    said = {n: getattr(entry, n) for n in ("method", "crc", "compressed_size", "size")} | local
    struct.pack_into("<2H", archive, 6, flags, said["method"])
    struct.pack_into("<3L", archive, 14, said["crc"], said["compressed_size"], said["size"])

    found = [fault.message for fault in read_listing(bytes(archive)).find_header_faults()]

    assert [words] * bool(words) == [message[: len(words)] for message in found]


def test_header_faults_have_a_place_to_end() -> None:
    """A header outside, a name in it that goes on, and content that ends behind the directory."""
    archive = _zip({"a": b"1", "b": b"2"}, method=0)
    listing = read_listing(archive)
    one, other = listing.entries

    def find(*entries: Entry, end: int | None = None) -> list[tuple[str, str]]:
        given = listing._replace(entries=entries)
        return [(fault.path, fault.message) for fault in given.find_header_faults(end=end)]

    last = other.header_offset + 30 + 1 + 1
    assert [] == find(one, other) == find(one, other, end=last)
    assert [("b", "ends after the end of the zip")] == find(one, other, end=last - 1)
    far = one._replace(header_offset=len(archive) - 3)
    assert [("a", "begins after the end of the zip")] == find(far)
    inside = one._replace(header_offset=2)
    assert [("a", "has no local header where the directory says")] == find(inside)
    longer = one._replace(raw_name=b"ab")
    assert [("a", "is called `a` in its local header")] == find(longer)
    assert [("b", "shares bytes with `b`")] == find(other, other)


def test_a_zip_is_hashed_as_lambda_reports_it() -> None:
    """The SHA-256 of all its bytes in base64, however many pieces it is read in."""
    for size in (0, 1, 65_536, 65_537, 200_000):
        content = bytes(range(256)) * 800
        expected = base64.b64encode(hashlib.sha256(content[:size]).digest()).decode()
        assert expected == hash_zip(content[:size])


class _Counted(bytes):
    """A zip that knows how often it was read."""

    reads = 0

    def __getitem__(self, part: Any) -> Any:
        self.reads += 1
        return super().__getitem__(part)


def test_headers_that_are_neighbours_are_read_together() -> None:
    """Those of 300 members in 20 kB take one look, members of 100 kB one each."""
    small = _Counted(_zip({f"{n:03}": b"1" for n in range(300)}, method=0))
    listing = read_listing(small)
    small.reads = 0
    assert listing.find_header_faults() == ()
    assert small.reads == 1

    large = _Counted(_zip({name: bytes(100_000) for name in "abcdefgh"}, method=0))
    listing = read_listing(large)
    large.reads = 0
    assert listing.find_header_faults() == ()
    assert large.reads == 8


def test_a_member_is_read_with_its_header() -> None:
    """One look at the zip has both."""
    source = _Counted(_zip({"a": b"12345"}, method=0))
    listing = read_listing(source)
    source.reads = 0
    assert listing.read(listing.entries[0], limit_bytes=5) == b"12345"
    assert source.reads == 1
