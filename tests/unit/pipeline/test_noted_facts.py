"""Facts of files, and findings about parts of zips, are remembered in notes of their own kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zipper.pipeline.noted_facts import NotedFacts
from zipper.store.note_upkeep import measure_notes
from zipper.store.notes import FILE_FACTS, RULE_FINDINGS, Notebook

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.checks.file_facts import FactKey


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        ("part", RULE_FINDINGS.name),
        ("followed", RULE_FINDINGS.name),
        ("facts", FILE_FACTS.name),
        ("binary", FILE_FACTS.name),
    ],
)
def test_what_is_put_is_got(tmp_path: Path, first: str, kind: str) -> None:
    """By another run too; of what was never put nothing is known."""
    keys: list[FactKey] = [(first, f"digest {number}") for number in range(3)]
    NotedFacts(Notebook(tmp_path)).put_many({keys[0]: b"zero", keys[2]: b"two"})
    facts = NotedFacts(Notebook(tmp_path))

    assert {keys[0]: b"zero", keys[2]: b"two"} == facts.get_many(iter(keys))
    assert {} == facts.get_many([keys[1]])
    assert {kind: 2} == {one.kind: one.notes for one in measure_notes(tmp_path) if one.notes}


def test_nothing_is_asked_about_nothing(tmp_path: Path) -> None:
    """No file is made for it."""
    facts = NotedFacts(Notebook(tmp_path))

    facts.put_many({})
    assert {} == facts.get_many([])
    assert [] == list(tmp_path.iterdir())


def test_parts_are_those_of_the_notebook(tmp_path: Path) -> None:
    """Zips that are judged with one notebook have them in common; one alone keeps none."""
    notebook = Notebook(tmp_path)
    first, second = NotedFacts(notebook), NotedFacts(notebook)

    assert first.parts is second.parts
    assert not first.parts.is_alone
    assert NotedFacts(Notebook(tmp_path)).parts is not first.parts
    assert NotedFacts(Notebook(tmp_path), is_alone=True).parts.is_alone
