"""The public names have the types that they promise, and the examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys

import pytest

from tests.support.shared import REPOSITORY

DOCTESTED = sorted(
    ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")
    for path in (REPOSITORY / "zipper").rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["api.py", "wrong_api.py"])
def test_examples_are_typed(name: str) -> None:
    """Mypy accepts what is right and refuses what is wrong, strictly and with no ignore unused."""
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--warn-unused-ignores"]
    path = REPOSITORY / "tests" / "typing" / name

    done = subprocess.run(
        [*command, str(path)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )

    wrong = [line for line in done.stdout.splitlines() if line.startswith("tests/typing/")]
    assert [] == wrong


@pytest.mark.parametrize("name", DOCTESTED)
def test_examples_in_docstrings_run(name: str) -> None:
    """What a docstring shows is what happens."""
    result = doctest.testmod(importlib.import_module(name))

    assert result.attempted > 0
    assert 0 == result.failed
