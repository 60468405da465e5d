"""What package.json files add to a graph."""

from __future__ import annotations

from tests.support.graphs import draw_graph
from zipper.npm.package_json import Manifest
from zipper.tree.graph_folders import know_folders
from zipper.tree.locked_graph import Instance


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
    """What the lockfile says nothing of finds what the importers above it depend on."""
    graph = draw_graph({"top": ["a1"], "a1": []}, top={"folder": ""})
    graph = graph._replace(instances={**graph.instances, "./vendor/x": Instance(folder="vendor/x")})
    disk = Manifest(name="x", version="1.0.0", dependencies={"a": "*", "b": "*"})

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
