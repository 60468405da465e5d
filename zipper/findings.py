"""Findings: what the rules say, as values, and what follows for the verdict.

In: what a rule found. Out: values whose fields are those of the JSON. How they are written
(text, JSON, SARIF) is the report package's work; all about one zip is `zipper.checks.results`.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, Self

from zipper.named_tuple import NamedTuple
from zipper.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence, Sized

    from zipper.errors import ProjectError

__all__ = [
    "Closure",
    "Finding",
    "Severity",
    "Unknown",
    "Verdict",
    "check_error",
    "count_findings",
    "count_more",
    "decide_verdict",
    "downgrade",
    "leave_out",
    "name_some",
]

Severity = Literal["error", "warning", "info"]

Verdict = Literal["pass", "fail"]


class _FindingFields(NamedTuple):
    code: str
    severity: Severity
    path: str
    message: str
    hint: str
    source: str


class Finding(_FindingFields):
    """One rule's result for one place of the package.

    `path` is a member's name or the empty string for the package as a whole; `message` is one
    sentence with the numbers; `hint` says what to do and is never empty. Neither shows a secret:
    see `zipper.redaction`. `source` is the file and the line that the message names, where `path`
    was made of it: `src/index.ts:5`.
    """

    __slots__ = ()

    def __new__(
        cls,
        code: str,
        severity: Severity,
        path: str,
        message: str,
        hint: str,
        source: str = "",
    ) -> Self:
        """Make a finding of redacted texts."""
        return super().__new__(cls, code, severity, path, redact(message), redact(hint), source)

    @property
    def printed(self) -> tuple[str, ...]:
        """The fields that the JSON has: `source` where there is one."""
        return self._fields if self.source else self._fields[:-1]


def count_findings(findings: Iterable[Finding]) -> str:
    """Return how many there are of each severity, in words: `1 error, 2 warnings, 84 infos`."""
    severities = [finding.severity for finding in findings]
    counts = [(severities.count(name), name) for name in ("error", "warning", "info")]
    words = [f"{count:,} {name}{'s' * (count != 1)}" for count, name in counts if count]
    return ", ".join(words) or "no findings"


def name_some(names: Sequence[str], most: int) -> str:
    """Return the first names, and how many more there are: "`a`, `b` and 2 more"."""
    return ", ".join(f"`{name}`" for name in names[:most]) + count_more(names, most)


def count_more(found: Sized, named: int) -> str:
    """Return how many there are beside those that are named: ` and 2 more`, or nothing."""
    return f" and {len(found) - named:,} more" if len(found) > named else ""


def check_error(path: str, findings: Iterable[Finding]) -> ProjectError:
    """Return the error ECHECK about a package that fails: its errors, or the warnings that did."""
    from zipper.errors import ProjectError  # noqa: PLC0415  (for what fails only)

    found = tuple(findings)
    errors = [finding for finding in found if finding.severity == "error"]
    shown = errors or [finding for finding in found if finding.severity == "warning"]
    return ProjectError(
        "ECHECK",
        f"`{path}` does not pass its check",
        facts=tuple((finding.code, finding.message) for finding in shown),
        hint=shown[0].hint if shown else None,
    )


def decide_verdict(findings: Iterable[Finding], *, strict: bool = False) -> Verdict:
    """Return `fail` for an error among the findings, or a warning where `strict` asks for it."""
    failing = ("error", "warning") if strict else ("error",)
    return "fail" if any(finding.severity in failing for finding in findings) else "pass"


def leave_out(findings: Iterable[Finding], ignored: Collection[str]) -> tuple[Finding, ...]:
    """Return the findings but those of the `ignored` codes; errors are never left out."""
    return tuple(f for f in findings if f.severity == "error" or f.code not in ignored)


def downgrade(findings: Iterable[Finding], entries: Collection[str]) -> tuple[Finding, ...]:
    """Return the findings, errors that one of the `entries` names as warnings.

    An entry is `code`, or `code:pattern`, which counts for paths that the pattern matches.
    """
    pairs = [(code, pattern or "*") for code, _, pattern in (e.partition(":") for e in entries)]
    if not pairs:
        return tuple(findings)
    return tuple(
        finding._replace(severity="warning")
        if finding.severity == "error"
        and any(finding.code == code and fnmatchcase(finding.path, p) for code, p in pairs)
        else finding
        for finding in findings
    )


class Unknown(NamedTuple):
    """A module request that cannot be followed: an expression, not a string."""

    path: str
    line: int
    """Counted from 1."""
    expression: str
    """The source text, shortened."""
    source: str = ""
    """Where that is in the source that the file was made of, as `src/index.ts:12`."""

    @property
    def printed(self) -> tuple[str, ...]:
        """The fields that the JSON has: `source` where there is one."""
        return self._fields if self.source else self._fields[:-1]


class Closure(NamedTuple):
    """What following every module from the handler has shown."""

    proven: int = 0
    """Files of the package that were reached and whose requests all resolve."""
    assumed: tuple[str, ...] = ()
    """Requests that the runtime or a layer answers, sorted."""
    unknown: tuple[Unknown, ...] = ()
    """Requests that cannot be followed without running the code, sorted."""
