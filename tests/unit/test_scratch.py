"""A scratch folder is its process's alone, and gone at its end, whoever removes it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from zipper.files import lock_file
from zipper.scratch import remove_leftovers, scratch_folder

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is removed there")


def leftover(folder: Path, *, seconds_old: int) -> Path:
    """Make what a killed process leaves."""
    folder.mkdir()
    (folder / "lock.zipper-tmp").touch()
    (folder / "work").write_bytes(b"")
    when = folder.stat().st_mtime - seconds_old
    os.utime(folder, (when, when))
    return folder


def test_folder_is_gone_at_the_end(tmp_path: Path) -> None:
    """Whatever was made in it goes too, also after an error and where permissions were taken."""

    def work() -> None:
        with scratch_folder("zipper-x-", within=tmp_path) as folder:
            (folder / "closed").mkdir()
            (folder / "closed" / "file").touch()
            (folder / "closed").chmod(0)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        work()

    assert [] == list(tmp_path.iterdir())


def test_leftover_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    """An old folder with a free lock is nobody's."""
    left = leftover(tmp_path / "zipper-x-1", seconds_old=100)

    with scratch_folder("zipper-x-", within=tmp_path):
        assert not left.exists()


def test_what_may_be_in_use_stays(tmp_path: Path) -> None:
    """A held lock, a folder that is new, and other people's folders are left alone."""
    used = leftover(tmp_path / "zipper-x-used", seconds_old=100)
    new = leftover(tmp_path / "zipper-x-new", seconds_old=1)
    other = leftover(tmp_path / "zipper-y-1", seconds_old=100)
    link = tmp_path / "zipper-x-link"
    link.symlink_to(other)
    foreign = tmp_path / "zipper-x-foreign"
    foreign.mkdir()
    os.utime(foreign, (0, 0))

    with lock_file(used / "lock.zipper-tmp"), scratch_folder("zipper-x-", within=tmp_path):
        assert all(path.exists() for path in (used, new, other, link, foreign))


def test_named_folder(tmp_path: Path) -> None:
    """The same work is done in the same place, unless another process does it just now."""
    with scratch_folder("zipper-x-", within=tmp_path, name="abc") as first:
        assert tmp_path / "zipper-x-abc" == first
        with scratch_folder("zipper-x-", within=tmp_path, name="abc") as second:
            assert first != second
            assert second.name.startswith("zipper-x-")
    with scratch_folder("zipper-x-", within=tmp_path, name="abc") as again:
        assert first == again


def test_leftovers_are_told_by_removing_their_lock(tmp_path: Path) -> None:
    """On Windows a file that is open cannot be removed: its folder is in use, and stays."""
    left = leftover(tmp_path / "zipper-x-1", seconds_old=100)
    new = leftover(tmp_path / "zipper-x-2", seconds_old=0)
    remove_leftovers(tmp_path, "zipper-x-", unlink_tells=True)

    assert (False, True) == (left.exists(), new.exists())
