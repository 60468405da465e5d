"""Findings as annotations of GitHub Actions: lines that its log viewer understands.

Source: GitHub, Workflow commands for GitHub Actions: `::error file=...,title=...::message`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.results import Report
    from zipper.findings import Finding

__all__ = ["describe_annotations"]

_SHOWN_MAX: Final = 10
"""Annotations of one level that GitHub shows for a step."""
_LEVELS: Final = {"error": "error", "warning": "warning", "info": "notice"}


def describe_annotations(report: Report, *, verbose: bool = False) -> Iterator[str]:
    """Yield a workflow command for each finding, errors first, and the verdict as a plain line.

    GitHub shows ten of each level; the last of more sums up the rest, by their codes. Infos, which
    are about nothing that has to be done, are annotations with `verbose` alone.
    """
    for severity, level in _LEVELS.items():
        if severity == "info" and not verbose:
            continue
        found = [finding for finding in report.findings if finding.severity == severity]
        most = len(found) if len(found) <= _SHOWN_MAX else _SHOWN_MAX - 1
        for finding in found[:most]:
            yield _annotate(level, report.path, finding)
        if found[most:]:
            yield _sum_up(level, report.path, found[most:])
    yield f"{report.verdict}: {report.path}"


def _sum_up(level: str, path: str, findings: list[Finding]) -> str:
    counts = Counter(finding.code for finding in findings)
    codes = ", ".join(f"{count} {code}" for code, count in counts.most_common())
    text = f"{len(findings)} more: {codes}\nhint: run `python -m zipper check` to see them all"
    return f"::{level} file={_property(path)},title=more findings::{_escape(text)}"


def _annotate(level: str, path: str, finding: Finding) -> str:
    where = f"{finding.path}: " if finding.path else ""
    text = f"{where}{finding.message}\nhint: {finding.hint}"
    return f"::{level} file={_property(path)},title={_property(finding.code)}::{_escape(text)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
