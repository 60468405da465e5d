"""ICU's table: the order of names and paths in which npm visits them."""

from __future__ import annotations

import pytest
from support.shared import load_cases

from zipper.npm.collation import collation_key

CASES = load_cases("locale-compare.json")


@pytest.mark.parametrize("case", [case for case in CASES if "sorted" not in case])
def test_comparing_agrees(case):
    """Two texts have ICU's order."""
    a, b = collation_key(case["a"]), collation_key(case["b"])

    assert case["expected"] == (a > b) - (a < b)


@pytest.mark.parametrize("case", [case for case in CASES if "sorted" in case])
def test_sorting_agrees(case):
    """A whole list is sorted as by ICU; equal ones by code point."""
    assert case["sorted"] == sorted(sorted(case["sorted"]), key=collation_key)
