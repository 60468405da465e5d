"""Paths with placeholders, and the names that they may mean."""

from __future__ import annotations

import pytest

from zipper.bundling.path_patterns import is_pattern, make_pattern, split_pattern


@pytest.mark.parametrize(
    ("path", "folder", "name", "other"),
    [
        ("a/locales/{{lng}}/{{ns}}.json", "a/locales", "de/x.json", "de/x.yml"),
        ("s/**/*.graphql", "s", "b/c/d.graphql", "b/d.gql"),
        ("s/**/*.graphql", "s", "d.graphql", "b/d.gql"),
        ("e/*.{js,ts}", "e", "u.js", "u.jsx"),
        ("l/%s.json", "l", "de.json", "x/de.json"),
        ("x/:lang/a", "x", "de/a", "a"),
        ("x/v?.txt", "x", "v1.txt", "v12.txt"),
        ("x/[ab].txt", "x", "a.txt", "ab.txt"),
    ],
)
def test_pattern_means_the_names_that_fit(path: str, folder: str, name: str, other: str) -> None:
    """Globs, and the placeholders of libraries; the folder is what stands before them."""
    found, rest = split_pattern(path)

    assert is_pattern(path)
    assert folder == found
    assert make_pattern(rest).fullmatch(name)
    assert not make_pattern(rest).fullmatch(other)


def test_plain_path_is_no_pattern() -> None:
    """Most paths are what they say."""
    assert not is_pattern("a/b-c/d_1.json")


def test_many_placeholders_end() -> None:
    """Behind a few that could be tried against each other, every name fits."""
    for rest, name in (("*a" * 40, "a" * 200), ("**/a/" * 40, "a/" * 200), ("**" * 40, "a" * 200)):
        assert make_pattern(rest).fullmatch(name)
        assert not make_pattern(rest).fullmatch(f"{name[:100]}\n")
    assert make_pattern("*/*/*/*/*.json").fullmatch("a/b/c/d/e.json")
    assert not make_pattern("*/*/*/*/*.json").fullmatch("a/b/c/d/e.js")
