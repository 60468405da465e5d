"""The report: all that the checks say about one zip, as a value.

In: findings, and what following the modules has shown. Out: a value whose fields are those of the
JSON of `check`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zipper.findings import Closure, Finding, Verdict

__all__ = ["Report"]


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
