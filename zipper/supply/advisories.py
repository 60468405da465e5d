"""Known faults of published packages: which advisories are about what a package holds.

In: names and versions, advisories, an ignore list with dates. Out: findings. Where advisories come
from (a registry, a database file) is the work of `zipper.pipeline.auditing`.

Source: npm 11, `-/npm/v1/security/advisories/bulk`, and its `audit-level`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from zipper.errors import RegistryError, UsageError
from zipper.findings import Finding, Severity
from zipper.npm import semver

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

__all__ = [
    "LEVELS",
    "Advisory",
    "Ignored",
    "InstalledPackage",
    "Level",
    "judge_advisories",
    "match_advisories",
    "parse_bulk",
    "parse_ignored",
]

Level = Literal["low", "moderate", "high", "critical"]
LEVELS: Final[tuple[Level, ...]] = ("low", "moderate", "high", "critical")
_DATE: Final = re.compile(r"(\S+)(?:\s+until\s+(\d{4}-\d{2}-\d{2}))?", re.IGNORECASE)
_GHSA: Final = re.compile(r"GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}", re.IGNORECASE)


class InstalledPackage(NamedTuple):
    """A package of a registry, and where it is: its folder or location."""

    name: str
    version: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """One fault of one package.

    Attributes:
        id: such as `GHSA-...`; the registry's own number where there is none.
        aliases: other names of it, such as a CVE.
        level: None where it is not rated; such a one counts as much as the worst.
        ranges: npm's semver ranges of the versions that have it.
        versions: single versions that have it.
    """

    id: str
    name: str
    title: str = ""
    level: Level | None = None
    url: str = ""
    aliases: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    versions: frozenset[str] = frozenset()

    def affects(self, version: str) -> bool:
        """Return whether `version` has it; prereleases count as what they come before.

        A range that cannot be read matches every version: a needless report is better than none.
        """
        return version in self.versions or any(
            semver.satisfies(version, text, loose=True, include_prerelease=True)
            or semver.valid_range(text, loose=True) is None
            for text in self.ranges
        )


class Ignored(NamedTuple):
    """An advisory that is known and accepted, until the end of a day; None for ever."""

    id: str
    until: date | None


def parse_bulk(text: bytes) -> tuple[Advisory, ...]:
    """Return the advisories in the answer of a registry's bulk endpoint.

    Raises:
        RegistryError: EADVISORIES for what is no such answer.
    """
    try:
        document = json.loads(text)
        rows = [(name, row) for name, found in document.items() for row in found]
        return tuple(_parse_row(name, row) for name, row in rows)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise RegistryError(
            "EADVISORIES",
            "the registry's answer about advisories cannot be read",
            hint="give a database file instead: `--osv FILE`",
        ) from None


def _parse_row(name: str, row: Mapping[str, object]) -> Advisory:
    url = str(row.get("url") or "")
    told = _GHSA.search(url)
    level = row.get("severity")
    return Advisory(
        id=told[0] if told else str(row["id"]),
        name=name,
        title=str(row.get("title") or ""),
        level=level if level in LEVELS else "low" if level == "info" else None,
        url=url,
        aliases=(str(row["id"]),),
        ranges=(str(row["vulnerable_versions"]),),
    )


def parse_ignored(entries: Iterable[str]) -> tuple[Ignored, ...]:
    """Return the ignore list: `ID`, or `ID until 2027-01-31`.

    Raises:
        UsageError: EUSAGE for an entry of another form.
    """
    from datetime import date  # noqa: PLC0415  (the type alone is imported above)

    found = []
    for entry in entries:
        parts = _DATE.fullmatch(entry.strip())
        try:
            until = date.fromisoformat(parts[2]) if parts and parts[2] else None
        except ValueError:
            parts = None
        if parts is None:
            raise UsageError(
                "EUSAGE",
                f"`{entry}` cannot be in the list of ignored advisories",
                hint="write its id, and until when: `GHSA-xxxx-xxxx-xxxx until 2027-01-31`",
            )
        found.append(Ignored(parts[1], until))
    return tuple(found)


def match_advisories(
    advisories: Iterable[Advisory], installed: Iterable[InstalledPackage]
) -> tuple[tuple[Advisory, InstalledPackage], ...]:
    """Return each package with each advisory about its version; the worst first, then by place."""
    by_name: dict[str, list[InstalledPackage]] = {}
    for item in installed:
        by_name.setdefault(item.name, []).append(item)
    pairs = [
        (advisory, item)
        for advisory in advisories
        for item in by_name.get(advisory.name, ())
        if advisory.affects(item.version)
    ]
    return tuple(sorted(pairs, key=lambda pair: (-_rank(pair[0]), pair[1].place, pair[0].id)))


def judge_advisories(
    pairs: Sequence[tuple[Advisory, InstalledPackage]],
    *,
    threshold: Level = "low",
    ignored: Sequence[Ignored] = (),
    today: date,
    tool: str = "",
) -> tuple[Finding, ...]:
    """Return a finding for each pair, and for each entry of the ignore list that has expired.

    Args:
        pairs: from `match_advisories`.
        threshold: a weaker advisory is reported and does not fail.
        ignored: advisories that are reported only; not after their day.
        today: the day on which they are judged.
        tool: the package manager that wrote the lockfile, where it is not npm.
    """
    expired = [entry for entry in ignored if entry.until is not None and entry.until < today]
    accepted = {entry.id.upper() for entry in ignored if entry not in expired}
    needed = LEVELS.index(threshold)
    findings = []
    for advisory, item in pairs:
        names = {advisory.id.upper(), *(alias.upper() for alias in advisory.aliases)}
        severity: Severity = "error" if _rank(advisory) >= needed else "info"
        code = "advisory"
        if names & accepted:
            severity, code = "info", "advisory-ignored"
        findings.append(_describe(advisory, item, code, severity, tool))
    return (*findings, *(_tell_expired(entry) for entry in expired))


def _describe(
    advisory: Advisory, item: InstalledPackage, code: str, severity: Severity, tool: str
) -> Finding:
    level = advisory.level or "of unknown severity"
    return Finding(
        code,
        severity,
        item.place,
        f"{advisory.id} ({level}) in {item.name}@{item.version}: {advisory.title or 'no title'}",
        f"{_advise(advisory, tool)}{advisory.url and f'; see {advisory.url}'}",
    )


def _advise(advisory: Advisory, tool: str) -> str:
    told = " || ".join(advisory.ranges) or ", ".join(sorted(advisory.versions)[:5])
    update = f"`python -m zipper resolve --update {advisory.name}`"
    return (
        f"versions that have it: {told[:200]}; "
        f"{f'lock another with {tool}, which wrote the lockfile' if tool else update}"
    )


def _tell_expired(entry: Ignored) -> Finding:
    return Finding(
        "ignore-expired",
        "warning",
        "",
        f"the advisory {entry.id} was to be ignored until {entry.until}, and counts again",
        "update the package, or look at it again and write a later day",
    )


def _rank(advisory: Advisory) -> int:
    return LEVELS.index(advisory.level) if advisory.level is not None else len(LEVELS)
