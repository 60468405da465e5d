"""How old a version must be, in the words of npm, pnpm, yarn, bun and uv."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from zipper.npm.npmrc import build_settings, layer_from_text
from zipper.npm.release_age import (
    age_from_bun,
    age_from_npm,
    age_from_pnpm,
    age_from_uv,
    age_from_yarn,
    strictest,
)
from zipper.project.release_age_files import find_release_age

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = 86_400

FILES = {
    "pnpm-workspace.yaml": "packages:\n  - '*'\nminimumReleaseAge: 1440 # a day\n"
    "minimumReleaseAgeExclude:\n  - '@own/*'\n  - \"react@19.1.0\"\n  - fast # ours\n",
    ".yarnrc.yml": 'npmMinimalAgeGate: "2d"\nnpmPreapprovedPackages: ["@own/*", left]\n',
    "bunfig.toml": '[install]\nminimumReleaseAge = 259200\nminimumReleaseAgeExcludes = ["own"]\n',
    "uv.toml": 'exclude-newer = "4 days"\n',
    "pyproject.toml": '[tool.uv]\nexclude-newer = "P5D"\n',
}
EXPECTED = {
    "pnpm-workspace.yaml": (1, ("@own/*", "fast")),
    ".yarnrc.yml": (2, ("@own/*", "left")),
    "bunfig.toml": (3, ("own",)),
    "uv.toml": (4, ()),
    "pyproject.toml": (5, ()),
}


def npm_settings(text: str = ""):
    return build_settings([layer_from_text("project", text, ".npmrc")], environ={})


@pytest.mark.parametrize("name", FILES)
def test_each_tool_is_read_in_its_own_unit(tmp_path, name):
    """Minutes, durations and seconds become the same moment; exclusions are taken over."""
    (tmp_path / name).write_text(FILES[name])

    age = find_release_age(tmp_path, npm_settings(), days=None, now=NOW)
    days, exclude = EXPECTED[name]

    assert age is not None
    assert (NOW - timedelta(days=days), exclude) == (age.newest_allowed(NOW), age.exclude)
    assert name in age.source


def test_strictest_of_the_other_tools_counts(tmp_path):
    """Where several files ask for an age, the one that allows the least wins."""
    for name in ("pnpm-workspace.yaml", ".yarnrc.yml", "bunfig.toml"):
        (tmp_path / name).write_text(FILES[name])

    age = find_release_age(tmp_path, npm_settings(), days=None, now=NOW)

    assert age is not None
    assert "`install.minimumReleaseAge` in bunfig.toml" == age.source


@pytest.mark.parametrize(
    ("npmrc", "days", "expected"),
    [
        ("", 7, 7),
        ("min-release-age=2", 7, 7),
        ("min-release-age=2", None, 2),
        ("before=2026-06-01T00:00:00.000Z", None, 14.5),
        ("", None, 1),
        ("min-release-age=0", None, None),
        ("min-release-age=2", 0, None),
    ],
)
def test_own_setting_before_npms_before_others(tmp_path, npmrc, days, expected):
    """Our own setting wins over npm's, npm's over pnpm's, and 0 switches the weaker ones off."""
    (tmp_path / "pnpm-workspace.yaml").write_text(FILES["pnpm-workspace.yaml"])

    age = find_release_age(tmp_path, npm_settings(npmrc), days=days, now=NOW)

    found = None if age is None else (NOW - age.newest_allowed(NOW)) / timedelta(days=1)
    assert expected == found


def test_npms_exclusions_are_kept():
    """`min-release-age-exclude` names what may be younger."""
    settings = npm_settings("min-release-age=3\nmin-release-age-exclude[]=@own/*,left")
    age = age_from_npm(settings)

    assert age is not None
    assert (3 * DAY, ("@own/*", "left")) == (age.seconds, age.exclude)
    assert "`min-release-age` in .npmrc:1" == age.source


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-06-01", datetime(2026, 6, 2, tzinfo=UTC)),
        (date(2026, 6, 1), datetime(2026, 6, 2, tzinfo=UTC)),
        ("2026-06-01T10:00:00Z", datetime(2026, 6, 1, 10, tzinfo=UTC)),
        (datetime(2026, 6, 1, 10, tzinfo=UTC), datetime(2026, 6, 1, 10, tzinfo=UTC)),
        ("1 week", NOW - timedelta(days=7)),
        ("24 hours", NOW - timedelta(days=1)),
        ("PT36H", NOW - timedelta(hours=36)),
    ],
)
def test_uv_knows_dates_and_durations(value, moment):
    """A date without a time includes its day."""
    age = age_from_uv({"exclude-newer": value}, "uv.toml")

    assert age is not None
    assert moment == age.newest_allowed(NOW)


@pytest.mark.parametrize(
    "found",
    [
        age_from_pnpm({"minimumReleaseAge": "soon"}, ""),
        age_from_pnpm({"minimumReleaseAge": "0"}, ""),
        age_from_pnpm({"minimumReleaseAge": ("1",)}, ""),
        age_from_yarn({"npmMinimalAgeGate": "3 fortnights"}, ""),
        age_from_bun({"install": {"minimumReleaseAge": True}}, ""),
        age_from_bun({"install": []}, ""),
        age_from_uv({"exclude-newer": "yesterday"}, ""),
        age_from_uv({"exclude-newer": 3}, ""),
        age_from_uv({}, ""),
        strictest([], NOW),
    ],
)
def test_what_is_no_age_asks_for_none(found):
    """A value that the tool itself could not use counts as absent."""
    assert found is None


def test_broken_files_ask_for_nothing(tmp_path):
    """A file that cannot be parsed stops no build: it belongs to another tool."""
    (tmp_path / "bunfig.toml").write_text("[install\n")
    (tmp_path / "uv.toml").write_bytes(b"\xff\xfe")

    assert find_release_age(tmp_path, npm_settings(), days=None, now=NOW) is None


def test_enormous_age_is_bounded():
    """An age of a million years compares like a century, without an overflow."""
    age = age_from_pnpm({"minimumReleaseAge": "9" * 12}, "")

    assert age is not None
    assert NOW - timedelta(days=36_500) == age.newest_allowed(NOW)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7s", 7), ("7 sec", 7), ("7 secs", 7), ("7 second", 7), ("7 seconds", 7),
        ("7m", 420), ("7 min", 420), ("7 mins", 420), ("7 minute", 420), ("7 minutes", 420),
        ("7h", 25_200), ("7 hour", 25_200), ("7 hours", 25_200), ("1.5d", 1.5 * DAY),
        ("7 day", 7 * DAY), ("7 DAYS", 7 * DAY), ("2w", 14 * DAY), ("2 week", 14 * DAY),
        (" 2 weeks ", 14 * DAY), ("P1W", 7 * DAY), ("P1D", DAY), ("PT1H", 3_600), ("PT1M", 60),
        ("PT1S", 1), ("p1w2dt3h4m5s", 9 * DAY + 3 * 3_600 + 4 * 60 + 5), ("PT24H", DAY),
    ],
)  # fmt: skip
def test_durations_are_read_as_uv_and_yarn_write_them(text, seconds):
    """In words, in letters, and as ISO 8601 has them."""
    for age in (
        age_from_uv({"exclude-newer": text}, ""),
        age_from_yarn({"npmMinimalAgeGate": text}, ""),
    ):
        assert age is not None
        assert (seconds, None) == (age.seconds, age.before)


@pytest.mark.parametrize(
    ("age", "seconds", "exclude"),
    [
        (age_from_pnpm({"minimumReleaseAge": "1.5"}, "f"), 90, ()),
        (age_from_pnpm({"minimumReleaseAge": "1", "minimumReleaseAgeExclude": "a"}, "f"), 60,
         ("a",)),
        (age_from_pnpm({"minimumReleaseAge": "1", "minimumReleaseAgeExclude": {"a": "b"}}, "f"),
         60, ()),
        (age_from_yarn({"npmMinimalAgeGate": "2", "npmPreapprovedPackages": ["@a/b", "@a/b@1",
         "a@1", ""]}, "f"), 120, ("@a/b",)),
        (age_from_bun({"install": {"minimumReleaseAge": 2}}, "f"), 2, ()),
        (age_from_bun({"install": {"minimumReleaseAge": 0.5, "minimumReleaseAgeExcludes": "a"}},
         "f"), 0.5, ()),
        (age_from_bun({"install": {"minimumReleaseAge": 2, "minimumReleaseAgeExcludes": ["a", 1]}},
         "f"), 2, ("a", "1")),
        (age_from_npm(npm_settings("min-release-age=0.5")), 43_200, ()),
        (age_from_npm(npm_settings("min-release-age=-1")), 0, ()),
    ],
)  # fmt: skip
def test_numbers_have_the_unit_of_their_tool(age, seconds, exclude):
    """Minutes for pnpm and yarn, seconds for bun, days for npm."""
    assert age is not None
    assert (seconds, exclude) == (age.seconds, age.exclude)
    assert age.source


@pytest.mark.parametrize(
    "age",
    [
        age_from_bun({"install": {"minimumReleaseAge": 0}}, ""),
        age_from_bun({"install": {"minimumReleaseAge": -1}}, ""),
        age_from_bun({"install": {"minimumReleaseAge": "2"}}, ""),
        age_from_bun({"install": {"minimumReleaseAge": float("nan")}}, ""),
        age_from_yarn({"npmMinimalAgeGate": ["1"]}, ""),
        age_from_yarn({"npmMinimalAgeGate": "P"}, ""),
        age_from_yarn({"npmMinimalAgeGate": "-1"}, ""),
        age_from_pnpm({"minimumReleaseAge": "1" * 13}, ""),
        age_from_npm(npm_settings()),
    ],
)
def test_no_number_is_no_age(age):
    """Nor is one that is not above zero, or has more digits than there are minutes."""
    assert age is None


def test_a_moment_of_npm_has_its_line():
    """With what is exempt from it."""
    age = age_from_npm(npm_settings("before=2026-06-01\nmin-release-age-exclude=a"))

    assert age is not None
    assert ("`before` in .npmrc:1", ("a",), None) == (age.source, age.exclude, age.seconds)
    assert datetime(2026, 6, 1, tzinfo=UTC) == age.before


def test_a_moment_without_a_zone_is_utc():
    """As in TOML, where it may have none."""
    age = age_from_uv({"exclude-newer": datetime(2026, 6, 1, 10)}, "uv.toml")  # noqa: DTZ001

    assert age is not None
    assert datetime(2026, 6, 1, 10, tzinfo=UTC) == age.before
    assert "`exclude-newer` in uv.toml" == age.source
