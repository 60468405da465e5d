"""What `python -m zipper` does before any command."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

if TYPE_CHECKING:
    from pathlib import Path

WARNS = """
import sys, warnings

class Finder:
    def find_spec(name, *_):
        if name == "tree_sitter":
            lock = "The global interpreter lock (GIL) has been enabled to load module"
            warnings.warn(lock, RuntimeWarning)
            warnings.warn("another one", RuntimeWarning)

sys.meta_path.insert(0, Finder)
sys._is_gil_enabled = lambda: {enabled}
from zipper.__main__ import main
main()
"""


@pytest.mark.parametrize("enabled", [True, False])
def test_a_free_threaded_python_is_quiet_about_its_lock(tmp_path: Path, enabled: bool) -> None:
    """It warns of each package that needs it; other warnings are as they were."""
    with ZipFile(tmp_path / "function.zip", "w") as archive:
        archive.writestr("index.js", "exports.handler = async () => require('fs')")
    words = ("check", str(tmp_path / "function.zip"), "--cache-dir", str(tmp_path / "cache"))
    code = WARNS.format(enabled=enabled)
    command = [sys.executable, "-c", code, *words, "--handler", "index.handler"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert enabled == ("interpreter lock" in done.stderr)
    assert "another one" in done.stderr
