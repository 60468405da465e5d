"""Known findings of a zip: a file that lets a team start with what is there, and see what is new.

In: reports and the file's text. Out: its text, and reports without the findings that it knows. A
finding is known by code, severity, path and message, the numbers of lines left out, so that lines
may move.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from zipper.errors import UsageError
from zipper.findings import decide_verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.checks.results import Report
    from zipper.findings import Finding

__all__ = ["apply_baseline", "make_baseline", "parse_baseline"]

_NUMBERS: Final = re.compile(r"[0-9][0-9,.]*")
_FORMAT: Final = 1

Known = frozenset[tuple[str, ...]]
"""What a baseline knows: a tuple for each finding."""


def make_baseline(reports: Iterable[Report]) -> str:
    """Return the text of a baseline that knows every finding of `reports`, sorted."""
    rows = sorted({_identify(finding) for report in reports for finding in report.findings})
    fields = ("code", "severity", "path", "message")
    found = [dict(zip(fields, row, strict=True)) for row in rows]
    return json.dumps({"format": _FORMAT, "findings": found}, indent=1) + "\n"


def parse_baseline(text: str, *, path: str) -> Known:
    """Return what the baseline in `text` knows.

    Raises:
        UsageError: EUSAGE if it is none.
    """
    try:
        rows = json.loads(text)["findings"]
        return frozenset(
            (str(r["code"]), str(r["severity"]), str(r["path"]), str(r["message"])) for r in rows
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        hint = f"write it anew: `python -m zipper check ZIP --write-baseline {path}`"
        raise UsageError("EUSAGE", f"`{path}` is no baseline", hint=hint) from error


def apply_baseline(report: Report, known: Known, *, strict: bool) -> tuple[Report, int]:
    """Return the report without what is known, and how many findings that were."""
    fresh = tuple(finding for finding in report.findings if _identify(finding) not in known)
    verdict = decide_verdict(fresh, strict=strict)
    count = len(report.findings) - len(fresh)
    return report._replace(findings=fresh, verdict=verdict), count


def _identify(finding: Finding) -> tuple[str, str, str, str]:
    message = _NUMBERS.sub("0", finding.message)
    return finding.code, finding.severity, finding.path, message
