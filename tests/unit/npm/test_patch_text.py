"""The text of a patch."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.npm.patch_text import Effect, Hunk, HunkPart, PatchFaultError, parse_patch


def diff(*lines: str) -> str:
    return "\n".join(("diff --git a/x.js b/x.js", *lines, ""))


def test_hunks_of_a_file() -> None:
    """What stands around the diffs is passed over, and lines count from 1."""
    text = "From: me\n\n" + diff(
        "index 1..2 100644",
        "--- a/x.js",
        "+++ b/x.js",
        "@@ -1 +1,2 @@ f()",
        " a",
        "+b",
        "\\ No newline at end of file",
        "@@ -4,2 +5 @@",
        "-c",
        "-d",
        "+e",
        "what follows is no part of it",
    )
    inserted = HunkPart("insertion", ("b",), ends_without_newline=True)
    first = Hunk(1, 1, 1, 2, (HunkPart("context", ("a",)), inserted))
    parts = (HunkPart("deletion", ("c", "d")), HunkPart("insertion", ("e",)))

    assert (Effect("change", "x.js", (first, Hunk(4, 2, 5, 1, parts))),) == parse_patch(text)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("deleted file mode 100644",), [Effect("delete", "x.js")]),
        (("new file mode 100755",), [Effect("create", "x.js", is_executable=True)]),
        (("new file mode 100644",), [Effect("create", "x.js")]),
        (("new file mode 644", "semver exclusivity 2"), [Effect("create", "x.js", versions="2")]),
        (("old mode 100755", "new mode 100644"), [Effect("mode", "x.js")]),
        (("old mode 100755", "new mode 100755"), []),
        (("old mode 100755",), []),
        (("new mode 100755",), []),
        (
            ("similarity index 100%", "rename from a.js", "rename to lib/b.js"),
            [Effect("rename", "lib/b.js", old_path="a.js")],
        ),
        (
            ("old mode 100644", "new mode 100755"),
            [Effect("mode", "x.js", is_executable=True)],
        ),
        (
            ("semver exclusivity ^1.0.0", "deleted file mode 100644"),
            [Effect("delete", "x.js", versions="^1.0.0")],
        ),
        (("Binary files differ",), []),
    ],
)
def test_what_else_git_says_of_a_file(lines: tuple[str, ...], expected: list[Effect]) -> None:
    """Deletions, new files, renames and modes; yarn adds the versions that a part is for."""
    assert expected == list(parse_patch(diff(*lines)))


@pytest.mark.parametrize("line", ["", " ", "\r", " \r"])
def test_an_empty_line_is_context(line: str) -> None:
    """Editors take the space away that such a line begins with."""
    (effect,) = parse_patch(diff("--- a/x.js", "+++ b/x.js", "@@ -1,2 +1,2 @@", "-a", "+b", line))

    assert ("context", (line[1:],)) == effect.hunks[0].parts[2][:2]


def test_all_parts_of_a_patch_are_for_some_versions() -> None:
    """Yarn's addition counts for the rename, the mode and the change alike."""
    lines = "semver exclusivity 2", "rename from a", "rename to b", "old mode 644", "new mode 755"

    found = parse_patch(diff(*lines, "@@ -0,0 +0 @@", "+b"))

    assert [("rename", "2"), ("mode", "2"), ("change", "2")] == [
        (effect.kind, effect.versions) for effect in found
    ]
    assert (1, 0, 1, 1) == found[2].hunks[0][:4]
    assert [False, True, False] == [effect.is_executable for effect in found]


def test_diffs_without_git_s_first_line() -> None:
    """`--- a/` begins the next file where the lengths say that it is no deleted line."""
    one = "--- a/{0}\n+++ b/{0}\n@@ -1 +1 @@\n-a\n+b\n"

    found = parse_patch(one.format("x") + one.format("y"))

    assert ["x", "y"] == [effect.path for effect in found]


@pytest.mark.parametrize(
    "text",
    [
        "diff --git x y",
        diff("--- a/../x", "+++ b/../x", "@@ -1 +1 @@", "-a", "+b"),
        diff("--- a/x", "+++ b//etc/x", "@@ -1 +1 @@", "-a", "+b"),
        diff("--- a/x", "+++ b/a\\..\\..\\x", "@@ -1 +1 @@", "-a", "+b"),
        diff("rename from a.js"),
        diff("new file mode 120000"),
        diff("new file mode 10064x"),
        diff("@@ -1 +1", "-a", "+b"),
        diff("@@ -1 +1 @@", "-a"),
        diff("@@ -1 +1 @@", "\\ No newline at end of file"),
        diff("@@ -1 +1 @@", "-a", "+b", "\\ other"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    """Paths that leave the package, links, and hunks whose lines are not what they say."""
    with pytest.raises(PatchFaultError):
        parse_patch(text)


@given(st.lists(st.sampled_from([*"+- @\\", "@@ -1 +1 @@", "diff --git a/x b/x", "--- a/x", ""])))
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    """Nothing else is raised."""
    with contextlib.suppress(PatchFaultError):
        assert all(one.path for one in parse_patch("\n".join(lines)))
