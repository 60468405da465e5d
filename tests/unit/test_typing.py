"""The public names have the types that they promise, and the examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib
import re
import subprocess
import sys

import pytest

from tests.support.shared import REPOSITORY

DOCTESTED = sorted(
    ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")
    for path in (REPOSITORY / "zipper").rglob("*.py")
    if re.search(r"^\s*>>> ", path.read_text(encoding="utf-8"), re.MULTILINE)
)


TYPED = REPOSITORY / "tests" / "typing"


@pytest.mark.slow
def test_examples_are_typed() -> None:
    """Mypy accepts what is right and refuses what is wrong, strictly and with no ignore unused.

    The scripts are those of users: each does one thing that zipper is imported for.
    """
    pytest.importorskip("mypy")
    scripts = sorted((TYPED / "scripts").glob("*.py"))
    assert len(scripts) >= 10
    paths = [TYPED / "api.py", TYPED / "wrong_api.py", *scripts]
    command = [sys.executable, "-m", "mypy", "--strict", "--warn-unused-ignores"]

    done = subprocess.run(
        [*command, *map(str, paths)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )

    wrong = [line for line in done.stdout.splitlines() if line.startswith("tests/typing/")]
    assert [] == wrong


@pytest.mark.parametrize("name", DOCTESTED)
def test_examples_in_docstrings_run(name: str) -> None:
    """What a docstring shows is what happens."""
    result = doctest.testmod(importlib.import_module(name))

    assert result.attempted > 0
    assert 0 == result.failed
