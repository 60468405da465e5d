"""Which patterns are about files of packages."""

from __future__ import annotations

import pytest

from zipper.layout.excluded_members import find_inner_patterns


@pytest.mark.parametrize(
    ("pattern", "is_inner"),
    [
        ("node_modules/**/*.map", True),
        ("/node_modules/a/docs/", True),
        ("!node_modules/a/keep.map", True),
        ("**/node_modules/a/node_modules/b/*.md", True),
        ("node_modules/", False),
        ("node_modules", False),
        ("**/node_modules/**", False),
        ("/node_modules/*", False),
        ("test/", False),
        ("*.map", False),
    ],
)
def test_patterns_that_reach_into_packages(pattern: str, *, is_inner: bool) -> None:
    """A place inside of node_modules is meant; the folder as a whole is a habit."""
    assert is_inner == bool(find_inner_patterns([pattern]))
