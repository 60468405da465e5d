"""npm-packlist's table: which files packing a folder packs."""

from __future__ import annotations

import json
import posixpath

import pytest
from support.shared import load_cases

from zipper.npm.packlist import list_packed


def text_of(value) -> str:
    """Return a file's text; objects stand for a package.json."""
    return value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["id"]) for case in load_cases("packlist.json")]
)
def test_packed_files_agree(case):
    """The same files are packed as by npm, in the same order."""
    files = {path: text for path, text in case["files"].items() if text is not None}
    links = {
        path: posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        for path, target in case.get("symlinks", {}).items()
    }
    options = case.get("options", {})
    found = list_packed(
        files,
        read_text=lambda path: text_of(files[path]),
        project=case["project"],
        links=links,
        prefix=options.get("prefix"),
        workspaces=options.get("workspaces", ()),
    )

    assert case["expected"] == found
