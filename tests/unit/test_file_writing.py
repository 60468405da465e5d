"""Files are written whole or not at all, and nothing is left behind."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.support.shared import REPOSITORY
from zipper.errors import OutputError, StoreError
from zipper.files import (
    TEMPORARY_SUFFIX,
    lock_file,
    remove_leftovers,
    write_file,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "fn.zip"


def test_bytes_are_written_in_order(target: Path) -> None:
    """Chunks and buffers follow each other; the number of bytes is returned."""
    chunks = [[b"ab", memoryview(b"xcdx")[1:3]], [b""], [b"e"] * 2_500]

    assert 2_504 == write_file(target, chunks)
    assert b"abcd" + b"e" * 2_500 == target.read_bytes()


def test_large_buffers_are_written_whole(target: Path) -> None:
    """What is more than one system call writes comes between what is less."""
    large = bytes(range(256)) * 10_000
    chunks = [[b"a", large, b"b", memoryview(large)[1:], large[: 1 << 20], b"c"], [large]]

    write_file(target, chunks)

    assert b"".join(bytes(buffer) for chunk in chunks for buffer in chunk) == target.read_bytes()


def test_old_file_is_replaced(target: Path) -> None:
    """What was there is gone only when the new one is whole."""
    target.write_bytes(b"old")

    def chunks() -> Iterator[list[bytes]]:
        yield [b"new"]
        assert b"old" == target.read_bytes()
        yield [b"er"]

    write_file(target, chunks())

    assert b"newer" == target.read_bytes()


@pytest.mark.parametrize("name", ["x" * 250, "é" * 125])
def test_longest_names_can_be_written(tmp_path: Path, name: str) -> None:
    """A name that the file system just takes has a temporary name that it takes too."""
    write_file(tmp_path / name, [[b"1"]])
    leftover = tmp_path / f".{name[:40]}...1-2{TEMPORARY_SUFFIX}"
    leftover.touch()
    remove_leftovers(tmp_path, name)

    assert [tmp_path / name] == list(tmp_path.iterdir())


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, OSError])
def test_failure_leaves_the_old_file(target: Path, error: type[BaseException]) -> None:
    """Whatever ends the writing, the old file stays and no other is beside it."""
    target.write_bytes(b"old")

    def chunks() -> Iterator[list[bytes]]:
        yield [b"half"]
        raise error

    with pytest.raises((error, OutputError)):
        write_file(target, chunks())

    assert b"old" == target.read_bytes()
    assert [target] == list(target.parent.iterdir())


def test_errors_are_coded_by_what_is_written(tmp_path: Path) -> None:
    """A result is EOUTPUT, the store ESTORE; the hint says what can be done."""
    nowhere = tmp_path / "no" / "x"
    with pytest.raises(OutputError) as output:
        write_file(nowhere, [[b""]])
    with pytest.raises(StoreError) as store:
        write_file(nowhere, [[b""]], error=StoreError)

    assert ("EOUTPUT", "ESTORE") == (output.value.code, store.value.code)
    assert "make the folder first" == output.value.hint


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_mode_follows_the_umask(target: Path) -> None:
    """A file is as readable as the user wants new files to be."""
    before = os.umask(0o027)
    try:
        write_file(target, [[b"1"]])
    finally:
        os.umask(before)

    assert 0o640 == stat.S_IMODE(target.stat().st_mode)


def test_leftovers_of_the_name_go(tmp_path: Path) -> None:
    """Only temporary files that nobody is writing go, and only those of the name."""
    mine = tmp_path / f".fn.zip.1-2{TEMPORARY_SUFFIX}"
    other = tmp_path / f".other.zip.1-2{TEMPORARY_SUFFIX}"
    user = tmp_path / "fn.zip.tmp"
    for path in (mine, other, user):
        path.touch()

    remove_leftovers(tmp_path, "fn.zip")
    assert (False, True, True) == (mine.exists(), other.exists(), user.exists())
    remove_leftovers(tmp_path)
    assert (False, True) == (other.exists(), user.exists())
    remove_leftovers(tmp_path / "none")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody remove an open file")
def test_file_that_is_being_written_is_no_leftover(target: Path) -> None:
    """Another build's temporary file stays while that one is at it, and goes when it is killed."""
    script = (
        "import sys, pathlib; from zipper.files import write_file\n"
        "def chunks():\n"
        "    yield [b'x']\n"
        "    print('writing', flush=True); sys.stdin.read(); yield [b'y']\n"
        "write_file(pathlib.Path(sys.argv[1]), chunks())"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", script, target],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert writer.stdout is not None
    writer.stdout.readline()
    (temporary,) = target.parent.iterdir()

    remove_leftovers(target.parent, target.name)
    stayed = temporary.exists()
    writer.kill()
    writer.communicate()
    remove_leftovers(target.parent, target.name)

    assert (True, False) == (stayed, temporary.exists())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows replaces no file that is open")
def test_many_writers_of_one_file_all_succeed(target: Path) -> None:
    """Each clears leftovers away, none of them what another one is about to lock or to rename."""

    def write(number: int) -> int:
        for _ in range(40):
            write_file(target, [[bytes([number]) * 3_000]])
            remove_leftovers(target.parent, target.name)
        return number

    with ThreadPoolExecutor(8) as pool:
        assert list(range(8)) == list(pool.map(write, range(8)))

    assert 3_000 == len(target.read_bytes())
    assert 1 == len(set(target.read_bytes()))
    assert [target] == list(target.parent.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks on Windows")
def test_locks_exclude_each_other(tmp_path: Path) -> None:
    """A second holder is refused until the first one lets go; the folder is made."""
    path = tmp_path / "locks" / "ab"
    with lock_file(path) as first, lock_file(path) as second:
        assert (True, False) == (first, second)
    with lock_file(path) as again:
        assert again


def test_lock_that_cannot_be_made_counts_as_held(tmp_path: Path) -> None:
    """Where no lock can be, work goes on: a lock only saves some."""
    (tmp_path / "file").touch()

    with lock_file(tmp_path / "file" / "ab") as held:
        assert held
