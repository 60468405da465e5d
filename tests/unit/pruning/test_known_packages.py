"""The table of packages that read, start or patch files by names that no text shows."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from zipper.pruning.known_packages import KnownPackage, find_row, parse_table
from zipper.report.pruned import RULE_WORDS

TABLE = parse_table(
    resources.files("zipper.pruning").joinpath("known_packages.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.package)
def test_each_row_does_something_and_says_where_it_is_from(row: KnownPackage) -> None:
    """A row keeps something, names its source and its day, and only classes that there are."""
    assert row.files or row.packages or row.classes or row.finds_caller
    assert row.why
    assert row.source
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row.date)
    assert set(row.classes) <= RULE_WORDS.keys()
    assert row.files or not row.is_confined


def test_no_package_has_two_rows() -> None:
    """Each name is in one row."""
    names = [row.package for row in TABLE]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(
    ("name", "found"),
    [("moment", "moment"), ("puppeteer-core", "puppeteer*"), ("moment-timezone", None)],
)
def test_a_row_is_found_by_the_whole_name(name: str, found: str | None) -> None:
    """A row fits its name or its pattern, and no name that begins alike."""
    row = find_row(TABLE, name)

    assert found == (None if row is None else row.package)
