"""What `import zipper` offers: the names, their documentation, and the price."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import zipper
from zipper.settings.call import document

FUNCTIONS = (
    "audit", "build", "build_all", "check", "explain", "install", "licenses", "plan", "resolve",
    "run", "sbom", "vendor",
)  # fmt: skip


def test_public_names_are_sorted_and_importable() -> None:
    """Everything in `__all__` is there, and nothing stands twice."""
    assert sorted(zipper.__all__) == zipper.__all__
    assert {
        "Audit", "BuiltFunction", "Closure", "Explanation", "Finding", "Installed", "Inventory",
        "Invocation", "LicenceRow", "Package", "PackagePlan", "PlannedFile", "Report", "Resolved",
        "RunResult", "Target", "Vendored", "ZipperError",
        "audit", "build", "build_all", "check", "errors", "events", "explain", "install",
        "layer", "licenses", "plan", "resolve", "run", "sbom", "vendor",
    } == set(zipper.__all__)  # fmt: skip
    assert all(getattr(zipper, name) is not None for name in zipper.__all__)


def test_unknown_names_are_refused() -> None:
    """A name that is not there is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="nothing"):
        _ = zipper.nothing


@pytest.mark.parametrize("name", FUNCTIONS)
def test_public_functions_are_documented(name: str) -> None:
    """Each says what it raises, and its options are keyword-only."""
    function = getattr(zipper, name)
    parameters = list(inspect.signature(function).parameters.values())

    assert "raise" in (function.__doc__ or "").lower()
    positional = {"path", "project", "package"}
    assert all(item.kind is item.KEYWORD_ONLY for item in parameters if item.name not in positional)


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


def test_options_are_listed_once() -> None:
    """Also where several threads look a function up at once."""
    document(zipper.build)

    assert 1 == (zipper.build.__doc__ or "").count("Options:")
