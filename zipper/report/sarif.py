"""Reports as SARIF 2.1.0, which code scanning services and editors read.

In: reports and the table of rules. Out: a document for a JSON encoder; the same reports give
the same document. Source: OASIS, Static Analysis Results Interchange Format 2.1.0.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from zipper import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zipper.checks.build_codes import ToldCode
    from zipper.checks.results import Report
    from zipper.checks.rules import Rule
    from zipper.findings import Finding

__all__ = ["make_sarif"]

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LINE: Final = re.compile(r"\bline ([1-9][0-9]{0,8})\b")
"""The line of the member that a message names; code scanning shows nothing without a region."""
_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}


def make_sarif(reports: Sequence[Report], rules: Iterable[Rule | ToldCode]) -> dict[str, object]:
    """Return the SARIF log, one run a zip; each describes the rules of which it has findings."""
    known: dict[str, Rule | ToldCode] = {}
    for rule in rules:  # the first row of a code tells the common reason
        known.setdefault(rule.code, rule)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [_describe_run(report, known) for report in reports],
    }


def _describe_run(report: Report, rules: Mapping[str, Rule | ToldCode]) -> dict[str, object]:
    codes = sorted({finding.code for finding in report.findings})
    driver = {
        "name": "zipper",
        "version": __version__,
        "rules": [_describe_rule(code, rules.get(code)) for code in codes],
    }
    zip_file = {
        "location": {"uri": quote(report.path)},
        "length": report.size_bytes,
        "mimeType": "application/zip",
    }
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"zipper/{quote(report.path)}"},
        "artifacts": [zip_file],
        "results": [_describe(finding, report.path, codes) for finding in report.findings],
        "columnKind": "utf16CodeUnits",
    }


def _describe_rule(code: str, rule: Rule | ToldCode | None) -> dict[str, object]:
    if rule is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.text},
        "help": {"text": f"{rule.text}\n\nSource: {rule.source}\nExample: {rule.example}"},
    }


def _describe(finding: Finding, path: str, codes: list[str]) -> dict[str, object]:
    line = _LINE.search(finding.message)
    location: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(path), "index": 0},
            "region": {"startLine": int(line[1]) if line else 1},
        }
    }
    if finding.path:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.path, "kind": "member"}]
    where = f"{finding.path}: " if finding.path else ""
    identity = f"{finding.code}\0{finding.path}\0{finding.message}".encode("utf-8", "replace")
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{where}{finding.message}. {finding.hint}"},
        "locations": [location],
        "partialFingerprints": {"zipperFinding/v1": hashlib.sha256(identity).hexdigest()[:32]},
    }
