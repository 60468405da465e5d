"""The names of the sources that a bundle may need."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from zipper.bundling.bundle_sources import READ_BY_ESBUILD, list_sources

if TYPE_CHECKING:
    from pathlib import Path


def test_only_what_can_be_read_is_a_source(tmp_path: Path) -> None:
    """A link to nothing, a pipe, and what nothing loads are none; a link to a file is one."""
    (tmp_path / "lib").mkdir()
    for name in ("index.js", "lib/a.ts", "lib/a.d.ts", "tsconfig.json", "notes.md"):
        (tmp_path / name).write_text("1;\n")
    (tmp_path / "linked.js").symlink_to("index.js")
    (tmp_path / "nothing.js").symlink_to("absent.js")
    os.mkfifo(tmp_path / "pipe.js")

    found = sorted(list_sources(tmp_path, "", READ_BY_ESBUILD))
    assert ["index.js", "lib/a.ts", "linked.js"] == found
