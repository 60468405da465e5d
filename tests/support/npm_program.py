"""A program of npm's registry that a test starts: installed by zipper, once a machine."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from zipper import Target, install

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["install_program"]


def install_program(kept: Path, version: str, manifest: Mapping[str, object], main: str) -> Path:
    """Return a program's main file, which is `main` below node_modules.

    Args:
        kept: the folder that keeps it, with a cache of its own.
        version: what tells it from others there.
        manifest: the package.json that depends on it.
        main: with slashes.
    """
    folder = kept / version
    program = folder / "node_modules" / main
    if not program.exists():
        with tempfile.TemporaryDirectory() as project:
            Path(project, "package.json").write_text(json.dumps(manifest))
            install(project, into=folder, target=Target("nodejs20.x"), cache_dir=kept / "cache")
    return program
