"""Which files are opened below a folder while something runs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from zipper.node.opened_files import GAPS, OpenedFiles

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


def test_files_that_any_process_opens_are_named(tmp_path: Path) -> None:
    """What this process and another one open is named; what is only looked for is not."""
    for name in ("a.txt", "b/c.txt", "b/d.txt", "e.txt", "before.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "before.txt").read_bytes()
    with OpenedFiles(tmp_path) as opened:
        (tmp_path / "a.txt").read_bytes()
        subprocess.run(["cat", tmp_path / "b/c.txt"], check=True, capture_output=True)
        (tmp_path / "e.txt").stat()
        list(tmp_path.iterdir())

    assert {"a.txt", "b/c.txt"} == opened.names


def test_ten_thousand_files_are_all_seen(tmp_path: Path) -> None:
    """Events are taken while they come, so that the kernel keeps no queue of them."""
    names = {f"{number % 20}/{number}.js" for number in range(10_000)}
    for folder in range(20):
        (tmp_path / str(folder)).mkdir()
    for name in names:
        (tmp_path / name).touch()
    with OpenedFiles(tmp_path) as opened:
        for name in names:
            (tmp_path / name).open("rb").close()

    assert names == opened.names
    assert list(GAPS) == opened.gaps
