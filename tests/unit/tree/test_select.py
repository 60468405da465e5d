"""What a target installs of a tree."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.errors import LockfileError, ResolutionError
from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.package_json import parse_manifest
from zipper.target import Target
from zipper.tree.model import Node, Tree
from zipper.tree.select import select

_X64, _ARM64 = Target(architecture="x86_64"), Target(architecture="arm64")


def _tree(manifest: dict[str, Any], packages: dict[str, Any]) -> Tree:
    return resolve(project(manifest), registry(packages)).tree


def _names(tree: Tree) -> list[str]:
    return sorted(node.name for node in tree.nodes.values() if node.location)


def _variant(cpu: str) -> dict[str, Any]:
    return {"os": ["linux"], "cpu": [cpu]}


@pytest.mark.parametrize(
    ("target", "expected"),
    [(_X64, ["@tool/linux-x64", "tool"]), (_ARM64, ["@tool/linux-arm64", "tool"])],
)
def test_only_the_targets_variant_is_installed(target: Target, expected: list[str]) -> None:
    """Of the variants that the tree records, the function's architecture decides for one."""
    optional = {"@tool/linux-x64": "1", "@tool/linux-arm64": "1"}
    tree = _tree(
        {"dependencies": {"tool": "*"}},
        {
            "tool@1.0.0": {"optionalDependencies": optional},
            "@tool/linux-x64@1.0.0": _variant("x64"),
            "@tool/linux-arm64@1.0.0": _variant("arm64"),
        },
    )

    assert expected == _names(select(tree, target=target))


def test_what_only_an_unfit_package_needs_is_left_out() -> None:
    """An optional package that does not run on the target takes its own dependencies with it."""
    tree = _tree(
        {"dependencies": {"shared": "*"}, "optionalDependencies": {"mac": "*"}},
        {
            "mac@1.0.0": {"os": ["darwin"], "dependencies": {"helper": "*", "shared": "*"}},
            "helper@1.0.0": {},
            "shared@1.0.0": {},
        },
    )

    assert ["helper", "mac", "shared"] == _names(tree)
    assert ["shared"] == _names(select(tree, target=_X64))


def test_an_optional_package_whose_own_need_is_missing_is_left_out() -> None:
    """It stays in the lockfile, as in npm's, but nothing of it is installed."""
    tree = _tree(
        {"optionalDependencies": {"broken": "*"}},
        {"broken@1.0.0": {"dependencies": {"nowhere": "*"}}},
    )

    assert ["broken"] == _names(tree)
    assert [] == _names(select(tree, target=_X64))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("dependencies", []),
        ("peerDependencies", []),
        ("optionalDependencies", ["broken", "helper"]),
    ],
)
def test_what_a_lockfile_lacks_takes_an_optional_package_along(
    kind: str, expected: list[str]
) -> None:
    """Its own dependencies and its peers have to be there; what is optional to it has not."""
    root = {"name": "fn", "version": "1.0.0", "optionalDependencies": {"broken": "*"}}
    broken = {"version": "1.0.0", "optional": True, kind: {"nowhere": "*"}}
    broken.setdefault("dependencies", {})["helper"] = "*"
    packages = {
        "": root,
        "node_modules/broken": broken,
        "node_modules/helper": {"version": "1.0.0", "optional": True},
    }
    lockfile = json.dumps({"name": "fn", "lockfileVersion": 3, "packages": packages})
    tree = read_lockfile(lockfile, path="package-lock.json", manifest=parse_manifest(root)).tree

    assert expected == _names(select(tree, target=_X64))


def test_development_dependencies_are_left_out_unless_shared() -> None:
    """What production needs as well is kept."""
    tree = _tree(
        {"dependencies": {"a": "*"}, "devDependencies": {"test": "*"}},
        {
            "a@1.0.0": {"dependencies": {"b": "*"}},
            "test@1.0.0": {"dependencies": {"b": "*", "c": "*"}},
            "b@1.0.0": {},
            "c@1.0.0": {},
        },
    )

    assert ["a", "b"] == _names(select(tree, target=_X64))
    assert ["a", "b", "c", "test"] == _names(select(tree, target=_X64, omit=frozenset()))


def test_a_required_package_must_run_on_the_target() -> None:
    """The machine that builds does not count: a package for x64 alone is refused for arm64."""
    tree = _tree({"dependencies": {"native": "*"}}, {"native@1.0.0": _variant("x64")})

    with pytest.raises(ResolutionError) as caught:
        select(tree, target=_ARM64)

    assert "EBADPLATFORM" == caught.value.code


OLD = {"old@1.0.0": {"engines": {"node": "^8"}}, "npm6@1.0.0": {"engines": {"npm": "6"}},
       "any@1.0.0": {"engines": {"node": ">=18", "npm": ">=9"}},
       "a@1.0.0": {"dependencies": {"old": "*"}}}  # fmt: skip


@pytest.mark.parametrize(
    ("manifest", "options", "expected"),
    [
        ({"dependencies": {"old": "*"}}, {}, None),
        ({"dependencies": {"any": "*"}}, {"engine_strict": True}, None),
        ({"dependencies": {"old": "*"}}, {"engine_strict": True}, "fn > old (prod)"),
        ({"dependencies": {"npm6": "*"}}, {"engine_strict": True}, "fn > npm6 (prod)"),
        ({"dependencies": {"a": "*"}}, {"engine_strict": True}, "fn > a@1.0.0 > old (prod)"),
        ({"dependencies": {"old": "*"}}, {"engine_strict": True, "force": True}, None),
        ({"optionalDependencies": {"old": "*"}}, {"engine_strict": True}, None),
        ({"devDependencies": {"old": "*"}}, {"engine_strict": True}, None),
        ({"devDependencies": {"old": "*"}}, {"engine_strict": True, "omit": frozenset()},
         "fn > old (dev)"),
        ({"engines": {"node": "^8"}}, {"engine_strict": True}, ""),
        ({"engines": {"node": "^8"}, "devEngines": {"runtime": {"name": "node"}}},
         {"engine_strict": True}, None),
    ],
)  # fmt: skip
def test_an_engine_counts_where_that_is_asked_for(
    manifest: dict[str, Any], options: dict[str, Any], expected: str | None
) -> None:
    """Of what is installed, and required; the project's own unless it has `devEngines`."""
    tree = _tree(manifest, OLD)
    found = None
    try:
        select(tree, target=_X64, **options)
    except ResolutionError as error:
        found = f"{error.code} {dict(error.facts).get('required by', '')}"

    assert (None if expected is None else f"EBADENGINE {expected}") == found


def _locked_for(variant: str, fields: dict[str, Any]) -> Tree:
    """Return a tree whose lockfile was written on one machine (npm/cli#4828)."""
    wanted = {"@tool/linux-x64": "1", "@tool/darwin-arm64": "1", "@tool/linuxmusl-x64": "1"}
    return _tree(
        {"dependencies": {"tool": "*"}},
        {"tool@1.0.0": {"optionalDependencies": wanted}, f"{variant}@1.0.0": fields},
    )


def test_a_lockfile_for_another_machine_is_refused() -> None:
    """Where only the developer's variant was locked, the error names the missing one."""
    tree = _locked_for("@tool/darwin-arm64", {"os": ["darwin"], "cpu": ["arm64"]})

    with pytest.raises(LockfileError) as caught:
        select(tree, target=_X64)

    assert "ELOCKPLATFORM" == caught.value.code
    assert ("missing", "@tool/linux-x64") == caught.value.facts[0]


def test_a_lockfile_with_the_targets_variant_is_taken() -> None:
    """That other platforms' variants are missing does not matter to the target."""
    tree = _locked_for("@tool/linux-x64", _variant("x64"))

    assert ["@tool/linux-x64", "tool"] == _names(select(tree, target=_X64))


def test_what_is_asked_for_is_npms_own_choice_at_first() -> None:
    """Peers count, another Node is no error, another platform is, nothing extraneous is kept."""
    tree = _tree(
        {"dependencies": {"a": "*"}, "devDependencies": {"d": "*"}},
        {
            "a@1.0.0": {
                "peerDependencies": {"p": "*", "x": "*"},
                "peerDependenciesMeta": {"x": {"optional": True}},
                "optionalDependencies": {"o": "*"},
            },
            "d@1.0.0": {},
            "o@1.0.0": {"engines": {"node": "^8"}},
            "p@1.0.0": {"engines": {"node": "^8"}},
        },
    )
    left = Node("node_modules/x", "x")
    tree = Tree({**tree.nodes, left.location: left})

    assert ["a", "p"] == _names(select(tree, target=_X64))
    assert ["a"] == _names(select(tree, target=_X64, legacy_peer_deps=True))
    assert ["a", "p", "x"] == _names(select(tree, target=_X64, keep_extraneous=True))
    assert ["a", "d", "p"] == _names(select(tree, target=_X64, omit=frozenset()))
    with pytest.raises(ResolutionError) as raised:
        select(tree, target=_X64, engine_strict=True)
    assert "EBADENGINE" == raised.value.code
    assert ["a", "p"] == _names(select(tree, target=_X64, engine_strict=True, force=True))
    for_mac = parse_manifest({"name": "p", "os": ["darwin"]})
    other = tree.nodes["node_modules/p"]._replace(manifest=for_mac)
    tree = Tree({**tree.nodes, other.location: other})
    with pytest.raises(ResolutionError) as raised:
        select(tree, target=_X64)
    assert "EBADPLATFORM" == raised.value.code
    assert ["a", "p"] == _names(select(tree, target=_X64, force=True))
