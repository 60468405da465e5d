"""Starting from a lockfile: what is still valid stays, unless it is to be chosen anew."""

from __future__ import annotations

import json

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.package_json import parse_manifest
from zipper.tree.model import Tree
from zipper.tree.prefetch import Wish
from zipper.tree.resolver_options import ResolverOptions

_OLD = {"a@1.0.0": {"dependencies": {"b": "^1.0.0"}}, "b@1.0.0": {}}
_NEW = {**_OLD, "a@1.1.0": {"dependencies": {"b": "^1.0.0"}}, "b@1.5.0": {}}


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        (False, {"a": "1.0.0", "b": "1.0.0"}),
        (frozenset({"b"}), {"a": "1.0.0", "b": "1.5.0"}),
        (True, {"a": "1.1.0", "b": "1.5.0"}),
    ],
)
def test_only_what_is_named_is_chosen_anew(
    update: bool | frozenset[str],
    expected: dict[str, str],
) -> None:
    """Without `update` nothing moves, a name moves that package, `True` moves everything."""
    request = project({"dependencies": {"a": "^1.0.0"}})
    locked = resolve(request, registry(_OLD)).tree

    tree = resolve(request._replace(lockfile=locked, update=update), registry(_NEW)).tree

    assert expected == {node.name: node.version for node in tree.nodes.values() if node.location}


def test_what_package_json_no_longer_asks_for_goes() -> None:
    """A dependency that was removed from package.json leaves the tree with what it alone needed."""
    locked = resolve(project({"dependencies": {"a": "*"}}), registry(_OLD)).tree

    tree = resolve(project({"dependencies": {}}, lockfile=locked), registry(_OLD)).tree

    assert [""] == list(tree.nodes)


def test_names_that_come_next_are_told_ahead() -> None:
    """The first ask tells of all dependencies, so that they can be fetched meanwhile."""
    world = registry({"a@1.0.0": {}, "b@1.0.0": {}, "c@1.0.0": {}})

    resolve(project({"dependencies": {"a": "*", "b": "*", "c": "*"}}), world)

    assert (Wish("a", "*"), Wish("b", "*"), Wish("c", "*")) == world.asked[0].soon


def test_a_lockfile_that_is_only_checked_keeps_an_unfit_optional_peer() -> None:
    """`npm ci` trusts the lockfile there, where `npm install` would look for another version."""
    optional = {"peerDependencies": {"b": "^2"}, "peerDependenciesMeta": {"b": {"optional": True}}}
    packages = {"a@1.0.0": {}, "b@1.0.0": {}, "b@2.0.0": {}}
    request = project({"dependencies": {"a": "*", "b": "^1"}})
    tree = resolve(request, registry(packages)).tree
    node = tree.nodes["node_modules/a"]
    peer = parse_manifest({**node.manifest.raw, **optional})
    locked = Tree({**tree.nodes, node.location: node._replace(manifest=peer)})
    world = registry({**packages, "a@1.0.0": optional})

    checked = resolve(
        request._replace(lockfile=locked, options=ResolverOptions(save=False)), world
    ).tree

    assert set(locked.nodes) == set(checked.nodes)
    assert [] == world.asked


def test_an_old_alias_with_the_name_of_a_real_package_keeps_what_it_was() -> None:
    """Version 1 has only the alias's name; the integrity tells that the registry means another."""
    old, other = ("sha512-" + letter * 86 + "==" for letter in "AB")
    tarball = {"tarball": "https://registry.example/pad/-/pad-1.0.0.tgz"}
    lockfile = {
        "lockfileVersion": 1,
        "dependencies": {"pad": {"version": "npm:real@1.0.0", "integrity": old}},
    }
    manifest = {"dependencies": {"pad": "npm:real@1.0.0"}}
    request = project(
        manifest,
        lockfile=read_lockfile(json.dumps(lockfile), path="", manifest=parse_manifest({})).tree,
        lockfile_version=1,
    )
    packages = {"pad@1.0.0": {"dist": {**tarball, "integrity": other}, "os": ["plan9"]}}

    node = resolve(request, registry(packages)).tree.nodes["node_modules/pad"]

    assert ("real", old, ()) == (node.manifest.name, node.integrity, node.manifest.os)
