"""A lockfile of version 1: the registry has the manifests that it lacks, or refuses them."""

from __future__ import annotations

import json

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import World, resolve
from zipper.errors import RegistryError, ResolutionError
from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.package_json import parse_manifest

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
