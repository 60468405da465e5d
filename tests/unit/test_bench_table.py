"""The benchmark's table must tell a kept promise from a missed one."""

from __future__ import annotations

import pytest

from tests.bench.cases import Result
from tests.bench.table import Comparison, comparisons, format_table, promises_of


def result(tool: str, seconds: float, *, case: str = "warm", **fields: object) -> Result:
    values = {"peak_memory_bytes": 50_000_000, "size_bytes": 100, **fields}
    return Result(case, "small", tool, (seconds,), **values)


@pytest.mark.parametrize(("seconds", "holds"), [(1.6, True), (1.5, True), (1.4, False)])
def test_ratio_is_the_peers_time_over_ours(seconds: float, holds: bool) -> None:
    """A warm small build must be fifteen times as fast as npm's, and fifteen is enough."""
    found = comparisons([result("zipper", 0.1), result("npm", seconds)])

    assert [Comparison("warm", "small", "npm", round(seconds / 0.1, 3), 15, holds)] == found


@pytest.mark.parametrize(("size_bytes", "holds"), [(101, True), (100, True), (99, False)])
def test_package_may_not_be_larger_than_info_zips(size_bytes: int, holds: bool) -> None:
    """Sizes are compared as sizes, whatever the seconds are."""
    ours = Result("size", "small", "zipper", (), 0, 100)
    theirs = Result("size", "small", "zip -r", (), 0, size_bytes)

    assert [holds] == [comparison.holds for comparison in comparisons([ours, theirs])]


def test_a_failed_tool_is_compared_with_nobody() -> None:
    """A peer that failed has no ratio, and the table says that it failed."""
    results = [result("zipper", 0.1), Result("warm", "small", "npm", (), 0, 0, failure="E404")]

    assert [] == comparisons(results)
    assert "failed" in format_table(results).splitlines()[-3]


@pytest.mark.parametrize(("peak", "verdict"), [(400_000_000, "holds"), (400_000_001, "MISSED")])
def test_memory_has_a_ceiling(peak: int, verdict: str) -> None:
    """A run of ours that needs more than 400 MB is told."""
    table = format_table([result("zipper", 0.1, peak_memory_bytes=peak)])

    assert f"400 MB {verdict}" in table.splitlines()[-3]


@pytest.mark.parametrize(("seconds", "verdict"), [(0.12, "holds"), (0.121, "MISSED")])
def test_a_warm_small_build_has_a_ceiling(seconds: float, verdict: str) -> None:
    """0.12 s are enough, whatever the peers need."""
    table = format_table([result("zipper", seconds)])

    assert f"0.120 s {verdict}" in table.splitlines()[-3]


@pytest.mark.parametrize(("seconds", "holds"), [(0.04, True), (0.05, False)])
def test_import_is_measured_above_pythons_own_start(seconds: float, holds: bool) -> None:
    """0.03 s above a Python that does nothing."""
    ours, bare = result("zipper", seconds, case="import"), result("python", 0.015, case="import")

    assert [holds, True] == [promise.holds for promise in promises_of(ours, [ours, bare])]


def test_last_line_names_what_is_missed() -> None:
    """Nobody has to search the table for it."""
    table = format_table([result("zipper", 0.1), result("npm", 1.6), result("bun", 0.05)])

    assert "3 of 4 promises hold; missed: warm small bun / zipper 1.00" == table.splitlines()[-1]


def test_median_of_several_runs_is_compared() -> None:
    """One slow run does not decide."""
    ours = Result("warm", "small", "zipper", (0.1, 9.0, 0.1), 0, 0)

    assert [16.0] == [c.ratio for c in comparisons([ours, result("npm", 1.6)])]
