"""The file of remembered facts serves many processes, and its loss is nobody's error."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

import pytest

from zipper.store.facts_database import FileFactsCache

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_put_is_got(tmp_path: Path) -> None:
    """Values come back by key, from another object too; unknown keys are left out."""
    values = {f"k{i}": bytes([i % 256]) * i for i in range(1200)}
    FileFactsCache(tmp_path / "deep" / "facts.db").put_many(values)
    cache = FileFactsCache(tmp_path / "deep" / "facts.db")
    assert values == cache.get_many([*values, "unknown"])
    cache.put_many({"k1": b"new"})
    assert {"k1": b"new"} == cache.get_many(["k1"])


def test_nothing_is_known_before_the_first_put(tmp_path: Path) -> None:
    """Asking makes no file."""
    path = tmp_path / "facts.db"
    assert {} == FileFactsCache(path).get_many(["a"])
    assert not path.exists()


@pytest.mark.parametrize(
    "damage", [b"", b"no database at all" * 99, b"SQLite format 3\0" + b"\xff" * 999]
)
def test_a_damaged_file_is_begun_again(tmp_path: Path, damage: bytes) -> None:
    """A file that is no database knows nothing, and takes new values at the second try."""
    path = tmp_path / "facts.db"
    path.write_bytes(damage)
    cache = FileFactsCache(path)
    assert {} == cache.get_many(["a"])
    cache.put_many({"a": b"1"})
    cache.put_many({"a": b"1"})
    assert {"a": b"1"} == cache.get_many(["a"])


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """A file where the folder should be only means that nothing is remembered."""
    (tmp_path / "file").write_bytes(b"")
    cache = FileFactsCache(tmp_path / "file" / "facts.db")
    cache.put_many({"a": b"1"})
    assert {} == cache.get_many(["a"])


def _put(path: Path, number: int) -> None:
    for index in range(20):
        FileFactsCache(path).put_many({f"{number}-{index}": b"x" * 100})


def test_many_processes_write_at_once(tmp_path: Path) -> None:
    """Nothing that several processes put is lost."""
    path = tmp_path / "facts.db"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_put, args=(path, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    keys = [f"{number}-{index}" for number in range(3) for index in range(20)]
    assert len(keys) == len(FileFactsCache(path).get_many(keys))
