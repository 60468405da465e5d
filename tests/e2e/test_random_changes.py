"""A filled cache answers as a fresh one, whatever changes between two commands."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support.random_changes import play

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("seed", [3, 4, 7])
def test_random_changes(tmp_path: Path, seed: int) -> None:
    """Sequences that have been played before have no difference."""
    play(seed, tmp_path, steps=5)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(20))
def test_new_random_changes(tmp_path: Path, number: int) -> None:
    """Nor have new ones; `python -m tests.support.random_changes` plays them for hours."""
    play(int(time.time()) * 100 + number, tmp_path, steps=12)
