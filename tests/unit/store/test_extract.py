"""Tarballs become entries by npm's rules, or one coded error, whatever is in them."""

from __future__ import annotations

import contextlib
import json
import sys
import time
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import deflate
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.hostile import CASES, FOLDER, SMALL_BYTES, Case
from tests.support.tarballs import gzip, header, make_package, member, tar
from zipper.archive.compress import compress
from zipper.archive.entries import DEFLATED, FIELDS, STORED, PlannedEntry
from zipper.errors import ArchiveError
from zipper.store import extract as extracting
from zipper.store.extract import MAX_BYTES, MAX_MEMBERS, extract

if TYPE_CHECKING:
    from collections.abc import Callable

MEBIBYTE = 1 << 20


def content_of(entry: PlannedEntry) -> bytes:
    _, _, method, _, crc, length, size = FIELDS.unpack(entry.fields)
    packed = bytes(entry.data[entry.start : entry.start + entry.length])
    content = zlib.decompress(packed, -15) if method == DEFLATED else packed
    assert (length, size, crc) == (len(packed), len(content), zlib.crc32(content))
    return content


def files_of(entries: list[PlannedEntry]) -> dict[str, bytes]:
    return {entry.name.decode(): content_of(entry) for entry in entries}


def executables_of(entries: list[PlannedEntry]) -> set[str]:
    return {entry.name.decode() for entry in entries if entry.mode & 0o111}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_has_its_outcome(case: Case, record_property: Callable[..., None]) -> None:
    """Each odd or hostile tarball gives exactly its files, or one error that names the package."""
    record_property("refused", bool(case.words))
    if case.files is None:
        with pytest.raises(ArchiveError) as raised:
            extract(case.tarball, label="a@1.0.0")
        assert "ETARBALL" == raised.value.code
        assert raised.value.message.startswith("a@1.0.0: ")
        assert case.words in raised.value.message
    else:
        entries = extract(case.tarball, label="a@1.0.0")
        assert case.files == files_of(entries)
        assert case.executable == executables_of(entries)


def test_fixtures_are_what_the_script_makes() -> None:
    """The tarballs in fixtures/hostile are those of the table, byte for byte."""
    made = {f"{case.name}.tgz": case.tarball for case in CASES if len(case.tarball) <= SMALL_BYTES}

    assert made == {path.name: path.read_bytes() for path in FOLDER.glob("*.tgz")}
    assert len(CASES) == len({case.name for case in CASES})


def test_entries_are_sorted_by_name() -> None:
    """The order is that of the names' bytes, whatever the tarball's."""
    names = ["z", "a/b", "a.js", "é", "B"]

    entries = extract(make_package(dict.fromkeys(names, "1")), label="a")

    assert sorted(name.encode() for name in [*names, "package.json"]) == [e.name for e in entries]


def test_modes_are_two() -> None:
    """Whatever the tarball says, a file is 0644, or 0755 where anybody may execute it."""
    tarball = gzip(
        tar(*(member(f"p/{mode:o}", b"x", mode=mode) for mode in (0, 0o400, 0o111, 0o1777)))
    )

    modes = {entry.name: oct(entry.mode) for entry in extract(tarball, label="a")}

    plain, executable = oct(0o100644), oct(0o100755)
    assert {b"0": plain, b"400": plain, b"111": executable, b"1777": executable} == modes


def test_commands_are_executable() -> None:
    """Those of the package, and of what it bundles; a package.json elsewhere has none."""
    command = {"name": "x", "bin": "run.js"}
    files = {
        "run.js": "1",
        "data.json": '{"bin": "run.js"}',
        "lib/package.json": json.dumps(command),
        "lib/run.js": "1",
        "node_modules/x/package.json": json.dumps(command),
        "node_modules/x/run.js": "1",
        "node_modules/x/lib.json": '{"bin": "run.js"}',
        "node_modules/x/lib.jsonrun.js": "1",
    }
    manifest = {"name": "a", "bin": "run.js", "bundleDependencies": ["x"]}
    tarball = make_package({"package.json": json.dumps(manifest), **files})

    modes = {entry.name.decode(): entry.mode for entry in extract(tarball, label="a")}

    commands = {"run.js", "node_modules/x/run.js"}
    expected = {name: 0o100755 if name in commands else 0o100644 for name in files}
    assert {"package.json": 0o100644, **expected} == modes


@pytest.mark.parametrize(("end", "expected"), [(20, True), (2048, True), (2049, False)])
def test_a_carriage_return_near_the_start_of_a_command_goes(end: int, *, expected: bool) -> None:
    """Bin-links looks at 2048 bytes; other lines, and other files, keep theirs."""
    text = "#!".ljust(end - 2, "x") + "\r\n1\r\n"
    manifest = json.dumps({"name": "a", "bin": "run"})
    tarball = make_package({"package.json": manifest, "run": text, "other": text})

    files = files_of(extract(tarball, label="a"))

    assert text.encode() == files["other"]
    assert files["run"] == (text.replace("\r", "", 1) if expected else text).encode()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pack:age/a\\b", "a\\b"),
        ("p/a/b\\c", "a/b\\c"),
        ("p/a:b/c\\d", None),
        ("p/a\\..\\b", None),
        ("p/\\a", None),
        ("p/a\\\\b", None),
    ],
)
def test_a_backslash_is_taken_where_windows_would_stay_in_the_package(
    name: str, expected: str | None
) -> None:
    """There it is a separator; the first folder, which is cut off, may be called anything."""
    tarball = gzip(tar(member(name, b"x")))
    if expected is None:
        with pytest.raises(ArchiveError, match="has a member named"):
            extract(tarball, label="a")
    else:
        assert [expected] == list(files_of(extract(tarball, label="a")))


@pytest.mark.parametrize(
    ("data", "method"),
    [(b"", STORED), (b"x", STORED), (b"x" * 500, DEFLATED), (bytes(range(256)), STORED)],
)
def test_small_or_random_bytes_are_stored(data: bytes, method: int) -> None:
    """A member is deflated only where that makes it smaller."""
    entry = compress("x", data, executable=False)

    assert method == FIELDS.unpack(entry.fields)[2]
    assert data == content_of(entry)
    assert entry.length <= len(data)


def test_chunked_reader_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large tarball, read in chunks, gives the entries that reading it whole gives."""
    tarball = make_package({f"lib/{n}.js": f"{n}\n" * n for n in range(300)})
    whole = extract(tarball, label="a")

    monkeypatch.setattr(extracting, "_WHOLE_BYTES", 0)

    assert whole == extract(tarball, label="a")


def test_large_members_are_read_by_one_thread_after_the_other() -> None:
    """A member above 16 MiB is whole, and lets the next one pass, also after an error."""
    large = 17 * MEBIBYTE
    good = deflate.gzip_compress(tar(member("p/a", bytes(large)), member("p/b", bytes(large))), 1)
    cut = deflate.gzip_compress(tar(header("p/a", size=large), bytes(MEBIBYTE)), 1)

    for _ in range(2):
        with pytest.raises(ArchiveError, match="cut off"):
            extract(cut, label="a")
        assert [large, large] == [entry.size_bytes for entry in extract(good, label="a")]


def zeros_by_the_gibibyte(size: int) -> bytes:
    """Return a gzipped tar with one member of `size` zeros, made piece by piece."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [packer.compress(header("p/zeros", size=size))]
    pieces += [packer.compress(bytes(MEBIBYTE)) for _ in range(size // MEBIBYTE)]
    return b"".join([*pieces, packer.compress(bytes(1024)), packer.flush()])


def test_many_zeros_are_refused_by_their_size() -> None:
    """A member that says it has more than a gibibyte is refused before it is inflated."""
    tarball = zeros_by_the_gibibyte(64 * MEBIBYTE)
    liar = gzip(tar(header("p/zeros", size=b"\x80" + (10 << 30).to_bytes(11, "big"))))
    began = time.process_time()

    assert 64 * MEBIBYTE == extract(tarball, label="a")[0].size_bytes
    with pytest.raises(ArchiveError, match="1,073,741,824 bytes when unpacked"):
        extract(liar, label="a")

    assert time.process_time() - began < 5


def test_a_size_that_is_only_claimed_takes_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A header may say a gibibyte: as many bytes are made room for as can come of the file."""
    monkeypatch.setattr(extracting, "_WHOLE_BYTES", 0)
    liar = gzip(tar(header("p/zeros", size=(1 << 30) - 50)))
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveError, match="cut off"):
            extract(liar, label="a")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 16 * MEBIBYTE


@pytest.mark.slow
def test_ten_gibibytes_of_zeros() -> None:
    """10 GiB of zeros, in members that are each allowed, end early and in little memory."""
    piece = header("p/zeros", size=64 * MEBIBYTE) + bytes(64 * MEBIBYTE)
    bomb = zlib.compress(piece, 9, wbits=31) * 160
    before = peak_kilobytes()
    began = time.process_time()

    with pytest.raises(ArchiveError, match="1,073,741,824 bytes when unpacked"):
        extract(bomb, label="a")

    assert time.process_time() - began < 30
    assert peak_kilobytes() - before < 300 * 1024


def peak_kilobytes() -> int:
    """Return the most memory that this process has had, 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    import resource  # noqa: PLC0415  (not on Windows)

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_zeros_behind_the_tar_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows the end of the tar is read, to find damage there, but not without end."""
    tarball = zlib.compress(tar(member("p/a", b"1")) + bytes(3 * MEBIBYTE), wbits=31)
    monkeypatch.setattr(extracting, "_WHOLE_BYTES", 0)

    assert 1 == len(extract(tarball, label="a"))
    monkeypatch.setattr(extracting, "MAX_BYTES", 2 * MEBIBYTE)
    with pytest.raises(ArchiveError, match="follow the tar"):
        extract(tarball, label="a")


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(header("p/x", kind=b"2", link=b"y"), id="links"),
        pytest.param(header("p/x"), id="files", marks=pytest.mark.slow),
        pytest.param(header("p/x", kind=b"x"), id="pax", marks=pytest.mark.slow),
    ],
)
def test_million_members_are_refused(one: bytes) -> None:
    """A million members end at the bound, in bounded time, whatever kind they are."""
    data = zlib.compress(one * 1_000_000, 1, wbits=31)
    began = time.process_time()

    with pytest.raises(ArchiveError, match=f"more than {MAX_MEMBERS:,} members"):
        extract(data, label="a")

    assert time.process_time() - began < 20


def test_bounds_are_generous() -> None:
    """Nothing that Lambda could take is refused for its size."""
    assert MAX_BYTES > 262_144_000
    assert MAX_MEMBERS > 65_535


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=2048), wrapped=st.booleans())
def test_any_bytes_give_entries_or_a_coded_error(data: bytes, wrapped: bool) -> None:
    """Random bytes, as a gzip file or inside of one, never raise anything else."""
    entries = extract_or_refuse(gzip(data) if wrapped else data)

    assert all(is_inside(entry.name) for entry in entries)


@settings(max_examples=200, deadline=None)
@given(
    case=st.sampled_from([case for case in CASES if 1024 < len(case.tarball) < 8_192]),
    at=st.integers(min_value=0),
    byte=st.integers(0, 255),
    cut=st.booleans(),
)
def test_damaged_cases_give_entries_or_a_coded_error(
    case: Case,
    at: int,
    byte: int,
    cut: bool,
) -> None:
    """A changed byte anywhere, or an end too soon, inside a right gzip, is no worse."""
    inner = bytearray(zlib_inside(case.tarball))
    at %= max(len(inner), 1)
    inner[at : at + 1] = bytes([byte])
    tarball = gzip(bytes(inner[:at] if cut else inner))
    entries = extract_or_refuse(tarball)

    assert all(is_inside(entry.name) for entry in entries)


def extract_or_refuse(tarball: bytes) -> list[PlannedEntry]:
    """Return the entries, or none for a tarball that is refused by a coded error."""
    with contextlib.suppress(ArchiveError):
        return extract(tarball, label="a")
    return []


def zlib_inside(tarball: bytes) -> bytes:
    try:
        return zlib.decompress(tarball, 31)
    except zlib.error:
        return tarball


def is_inside(name: bytes) -> bool:
    parts = name.split(b"/")
    return b".." not in parts and b"" not in parts and b"\0" not in name


@pytest.mark.parametrize("data", [b"<html>", gzip(b""), gzip(bytes(1024))])
def test_what_is_no_tarball_is_not_blamed_on_its_publisher(data: bytes) -> None:
    """Npm could do nothing with it either: the hint says how to make one."""
    with pytest.raises(ArchiveError) as raised:
        extract(data, label="a")

    assert "npm pack" in (raised.value.hint or "")
