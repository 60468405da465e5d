"""Picking versions: what the tables do not say."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.errors import ResolutionError
from zipper.npm import semver
from zipper.npm.dates import parse_date
from zipper.npm.packument import packument_from_object
from zipper.npm.pick import PickOptions, pick_manifest
from zipper.npm.spec import resolve_spec

VERSIONS = st.lists(
    st.builds("{}.{}.{}".format, *[st.integers(0, 3)] * 3), min_size=1, max_size=6, unique=True
)


def pick(versions, wanted, *, tags=None, time=None, **options):
    """Return the version that is picked from `versions`, name to manifest."""
    packument = packument_from_object(
        {"versions": versions, "dist-tags": tags or {}, "time": time or {}}, "a"
    )
    spec = resolve_spec("a", wanted, where="/")
    return pick_manifest(packument, spec, options=PickOptions(**options)).version


def plain(*versions, **fields) -> dict:
    """Return manifests of `versions`, each with `fields`."""
    return {version: {"name": "a", "version": version, **fields} for version in versions}


@given(VERSIONS, st.sampled_from(["*", "^1.0.0", "~2.1.0", ">=1 <3", "1.x || 3.x"]))
def test_without_preferences_the_highest_is_picked(versions, range_):
    """Where nothing speaks against any version, the highest that satisfies is picked."""
    expected = semver.max_satisfying(versions, range_)
    try:
        found = pick(plain(*versions), range_)
    except ResolutionError as error:
        found = None if error.code == "ETARGET" else error

    assert expected == found


def test_order_of_preference():
    """Engines weigh more than deprecation, and both more than the version."""
    versions = {
        **plain("1.0.0", deprecated="old", engines={"node": ">=99"}),
        **plain("1.1.0"),
        **plain("1.2.0", deprecated="broken"),
        **plain("1.3.0", engines={"node": ">=99"}),
    }

    assert pick(versions, "^1.0.0", node_version="20.0.0") == "1.1.0"
    del versions["1.1.0"]
    assert pick(versions, "^1.0.0", node_version="20.0.0") == "1.2.0"
    del versions["1.2.0"]
    assert pick(versions, "^1.0.0", node_version="20.0.0") == "1.3.0"


def test_latest_wins_below_the_highest():
    """The default tag is preferred where it satisfies."""
    assert pick(plain("1.0.0", "1.1.0"), "^1.0.0", tags={"latest": "1.0.0"}) == "1.0.0"


def test_entry_that_is_no_object_is_passed_over():
    """A version whose manifest is rubbish is never picked, even where it is the highest."""
    assert pick({**plain("1.0.0"), "1.1.0": None}, "^1.0.0", tags={"latest": "1.1.0"}) == "1.0.0"


def test_error_tells_what_there_is():
    """The error names the latest version first, then the highest, and counts the others."""
    versions = plain("1.0.0", "1.1.0", "1.2.0", "1.3.0", "2.0.0-beta")
    with pytest.raises(ResolutionError) as caught:
        pick(versions, "^9.0.0", tags={"latest": "1.2.0"})

    assert caught.value.code == "ETARGET"
    assert caught.value.facts == (
        ("available", "1.2.0 (latest), 2.0.0-beta, 1.3.0, 1.1.0 and 1 more"),
    )


def test_nothing_published_in_time_is_enoversions():
    """A date before the first version leaves no versions."""
    time = {"1.0.0": "2020-01-01T00:00:00.000Z"}
    with pytest.raises(ResolutionError) as caught:
        pick(plain("1.0.0"), "*", time=time, before="2019-12-31")

    assert caught.value.code == "ENOVERSIONS"


def test_folder_is_no_registry_spec():
    """Only what a registry answers can be picked."""
    with pytest.raises(ResolutionError) as caught:
        pick(plain("1.0.0"), "../a")

    assert caught.value.code == "EINVALIDSPEC"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-02", 86_400_000),
        ("1970-01-01T00:00:01.500Z", 1_500),
        ("1971", 31_536_000_000),
        ("1970-02", 2_678_400_000),
        (12, 12),
    ],
)
def test_dates_are_milliseconds(text, expected):
    """Dates are read as by JavaScript, in UTC."""
    assert expected == parse_date(text)


def test_bad_date_is_never_in_time():
    """What is no date is neither earlier nor later than any date."""
    assert math.isnan(parse_date("soon"))


MANY = plain("1.0.0", "1.1.0", "1.2.0", "1.3.0", "2.0.0-beta")
LATE = {"1.0.0": "2021-01-01", "1.1.0": "2021-06-01"}
AVAILABLE = "1.2.0 (latest, stable), 2.0.0-beta, 1.3.0, 1.1.0 and 1 more"
IN_TIME = "choose a later date, or a range that older versions satisfy"
NO_NAME = "check the name and the registry in .npmrc"


@pytest.mark.parametrize(
    ("packument", "wanted", "options", "code", "message", "facts", "hint"),
    [
        (
            {"versions": MANY, "dist-tags": {"latest": "1.2.0", "stable": "1.2.0", "old": "0.1.0"}},
            "^9.0.0", {}, "ETARGET", "no version of `a` satisfies `^9.0.0`",
            (("available", AVAILABLE),),
            "`^1.2.0` is what the registry has now; change the range, or add `overrides`",
        ),
        (
            {"versions": plain("1.0.0", "1.1.0"), "time": LATE}, "^1.0.0", {"before": "2020-01-01"},
            "ENOVERSIONS", "`a` has no versions that were published in time",
            (("available", "1.1.0, 1.0.0"), ("published by", "2020-01-01")), IN_TIME,
        ),
        (
            {"versions": plain("1.0.0", "1.1.0"), "time": LATE}, "1.1.0", {"before": "2021-03-01"},
            "ETARGET", "no version of `a` satisfies `1.1.0` and was published in time",
            (("available", "1.1.0, 1.0.0"), ("published by", "2021-03-01")), IN_TIME,
        ),
        ({}, "*", {}, "ENOVERSIONS", "`a` has no versions", (), NO_NAME),
        ({}, "*", {"before": "2020-01-01"}, "ENOVERSIONS", "`a` has no versions",
         (("published by", "2020-01-01"),), IN_TIME),
        (
            {"versions": {"1.0.0": None}, "dist-tags": {"latest": "1.0.0"}}, "^1.0.0", {},
            "ETARGET", "no version of `a` satisfies `^1.0.0`", (("available", "1.0.0 (latest)"),),
            "the registry's manifest of `1.0.0` cannot be used: tell its operator",
        ),
        (
            {"versions": plain("1.0.0"), "dist-tags": {"latest": "2.0.0"}}, "^3.0.0", {},
            "ETARGET", "no version of `a` satisfies `^3.0.0`", (("available", "1.0.0"),), NO_NAME,
        ),
        (
            {"versions": plain("1.0.0"), "dist-tags": {"latest": "odd"}}, "^3.0.0", {},
            "ETARGET", "no version of `a` satisfies `^3.0.0`", (("available", "1.0.0"),), NO_NAME,
        ),
        (
            {"versions": plain("1.0.0"), "dist-tags": {"latest": "1.0.0"}}, "1.0.0",
            {"avoid": "1.x", "avoid_strict": True},
            "ETARGET", "no version of `a` satisfies `1.0.0` and is outside of `1.x`",
            (("available", "1.0.0 (latest)"),),
            "the registry's manifest of `1.0.0` cannot be used: tell its operator",
        ),
        (
            {"versions": plain("1.0.0"),
             "policyRestrictions": {"versions": plain(*(f"2.{n}.0" for n in range(5))),
                                    "message": "m" * 501}},
            "2.x", {}, "E403", "the registry's policy withholds what `a@2.x` asks for",
            (("withheld", "2.0.0, 2.1.0, 2.2.0, 2.3.0"), ("registry says", "m" * 500),
             ("available", "2.4.0, 2.3.0, 2.2.0, 2.1.0 and 2 more")),
            "choose a version that is not withheld, or ask the registry's operator",
        ),
        (
            {"policyRestrictions": {"versions": plain("2.0.0"), "message": 1}}, "next",
            {"default_tag": "next"}, "ETARGET", "no version of `a` satisfies `next`", (), NO_NAME,
        ),
    ],
)  # fmt: skip
def test_an_error_tells_what_there_is_and_what_to_do(
    packument, wanted, options, code, message, facts, hint
):
    """The facts name no more versions than can be read, and the hint fits what was asked."""
    found = packument_from_object({"name": "a", **packument}, "a")
    with pytest.raises(ResolutionError) as caught:
        pick_manifest(found, resolve_spec("a", wanted, where="/"), options=PickOptions(**options))

    error = caught.value
    assert (code, message, facts, hint) == (error.code, error.message, error.facts, error.hint)
