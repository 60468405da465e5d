"""Globs of ignore files."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.npm.glob import parse_rule
from zipper.npm.glob_braces import expand_braces

PIECES = r"a b * ** / ? [ab] [!a] {a,b} ! @(a|b) !(a) +( ) | { } [ \ . .js"
PATTERNS = st.lists(st.sampled_from(PIECES.split(" ")), max_size=8).map("".join)
PATHS = st.lists(st.sampled_from(["a", "b", "ab", "a.js", ".a"]), min_size=1, max_size=4).map(
    "/".join
)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.js", "lib/a.js", True),
        ("*.js", "lib/.js", True),
        ("/*.js", "/lib/a.js", False),
        ("lib/**", "lib/a/b", True),
        ("lib/**", "lib", False),
        ("**/a/**/b", "x/a/y/z/b", True),
        ("README{,.*[^~$]}", "readme.md", True),
        ("README{,.*[^~$]}", "readme.md~", False),
        ("x!(a|b).js", "xc.js", True),
        ("x!(a|b).js", "xa.js", False),
        ("+(a|b)", "abba", True),
        ("[[:digit:]]x", "7x", True),
        ("[b-a]", "a", False),
        ("{1..3}", "2", True),
        (r"\*", "*", True),
        ("a/../b", "b", True),
        ("[", "[", True),
    ],
)
def test_path_matches_as_in_minimatch(pattern, path, expected):
    """Stars, classes, braces and extended globs mean what they mean to npm."""
    assert expected == parse_rule(pattern).match(path)


@given(PATTERNS, PATHS, st.booleans())
def test_any_pattern_is_a_rule(pattern, path, partial):
    """No text is refused, and matching gives an answer."""
    assert parse_rule(pattern).match(path, partial=partial) in (True, False)


@given(PATHS)
def test_plain_path_matches_itself(path):
    """A path without magic matches itself in any case, and begins to match from above."""
    assert parse_rule(path).match(path.upper())
    assert parse_rule(f"/{path}/x").match(f"/{path}", partial=True)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a{b,c}d", ["abd", "acd"]),
        ("{a,{b,c}}", ["a", "b", "c"]),
        ("{01..03}", ["01", "02", "03"]),
        ("{a..e..2}", ["a", "c", "e"]),
        ("${a,b}", ["${a,b}"]),
        ("{a}", ["{a}"]),
        ("{a,b", ["{a,b"]),
        (r"\{a,b}", [r"\{a,b}"]),
    ],
)
def test_braces_expand_as_in_a_shell(pattern, expected):
    """Lists, nested lists and sequences are written out; anything else stays."""
    assert expected == expand_braces(pattern)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 60 + "b", "a" * 200),
        ("+(+(+(a)))b", "a" * 100),
        ("**/a/" * 40 + "b", "a/" * 100 + "c"),
        ("{a,b}" * 40, "a"),
        ("{1..99999999}", "5"),
        ("@(" * 5_000, "a"),
        ("{" * 5_000, "a"),
    ],
    ids=lambda text: text[:10],
)
def test_hostile_patterns_take_bounded_time(pattern, path):
    """Patterns that make regular expressions run for ever are answered at once."""
    start = time.process_time()
    parse_rule(pattern).match(path)

    assert time.process_time() - start < 5


@pytest.mark.parametrize(("length", "matches"), [(65_536, True), (65_537, False)])
def test_a_rule_that_npm_refuses_matches_nothing(length, matches):
    """Minimatch takes 64 KB of text, its `!` aside."""
    text = "a" * length

    assert matches is parse_rule(text).match(text)
    assert parse_rule(f"!{text}").negated is matches
