"""Where the repository and its conformance tables are, and the corpus where it lies beside them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CONFORMANCE = REPOSITORY / "fixtures" / "conformance"
SHARED = Path(os.environ.get("ZIPPER_SHARED", REPOSITORY.parent / "shared"))


def load_cases(name: str) -> list[dict]:
    """Return the cases of a conformance table, for `parametrize`."""
    return json.loads((CONFORMANCE / name).read_text(encoding="utf-8"))["cases"]


def copy_repository(folder: Path) -> None:
    """Copy what tests need to run to a folder, which may be there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("zipper", "tests", "fixtures", ".github", ".ci"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / name, folder / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(REPOSITORY / name, folder / name)
