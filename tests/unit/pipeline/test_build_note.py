"""A zip that is there counts as written where nothing has touched it since."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from zipper.archive.compress import compress
from zipper.archive.plan import lay_out
from zipper.archive.splice import splice
from zipper.files import write_file
from zipper.pipeline.build_note import BuildNote
from zipper.pipeline.hashing import write_hashed
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.archive.plan import Plan


def plan_of(text: bytes) -> Plan:
    return lay_out([compress("a.js", text, executable=False)])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def write(path: Path, store: Store, text: bytes = b"one", fingerprint: str = "plan") -> str:
    """Write a zip as a build does, and return its hash."""
    written = write_hashed(path, plan_of(text), fingerprint, store)
    BuildNote(path, fingerprint, store).remember()
    return written.code_sha256


def test_what_was_written_is_found(tmp_path: Path, store: Store) -> None:
    """With its size and hash, again and again; under its place and its plan alone."""
    path = tmp_path / "fn.zip"
    sha = write(path, store)

    for _ in range(2):
        found = BuildNote(path, "plan", store).find_written()
        assert found is not None
        assert (path.stat().st_size, sha) == found[:2]
    assert BuildNote(path, "other", store).find_written() is None
    assert BuildNote(tmp_path / "other.zip", "plan", store).find_written() is None
    assert BuildNote(path, "", store).find_written() is None


def test_nothing_is_noted_without_a_fingerprint_or_a_file(tmp_path: Path, store: Store) -> None:
    """Such a plan may make another zip each time."""
    path = tmp_path / "fn.zip"
    BuildNote(path, "plan", store).remember()
    write(path, store, fingerprint="")

    assert BuildNote(path, "", store).find_written() is None
    assert BuildNote(path, "plan", store).find_written() is None


@pytest.mark.parametrize("harm", ["replaced", "in place", "gone"])
def test_a_zip_that_was_touched_is_none(tmp_path: Path, store: Store, harm: str) -> None:
    """Another file, other bytes in the same one at once, and none."""
    path = tmp_path / "fn.zip"
    write(path, store)
    if harm == "replaced":
        write_file(path, splice(plan_of(b"two")))
    elif harm == "in place":
        data = path.read_bytes()
        status = path.stat()
        path.write_bytes(data[:-1] + b"x")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    else:
        path.unlink()

    assert BuildNote(path, "plan", store).find_written() is None


def test_a_fresh_stamp_is_held_against_the_bytes(tmp_path: Path, store: Store) -> None:
    """Within a tick of the clock a change leaves the stamp as it was: the hash tells it."""
    path = tmp_path / "fn.zip"
    write(path, store)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    BuildNote(path, "plan", store).remember()  # as a stamp of the same tick would be

    assert BuildNote(path, "plan", store).find_written() is None


def test_the_same_bytes_from_elsewhere_are_found(tmp_path: Path, store: Store) -> None:
    """By the hash that is known, or worked out; then they count as written here."""
    path, contents = tmp_path / "fn.zip", plan_of(b"one")
    note = BuildNote(path, "plan", store)
    assert note.find_same(contents) is None
    write_file(path, splice(contents))
    time.sleep(0.06)  # until its stamp is settled

    found = note.find_same(contents)
    assert found is not None
    assert path.stat().st_size == found.size_bytes
    assert note.find_written() is not None
    # What its plan came to is known by now, so that the plan is not carried out.
    assert found == note.find_same(plan_of(b"two"))
    assert BuildNote(path, "another", store).find_same(plan_of(b"two")) is None
    path.write_bytes(b"other")
    assert note.find_same(contents) is None


def test_one_plan_may_be_at_several_places(tmp_path: Path, store: Store) -> None:
    """Each zip is known for itself."""
    paths = [tmp_path / name for name in ("one.zip", "two.zip")]
    for path in paths:
        write(path, store)

    assert all(BuildNote(path, "plan", store).find_written() for path in paths)
