"""What a baseline knows counts no more; what is new does."""

from __future__ import annotations

import pytest

from zipper.checks.results import Report
from zipper.errors import UsageError
from zipper.findings import Finding
from zipper.report.baseline import apply_baseline, make_baseline, parse_baseline

OLD = Finding("module-missing", "error", "a.js", "`a.js` line 7 needs `x`", "h")
NEW = Finding("module-missing", "error", "b.js", "`b.js` line 1 needs `y`", "h")


def report(*findings):
    """Return a report with findings."""
    return Report(
        path="f.zip",
        size_bytes=1,
        unzipped_size_bytes=1,
        code_sha256="",
        files=1,
        verdict="fail",
        findings=findings,
    )


def test_known_findings_do_not_fail():
    """A finding of the baseline is left out and counted, also where its line has moved."""
    known = parse_baseline(make_baseline([report(OLD)]), path="known.json")
    moved = OLD._replace(message=OLD.message.replace("7", "12"))

    passed, count = apply_baseline(report(moved), known, strict=False)
    failed, _ = apply_baseline(report(OLD, NEW), known, strict=False)

    assert ("pass", (), 1) == (passed.verdict, passed.findings, count)
    assert ("fail", (NEW,)) == (failed.verdict, failed.findings)


def test_a_warning_that_becomes_an_error_is_new():
    """The severity is part of what is known."""
    warning = OLD._replace(severity="warning")
    known = parse_baseline(make_baseline([report(warning)]), path="known.json")

    assert "fail" == apply_baseline(report(OLD), known, strict=False)[0].verdict
    assert (
        "fail"
        == apply_baseline(report(NEW._replace(severity="warning")), known, strict=True)[0].verdict
    )


def test_a_baseline_is_the_same_for_the_same_findings():
    """Order and repetition do not show."""
    assert make_baseline([report(OLD, NEW)]) == make_baseline([report(NEW), report(OLD, NEW)])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": [1]}', '{"findings": [{}]}', "["])
def test_what_is_no_baseline(text):
    """A damaged file is refused by name, with what writes it."""
    with pytest.raises(UsageError, match=r"known\.json") as told:
        parse_baseline(text, path="known.json")
    assert "--write-baseline" in str(told.value.hint)
