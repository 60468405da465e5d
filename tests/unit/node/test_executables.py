"""Which program a file is, and that one that was replaced is not taken for another."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from zipper.node.environment import NodeEnvironment, read_marker, write_marker
from zipper.node.executables import identify_executable
from zipper.store.notes import EXECUTABLE, Notebook

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A program."""
    path = tmp_path / "node" / "bin" / "node"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"one")
    return path


@pytest.fixture
def notebook(tmp_path: Path) -> Notebook:
    """The notebook of a cache."""
    return Notebook(tmp_path / "cache")


def _replace(path: Path, data: bytes) -> None:
    """Write other bytes into a file, its time kept."""
    status = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_the_digest_is_recalled_as_long_as_nothing_touched_the_file(
    node: Path, notebook: Notebook
) -> None:
    """Another content of the same size and time has another digest."""
    expected = hashlib.sha256(b"one").hexdigest()
    assert expected == identify_executable(node, notebook) == identify_executable(node, notebook)
    stamp = (node.stat().st_ino, 3, node.stat().st_mtime_ns, node.stat().st_ctime_ns)
    noted = notebook.recall(EXECUTABLE, str(node), lambda found: found == stamp)
    assert expected.encode() == noted

    _replace(node, b"two")
    assert hashlib.sha256(b"two").hexdigest() == identify_executable(node, notebook)


def test_what_is_absent_or_unreadable_has_none(node: Path, notebook: Notebook) -> None:
    """No digest, and no error: what asks for it knows what to do without."""
    assert "" == identify_executable(node.parent / "absent", notebook)
    assert "" == identify_executable(node.parent, notebook)


def test_a_node_that_was_replaced_in_the_cache_is_not_used(node: Path, notebook: Notebook) -> None:
    """The environment counts as unfinished, so that it is made anew."""
    folder = node.parent.parent
    environment = NodeEnvironment(node, "22.1.0", "a download", folder)
    write_marker(environment, notebook)
    assert environment == read_marker(folder, notebook)

    _replace(node, b"two")
    assert read_marker(folder, notebook) is None
    _replace(node, b"one")
    assert environment == read_marker(folder, notebook)
