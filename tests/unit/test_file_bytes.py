"""Files that are read where they are wanted, whatever becomes of them meanwhile."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zipper.errors import ReadError
from zipper.file_bytes import open_file, read_file
from zipper.files import write_file

if TYPE_CHECKING:
    from zipper.file_bytes import FileBytes

CONTENT = bytes(range(256)) * 10_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of 2.5 MB."""
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


def opened(path: Path) -> FileBytes:
    file = open_file(path)  # `read_file` reads large files whole while many are open
    assert file is not None
    return file


def test_small_files_are_read_and_absent_ones_are_none(tmp_path: Path) -> None:
    """An empty file has no bytes; there is no file where there is none."""
    (tmp_path / "empty").touch()
    (tmp_path / "full").write_bytes(b"123")

    assert None is read_file(tmp_path / "none")
    assert b"" == read_file(tmp_path / "empty")
    assert b"123" == read_file(tmp_path / "full")


def test_parts_are_those_of_the_bytes(path: Path) -> None:
    """Any slice of the file is that of its content; so are its pieces together."""
    file = opened(path)

    assert len(CONTENT) == len(file)
    for part in (slice(0, 9), slice(5, None), slice(None, -7), slice(9, 3), slice(1 << 40, None)):
        assert CONTENT[part] == file[part]
    for stop in (0, 1, 1 << 20, len(CONTENT)):
        assert CONTENT[:stop] == b"".join(map(bytes, file.pieces(stop)))


def test_replaced_file_is_read_on(path: Path) -> None:
    """What takes its place has another inode; what was opened is what is read."""
    file = opened(path)
    write_file(path, [[b"new"]])

    assert CONTENT == file[:]
    file.refuse_change()


@pytest.mark.parametrize("harm", ["truncated", "written to"])
def test_change_is_an_error(path: Path, harm: str) -> None:
    """A file that was cut off cannot be read, and one that was written to is known."""
    file = opened(path)
    if harm == "truncated":
        os.truncate(path, 100_000)
        with pytest.raises(ReadError, match="became shorter"):
            file[:]
        with pytest.raises(ReadError, match="became shorter"):
            list(file.pieces(len(file)))
    else:
        with path.open("r+b") as other:
            other.write(b"x")
        os.utime(path, (1, 1))

    with pytest.raises(ReadError) as caught:
        file.refuse_change()

    assert "EREAD" == caught.value.code
    assert str(path) in caught.value.message


def test_more_files_than_may_be_open_can_be_held(tmp_path: Path) -> None:
    """Large files are read whole once many are open."""
    for number in range(300):
        (tmp_path / str(number)).write_bytes(b"%5d" % number * 20_000)

    held = [read_file(tmp_path / str(number)) for number in range(300)]

    assert [b"%5d" % number for number in range(300)] == [file[:5] for file in held if file]
    assert any(isinstance(file, memoryview) for file in held)


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="the system counts no reads")
def test_parts_that_overlap_are_read_together(path: Path) -> None:
    """Parts that each begin shortly before the last one's end are few reads of the system."""
    file = opened(path)
    starts = range(0, len(CONTENT) - 1_200, 1_000)
    before = _count_reads()

    assert all(file[at : at + 1_200] == CONTENT[at : at + 1_200] for at in starts)

    assert _count_reads() - before < len(starts) / 4


def _count_reads() -> int:
    rows = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(rows["syscr"])
