"""Patterns that are compiled late are patterns."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.shared import REPOSITORY
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from pathlib import Path

_USERS = [
    path
    for path in sorted((REPOSITORY / "zipper").rglob("*.py"))
    if "import late_pattern" in path.read_text(encoding="utf-8")
]


def test_pattern_answers_as_a_compiled_one() -> None:
    """Flags, groups and methods are those of `re.compile`, at the first use and after it."""
    text, flags = r"(?P<word>a+)b", re.IGNORECASE
    late, usual = late_pattern(text, flags), re.compile(text, flags)

    assert [usual.findall("AAb ab"), usual.sub(r"\1", "aab")] == [
        late.findall("AAb ab"),
        late.sub(r"\1", "aab"),
    ]
    assert usual.flags == late.flags
    assert usual.groupindex == late.groupindex
    assert "AA" == late.findall("AAb")[0]


def test_pattern_is_not_compiled_before_it_is_used() -> None:
    """A pattern that is none is an error where it is used."""
    broken = late_pattern("(")

    with pytest.raises(re.error):
        broken.search("")


def test_what_a_pattern_lacks_is_an_attribute_error() -> None:
    """So that `hasattr` works."""
    assert not hasattr(late_pattern("a"), "nothing")


@pytest.mark.parametrize("path", _USERS, ids=lambda path: path.stem)
def test_each_pattern_compiles(path: Path) -> None:
    """What is found out late in a build is found out here."""
    name = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
    values = list(vars(importlib.import_module(name)).values())
    rows = [value for value in values if isinstance(value, (tuple, list))]
    nested = [
        item
        for row in rows
        for cell in row
        for item in (cell if isinstance(cell, tuple) else (cell,))
    ]
    tables = [item for value in values if isinstance(value, dict) for item in value.values()]
    late = [one for one in (*values, *nested, *tables) if isinstance(one, late_pattern)]

    assert late
    assert all(isinstance(one.pattern, str | bytes) for one in late)
