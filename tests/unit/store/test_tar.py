"""The tar reader: what it yields, what it passes over, what it refuses."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.tarballs import header, member, pax, tar
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
@pytest.mark.parametrize("size", [1, 2_000, (1 << 20) + 1])
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
