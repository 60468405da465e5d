"""map-workspaces' table: which folders the patterns of `workspaces` select."""

from __future__ import annotations

import json

import pytest

from tests.support.shared import CONFORMANCE
from zipper.npm.workspaces import match_workspaces

TABLE = json.loads((CONFORMANCE / "workspace-patterns.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: " ".join(case["patterns"]))
def test_patterns_select_what_npm_finds(case: dict) -> None:
    """A folder is a workspace exactly when npm says so."""
    found = match_workspaces(case["patterns"], (".", *TABLE["folders"]))

    assert case["expected"] == sorted(found)
