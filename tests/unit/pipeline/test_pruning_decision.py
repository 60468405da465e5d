"""A trace says which files a function opened; anything else is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zipper.errors import ProjectError
from zipper.pipeline.pruning_decision import read_trace

if TYPE_CHECKING:
    from pathlib import Path


def test_the_opened_files_are_read(tmp_path: Path) -> None:
    """Without a trace nothing was opened."""
    path = tmp_path / "trace.json"
    path.write_text('{"format": 1, "opened": ["a.js", "b.js"]}')

    assert {"a.js", "b.js"} == read_trace(str(path))
    assert frozenset() == read_trace(None)
    assert frozenset() == read_trace("")


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (None, "EPRUNE", "cannot read the trace"),
        ("[]", "EJSONPARSE", "but an array"),
        ("{", "EJSONPARSE", "is not JSON"),
        ("{}", "EPRUNE", "it has no `opened`"),
        ('{"opened": "a.js"}', "EPRUNE", "it has no `opened`"),
        ('{"opened": ["a.js", 7]}', "EPRUNE", "it has no `opened`"),
        ('{"opened": [7, "a.js"]}', "EPRUNE", "it has no `opened`"),
    ],
)
def test_what_is_no_trace_is_refused(
    tmp_path: Path, text: str | None, code: str, message: str
) -> None:
    """The error says how a trace is written."""
    path = tmp_path / "trace.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ProjectError, match=message) as raised:
        read_trace(str(path))

    assert code == raised.value.code
    assert str(path) in raised.value.message
    assert ("--trace FILE" in (raised.value.hint or "")) == (code == "EPRUNE")
