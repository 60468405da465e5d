"""The file of small notes serves many processes; losing it, or a row, costs time only."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sqlite3
from typing import TYPE_CHECKING

import pytest

from zipper.store.note_rows import NoteRows

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_put_is_got(tmp_path: Path) -> None:
    """Values come back by key, from another object too; unknown keys are left out."""
    values = {b"k%d" % i: bytes([i % 256]) * i for i in range(1200)}
    NoteRows(tmp_path / "deep" / "facts.db", "code").put_many(values)
    cache = NoteRows(tmp_path / "deep" / "facts.db", "code")
    assert values == cache.get_many([*values, b"unknown"])
    cache.put_many({b"k1": b"new"})
    assert {b"k1": b"new"} == cache.get_many([b"k1"])


def test_nothing_is_known_before_the_first_put(tmp_path: Path) -> None:
    """Asking makes no file, and so does putting nothing."""
    path = tmp_path / "facts.db"
    assert {} == NoteRows(path, "code").get_many([b"a"])
    NoteRows(path, "code").put_many({})
    assert not path.exists()


@pytest.mark.parametrize(
    "damage", [b"", b"no database at all" * 99, b"SQLite format 3\0" + b"\xff" * 999]
)
def test_a_damaged_file_is_begun_again(tmp_path: Path, damage: bytes) -> None:
    """A file that is no database knows nothing, and takes new values at the second try."""
    path = tmp_path / "facts.db"
    path.write_bytes(damage)
    cache = NoteRows(path, "code")
    assert {} == cache.get_many([b"a"])
    cache.put_many({b"a": b"1"})
    cache.put_many({b"a": b"1"})
    assert {b"a": b"1"} == cache.get_many([b"a"])


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """A file where the folder should be only means that nothing is remembered."""
    (tmp_path / "file").write_bytes(b"")
    cache = NoteRows(tmp_path / "file" / "facts.db", "code")
    cache.put_many({b"a": b"1"})
    assert {} == cache.get_many([b"a"])


def _put(path: Path, number: int) -> None:
    for index in range(20):
        NoteRows(path, "code").put_many({b"%d-%d" % (number, index): b"x" * 100})


def test_many_processes_write_at_once(tmp_path: Path) -> None:
    """Nothing that several processes put is lost."""
    path = tmp_path / "facts.db"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_put, args=(path, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    keys = [b"%d-%d" % (number, index) for number in range(3) for index in range(20)]
    assert len(keys) == len(NoteRows(path, "code").get_many(keys))


def test_a_flipped_bit_is_no_row(tmp_path: Path) -> None:
    """A row whose value or key was damaged in place is not known, and is counted as damaged."""
    path = tmp_path / "facts.db"
    rows = NoteRows(path, "code")
    rows.put_many({b"a": b"one thing", b"b": b"other", b"c": b"third"})
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE notes SET value = CAST('x' || value AS BLOB) WHERE key = ?", [b"a"]
        )
        connection.execute("UPDATE notes SET value = NULL WHERE key = ?", [b"b"])

    assert {b"c": b"third"} == rows.get_many([b"a", b"b", b"c"])
    assert (2, 1) == (rows.count_damaged(), len(rows.get_many([b"a", b"b", b"c"])))


def test_rows_of_other_code_are_removed(tmp_path: Path) -> None:
    """`remove_others` keeps what this code has noted, and nothing else."""
    path = tmp_path / "facts.db"
    NoteRows(path, "old").put_many({b"a": b"1", b"b": b"2"})
    NoteRows(path, "new").put_many({b"c": b"3"})

    assert 3 == NoteRows(path, "new").count()
    NoteRows(path, "new").remove_others()
    assert {b"c": b"3"} == NoteRows(path, "new").get_many([b"a", b"b", b"c"])
    assert 1 == NoteRows(path, "new").count()


def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    """It counts as one damaged row; what is absent has no rows, and is not made."""
    path = tmp_path / "facts.db"
    rows = NoteRows(path, "code")
    assert 0 == rows.count()
    assert not path.exists()

    path.write_bytes(b"no database at all" * 99)
    assert 1 == rows.count_damaged()


def test_a_file_that_grew_too_large_is_begun_again(tmp_path: Path) -> None:
    """What it knew is lost; what is put then is known."""
    path = tmp_path / "facts.db"
    rows = NoteRows(path, "code")
    rows.put_many({b"a": b"1"})
    os.truncate(path, 128 << 20)
    rows.put_many({b"b": b"2"})
    assert {b"a": b"1", b"b": b"2"} == rows.get_many([b"a", b"b"])

    os.truncate(path, (128 << 20) + 1)
    rows.put_many({b"c": b"3"})
    assert {b"c": b"3"} == rows.get_many([b"a", b"b", b"c"])
