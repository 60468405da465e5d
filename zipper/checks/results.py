"""The report: all that the checks say about one zip, as a value.

In: findings, and what following the modules has shown. Out: values whose fields are those of the
JSON of `check`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zipper.checks.findings import Finding, Verdict

__all__ = ["Closure", "Report", "Unknown"]


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
