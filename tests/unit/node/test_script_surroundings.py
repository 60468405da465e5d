"""What of a machine decides what install scripts make."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from zipper.node.script_surroundings import describe_surroundings
from zipper.store.notes import Notebook

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with a compiler and a Node."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cc", "node", "other"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder


def test_flags_and_tools_count(tools: Path, tmp_path: Path) -> None:
    """Another flag, another compiler and another Node are told apart; the folder's path is not."""

    def describe(choice: str, **changes: str) -> object:
        environment = {"PATH": str(tools), "CFLAGS": "-O1", **changes}
        return describe_surroundings(choice or None, Notebook(tmp_path / "cache"), environment)

    def found(**changes: str) -> object:
        return describe("", **changes)

    plain = found()
    assert plain == found() == found(TMPDIR="/elsewhere", TOKEN="secret")
    assert plain == found(PATH=f"{tmp_path}/absent{os.pathsep}{tools}")
    assert plain != found(CFLAGS="-O2")
    assert plain != found(CC="other")
    assert plain != describe("other")
    for name in ("node", "cc"):
        status = (tools / name).stat()
        (tools / name).write_text("#!/bin/SH\n")
        os.utime(tools / name, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert plain != found()
        (tools / name).write_text("#!/bin/sh\n")
        assert plain == found()
