"""Patches applied to files, held against what pnpm's and yarn's own code makes of them."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from tests.support.shared import REPOSITORY
from zipper.npm.patch_apply import PatchedFile, apply_patch
from zipper.npm.patch_text import PatchFaultError, parse_patch

TABLE = REPOSITORY / "fixtures" / "conformance" / "patches.json"


def apply(patch: str, files: dict[str, bytes], tool: str = "pnpm") -> dict[str, bytes | None]:
    there = {name: PatchedFile(data) for name, data in files.items()}
    changed = apply_patch(parse_patch(patch), there.get, tool=tool)
    return {name: None if one is None else one.data for name, one in changed.items()}


def test_the_tools_own_code_makes_the_same() -> None:
    """Random edits as git writes them, of files that changed meanwhile: bytes, or a refusal."""
    rows = json.loads(TABLE.read_text("utf-8"))["cases"]

    wrong = []
    for number, row in enumerate(rows):
        files = {name: b64decode(text) for name, text in row["files"].items()}
        for tool in ("pnpm", "yarn"):
            wanted = row[tool]
            expected = wanted and {name: b64decode(text) for name, text in wanted.items()}
            try:
                made = {**files, **apply(row["patch"], files, tool)}
                found = {name: data for name, data in made.items() if data is not None}
            except PatchFaultError:
                found = None
            if found != expected:
                wrong.append((number, tool))

    assert len(rows) > 100
    assert [] == wrong


def hunk(start: int) -> str:
    return f"--- a/x\n+++ b/x\n@@ -{start} +{start} @@\n-old\n+new\n"


@pytest.mark.parametrize(
    ("tool", "lines_above", "applies"),
    [("pnpm", 20, True), ("pnpm", 21, False), ("bun", 500, True), ("yarn", 500, True)],
)
def test_a_hunk_may_have_moved(tool: str, lines_above: int, *, applies: bool) -> None:
    """As far as the tool itself looks for it."""
    data = b"above\n" * lines_above + b"old\n"
    if applies:
        assert {"x": data.replace(b"old", b"new")} == apply(hunk(1), {"x": data}, tool)
        return
    with pytest.raises(PatchFaultError, match=r"hunk 1 of `x` \(line 1\)"):
        apply(hunk(1), {"x": data}, tool)


def test_a_file_that_is_not_there_is_named() -> None:
    """The error says which."""
    with pytest.raises(PatchFaultError, match="`x`"):
        apply(hunk(1), {})


def test_bytes_that_are_no_utf_8_become_the_replacement_character() -> None:
    """As where Node reads a file as UTF-8, which both tools do."""
    changed = apply(hunk(2), {"x": b"\xff\nold\n"})

    assert {"x": "\ufffd\nnew\n".encode()} == changed


def test_later_parts_see_earlier_ones() -> None:
    """A file that was renamed is changed under its new name."""
    patch = (
        "diff --git a/x b/y\nrename from x\nrename to y\n--- a/x\n+++ b/y\n"
        "@@ -1 +1 @@\n-old\n+new\ndiff --git a/z b/z\nold mode 100644\nnew mode 100755\n"
    )
    there = {"x": PatchedFile(b"old\n"), "z": PatchedFile(b"")}

    made = apply_patch(parse_patch(patch), there.get, tool="yarn")

    assert {
        "x": None,
        "y": PatchedFile(b"new\n"),
        "z": PatchedFile(b"", is_executable=True),
    } == made
