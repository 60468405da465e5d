"""Versions and ranges: what the tables do not say."""

from __future__ import annotations

import operator
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.npm import semver
from zipper.npm.semver_range import parse_range
from zipper.npm.semver_version import parse_key, parse_plain

NUMBERS = st.integers(min_value=0, max_value=2**53 - 1)
WORDS = st.from_regex(r"(0|[1-9][0-9]{0,3}|[0-9]{0,2}[a-zA-Z-][0-9a-zA-Z-]{0,3})", fullmatch=True)
VERSIONS = st.builds(
    lambda numbers, words: ".".join(map(str, numbers)) + (f"-{'.'.join(words)}" if words else ""),
    st.tuples(NUMBERS, st.integers(0, 3), st.integers(0, 3)),
    st.lists(WORDS, max_size=3),
)
SMALL = st.builds("{}.{}.{}".format, *[st.integers(0, 3)] * 3)
COMPARATORS = st.builds(
    "{}{}".format, st.sampled_from(["", "=", ">", "<", ">=", "<=", "^", "~"]), SMALL | VERSIONS
)
RANGES = st.lists(
    st.lists(COMPARATORS, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=3
).map(" || ".join)


@given(VERSIONS)
def test_canonical_version_is_its_own_form(version):
    """Parsing and writing a canonical version changes nothing."""
    assert version == semver.valid(version)


@given(st.lists(VERSIONS, min_size=3, max_size=3))
def test_order_is_total(versions):
    """Any three versions have one order, and comparing agrees with it."""
    a, b, c = sorted(versions, key=semver.parse)

    assert (semver.compare(a, b) <= 0, semver.compare(b, c) <= 0) == (True, True)
    assert semver.compare(a, c) <= 0
    assert semver.compare(a, b) == -semver.compare(b, a)


@given(RANGES, VERSIONS | SMALL, st.booleans())
def test_canonical_range_admits_the_same(range_, version, include_prerelease):
    """A range and its canonical form admit the same versions."""
    canonical = semver.valid_range(range_, include_prerelease=include_prerelease)

    assert canonical is None or semver.satisfies(
        version, range_, include_prerelease=include_prerelease
    ) == semver.satisfies(version, canonical, include_prerelease=include_prerelease)


@given(st.lists(SMALL, max_size=8), RANGES)
def test_max_satisfying_is_the_highest_that_satisfies(versions, range_):
    """The answer is the first among the highest of the versions that satisfy."""
    fitting = [version for version in versions if semver.satisfies(version, range_)]
    expected = max(fitting, key=semver.parse, default=None)

    assert expected == semver.max_satisfying(versions, range_)


@given(st.text() | st.none() | st.integers() | st.lists(st.integers()), st.text())
def test_junk_raises_nothing(junk, text):
    """What is no text, no version and no range satisfies nothing and is None."""
    assert semver.satisfies(junk, junk) in (True, False)
    assert semver.valid(junk) is None or isinstance(junk, str)
    assert semver.compare(junk, "1.0.0") in (-1, 0, 1)
    assert semver.clean(junk) is None or isinstance(junk, str)
    assert semver.intersects(junk, text) in (True, False)


@given(RANGES, RANGES)
def test_intersecting_is_symmetric(a, b):
    """It does not matter which of two ranges is named first."""
    assert semver.intersects(a, b) == semver.intersects(b, a)


@pytest.mark.parametrize("loose", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        " " * 500_000,
        f"1{' ' * 500_000}2",
        "v" * 500_000,
        "> " * 250_000,
        "1.2.3-" + "a." * 250_000,
        "||" * 250_000,
        "1.2." + "3" * 256 + ".a" * 250_000,
        f"1.2.3 - 1.2.{'3' * 250}{'.a' * 250_000}",
        "1" * 500_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_long_ranges_take_linear_time(text, loose):
    """Half a million characters are answered at once, whatever they are."""
    start = time.process_time()
    semver.valid_range(text, loose=loose)

    assert time.process_time() - start < 5


def test_long_ranges_are_not_kept():
    """A range too long to be honest is read anew each time instead of filling the cache."""
    text = " || ".join(["1.2.3"] * 200)

    assert parse_range(text) is not parse_range(text)
    assert parse_range("1.2.3") is parse_range("1.2.3")


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("1.0.0", "1.0.0+build", None),
        ("1.0.0", "2.0.0", "major"),
        ("1.0.0", "1.1.0-0", "preminor"),
        ("1.0.0-0", "1.0.0", "major"),
        ("1.1.0-0", "1.1.0", "minor"),
        ("1.1.1-0", "1.1.1", "patch"),
        ("1.0.0-0", "1.0.0-1", "prerelease"),
        ("junk", "1.0.0", None),
    ],
)
def test_diff_names_the_greatest_part(a, b, expected):
    """The greatest part in which two versions differ is named as by npm."""
    assert expected == semver.diff(a, b)


def test_python_digits_and_spaces_are_not_javascript_ones():
    """Digits of other scripts are no digits; white space is what JavaScript takes for it."""
    assert semver.valid("\u0661.2.3") is None
    assert semver.valid("1.2.3\x1c") is None
    assert semver.valid("\ufeff1.2.3\n") == "1.2.3"


@pytest.mark.parametrize(
    ("spaced", "canonical"),
    [
        ("> 1 < 3", ">=2.0.0 <3.0.0-0"),
        ("< 2 || >= 4", "<2.0.0-0||>=4.0.0"),
        (">= 1.2.3 4", ">=1.2.3 >=4.0.0 <5.0.0-0"),
        ("~ 1.2.3 >= 1.2.5", ">=1.2.3 <1.3.0-0 >=1.2.5"),
        (">= 1.x", ">=1.0.0"),
        (">= ^1", None),
        ("> = 1", None),
        (">= >= 1", None),
        (">=", None),
        (">= 01", None),
    ],
)
def test_an_operator_may_stand_apart_from_its_version(spaced, canonical):
    """With and without the grammar, node-semver's answer is given."""
    assert canonical == semver.valid_range(spaced)


@given(
    st.one_of(VERSIONS, st.from_regex(r"[v0-9]{0,4}\.[0-9²]{1,17}\.[0-9a-b-]{1,4}", fullmatch=True))
)
def test_key_is_that_of_the_version_loosely_read(text):
    """What versions are put in order by is read in another way, and is the same."""
    parsed = semver.parse(text, loose=True)

    assert (None if parsed is None else parsed.key) == parse_key(text)


def test_versions_that_differ_in_build_metadata_are_one():
    """Neither operator sees it, nor does a set."""
    one, other = semver.parse("1.2.3+a"), semver.parse("1.2.3+b")

    assert one == other
    assert not operator.ne(one, other)
    assert 1 == len({one, other})
    assert one != "1.2.3"


@pytest.mark.parametrize("text", ["0.0.0", "1.20.3", "1.2.3-0", "10.0.0-0"])
def test_plain_versions_are_read_without_the_grammar(text):
    """They are the version that the grammar reads."""
    plain, read = parse_plain(text), semver.parse(f" {text}")

    assert plain is not None
    assert (str(plain), plain) == (str(read), read)
    assert plain.prerelease == read.prerelease


@pytest.mark.parametrize("loose", [False, True])
@pytest.mark.parametrize("digits", [16, 20, 21, 22, 200])
@pytest.mark.parametrize("form", ["<={}", "^{}.0.0", "<=1.{}", "~1.{}", "1.{}.x", ">{}", "1 - {}"])
def test_numbers_that_javascript_rounds(form, digits, loose):
    """Tried with npm's semver, where a number with an exponent is no bound for loose ranges."""
    is_lost = loose and digits >= 21 and form == "1 - {}"
    found = semver.valid_range(form.format("9" * digits), loose=loose)

    assert (">=1.0.0" if is_lost else None) == found
