"""Names among the dependencies and the development dependencies mean what npm means by them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zipper.findings import Finding
from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.package_json import parse_manifest
from zipper.tree.model import Node, Tree
from zipper.tree.named_twice import find_left_out, settle_names, tell_left_out

DEV = frozenset({"dev"})


def read(packages: dict[str, Any]) -> Tree:
    """Return the tree of a lockfile with these rows."""
    text = json.dumps({"lockfileVersion": 3, "packages": packages})
    root = parse_manifest(packages[""])
    return read_lockfile(text, path="package-lock.json", manifest=root).tree


def make_rows(kind: str, *, is_kept: bool = False) -> dict[str, Any]:
    """Return a workspace whose member `lib` has `left` twice, and whose `other` may need it."""
    lib = {"name": "lib", kind: {"left": "^1.0.0"}, "devDependencies": {"left": "^1.0.0"}}
    other = {"name": "other", "dependencies": {"left": "^1.0.0"} if is_kept else {}}
    return {
        "": {"name": "root", "workspaces": ["packages/*"]},
        "packages/lib": lib,
        "packages/other": other,
        "node_modules/lib": {"resolved": "packages/lib", "link": True},
        "node_modules/other": {"resolved": "packages/other", "link": True},
        "node_modules/left": {"version": "1.0.0"},
    }


@pytest.mark.parametrize("kind", ["dependencies", "optionalDependencies"])
def test_what_only_such_a_name_needs_is_left_out(kind: str) -> None:
    """The folder keeps it as a development dependency, and a warning names both."""
    tree = read(make_rows(kind))
    left_out = find_left_out(tree, omit=DEV)
    settled = settle_names(tree, left_out).nodes["packages/lib"].manifest
    (told,) = tell_left_out(tree, left_out)

    assert {"packages/lib": ["left"]} == left_out
    assert [{}, {}] == [dict(settled.dependencies), dict(settled.optional_dependencies)]
    assert {"left": "^1.0.0"} == dict(settled.dev_dependencies)
    assert ("dev-left-out", "warning", "packages/lib/package.json") == told[:3]
    assert "`left` of `lib`" in told.message


def test_what_another_needs_is_a_dependency() -> None:
    """It is installed, so that the folder finds it."""
    tree = read(make_rows("dependencies", is_kept=True))
    left_out = find_left_out(tree, omit=DEV)
    settled = settle_names(tree, left_out).nodes["packages/lib"].manifest

    assert {} == left_out
    assert {"left": "^1.0.0"} == dict(settled.dependencies)
    assert {} == dict(settled.dev_dependencies)


def test_with_development_dependencies_nothing_is_left_out() -> None:
    """What is installed anyway is found under either name."""
    assert {} == find_left_out(read(make_rows("dependencies")), omit=frozenset())


@pytest.mark.parametrize("legacy", [False, True])
def test_a_peer_needs_it_where_peers_count(*, legacy: bool) -> None:
    """With `legacy-peer-deps` they do not."""
    rows = make_rows("dependencies")
    rows["packages/other"]["peerDependencies"] = {"left": "*"}

    found = find_left_out(read(rows), omit=DEV, legacy_peer_deps=legacy)

    assert ({"packages/lib": ["left"]} if legacy else {}) == found


def test_each_folder_is_told_with_its_names() -> None:
    """The project is its package.json where it has no name."""
    nodes = [Node("", ""), Node("lib", "", parse_manifest({"name": "real"})), Node("in", "")]
    tree = Tree({node.location: node for node in nodes})
    why = ", as by npm: it is in `devDependencies` too, which wins"
    hint = "from `devDependencies` if it is needed at run time, then `python -m zipper resolve`"

    told = list(tell_left_out(tree, {"": ["a", "b"], "lib": ["c"], "in": ["d"]}))

    expected = [
        ("package.json", "`a`, `b`", "package.json"),
        ("lib/package.json", "`c`", "real"),
        ("in/package.json", "`d`", "in"),
    ]
    assert told == [
        Finding("dev-left-out", "warning", path, f"{names} of `{package}` is left out{why}",
                f"remove {names} {hint}")
        for path, names, package in expected
    ]  # fmt: skip


def test_a_tree_without_such_names_stays_itself() -> None:
    """Nothing is copied for most projects."""
    tree = read({"": {"name": "root", "devDependencies": {"left": "*"}}})

    assert tree is settle_names(tree, {})
