"""npm's tree as a graph: what every name reaches, links followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zipper.lockfile.npm_read import read_lockfile
from zipper.npm.package_json import parse_manifest
from zipper.tree.graph_of_tree import graph_of_tree

if TYPE_CHECKING:
    from zipper.tree.model import Tree

LOCKFILE = """{"lockfileVersion": 3, "packages": {
  "": {"name": "root", "workspaces": ["packages/*"], "dependencies": {"a": "^1.0.0"}},
  "node_modules/a": {"version": "1.0.0", "integrity": "sha512-a", "dependencies": {"b": "^2.0.0"},
    "peerDependencies": {"gone": "*"}, "peerDependenciesMeta": {"gone": {"optional": true}}},
  "node_modules/a/node_modules/b": {"version": "2.0.0", "inBundle": true},
  "node_modules/b": {"version": "1.0.0", "name": "other"},
  "node_modules/fn": {"resolved": "packages/fn", "link": true},
  "packages/fn": {"name": "fn", "version": "1.0.0", "dependencies": {"b": "npm:other@1"}}
}}"""


def read() -> Tree:
    """Return the lockfile's tree."""
    root = parse_manifest(
        {"name": "root", "workspaces": ["packages/*"], "dependencies": {"a": "1"}}
    )
    return read_lockfile(LOCKFILE, path="package-lock.json", manifest=root).tree


def test_each_folder_is_an_instance_and_reaches_what_a_walk_finds() -> None:
    """Names lead to locations, a link's to its target; what nothing answers is left out."""
    graph = graph_of_tree(read())

    assert {
        "": {"a": "node_modules/a", "fn": "packages/fn"},
        "node_modules/a": {"b": "node_modules/a/node_modules/b"},
        "node_modules/a/node_modules/b": {},
        "node_modules/b": {},
        "packages/fn": {"b": "node_modules/b"},
    } == {key: dict(own.targets) for key, own in graph.instances.items()}
    assert {"": "", "packages/fn": "packages/fn"} == graph.importers
    assert "packages/fn" == graph.instances["packages/fn"].folder
    assert "node_modules/a" == graph.instances["node_modules/a/node_modules/b"].bundled_in
    assert ["a@1.0.0", "b@2.0.0", "other@1.0.0"] == [
        graph.instances[key].label for key in graph.instances if key.startswith("node_modules")
    ]


@pytest.mark.parametrize(
    ("start", "reached"),
    [
        (["packages/fn"], {"packages/fn", "node_modules/b"}),
        (["node_modules/a"], {"node_modules/a", "node_modules/a/node_modules/b"}),
        (["node_modules/fn", "absent"], set()),
        ([""], set(graph_of_tree(read()).instances)),
    ],
    ids=["a member", "a package", "a link and nothing", "the root"],
)
def test_from_some_folders_on_the_graph_has_what_they_reach(
    start: list[str], reached: set[str]
) -> None:
    """What is reached is as in the whole graph; nothing else is worked out."""
    whole = graph_of_tree(read())

    graph = graph_of_tree(read(), start=start)

    assert {key: whole.instances[key] for key in reached} == graph.instances
    assert {at: at for at in whole.importers if at in reached} == graph.importers
