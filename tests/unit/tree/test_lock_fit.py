"""Where a lockfile differs from the ideal tree, in npm's words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.package_json import parse_manifest
from zipper.tree.lock_fit import lacks_only_variants, list_differences

if TYPE_CHECKING:
    from zipper.tree.model import Tree


def tree(**packages: dict) -> Tree:
    """Return a tree of lockfile entries; `__` stands for a slash in a location."""
    entries = {name.replace("__", "/"): entry for name, entry in packages.items()}
    text = json.dumps({"lockfileVersion": 3, "packages": entries})
    return read_lockfile(text, path="", manifest=parse_manifest({})).tree


_LINK = {"link": True, "resolved": "lib"}


@pytest.mark.parametrize(
    ("locked", "ideal", "expected"),
    [
        ({}, {}, []),
        ({}, {"node_modules__a": {"version": "1.0.0"}}, ["Missing: a@1.0.0 from lock file"]),
        (
            {"node_modules__a": {"version": "1.0.0"}},
            {"node_modules__a": {"version": "2.0.0"}},
            ["Invalid: lock file's a@1.0.0 does not satisfy a@2.0.0"],
        ),
        (
            {"node_modules__a": _LINK, "lib": {"version": "1.0.0"}},
            {"node_modules__a": _LINK, "lib": {"version": "1.1.0"}},
            [],
        ),
        (
            {"node_modules__a": {"version": "1.0.0"}},
            {"node_modules__a": _LINK, "lib": {"version": "3.0.0"}},
            [
                "Invalid: lock file's a@1.0.0 does not satisfy a@3.0.0",
                "Missing: lib@3.0.0 from lock file",
            ],
        ),
        (
            {"node_modules__a": _LINK, "lib": {"version": "3.0.0"}},
            {"node_modules__a": {"version": "3.0.0"}},
            [],
        ),
        (
            {"node_modules__a": {"link": True, "resolved": "node_modules/a"}},
            {"node_modules__a": {"version": "3.0.0"}},
            ["Invalid: lock file's a@ does not satisfy a@3.0.0"],
        ),
    ],
)
def test_differences_are_npms(locked: dict, ideal: dict, expected: list[str]) -> None:
    """What is missing, and what has another version; a folder of the project has its own."""
    assert expected == list_differences(tree(**locked), tree(**ideal))


_TOOL = {"version": "1.0.0", "optionalDependencies": {"tool-x64": "1", "tool-arm64": "1"}}
_X64 = {"version": "1.0.0", "cpu": ["x64"], "optional": True}
_ARM64 = {"version": "1.0.0", "cpu": ["arm64"], "optional": True}


def test_a_lockfile_of_one_machine_lacks_variants_only() -> None:
    """Optional packages of other platforms are told from everything else that may be missing."""
    host = {"node_modules__tool": _TOOL, "node_modules__tool-x64": _X64}
    whole = host | {"node_modules__tool-arm64": _ARM64}

    assert lacks_only_variants(tree(**host), tree(**whole))
    assert not lacks_only_variants(tree(**whole), tree(**whole))
    required = whole | {"node_modules__a": {"version": "1.0.0"}}
    assert not lacks_only_variants(tree(**host), tree(**required))
    changed = whole | {"node_modules__tool": {**_TOOL, "version": "1.0.1"}}
    assert not lacks_only_variants(tree(**host), tree(**changed))
