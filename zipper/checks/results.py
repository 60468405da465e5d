"""The report: all that the checks say about one zip, as a value.

In: findings, and what following the modules has shown. Out: a value whose fields are those of the
JSON of `check`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.as_json import json_text
from zipper.findings import count_findings
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from zipper.findings import Closure, Finding, Verdict

__all__ = ["Report"]


class Report(NamedTuple):
    """All that was found about one zip."""

    path: str
    size_bytes: int
    unzipped_size_bytes: int
    code_sha256: str
    """Base64 of the zip's SHA-256, as Lambda reports it."""
    files: int
    verdict: Verdict
    findings: tuple[Finding, ...]
    kind: str = "function"
    """What the zip is for."""
    closure: Closure | None = None
    """None where the modules were not followed: a layer, or a handler that cannot be found."""

    @property
    def ok(self) -> bool:
        """Whether the zip passes: Lambda accepts it, and its handler loads."""
        return self.verdict == "pass"

    def to_json(self) -> str:
        """Return the document that `check --json` prints."""
        return json_text(self)

    def __repr__(self) -> str:
        """Return one line: a zip may have a hundred findings."""
        return (
            f"<Report {self.path!r}: {self.verdict}, {self.files:,} files, "
            f"{self.size_bytes:,} bytes, {count_findings(self.findings)}>"
        )
