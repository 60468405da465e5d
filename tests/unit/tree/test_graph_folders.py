"""What package.json files add to a graph."""

from __future__ import annotations

import pytest

from tests.support.graphs import draw_graph
from zipper.npm.package_json import Manifest
from zipper.tree.graph_folders import know_folders
from zipper.tree.locked_graph import Instance, LockedGraph


def test_names_come_from_the_disk_and_dependencies_from_the_lockfile() -> None:
    """An importer gets its name and commands; what it depends on stays what was locked."""
    graph = draw_graph({"top": ["a1"], "a1": []})
    disk = Manifest(name="fn", version="2.0.0", dependencies={"z": "1"}, bin={"fn": "cli.js"})

    own = know_folders(graph, {"": disk}).instances["top"]

    assert ("fn", "2.0.0", {"fn": "cli.js"}) == (
        own.manifest.name,
        own.manifest.version,
        own.manifest.bin,
    )
    assert {"a": "1.0.0"} == own.manifest.dependencies


def test_a_linked_folder_finds_what_lies_above_it() -> None:
    """What the lockfile says nothing of finds what importers above it have, for its production."""
    graph = draw_graph({"top": ["a1", "c1"], "a1": [], "c1": []}, top={"folder": ""})
    graph = graph._replace(instances={**graph.instances, "./vendor/x": Instance(folder="vendor/x")})
    wanted = {"a": "*", "b": "*"}
    disk = Manifest("x", "1.0.0", dependencies=wanted, dev_dependencies={"c": "*"})

    own = know_folders(graph, {"vendor/x": disk}).instances["./vendor/x"]

    assert "x" == own.manifest.name
    assert {"a": "a1"} == own.targets


def test_the_nearest_importer_above_counts() -> None:
    """Each folder on the way up is looked at, from the inside."""
    graph = draw_graph({"top": ["a1"], "a1": [], "a2": []}, top={"folder": ""})
    near = Instance(targets={"a": "a2"}, folder="vendor")
    own = Instance(folder="vendor/deep/x")
    graph = graph._replace(
        instances={**graph.instances, "vendor": near, "./vendor/deep/x": own},
        importers={**graph.importers, "vendor": "vendor"},
    )
    disk = Manifest(name="x", version="1.0.0", dependencies={"a": "*"})

    known = know_folders(graph, {"vendor/deep/x": disk}).instances["./vendor/deep/x"]

    assert {"a": "a2"} == known.targets


def test_each_kind_of_dependency_is_as_it_was_locked() -> None:
    """Yarn's lockfile has no word for development; what is that is known from the disk."""
    locked = Manifest(
        dependencies={"a": "1", "b": "1", "c": "1"},
        dev_dependencies={"d": "1"},
        optional_dependencies={"o": "1"},
        peer_dependencies={"p": "1", "q": "1"},
        peer_optional=frozenset({"q"}),
    )
    disk = Manifest(
        name="x",
        dependencies={"a": "2"},
        dev_dependencies={"a": "2", "b": "2", "c": "2", "d": "2"},
        optional_dependencies={"c": "2", "z": "2"},
        peer_dependencies={"p": "2", "r": "2"},
        peer_optional=frozenset({"r"}),
    )
    graph = LockedGraph({"x": Instance(locked._replace(name="x"), {}, folder="x")}, {"x": "x"})

    own = know_folders(graph, {"x": disk}).instances["x"].manifest

    assert {"a": "1", "c": "1"} == own.dependencies
    assert {"d": "1", "b": "1"} == own.dev_dependencies
    assert {"o": "1"} == own.optional_dependencies
    assert {"p": "1", "q": "1", "r": "2"} == own.peer_dependencies
    assert {"q", "r"} == own.peer_optional


@pytest.mark.parametrize("folder", [None, "y"])
def test_what_has_no_package_json_stays_as_it_is(folder: str | None) -> None:
    """A package of a registry, and a folder that is gone."""
    graph = LockedGraph({"x": Instance(Manifest(name="x"), {}, folder=folder)}, {})

    assert graph.instances == know_folders(graph, {"x": Manifest(name="z")}).instances


@pytest.mark.parametrize(
    ("name", "importers"), [("x", {"": "top"}), ("", {"": "top", "vendor/x": "./vendor/x"})]
)
def test_what_the_lockfile_knows_is_not_looked_for_above(
    name: str, importers: dict[str, str]
) -> None:
    """A folder with a name, or one that is an importer, has the targets that are locked."""
    graph = draw_graph({"top": ["a1"], "a1": []}, top={"folder": ""})
    known = Instance(Manifest(name=name), {}, folder="vendor/x")
    graph = graph._replace(instances={**graph.instances, "./vendor/x": known}, importers=importers)
    disk = Manifest(name="x", version="1.0.0", dependencies={"a": "*"})

    own = know_folders(graph, {"vendor/x": disk}).instances["./vendor/x"]

    assert ({}, {}) == (own.targets, own.manifest.dependencies)
