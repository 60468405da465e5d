"""Lockfiles of versions 2 and 3 become trees; hostile ones become one coded error."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zipper.errors import LockfileError
from zipper.lockfile.npm_read import Lockfile, read_lockfile
from zipper.npm.package_json import Manifest
from zipper.tree.model import ROOT, split_location

ROOT_MANIFEST = Manifest(name="fn", version="1.0.0", dependencies={"a": "^1.0.0"})


def read(document: object) -> Lockfile:
    return read_lockfile(json.dumps(document), path="package-lock.json", manifest=ROOT_MANIFEST)


def read_packages(packages: object, version: object = 3) -> Lockfile:
    return read({"lockfileVersion": version, "packages": packages})


@pytest.mark.parametrize("version", [1, 2, 3, 3.0])
def test_known_versions(version: float) -> None:
    """Versions 1, 2 and 3 are read, and a number is a number however it is written."""
    lockfile = read_packages({}, version)

    assert (int(version), True) == (lockfile.version, lockfile.has_manifests)


@pytest.mark.parametrize("version", [0, 4, -1, 2.5, 1e300, True, None, "3", [], {}])
def test_unknown_versions(version: object) -> None:
    """What is no known version is ELOCKVERSION, of whatever type it is."""
    with pytest.raises(LockfileError) as raised:
        read_packages({}, version)

    assert "ELOCKVERSION" == raised.value.code


def test_no_version_is_the_first() -> None:
    """Npm 4 wrote no lockfileVersion."""
    assert 1 == read({}).version


def test_root_is_the_manifest() -> None:
    """The root is package.json, not the lockfile's copy of it."""
    lockfile = read_packages({"": {"name": "other", "dependencies": {"x": "1"}}})

    assert ROOT_MANIFEST is lockfile.tree.root.manifest


def test_entry_becomes_a_node() -> None:
    """Every field that npm's virtual tree has comes from the entry."""
    entry = {
        "name": "real",
        "version": "1.2.3",
        "resolved": "https://registry.example/real/-/real-1.2.3.tgz",
        "integrity": "sha512-x",
        "dev": True,
        "optional": True,
        "devOptional": True,
        "peer": True,
        "inBundle": True,
        "hasShrinkwrap": True,
        "extraneous": True,
        "cpu": ["arm64"],
        "bin": {"real": "cli.js"},
        "dependencies": {"b": "^1.0.0"},
    }
    node = read_packages({"node_modules/@s/alias": entry}).tree.nodes["node_modules/@s/alias"]

    assert ("@s/alias", "real", "1.2.3") == (node.name, node.package_name, node.version)
    assert (entry["resolved"], entry["integrity"]) == (node.resolved, node.integrity)
    assert all((node.dev, node.optional, node.dev_optional, node.peer, node.in_bundle))
    assert all((node.has_shrinkwrap, node.extraneous))
    assert (("arm64",), {"b": "^1.0.0"}) == (node.manifest.cpu, dict(node.manifest.dependencies))


def test_links_lead_to_their_targets() -> None:
    """A link has no tarball; its target is the folder, which may lie outside of the project."""
    nodes = read_packages(
        {
            "node_modules/w": {"resolved": "./packages/w/", "link": True},
            "node_modules/o": {"resolved": "../o", "link": True},
            "packages/w": {"name": "w", "version": "1.0.0"},
            "../o": {"version": "2.0.0"},
        }
    ).tree.nodes

    assert "packages/w" == nodes["node_modules/w"].link_target
    assert ("../o", None) == (nodes["node_modules/o"].link_target, nodes["../o"].link_target)
    assert ("w", "o") == (nodes["packages/w"].name, nodes["../o"].name)


@pytest.mark.parametrize(
    "location",
    [
        "/node_modules/a",
        "node_modules/a\\..\\b",
        "node_modules/a\0",
        "node_modules/..",
        "node_modules/.",
        "node_modules/",
        "node_modules/a/",
        "node_modules/a//b",
        "node_modules/a/b/.",
        "node_modules/@s",
        "node_modules/@s/..",
        "node_modules/@s/a/",
        "node_modules/a/../b",
        "node_modules/a/../../node_modules/b",
        "node_modules/x/" * 300 + "node_modules/a",
        "node_modules/a/" * 250 + "node_modules/a",
    ],
)
def test_hostile_locations_are_refused(location: str) -> None:
    """A location that npm never writes, or that leaves its place, is ELOCKFILE."""
    with pytest.raises(LockfileError) as raised:
        read_packages({location: {"version": "1.0.0"}})

    assert "ELOCKFILE" == raised.value.code


@pytest.mark.parametrize("location", ["node_modules/a/b", "node_modules/@s/a/lib/b"])
def test_a_folder_inside_a_package(location: str) -> None:
    """It may be the target of a link, and comes with the package: it has no tarball of its own."""
    node = read_packages({location: {}}).tree.nodes[location]

    assert (location, "") == split_location(node.location)
    for own in ({"resolved": "https://registry.example/b.tgz"}, {"integrity": "sha512-x"}):
        with pytest.raises(LockfileError):
            read_packages({location: {"version": "1.0.0", **own}})
    with pytest.raises(LockfileError):
        read_packages({location: {"link": True, "resolved": "b"}})


@pytest.mark.parametrize("target", ["/etc", "/", "a\0b"])
def test_hostile_link_targets_are_refused(target: str) -> None:
    """A link to an absolute place is one that npm never writes: it could name any folder."""
    with pytest.raises(LockfileError):
        read_packages({"node_modules/a": {"resolved": target, "link": True}})


@pytest.mark.parametrize(
    "packages", [{"node_modules/a": 1}, {"node_modules/a": []}, {"node_modules/a": None}]
)
def test_entries_that_are_no_objects(packages: dict) -> None:
    """An entry that is no object is ELOCKFILE."""
    with pytest.raises(LockfileError, match="an entry that cannot be used"):
        read_packages(packages)


def test_fields_of_a_wrong_type_count_as_absent() -> None:
    """Odd fields of an entry make it no worse than one without them."""
    entry = {
        "version": 1,
        "resolved": {},
        "integrity": ["x"],
        "dev": "yes",
        "os": 7,
        "bin": [None],
        "dependencies": [],
        "engines": "node",
        "peerDependenciesMeta": {"a": 1},
    }
    node = read_packages({"node_modules/a": entry}).tree.nodes["node_modules/a"]

    assert ("", None, None, False) == (node.version, node.resolved, node.integrity, node.dev)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["version", "resolved", "integrity", "link", "dependencies", "bin", "os", "requires", "name"]
)
LOCATIONS = st.lists(
    st.sampled_from(["node_modules", "a", "@s", "..", ".", "", "b", "__proto__"]), max_size=6
).map("/".join)
ENTRIES = st.dictionaries(
    FIELDS, JSON | st.sampled_from(["file:..", "npm:a@1", "1.0.0"]), max_size=5
)


@settings(max_examples=150, deadline=None)
@given(
    version=st.sampled_from([1, 2, 3]),
    key=st.sampled_from(["packages", "dependencies"]),
    entries=st.dictionaries(LOCATIONS, ENTRIES | JSON, max_size=5) | JSON,
)
def test_any_document_is_a_tree_or_a_coded_error(version: int, key: str, entries: object) -> None:
    """Whatever stands in the document, the tree's locations stay inside of the package."""
    try:
        tree = read({"lockfileVersion": version, key: entries}).tree
    except LockfileError:
        return

    assert ROOT_MANIFEST is tree.nodes[ROOT].manifest
    for location in tree.nodes:
        assert "\\" not in location
        assert "node_modules/.." not in location


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60) | st.binary(max_size=60))
def test_any_text_is_a_tree_or_a_coded_error(text: str | bytes) -> None:
    """Text that is no lockfile is EJSONPARSE, ELOCKVERSION or ELOCKFILE."""
    try:
        read_lockfile(text, path="package-lock.json", manifest=ROOT_MANIFEST)
    except LockfileError as error:
        known = error.code in {"EJSONPARSE", "ELOCKVERSION", "ELOCKFILE"}
    else:
        known = True

    assert known
