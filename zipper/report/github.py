"""Findings as annotations of GitHub Actions: lines that its log viewer understands.

Source: GitHub, Workflow commands for GitHub Actions: `::error file=...,title=...::message`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.results import Report
    from zipper.findings import Finding

__all__ = ["describe_annotations"]

_LEVELS: Final = {"error": "error", "warning": "warning", "info": "notice"}


def describe_annotations(report: Report) -> Iterator[str]:
    """Yield a workflow command for each finding, errors first, and the verdict as a plain line."""
    for severity, level in _LEVELS.items():
        for finding in report.findings:
            if finding.severity == severity:
                yield _annotate(level, report.path, finding)
    yield f"{report.verdict}: {report.path}"


def _annotate(level: str, path: str, finding: Finding) -> str:
    where = f"{finding.path}: " if finding.path else ""
    text = f"{where}{finding.message}\nhint: {finding.hint}"
    return f"::{level} file={_property(path)},title={_property(finding.code)}::{_escape(text)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
