"""Findings and the report: what the checks say, as values.

In: what a rule found. Out: values whose fields are those of the JSON. How they are written
(text, JSON, SARIF) is the report package's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Closure", "Finding", "Report", "Severity", "Unknown", "decide_verdict"]

Severity = Literal["error", "warning", "info"]
Verdict = Literal["pass", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's result for one place of the package.

    `path` is a member's name or the empty string for the package as a whole; `message` is one
    sentence with the numbers; `hint` says what to do and is never empty.
    """

    code: str
    severity: Severity
    path: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, order=True)
class Unknown:
    """A module request that cannot be followed: an expression, not a string."""

    path: str
    line: int
    """Counted from 1."""
    expression: str
    """The source text, shortened."""


@dataclass(frozen=True, slots=True)
class Closure:
    """What following every module from the handler has shown."""

    proven: int = 0
    """Files of the package that were reached and whose requests all resolve."""
    assumed: tuple[str, ...] = ()
    """Requests that the runtime or a layer answers, sorted."""
    unknown: tuple[Unknown, ...] = ()
    """Requests that nobody can follow without running the code, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that was found about one zip."""

    path: str
    size_bytes: int
    unzipped_size_bytes: int
    code_sha256: str
    """Base64 of the zip's SHA-256, as Lambda reports it."""
    files: int
    verdict: Verdict
    findings: tuple[Finding, ...]
    closure: Closure | None = None
    """None where the modules were not followed: a layer, or a handler that cannot be found."""


def decide_verdict(findings: Iterable[Finding], *, strict: bool = False) -> Verdict:
    """Return `fail` for an error among the findings, or a warning where `strict` asks for it."""
    failing = ("error", "warning") if strict else ("error",)
    return "fail" if any(finding.severity in failing for finding in findings) else "pass"
