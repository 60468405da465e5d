"""The tar reader: what it yields, what it passes over, what it refuses."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.tarballs import END, header, member, pax, tar
from zipper.errors import ArchiveError
from zipper.store.tar import TarMember, read_tar


def read(data: bytes, *, max_members: int = 1_000, max_bytes: int = 1 << 20) -> list[TarMember]:
    stream = io.BytesIO(data)
    members = read_tar(stream.read, max_members=max_members, max_bytes=max_bytes)
    return [member._replace(data=bytes(member.data)) for member in members]


def test_yields_regular_files_in_order() -> None:
    """Name, permission bits and content of each file, in the order of the archive."""
    data = tar(member("p/b", b"1" * 512, mode=0o755), member("p/a", b"", mode=0o600))

    expected = [TarMember("p/b", 0o755, b"1" * 512), TarMember("p/a", 0o600, b"")]
    assert expected == read(data)


@pytest.mark.parametrize("count", [1, 511, 512, 513, 1024])
def test_padding_is_passed_over(count: int) -> None:
    """Contents of any length are followed by the next header at the right place."""
    data = tar(member("p/a", b"x" * count), member("p/b", b"y"))

    assert [count, 1] == [len(member.data) for member in read(data)]


def test_bounds_count_what_is_passed_over_too() -> None:
    """Links and folders count as members, contents of odd kinds as bytes."""
    links = tar(*(header("p/x", kind=b"2", link=b"y") for _ in range(11)))
    odd = tar(member("p/x", bytes(2048), kind=b"S"))

    with pytest.raises(ArchiveError, match="more than 10 members"):
        read(links, max_members=10)
    with pytest.raises(ArchiveError, match=r"more than 2,000 bytes when unpacked"):
        read(odd, max_bytes=2_000)


@pytest.mark.parametrize("kind", [b"0", b"S"])
@pytest.mark.parametrize("size", [1, 1_024, 2_000, (1 << 20) + 1])
def test_a_last_member_that_is_cut_off_is_refused(kind: bytes, size: int) -> None:
    """One that is wanted, and one that is passed over, however little of it lacks."""
    data = member("p/x", bytes(size), kind=kind)

    for cut in (data[:512], data[: 512 + size - 1], data[:-1]):
        with pytest.raises(ArchiveError, match="a last member that is cut off"):
            read(cut, max_bytes=1 << 30)
    assert (kind == b"0") == bool(read(data, max_bytes=1 << 30))


def test_what_is_no_file_is_told_by_name() -> None:
    """Folders, links and odd kinds, in their order; files are not among them."""
    told: list[tuple[str, bool]] = []
    data = tar(
        header("p/d/", kind=b"5"),
        member("p/a", b"1"),
        header("p/l", kind=b"2", link=b"a"),
        member("p/s", b"1", kind=b"S"),
    )
    stream = io.BytesIO(data)

    found = list(
        read_tar(
            stream.read,
            max_members=9,
            max_bytes=9,
            on_other=lambda name, is_folder: told.append((name, is_folder)),
        )
    )

    assert ["p/a"] == [one.name for one in found]
    assert [("p/d/", True), ("p/l", False), ("p/s", False)] == told


def test_nothing_large_is_asked_for_at_once_when_passing_over() -> None:
    """A content that is not wanted is read in pieces."""
    stream = io.BytesIO(tar(member("p/x", bytes(3 << 20), kind=b"S"), member("p/y", b"1")))
    asked: list[int] = []

    def read_noting(count: int) -> bytes:
        asked.append(count)
        return stream.read(count)

    assert 1 == len(list(read_tar(read_noting, max_members=9, max_bytes=1 << 30)))
    assert max(asked) <= 1 << 20


NULL = bytes(512)
A, B = member("p/a", b"1"), member("p/b", b"2")
READ = {
    "one null block": (A + NULL + B + END, {"p/a": "1", "p/b": "2"}),
    "two null blocks": (A + NULL + NULL + B + END, {"p/a": "1"}),
    "no end": (A, {"p/a": "1"}),
    "half an end": (A + NULL, {"p/a": "1"}),
    "folder with a size": (header("p/d/", kind=b"5", size=512) + A + END, {"p/a": "1"}),
    "folder as a file": (header("p/d/", size=512) + A + END, {"p/a": "1"}),
    "folder as an old file": (header("p/d/", kind=b"\0", size=512) + A + END, {"p/a": "1"}),
    "contiguous": (member("p/a", b"1", kind=b"7") + END, {"p/a": "1"}),
    "contiguous with a slash": (member("p/a/", b"1", kind=b"7") + END, {"p/a/": "1"}),
    "old file": (member("p/a", b"1", kind=b"\0") + END, {"p/a": "1"}),
    "file with a link": (member("p/a", b"1", link=b"y") + B + END, {"p/b": "2"}),
    "fifo": (member("p/f", b"1", kind=b"6") + A + END, {"p/a": "1"}),
    "binary size": (
        member("p/a", b"123", size=b"\x80" + bytes(10) + b"\3") + B + END,
        {"p/a": "123", "p/b": "2"},
    ),
    "size after spaces": (
        member("p/a", b"123", size=b"         3 \0") + B + END,
        {"p/a": "123", "p/b": "2"},
    ),
    "blank size": (header("p/a", size=b" " * 12) + B + END, {"p/a": "", "p/b": "2"}),
    "no size": (header("p/a", size=bytes(12)) + B + END, {"p/a": "", "p/b": "2"}),
    "prefix": (member("a", b"1", prefix=b"p/x") + END, {"p/x/a": "1"}),
    "prefix of 130": (member("a", b"1", prefix=b"p" * 130) + END, {"p" * 130 + "/a": "1"}),
    "prefix of 131": (member("a", b"1", prefix=b"p" * 131) + END, {"p" * 131 + "/a": "1"}),
    "prefix of 155": (member("a", b"1", prefix=b"p" * 155) + END, {"p" * 155 + "/a": "1"}),
    "prefix of GNU": (member("a", b"1", prefix=b"p", magic=b"ustar  \0") + END, {"a": "1"}),
    "large checksum": (
        member("é" * 50, b"1", prefix=("p/" + "é" * 76).encode()) + END,
        {"p/" + "é" * 76 + "/" + "é" * 50: "1"},
    ),
    "pax path": (pax({"path": "p/x"}) + A + B + END, {"p/x": "1", "p/b": "2"}),
    "pax path with a NUL": (pax({"path": "p/x\0y"}) + A + END, {"p/x": "1"}),
    "pax size": (
        pax({"size": "3"}) + member("p/a", b"123", size=0) + B + END,
        {"p/a": "123", "p/b": "2"},
    ),
    "pax size of a folder": (
        pax({"size": "512"}) + header("p/d/", kind=b"5") + A + END,
        {"p/a": "1"},
    ),
    "old pax": (pax({"path": "p/x"}, kind=b"X") + A + END, {"p/x": "1"}),
    "global pax": (pax({"path": "p/x"}, kind=b"g") + A + B + END, {"p/a": "1", "p/b": "2"}),
    "two pax": (pax({"path": "p/x"}) + pax({"size": "1"}) + A + END, {"p/x": "1"}),
    "pax, then a long name": (
        pax({"path": "p/x"}) + member("x", b"p/y\0", kind=b"L") + A + END,
        {"p/y": "1"},
    ),
    "old long name": (member("x", b"p/y\0junk", kind=b"N") + A + END, {"p/y": "1"}),
    "long link": (member("x", b"p/y\0", kind=b"K") + A + END, {"p/a": "1"}),
    "pax record of another length": (pax(b"99 path=p/x\n") + A + END, {"p/a": "1"}),
    "pax length with zeros": (pax(b"0012 path=p/x\n") + A + END, {"p/a": "1"}),
    "pax length in full": (pax(b"0014 path=p/x\n") + A + END, {"p/x": "1"}),
    "pax record after a wrong one": (pax(b"3 x\n12 path=p/x\n") + A + END, {"p/x": "1"}),
}


@pytest.mark.parametrize("name", READ)
def test_odd_members_are_read_as_node_tar_reads_them(name: str) -> None:
    """What `Parser` of node-tar 7 gives of these bytes as files, by path."""
    data, expected = READ[name]

    assert expected == {one.name: one.data.decode() for one in read(data)}


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(0o100755, 0o755), (0o7777, 0o7777), (b"zzzzzzz\0", 0), (b"0000644 ", 0o644)],
)
def test_permission_bits_are_what_a_file_has(mode: int | bytes, expected: int) -> None:
    """The kind of the file is not among them; what is no number has none."""
    assert [expected] == [one.mode for one in read(tar(member("p/a", mode=mode)))]


def test_bounds_are_what_is_taken() -> None:
    """So many members, bytes and bytes of a name are taken, and not one more."""
    members = tar(A, pax({"comment": "x"}), B)
    assert 2 == len(read(members, max_members=3, max_bytes=2))
    for bounds in ({"max_members": 2}, {"max_bytes": 1}):
        with pytest.raises(ArchiveError, match="more than"):
            read(members, **bounds)

    name = b"p/x".ljust(1 << 20, b"\0")
    assert ["p/x"] == [one.name for one in read(tar(member("x", name, kind=b"L"), A))]
    with pytest.raises(ArchiveError, match="a name record of 1,048,577 bytes"):
        read(tar(member("x", name + b"\0", kind=b"L"), A))


@pytest.mark.parametrize(
    "size",
    [b"\xff" * 12, b"+3\0         ", b"8\0          ", b"3_0\0        ", b"\x81" + bytes(11)],
)
def test_a_size_that_is_none_is_refused(size: bytes) -> None:
    """Where node-tar goes on, what it reads next is chance."""
    with pytest.raises(ArchiveError, match=r"negative size|not a number"):
        read(header("p/a", size=size) + END)


@pytest.mark.parametrize(
    ("size", "is_taken"),
    [
        ("3", True),
        ("-1", False),
        ("3 ", False),
        ("\u0663", False),
        ("", False),
        ("0" * 18 + "3", True),
        ("0" * 19 + "3", False),
    ],
)
def test_a_size_in_a_name_record_is_digits(size: str, *, is_taken: bool) -> None:
    """No sign, no other script's digits, no more of them than any size has."""
    data = pax({"size": size}) + member("p/a", b"123", size=0) + END
    if is_taken:
        assert [b"123"] == [one.data for one in read(data)]
    else:
        with pytest.raises(ArchiveError, match="not a number"):
            read(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (A + b"x" * 511, "a last header that is cut off"),
        (A + B[:1], "a last header that is cut off"),
        (A + b"~", "a last header that is cut off"),
        (header("p/a", checksum=b"000000\0 "), "a header whose checksum is wrong"),
        (header("p/a", checksum=b"1234567\0"), "a header whose checksum is wrong"),
        (header("p/a", checksum=b"zzzzzz\0 "), "not a number"),
    ],
)
def test_a_broken_header_is_refused(data: bytes, words: str) -> None:
    """One that is cut off, unless it is zeros, and one that is not what was written."""
    with pytest.raises(ArchiveError, match=words):
        read(data)
    assert ["p/a"] == [one.name for one in read(A + bytes(511))]


NAMES = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\n"),
    min_size=1,
    max_size=150,
).map(lambda name: "p/" + name.strip("/") + "x")


@settings(max_examples=60, deadline=None)
@given(
    files=st.lists(st.tuples(NAMES, st.binary(max_size=1500), st.integers(0, 0o7777)), max_size=6),
    form=st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
)
def test_reads_what_the_standard_library_writes(
    files: list[tuple[str, bytes, int]], form: int
) -> None:
    """Names of any length and script come back in each of tarfile's formats."""
    buffer = io.BytesIO()
    expected = []
    with tarfile.open(fileobj=buffer, mode="w", format=form, encoding="utf-8") as archive:
        for name, data, mode in files:
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), mode
            try:
                archive.addfile(info, io.BytesIO(data))
            except ValueError:
                continue  # too long for ustar
            expected.append(TarMember(name, mode, data))

    assert expected == read(buffer.getvalue())


@settings(max_examples=200, deadline=None)
@given(
    blocks=st.lists(
        st.one_of(
            st.binary(max_size=512).map(lambda data: data.ljust(512, b"\0")),
            st.sampled_from(
                [
                    header("p/a", size=1),
                    header("p/a", kind=b"x", size=20),
                    header("p/a", kind=b"L", size=5),
                    pax({"size": "700"}),
                    bytes(512),
                ]
            ),
        ),
        max_size=8,
    ),
    cut=st.integers(0, 600),
)
def test_any_blocks_give_members_or_a_coded_error(blocks: list[bytes], cut: int) -> None:
    """Headers in any order, cut anywhere, raise nothing but ArchiveError."""
    data = b"".join(blocks)
    try:
        members = read(data[: max(0, len(data) - cut)])
    except ArchiveError:
        return

    assert all(len(member.data) <= len(data) for member in members)


def test_each_type_is_a_file_a_folder_a_word_about_the_next_or_passed_over() -> None:
    """By its one byte, of all that there are. Source: node-tar 7 lib/types.js, lib/header.js."""
    found: dict[str, set[int]] = {"file": set(), "folder": set(), "other": set(), "word": set()}
    for kind in range(256):
        others: list[tuple[str, bool]] = []
        data = tar(member("p/x/", b"", kind=bytes([kind])), member("p/last", b""))
        members = read_tar(
            io.BytesIO(data).read,
            max_members=9,
            max_bytes=9,
            on_other=lambda name, folder, others=others: others.append((name, folder)),  # type: ignore[misc]
        )
        names = [one.name for one in members]
        if others:
            assert [("p/x/", others[0][1])] == others
            found["folder" if others[0][1] else "other"].add(kind)
        else:
            found["file" if names == ["p/x/", "p/last"] else "word"].add(kind)
        assert "last" in (names or ["last"])[-1] or kind in b"LN"

    assert set(b"xgLKNX") == found["word"]
    assert set(b"05\0") == found["folder"]
    assert set(b"7") == found["file"]
    assert 256 == sum(map(len, found.values()))


@pytest.mark.parametrize(
    ("prefix", "suffix", "name"),
    [
        (b"", b"", "p/other"), (b"0", b"", "p/other"), (b"000", b"", "p/other"),
        (b"~", b"", "p/x"), (b"+", b"", "p/x"), (b"-", b"", "p/x"), (b"", b"x", "p/x"),
        (b"", b"_", "p/x"), (b"0x", b"", "p/x"),
    ],
)  # fmt: skip
def test_the_length_of_a_record_is_a_number(prefix: bytes, suffix: bytes, name: str) -> None:
    """Zeros before it are all that may be there, else the record is passed over."""
    rest = suffix + b" path=p/other\n"
    body = prefix + b"%d" % (len(prefix) + 2 + len(rest)) + rest

    members = read(tar(member("PaxHeader", body, kind=b"x"), member("p/x", b"")))

    assert [name] == [one.name for one in members]
