"""Which early error counts for a file, by how it is loaded and by which Node."""

from __future__ import annotations

import pytest

from zipper.checks.file_facts import Flaw, find_flaw
from zipper.checks.module_reader import NO_FACTS

FLAWS = {
    "always": Flaw(1, "always"),
    "module": Flaw(2, "module", "module"),
    "commonjs": Flaw(3, "commonjs", "commonjs"),
    "required": Flaw(4, "required", "required"),
    "since 24": Flaw(5, "since 24", since=24),
    "until 22": Flaw(6, "until 22", until=22),
    "unsure": Flaw(7, "unsure", is_sure=False),
}

CASES = [
    ("always", "module", 20, False, "always"),
    ("always", "commonjs", 24, True, "always"),
    ("module", "module", 22, False, "module"),
    ("module", "commonjs", 22, False, None),
    ("commonjs", "commonjs", 22, False, "commonjs"),
    ("commonjs", "module", 22, True, None),
    ("required", "commonjs", 22, True, "required"),
    ("required", "module", 22, True, "required"),
    ("required", "commonjs", 22, False, None),
    ("required", "module", 20, False, None),
    ("required", "commonjs", 20, False, "required"),
    ("since 24", "module", 22, False, "since 24"),
    ("since 24", "module", 24, False, None),
    ("until 22", "module", 20, False, None),
    ("until 22", "module", 22, False, "until 22"),
    ("unsure", "module", 22, False, "unsure"),
    ("unsure, always", "module", 22, False, "always"),
    ("always, unsure", "module", 22, False, "always"),
    ("commonjs, unsure", "module", 22, False, "unsure"),
]
"""Flaws, kind, major version, whether `require` reads the file, and the flaw that counts."""


@pytest.mark.parametrize(("flaws", "kind", "major", "required", "expected"), CASES)
def test_flaw_that_counts(
    flaws: str, kind: str, major: int, required: bool, expected: str | None
) -> None:
    """A flaw counts for its goal and its versions, and what is sure comes first."""
    facts = NO_FACTS._replace(flaws=tuple(FLAWS[name] for name in flaws.split(", ")))

    found = find_flaw(facts, kind, major, required=required)

    assert expected == (None if found is None else found.message)
