"""What shows that an install script has changed a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from zipper.node.script_files import FileChange, compare_states, read_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes and inodes are POSIX's")


def _replace(path: Path) -> None:
    """Put another file in its place that looks the same: esbuild does so with its command."""
    status = path.stat()
    other = path.with_name("other")
    other.write_bytes(b"after!")
    other.chmod(status.st_mode & 0o777)
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


CHANGES: dict[str, tuple[Callable[[Path], object], list[FileChange]]] = {
    "nothing": (lambda _: None, []),
    "its content": (
        lambda path: path.write_bytes(b"longer than before"),
        [FileChange("a/b", is_removed=False, executable=False)],
    ),
    "its mode": (
        lambda path: path.chmod(0o755), [FileChange("a/b", is_removed=False, executable=True)],
    ),
    "another file of its size and time": (
        _replace, [FileChange("a/b", is_removed=False, executable=False)],
    ),
    "its removal": (
        lambda path: path.unlink(), [FileChange("a/b", is_removed=True, executable=False)],
    ),
    "a file beside": (
        lambda path: path.with_name("c").write_bytes(b""),
        [FileChange("a/c", is_removed=False, executable=False)],
    ),
    "a link out of the tree": (lambda path: path.with_name("d").symlink_to("/etc/passwd"), []),
    "a link in the tree": (
        lambda path: path.with_name("d").symlink_to("b"),
        [FileChange("a/d", is_removed=False, executable=False)],
    ),
    "a command's link": (lambda path: _link_below(path, ".bin"), []),
}  # fmt: skip


def _link_below(path: Path, name: str) -> None:
    folder = path.parent / name
    folder.mkdir()
    (folder / "x").write_bytes(b"")


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_of_a_file_is_seen(tmp_path: Path, what: str) -> None:
    """Content, mode, another file in its place, a removal and new files; nothing else."""
    change, expected = CHANGES[what]
    path = tmp_path / "a" / "b"
    path.parent.mkdir()
    path.write_bytes(b"before")
    before = read_state(tmp_path)

    change(path)

    assert expected == compare_states(before, read_state(tmp_path))
