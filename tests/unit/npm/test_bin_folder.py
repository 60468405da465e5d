"""A folder of commands instead of a list."""

from __future__ import annotations

import pytest

from zipper.npm.bin_folder import expand_bin_folder

FILES = {"bin": ["tool.js", ".hidden", "sub/deep", ".git/x"], "lib/cmd": ["a"]}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            {"directories": {"bin": "./bin/"}},
            {"deep": "bin/sub/deep", "sub": "bin/sub", "tool.js": "bin/tool.js"},
        ),
        ({"directories": {"bin": "lib/cmd"}}, {"a": "lib/cmd/a"}),
        ({"directories": {"bin": "nowhere"}}, {}),
        ({"directories": {"bin": "bin"}, "bin": "x.js"}, "x.js"),
        ({"directories": {"bin": "bin"}, "bin": {}}, {}),
        ({"directories": {"bin": "../bin"}}, None),
        ({"directories": {"bin": 1}}, None),
        ({"directories": "bin"}, None),
        ({}, None),
    ],
)
def test_files_of_the_folder_are_commands(raw: dict, expected: object) -> None:
    """Each visible file and folder in it, unless there is a `bin`; nothing outside the package."""
    expanded = expand_bin_folder(raw, lambda folder: FILES.get(folder, ()))

    assert expected == expanded.get("bin")
