"""What `import zipper` offers: the names, their documentation, and the price."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import zipper


def test_public_names_are_sorted_and_importable() -> None:
    """Everything in `__all__` is there, and nothing stands twice."""
    assert sorted(zipper.__all__) == zipper.__all__
    assert {
        "Package", "Report", "Target", "ZipperError",
        "build", "check", "install", "plan", "resolve", "run",
    } == set(zipper.__all__)  # fmt: skip
    assert all(getattr(zipper, name) is not None for name in zipper.__all__)


def test_unknown_names_are_refused() -> None:
    """A name that is not there is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="nothing"):
        _ = zipper.nothing


@pytest.mark.parametrize("name", ["build", "check", "install", "plan", "resolve", "run"])
def test_public_functions_are_documented(name: str) -> None:
    """Each says what it raises, and its options are keyword-only."""
    function = getattr(zipper, name)
    parameters = list(inspect.signature(function).parameters.values())

    assert "raise" in (function.__doc__ or "").lower()
    assert all(item.kind is item.KEYWORD_ONLY for item in parameters[1:])


def test_import_loads_nothing_else() -> None:
    """`import zipper` imports no module of a stage and no dependency."""
    script = (
        "import sys; before = set(sys.modules); import zipper;"
        "print([name for name in sys.modules.keys() - before"
        " if name.startswith(('zipper.', 'click', 'requests', 'rich', 'msgspec'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert "[]" == done.stdout.strip()
