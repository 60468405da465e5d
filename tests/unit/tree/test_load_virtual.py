"""A lockfile of version 1: the registry has the manifests that it lacks, or refuses them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import World, resolve
from zipper.errors import LockfileError, RegistryError, ResolutionError
from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.package_json import parse_manifest
from zipper.tree.model import Node, Tree
from zipper.tree.prefetch import Wish
from zipper.tree.resolver_requests import PackumentRequest

LOCKED = '{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0"}}}'


class Refusing(World):
    """A registry that answers nothing but one status."""

    code = ""

    def answer(self, ask: object) -> None:
        """Refuse."""
        raise RegistryError(self.code, f"the registry refuses {ask}")


def _resolve(world: World) -> set[str]:
    locked = read_lockfile(LOCKED, path="", manifest=parse_manifest({})).tree
    request = project({"dependencies": {"a": "*"}}, lockfile=locked, lockfile_version=1)
    return set(resolve(request, world).tree.nodes)


@pytest.mark.parametrize("code", ["E401", "E403", "E404", "E405", "E410", "E451"])
def test_a_refusal_changes_nothing(code: str) -> None:
    """A package that the registry does not give any more stays as it is locked."""
    world = Refusing()
    world.code = code

    assert {"", "node_modules/a"} == _resolve(world)


@pytest.mark.parametrize("code", ["E500", "E429", "ETIMEDOUT", "ENOTCACHED"])
def test_no_answer_is_an_error(code: str) -> None:
    """What its manifest says is not known then, so that nothing is built without it."""
    world = Refusing()
    world.code = code

    with pytest.raises(RegistryError) as raised:
        _resolve(world)

    assert code == raised.value.code


def test_an_answer_brings_what_the_lockfile_lacks() -> None:
    """The systems for which a package is are known from its manifest alone."""
    with pytest.raises(ResolutionError) as raised:
        _resolve(registry({"a@1.0.0": {"os": ["plan9"]}}))

    assert "EBADPLATFORM" == raised.value.code


V = {"version": "1.0.0"}
NEEDS_X = {**V, "dependencies": {"x": "*"}}
ODD_PLACES = [
    (
        {"b": V, "a/node_modules/b": V, "a/node_modules/b/node_modules/c": V},
        {"b": "*"},
        {"a/node_modules/b", "b"},
    ),
    (
        {"c": {"resolved": "node_modules/q/node_modules/z", "link": True}, "q/node_modules/z": V},
        {"c": "file:node_modules/q/node_modules/z"},
        {"c", "q/node_modules/z"},
    ),
    ({"A": NEEDS_X, "A/node_modules/x": V, "a": NEEDS_X}, {"a": "*"}, {"a", "x"}),
]
"""Folders of a lockfile, what the project needs, and the folders that npm 11.19.1 writes."""


@pytest.mark.parametrize(("folders", "needs", "expected"), ODD_PLACES)
def test_entries_in_folders_of_no_entry(folders: dict, needs: dict, expected: set) -> None:
    """An entry whose parent is absent stays as it is, what nothing needs below it goes."""
    entries = {f"node_modules/{folder}": entry for folder, entry in folders.items()}
    text = json.dumps({"lockfileVersion": 3, "packages": {"": {}, **entries}})
    locked = read_lockfile(text, path="", manifest=parse_manifest({})).tree
    packages = registry({"a@1.0.0": {"dependencies": {"x": "*"}}, "x@1.0.0": {}})

    tree = resolve(project({"dependencies": needs}, lockfile=locked), packages).tree

    assert {"", *(f"node_modules/{folder}" for folder in expected)} == set(tree.nodes)


@pytest.mark.parametrize(
    ("resolved", "spec"),
    [
        ("file:x/a.tgz", "file:x/a.tgz"),
        ("file:../a.tgz", "file:../a.tgz"),
        ("file:x/a.tgz", "file:./x/../x/a.tgz"),
        ("https://registry.example/a.tgz", "https://registry.example/a.tgz"),
    ],
)
def test_a_tarball_stays_where_it_was_locked(resolved: str, spec: str) -> None:
    """Paths are those of the project, however they are written; nothing is fetched anew."""
    entry = {"version": "1.0.0", "resolved": resolved}
    text = json.dumps({"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": entry}})
    locked = read_lockfile(text, path="", manifest=parse_manifest({})).tree
    world = registry({})

    tree = resolve(project({"dependencies": {"a": spec}}, lockfile=locked), world).tree

    assert resolved == tree.nodes["node_modules/a"].resolved
    assert [] == world.asked


def test_an_absolute_path_becomes_the_projects() -> None:
    """A tarball is written down relative to the project."""
    entry = {"version": "1.0.0", "resolved": "file:/project/x/a.tgz"}
    text = json.dumps({"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": entry}})
    locked = read_lockfile(text, path="", manifest=parse_manifest({})).tree
    request = project({"dependencies": {"a": "file:x/a.tgz"}}, lockfile=locked)

    assert "file:x/a.tgz" == resolve(request, registry({})).tree.nodes["node_modules/a"].resolved


OLD_LOCK = {
    "a": {"version": "1.0.0", "requires": {"b": "1"}, "dependencies": {"b": {"version": "1.0.0"}}},
    "b": {"version": "2.0.0", "dev": True},
    "t": {"version": "file:x/t.tgz"},
    "g": {"version": f"git+ssh://git@h.example/g.git#{'a' * 40}"},
    "i": {"version": "1.0.0", "integrity": f"sha512-{'B' * 86}=="},
    "no": {"version": "workspace:x"},
}


def test_each_package_of_an_old_lockfile_is_asked_about() -> None:
    """Of the registry what is the registry's alone, all at once; nothing new is placed for it."""
    integrity = f"sha512-{'A' * 86}=="
    dist = {"tarball": "https://r.example/a.tgz", "integrity": integrity}
    world = registry(
        {
            "a@1.0.0": {"dependencies": {"b": "1", "n": "1"}, "dist": dist},
            "b@1.0.0": {"dist": dist},
            "b@2.0.0": {"engines": {"node": ">=20"}},
            "i@1.0.0": {},
            "n@1.0.0": {},
        }
    )
    world.local_tarballs = {"/project/x/t.tgz": {"package.json": {"name": "t", "version": "7.0.0"}}}
    git = "git+ssh://git@h.example/g.git"
    manifest = {"dependencies": {"a": "*", "t": "file:x/t.tgz", "g": git, "i": "*"}}
    text = json.dumps({"lockfileVersion": 1, "dependencies": OLD_LOCK})
    locked = read_lockfile(text, path="", manifest=parse_manifest(manifest)).tree

    tree = resolve(project(manifest, lockfile=locked, lockfile_version=1), world).tree

    assert {at: (node.version, node.integrity) for at, node in tree.nodes.items() if at} == {
        "node_modules/a": ("1.0.0", integrity),
        "node_modules/a/node_modules/b": ("1.0.0", integrity),
        "node_modules/g": ("", None),
        "node_modules/i": ("1.0.0", f"sha512-{'B' * 86}=="),
        "node_modules/t": ("7.0.0", "sha512-/project/x/t.tgz"),
    }
    assert {"b": "1", "n": "1"} == dict(tree.nodes["node_modules/a"].manifest.dependencies)
    told = [
        Wish("a", "*"),
        Wish("i", "*"),
        Wish("a", "1.0.0", is_placed=False),
        Wish("b", "2.0.0", is_placed=False),
        Wish("i", "1.0.0", is_placed=False),
        Wish("b", "1.0.0", is_placed=False),
    ]
    assert told == list(world.asked[0].soon)
    asked = [ask.name if isinstance(ask, PackumentRequest) else str(ask[0]) for ask in world.asked]
    assert ["a", "b", "t@file:/project/x/t.tgz", f"g@{git}#{'a' * 40}", "i"] == asked


def test_a_link_to_what_a_lockfile_lacks_is_an_error() -> None:
    """It says which link it is, and what to do."""
    link = Node("node_modules/l", "l", link_target="lib")
    locked = Tree({"": Node("", "fn"), "node_modules/l": link})

    with pytest.raises(LockfileError) as raised:
        resolve(project({}, lockfile=locked), registry({}))

    assert ("EMISSINGTARGET", "remove the lockfile and run `python -m zipper resolve`") == (
        raised.value.code,
        raised.value.hint,
    )


@pytest.mark.parametrize(
    ("disk", "expected"),
    [
        ({"name": "l", "version": "2.0.0", "dependencies": {"a": "1"}}, ("2.0.0", {"a"})),
        (None, ("1.0.0", {"b"})),
    ],
)
def test_a_linked_folder_is_what_it_is_now(
    disk: dict[str, Any] | None, expected: tuple[str, set[str]]
) -> None:
    """Its package.json counts, whatever was locked; one that is gone is what it was."""
    entries = {
        "": {},
        "lib": {"version": "1.0.0", "dependencies": {"b": "1"}},
        "node_modules/l": {"link": True, "resolved": "lib"},
    }
    text = json.dumps({"lockfileVersion": 3, "packages": entries})
    manifest = {"dependencies": {"l": "file:lib"}}
    locked = read_lockfile(text, path="", manifest=parse_manifest(manifest)).tree
    world = registry({"a@1.0.0": {}, "b@1.0.0": {}})
    world.files = {} if disk is None else {"/project/lib/package.json": disk}

    nodes = resolve(project(manifest, lockfile=locked), world).tree.nodes

    version, needs = expected
    assert [version, version] == [nodes[at].version for at in ("lib", "node_modules/l")]
    assert nodes["lib"].manifest == nodes["node_modules/l"].manifest
    assert needs == {node.name for at, node in nodes.items() if at not in ("", "lib")} - {"l"}
