"""Where the conformance tables, the corpus and the bench projects are, when they are there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ZIPPER_SHARED", REPOSITORY.parent / "shared"))


def shared_path(name: str) -> Path:
    """Return the path of `name` below the shared folder; skip the test where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not there; set ZIPPER_SHARED to the folder that holds it")
    return path


def load_cases(name: str) -> list[dict]:
    """Return the cases of a conformance table, for `parametrize`; none where it is absent."""
    path = SHARED / "conformance" / name
    if not path.exists():
        return []
    return json.loads(path.read_text(encoding="utf-8"))["cases"]
