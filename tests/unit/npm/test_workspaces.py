"""The names of workspaces, and the order in which patterns select them."""

from __future__ import annotations

import pytest

from zipper.errors import ProjectError
from zipper.npm.workspaces import (
    find_lost_patterns,
    match_workspaces,
    matches_pattern,
    name_from_folder,
    name_workspaces,
)


def test_two_workspaces_of_one_name_are_refused() -> None:
    """Both folders are told, in their order; one without a name has that of its folder."""
    assert {"a": "libs/a", "@s/b": "@s/b"} == name_workspaces({"libs/a": "", "@s/b": ""})
    with pytest.raises(ProjectError) as raised:
        name_workspaces({"libs/a": "x", "libs/b": "b", "libs/c": "x"})

    assert "EDUPLICATEWORKSPACE" == raised.value.code
    assert (("found in", "libs/a"), ("and in", "libs/c")) == raised.value.facts


def test_workspaces_come_in_the_order_of_the_patterns() -> None:
    """The first pattern that selects a folder gives its place."""
    folders = ("a", "b", "c")

    assert ("c", "a", "b") == match_workspaces(["c", "*"], folders)
    assert ("b", "c") == match_workspaces(["*", "!a"], folders)


@pytest.mark.parametrize("pattern", ["[" * 20 + "x", "**/" * 500 + "y", "+(" * 40, "{a,b}" * 30])
def test_patterns_that_no_one_writes_cost_nothing(pattern: str) -> None:
    """Neither time nor memory depends on more than the pattern's length, and nothing is raised."""
    assert not matches_pattern("/".join(["x"] * 50), pattern)


@pytest.mark.parametrize(
    ("pattern", "is_lost"),
    [
        ("packages/*", False),
        ("packages\\*", False),
        ("libs/*", False),
        ("libs\\*", True),
        (".\\packages\\a", True),
        ("\\packages\\a", True),
        ("!packages\\b", True),
        ("!packages/b", False),
        ("!!packages\\a", False),
    ],
)
def test_patterns_that_a_backslash_loses(pattern: str, *, is_lost: bool) -> None:
    """Only those with a backslash that select nothing, or would exclude something."""
    assert ((pattern,) if is_lost else ()) == find_lost_patterns([pattern], ("packages/a",))


@pytest.mark.parametrize(
    ("path", "name"),
    [("", ""), ("/", ""), ("a", "a"), ("@s", "@s"), ("a/b/", "b"), ("a/@s/b", "@s/b")],
)
def test_a_folder_suggests_a_name(path: str, name: str) -> None:
    """The last part counts, and the scope before it."""
    assert name == name_from_folder(path)
