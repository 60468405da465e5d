"""The frozen tree: where a folder is, what a name finds from there, and who depends on what."""

from __future__ import annotations

from typing import Any

import pytest

from zipper.npm.package_json import parse_manifest
from zipper.tree.model import (
    Edge,
    Node,
    Tree,
    has_names_twice,
    is_bundled,
    is_top,
    is_vendored_link,
    join_location,
    list_dependencies,
    list_twice,
    parent_location,
    split_location,
)


@pytest.mark.parametrize(
    ("location", "parts", "parent", "top"),
    [
        ("", ("", ""), "", True),
        ("node_modules/a", ("", "a"), "", False),
        ("node_modules/@s/a", ("", "@s/a"), "", False),
        ("node_modules/a/node_modules/b", ("node_modules/a", "b"), "node_modules/a", False),
        ("node_modules/@s/a/node_modules/@t/b", ("node_modules/@s/a", "@t/b"), "node_modules/@s/a",
         False),
        ("packages/w", ("packages/w", ""), "packages", True),
        ("packages/w/node_modules/a", ("packages/w", "a"), "packages/w", False),
        ("node_modules/a/vendor/x", ("node_modules/a/vendor/x", ""), "node_modules/a/vendor",
         False),
        ("node_modules/@s/a/x", ("node_modules/@s/a/x", ""), "node_modules/@s/a", False),
        ("../w", ("../w", ""), "..", True),
        ("my_node_modules/a", ("my_", "a"), "my_node_modules", True),
    ],
)  # fmt: skip
def test_where_a_folder_is(
    location: str, parts: tuple[str, str], parent: str, *, top: bool
) -> None:
    """The package around it and its name; where Node looks next; whether in no node_modules."""
    assert parts == split_location(location)
    assert parent == parent_location(location)
    assert top is is_top(location)
    if parts[1] and not location.startswith("my_"):
        assert location == join_location(*parts)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"in_bundle": True}, True),
        ({}, False),
        ({"in_bundle": True, "resolved": "https://r.example/a.tgz"}, False),
        ({"in_bundle": True, "integrity": "sha512-a"}, False),
    ],
)
def test_what_comes_with_another_tarball(fields: dict[str, Any], *, expected: bool) -> None:
    """A lockfile has no origin for it."""
    assert expected is is_bundled(Node("node_modules/a", "a", **fields))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (None, False),
        ("packages/w", False),
        ("../w", False),
        ("node_modules/a", False),
        ("node_modules/a/vendor/x", True),
        ("node_modules/@s/a/x", True),
    ],
)
def test_a_link_to_a_folder_in_a_package(target: str | None, *, expected: bool) -> None:
    """Not to a package, nor to a folder of the project's."""
    assert expected is is_vendored_link(Node("node_modules/l", "l", link_target=target))


ALL = parse_manifest(
    {
        "name": "a",
        "dependencies": {"d": "1", "x": "2", "y": "3"},
        "optionalDependencies": {"o": "4", "y": "5"},
        "devDependencies": {"v": "6", "x": "7", "p": "8"},
        "peerDependencies": {"q": "9", "p": "10", "d": "11", "z": "12"},
        "peerDependenciesMeta": {"q": {"optional": True}, "d": {"optional": True}},
    }
)


def test_dependencies_are_in_npms_order() -> None:
    """Of two entries the stronger counts, in its later place; peers that may lack come last."""
    inner = [
        ("p", ("10", "peer")), ("z", ("12", "peer")), ("q", ("9", "peerOptional")),
        ("d", ("1", "prod")), ("x", ("2", "prod")), ("o", ("4", "optional")),
        ("y", ("5", "optional")),
    ]  # fmt: skip
    top = [
        ("z", ("12", "peer")), ("q", ("9", "peerOptional")), ("d", ("1", "prod")),
        ("o", ("4", "optional")), ("y", ("5", "optional")), ("v", ("6", "dev")),
        ("x", ("7", "dev")), ("p", ("8", "dev")),
    ]  # fmt: skip

    assert inner == list(list_dependencies(ALL, top=False).items())
    assert top == list(list_dependencies(ALL, top=True).items())
    assert inner[3:] == list(list_dependencies(ALL, top=False, legacy_peer_deps=True).items())


def test_names_that_are_development_dependencies_too() -> None:
    """Beside others of the same folder, in order; peers are no others."""
    nodes = [
        Node("", "fn", parse_manifest({"devDependencies": {"a": "1"}})),
        Node("w", "w", parse_manifest({"dependencies": {"a": "1"}})),
        Node("v", "v", ALL._replace(optional_dependencies={"v": "1"})),
    ]

    assert [[], [], ["v", "x"]] == [list_twice(node.manifest) for node in nodes]
    assert not has_names_twice(Tree({node.location: node for node in nodes[:2]}))
    assert has_names_twice(Tree({node.location: node for node in nodes}))


def tree(**folders: dict[str, Any]) -> Tree:
    """Return a tree; in the names of folders `__` stands for node_modules, `_` for a slash."""
    nodes = {}
    for key, fields in folders.items():
        location = key.replace("__", "/node_modules/").replace("up_", "../").strip("_/")
        location = "" if location == "root" else location
        raw = {"version": "1.0.0", **fields}
        nodes[location] = Node(
            location, location.rpartition("/")[2], parse_manifest(raw), link_target=raw.get("link")
        )
    return Tree(nodes)


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("", "a", "node_modules/a"),
        ("", "b", None),
        ("node_modules/a", "b", "node_modules/a/node_modules/b"),
        ("node_modules/a/node_modules/b", "b", "node_modules/a/node_modules/b"),
        ("node_modules/a/node_modules/b", "a", "node_modules/a"),
        ("node_modules/a/node_modules/b", "none", None),
        ("w", "a", "w/node_modules/a"),
        ("w", "l", "node_modules/l"),
        ("../v", "a", None),
        ("../v", "c", "../v/node_modules/c"),
    ],
)
def test_what_a_name_finds(source: str, name: str, expected: str | None) -> None:
    """Node's walk, which from a folder outside never gets to the project's."""
    found = tree(
        root={}, __a={}, __a__b={}, w={}, w__a={}, __l={"link": "w"}, up_v={}, up_v__c={}
    ).find(source, name)

    assert expected == (found and found.location)


WORKSPACES = tree(
    root={
        "workspaces": ["w", "v", "link"],
        "dependencies": {"a": "1", "w": "2"},
        "devDependencies": {"d": "1"},
    },
    __a={"devDependencies": {"d": "1"}, "peerDependencies": {"w": "1"}},
    w={"name": "w", "devDependencies": {"d": "1"}},
    v={"dependencies": {"a": "1"}},
    other={},
    __w={"link": "w"},
)


def test_members_are_found_in_the_tree() -> None:
    """By what their package.json is called, else by their folder; a link is none."""
    assert {"w": "w", "v": "v"} == WORKSPACES.find_workspaces()
    assert {} == tree(root={}, w={}).find_workspaces()
    whole = tree(root={"name": "fn", "workspaces": ["."]})
    assert {"fn": ""} == whole.find_workspaces()


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("", [("a", "1", "prod", "node_modules/a"), ("d", "1", "dev", None),
              ("w", "file:w", "workspace", "node_modules/w"), ("v", "file:v", "workspace", None)]),
        ("node_modules/a", [("w", "1", "peer", "node_modules/w")]),
        ("w", [("d", "1", "dev", None)]),
        ("v", [("a", "1", "prod", "node_modules/a")]),
        ("node_modules/w", []),
    ],
)  # fmt: skip
def test_what_a_folder_depends_on(location: str, expected: list[tuple[Any, ...]]) -> None:
    """Development dependencies count outside node_modules; a link has none of its own."""
    found = list(WORKSPACES.edges_out(location))

    assert [Edge(location, *edge) for edge in expected] == found
    without = [edge for edge in found if edge.type != "peer"]
    assert without == list(WORKSPACES.edges_out(location, legacy_peer_deps=True))


def test_a_package_is_called_after_its_manifest() -> None:
    """The folder's name is an alias where the two differ."""
    node = Node("node_modules/a", "a", parse_manifest({"name": "real"}))

    assert "real" == node.package_name
    assert "a" == node._replace(manifest=parse_manifest({})).package_name
