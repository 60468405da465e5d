"""`build --watch`: which changes count, and that an error does not end it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.scene import HANDLER, write_files
from tests.support.shared import REPOSITORY
from zipper.commands.watching import may_change_builds

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/p/src/index.ts", True),
        ("/p/package.json", True),
        ("/p/node_modules/a/index.js", False),
        ("/p/.git/index", False),
        ("/p/fn.zip", False),
        ("/p/.fn.zip.x.zipper-tmp", False),
        ("/p/fn.zip.maps/src/index.js.map", False),
    ],
)
def test_what_counts(path: str, *, counts: bool) -> None:
    """Sources do; packages that are installed, and what zipper writes, do not."""
    assert counts == may_change_builds(path)


def test_change_is_built_and_an_error_is_survived(tmp_path: Path) -> None:
    """A fault is told, its mend gives a new zip, and ^C ends it."""
    pytest.importorskip("watchfiles")
    project, output = tmp_path / "fn", tmp_path / "out" / "fn.zip"
    write_files(project, {"package.json": {"name": "fn"}, "index.js": HANDLER})
    words = [
        "build",
        str(project),
        "-o",
        str(output),
        "--watch",
        "--cache-dir",
        str(tmp_path / "c"),
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "zipper", *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        first = _wait_for_another(output, b"")
        (project / "package.json").write_text("{")
        time.sleep(0.5)
        write_files(project, {"package.json": {"name": "fn"}, "added.js": "1;\n"})
        second = _wait_for_another(output, first)
        running.send_signal(signal.SIGINT)
        status = running.wait(30)

    assert b"added.js" in second
    assert 130 == status


def _wait_for_another(path: Path, before: bytes) -> bytes:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        data = path.read_bytes() if path.is_file() else before
        if data != before:
            return data
        time.sleep(0.05)
    raise AssertionError("nothing was built")
