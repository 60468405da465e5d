"""Entries written into a folder: whose modes they have, and what they replace."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from zipper.archive.compress import compress
from zipper.errors import OutputError
from zipper.store.install_files import write_entries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files have no modes")

ENTRIES = [
    compress("a/b/run", b"#!x\n", executable=True),
    compress("a/c.js", b"c", executable=False),
    compress("a.js", b"a" * 9_000, executable=False),
]


@pytest.fixture
def _umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Return the permissions of what is below a folder."""
    paths = folder.rglob("*")
    return {path.relative_to(folder).as_posix(): path.stat().st_mode & 0o7777 for path in paths}


@pytest.mark.usefixtures("_umask")
@pytest.mark.parametrize(
    ("umask", "has_umask", "folders", "commands", "files"),
    [
        (0, True, 0o777, 0o777, 0o666),
        (0o027, True, 0o750, 0o750, 0o640),
        (0, False, 0o755, 0o755, 0o644),
        (0o002, False, 0o755, 0o755, 0o644),
    ],
)
def test_the_umask_counts_where_it_is_to(
    tmp_path: Path, umask: int, has_umask: bool, folders: int, commands: int, files: int
) -> None:
    """As for npm; what others link to can be written to by nobody else."""
    os.umask(umask)

    write_entries(ENTRIES, tmp_path, has_umask=has_umask)

    assert {
        "a": folders, "a/b": folders, "a/b/run": commands, "a/c.js": files, "a.js": files,
    } == modes(tmp_path)  # fmt: skip
    assert b"a" * 9_000 == (tmp_path / "a.js").read_bytes()


def test_what_is_there_is_replaced(tmp_path: Path) -> None:
    """It is another file then: one that others have a link to stays as it is."""
    write_entries(ENTRIES, tmp_path / "into")
    os.link(tmp_path / "into/a.js", tmp_path / "linked")

    write_entries([compress("a.js", b"new", executable=True)], tmp_path / "into")

    assert b"new" == (tmp_path / "into/a.js").read_bytes()
    assert b"a" * 9_000 == (tmp_path / "linked").read_bytes()
    assert os.access(tmp_path / "into/a.js", os.X_OK)


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    """With the folder that was to be written."""
    (tmp_path / "a").write_text("a file")

    with pytest.raises(OutputError) as raised:
        write_entries(ENTRIES, tmp_path)

    assert ("EOUTPUT", True) == (raised.value.code, str(tmp_path) in raised.value.message)
