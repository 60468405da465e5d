"""Where a lockfile differs from the ideal tree, in npm's words."""

from __future__ import annotations

import json

import pytest

from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.package_json import parse_manifest
from zipper.tree.lock_fit import (
    describe_misfits,
    lacks_only_variants,
    lacks_outside_dependencies,
    list_differences,
)
from zipper.tree.model import Node, Tree


def tree(**packages: dict) -> Tree:
    """Return a tree of lockfile entries; `__` stands for a slash in a location."""
    entries = {name.replace("__", "/"): entry for name, entry in packages.items()}
    text = json.dumps({"lockfileVersion": 3, "packages": entries})
    manifest = parse_manifest(packages.get("", {}))
    return read_lockfile(text, path="", manifest=manifest).tree


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


def test_a_link_to_what_is_gone_has_no_version() -> None:
    """Whatever the ideal tree has there is another one."""
    link = Tree({"node_modules/a": Node("node_modules/a", "a", link_target="gone")})
    package = Tree({"node_modules/a": Node("node_modules/a", "a", version="1.0.0")})

    assert ["Invalid: lock file's a@ does not satisfy a@1.0.0"] == list_differences(link, package)
    assert ["Invalid: lock file's a@1.0.0 does not satisfy a@"] == list_differences(package, link)


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


_A = {"version": "1.2.0"}


@pytest.mark.parametrize(
    ("root", "packages", "expected"),
    [
        ({"dependencies": {"a": "^1.0.0"}}, {"node_modules__a": _A}, []),
        ({"dependencies": {"a": "^2.0.0"}}, {"node_modules__a": _A},
         ["Invalid: lock file's a@1.2.0 does not satisfy ^2.0.0"]),
        ({"dependencies": {"a": "=1.2.0", "b": "v1.2"}, "devDependencies": {"c": "1"}},
         {"node_modules__a": _A, "node_modules__b": _A},
         ["Missing: c@1 from lock file"]),
        ({"dependencies": {"a": "=1.2.3foo"}}, {"node_modules__a": _A},
         ["Invalid: lock file's a@1.2.0 does not satisfy =1.2.3foo"]),
        ({"dependencies": {"a": "1.2.3foo"}}, {"node_modules__a": {"version": "1.2.3foo"}}, []),
        ({"optionalDependencies": {"a": "1"}}, {}, []),
        ({"peerDependencies": {"a": "1"}}, {}, ["Missing: a@1 from lock file"]),
        ({"peerDependencies": {"a": "1"}, "peerDependenciesMeta": {"a": {"optional": True}}}, {},
         []),
        ({"dependencies": {"a": "latest", "b": "u/p", "c": "npm:d@2"}},
         {"node_modules__a": _A, "node_modules__b": _A, "node_modules__c": _A}, []),
        ({"dependencies": {"a": "file:lib"}}, {"node_modules__a": _LINK, "lib": _A}, []),
        ({"dependencies": {"a": "2"}}, {"node_modules__a": _LINK, "lib": _A}, []),
    ],
)  # fmt: skip
def test_what_the_project_asks_for_is_held_against_the_lockfile(
    root: dict, packages: dict, expected: list[str]
) -> None:
    """Its own dependencies alone; what only may be there, and what is no range, is no misfit."""
    assert expected == describe_misfits(tree(**{"": root}, **packages))


def test_peers_are_not_looked_at_where_npm_does_not() -> None:
    """`legacy-peer-deps` leaves them out."""
    locked = tree(**{"": {"peerDependencies": {"a": "1"}}})

    assert 1 == len(describe_misfits(locked))
    assert [] == describe_misfits(locked, legacy_peer_deps=True)


@pytest.mark.parametrize(
    ("place", "fields", "expected"),
    [
        ("../out", {"dependencies": {"b": "1"}}, True),
        ("../out", {"peerDependencies": {"b": "1"}}, True),
        ("../out", {"optionalDependencies": {"b": "1"}}, False),
        ("../out", {"devDependencies": {"b": "1"}}, False),
        ("../out", {}, False),
        ("inside", {"dependencies": {"b": "1"}}, False),
    ],
)
def test_a_folder_outside_that_lacks_something_is_told(
    place: str, fields: dict, *, expected: bool
) -> None:
    """Only what it has to have, and only of folders that npm does not resolve."""
    link = {"link": True, "resolved": place}
    locked = tree(**{"node_modules/a": link, place: {"version": "1.0.0", **fields}})

    assert expected is lacks_outside_dependencies(locked)
