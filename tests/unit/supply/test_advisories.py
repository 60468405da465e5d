"""Advisories of registries and databases, what they are about, and which are accepted."""

from __future__ import annotations

import json
from datetime import date

import pytest

from zipper.errors import RegistryError, UsageError
from zipper.supply.advisories import (
    Advisory,
    Ignored,
    InstalledPackage,
    judge_advisories,
    match_advisories,
    parse_bulk,
    parse_ignored,
)
from zipper.supply.osv import parse_record

TODAY = date(2026, 6, 15)
ROW = {
    "id": 1091,
    "url": "https://advisories.example/GHSA-35jh-r3h4-6jhm",
    "title": "Command injection",
    "severity": "high",
    "vulnerable_versions": "<4.17.21",
}


def bulk(**rows: object) -> tuple[Advisory, ...]:
    return parse_bulk(json.dumps({"lodash": [{**ROW, **rows}]}).encode())


def test_registry_answer_becomes_advisories():
    """The id is the one that people know, the registry's number an alias."""
    expected = Advisory(
        id="GHSA-35jh-r3h4-6jhm",
        name="lodash",
        title="Command injection",
        level="high",
        url="https://advisories.example/GHSA-35jh-r3h4-6jhm",
        aliases=("1091",),
        ranges=("<4.17.21",),
    )

    assert (expected,) == bulk()
    assert "1091" == bulk(url="")[0].id
    assert (None, "low") == (bulk(severity="odd")[0].level, bulk(severity="info")[0].level)


@pytest.mark.parametrize("text", [b"", b"[]", b'{"a": 1}', b'{"a": [1]}', b'{"a": [{}]}'])
def test_answer_that_is_none(text):
    """What is no such answer is one error, except an empty list of it."""
    if text == b"[]":
        text = b"[[]]"
    with pytest.raises(RegistryError, match="EADVISORIES"):
        parse_bulk(text)


@pytest.mark.parametrize(
    ("ranges", "version", "expected"),
    [
        ("<4.17.21", "4.17.20", True),
        ("<4.17.21", "4.17.21", False),
        ("<4.17.21", "4.17.21-beta.1", True),
        (">=1.0.0 <1.2.0 || >=2.0.0 <2.1.0", "2.0.5", True),
        (">=1.0.0 <1.2.0 || >=2.0.0 <2.1.0", "1.2.0", False),
        ("*", "0.0.1", True),
        ("what is this", "1.0.0", True),
    ],
)
def test_which_versions_have_it(ranges, version, expected):
    """Ranges are npm's; one that cannot be read has every version."""
    assert expected == Advisory(id="X", name="a", ranges=(ranges,)).affects(version)


@pytest.mark.parametrize(
    ("events", "bad", "good"),
    [
        ([{"introduced": "0"}, {"fixed": "1.2.3"}], "1.2.2", "1.2.3"),
        ([{"introduced": "1.0.0"}, {"fixed": "1.2.3"}], "1.0.0", "0.9.0"),
        ([{"introduced": "1.0.0"}, {"last_affected": "1.2.3"}], "1.2.3", "1.2.4"),
        ([{"introduced": "1.0.0"}], "99.0.0", "0.9.9"),
        (
            [{"introduced": "0"}, {"fixed": "1.0.0"}, {"introduced": "2.0.0"}, {"fixed": "2.1.0"}],
            "2.0.1",
            "1.5.0",
        ),
    ],
)
def test_stretches_of_a_database_record(events, bad, good):
    """From `introduced` to `fixed` or `last_affected`, several times."""
    record = {
        "id": "GHSA-1",
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": "a"},
                "ranges": [{"type": "SEMVER", "events": events}],
            }
        ],
    }
    (advisory,) = parse_record(record)

    assert (True, False) == (advisory.affects(bad), advisory.affects(good))


def test_records_for_others_and_withdrawn_ones_are_left_out():
    """Only npm's packages count; a malicious package is critical without being told so."""
    npm = {"package": {"ecosystem": "npm", "name": "a"}, "versions": ["1.0.0", "1.0.1"]}
    other = {"package": {"ecosystem": "PyPI", "name": "a"}}
    record = {"id": "MAL-2026-1", "affected": [other, npm, "text"]}
    (found,) = parse_record(record)

    assert ("critical", True, False) == (
        found.level,
        found.affects("1.0.1"),
        found.affects("2.0.0"),
    )
    assert [] == list(parse_record({**record, "withdrawn": "2026-01-01T00:00:00Z"}))
    assert [] == list(parse_record("text")) == list(parse_record({"affected": {}}))


def test_level_of_a_record():
    """The database's own word counts, MEDIUM as npm's moderate."""
    affected = {"package": {"ecosystem": "npm", "name": "a"}}
    levels = {
        word: next(parse_record({"affected": [affected], "database_specific": {"severity": word}}))
        for word in ("HIGH", "MEDIUM", "odd")
    }

    assert ["high", "moderate", None] == [advisory.level for advisory in levels.values()]


def judge(*, level: str | None = "high", threshold="low", ignored=()):
    advisory = Advisory(id="GHSA-1", name="a", level=level, ranges=("*",), aliases=("CVE-2026-1",))
    pairs = match_advisories([advisory], [InstalledPackage("a", "1.0.0", "node_modules/a")])
    return [
        (finding.code, finding.severity)
        for finding in judge_advisories(pairs, threshold=threshold, ignored=ignored, today=TODAY)
    ]


@pytest.mark.parametrize(
    ("level", "threshold", "severity"),
    [
        ("high", "low", "error"),
        ("high", "high", "error"),
        ("high", "critical", "info"),
        ("low", "moderate", "info"),
        (None, "critical", "error"),
    ],
)
def test_threshold(level, threshold, severity):
    """Weaker advisories are told only; one that nobody has judged counts always."""
    assert [("advisory", severity)] == judge(level=level, threshold=threshold)


@pytest.mark.parametrize("name", ["GHSA-1", "ghsa-1", "CVE-2026-1"])
def test_ignored_until_a_day(name):
    """An accepted advisory is told only, on its last day too; from the next on it counts."""
    assert [("advisory-ignored", "info")] == judge(ignored=[Ignored(name, None)])
    assert [("advisory-ignored", "info")] == judge(ignored=[Ignored(name, TODAY)])
    assert [("advisory", "error"), ("ignore-expired", "warning")] == judge(
        ignored=[Ignored(name, date(2026, 6, 14))]
    )


def test_ignore_list_is_read():
    """An id alone, or with its last day; anything else is a mistake that must not pass."""
    assert (Ignored("GHSA-1", None), Ignored("CVE-1", date(2027, 1, 31))) == parse_ignored(
        ["GHSA-1", " CVE-1 until 2027-01-31 "]
    )
    for entry in ("", "GHSA-1 2027-01-31", "GHSA-1 until 2027-02-30", "GHSA-1 until soon"):
        with pytest.raises(UsageError, match="EUSAGE"):
            parse_ignored([entry])


def test_the_worst_comes_first():
    """Pairs are ordered by level, then by place."""
    advisories = [
        Advisory(id=name, name=name, level=level, ranges=("*",))
        for name, level in (("a", "low"), ("b", "critical"), ("c", None))
    ]
    installed = [InstalledPackage(name, "1.0.0", f"node_modules/{name}") for name in "abc"]

    assert ["c", "b", "a"] == [pair[0].id for pair in match_advisories(advisories, installed)]
