"""The first five minutes: whatever the folder is, the output says what to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.first_run import SITUATIONS, play

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_output_leads_on(name: str, tmp_path: Path) -> None:
    """Each command ends as it should and says what a newcomer needs to know."""
    situation = SITUATIONS[name]

    results = play(name, tmp_path)

    for (words, result), (_, status, told) in zip(results, situation.steps, strict=True):
        text = result.stderr + result.stdout
        assert status == result.status, (words, text)
        for sentence in told:
            assert sentence in text, words
        for sentence in situation.absent:
            assert sentence not in text, words
        assert "EBUG" not in text
        assert len(result.stderr.splitlines()) <= 20, words
    assert not (tmp_path / "function" / "vendored").exists()
