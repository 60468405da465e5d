"""What npm 11 made of projects that were invented from a number."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.support.invented_answers import INVENT, TABLE, is_lockfile, shorten, solve

_DATA = json.loads(TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("kind", "number", "earlier", "expected"),
    [pytest.param(*row, id=f"{row[0]}-{row[1]}") for row in _DATA["cases"]],
)
def test_an_invented_project_is_locked_as_npm_does(
    kind: str, number: int, earlier: str | None, expected: str
) -> None:
    """The lockfile is npm's byte for byte, with and without one to begin with; or the error is."""
    case, node = INVENT[kind](number), _DATA["environment"]["node"]
    locked = None
    if case.earlier is not None and earlier is not None:
        before = replace(case, files={**case.files, "package.json": case.earlier})
        locked = solve(before, None, node=node)
        assert shorten(locked) == earlier

    actual = solve(case, locked if is_lockfile(locked) else None, node=node)

    assert shorten(actual) == expected, (
        f"`pytest -m slow -k '{kind}-{number}]'` shows how it differs from npm's:\n{actual}"
    )
