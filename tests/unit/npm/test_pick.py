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
