"""Instances of foreign lockfiles in npm's form."""

from __future__ import annotations

import pytest

from zipper.npm.package_json import Manifest
from zipper.resolving.locked_manifests import describe_instances
from zipper.tree.locked_graph import Instance, LockedGraph

GRAPH = LockedGraph(
    {
        "./": Instance(
            Manifest(
                name="fn",
                dependencies={"odd": "is-odd@3.0.1", "s": "workspace:*", "g": "x"},
                dev_dependencies={"d": "catalog:"},
                optional_dependencies={"gone": "1"},
            ),
            {"odd": "o", "s": "s", "g": "g", "d": "d"},
            folder="",
        ),
        "o": Instance(Manifest(name="is-odd", version="3.0.1", os=("linux",))),
        "s": Instance(Manifest(name="s", raw={"license": "MIT"}), folder="packages/s"),
        "g": Instance(Manifest(name="g", version="1.0.0"), resolved="git+ssh://h.example/g.git#1"),
        "d": Instance(Manifest(name="d", version="4.0.0")),
    },
    {"": "./"},
)


def test_specs_are_npm_s() -> None:
    """Aliases, folders and commits are asked for as npm would; what reaches nothing is not."""
    own = describe_instances(GRAPH, "", omits_dev=False).instances["./"].manifest

    assert {
        "odd": "npm:is-odd@3.0.1",
        "s": "file:packages/s",
        "g": "git+ssh://h.example/g.git#1",
    } == own.dependencies
    assert {"d": "4.0.0"} == own.dev_dependencies
    assert {} == own.optional_dependencies


@pytest.mark.parametrize(
    ("asked", "spec"),
    [
        ("npm:^1.0.0", "1.2.0"),
        ("~1.2.0", "1.2.0"),
        ("", "file:core"),
        ("file:../core", "file:core"),
        ("../core", "file:core"),
        ("owner/core", "file:core"),
        ("https://h.example/core.tgz", "file:core"),
    ],
)
def test_a_published_package_that_asks_for_a_version_has_asked_for_no_folder(
    asked: str, spec: str
) -> None:
    """The project has put one in its place; what names a place itself is judged as such."""
    graph = LockedGraph(
        {
            "./": Instance(Manifest(dependencies={"a": "1"}), {"a": "a"}, folder=""),
            "a": Instance(Manifest(name="a", dependencies={"core": asked}), {"core": "core"}),
            "core": Instance(Manifest(name="core", version="1.2.0"), folder="core"),
        },
        {"": "./"},
    )

    found = describe_instances(graph, "", omits_dev=True).instances["a"]
    assert {"core": spec} == found.manifest.dependencies


def test_what_is_left_out_is_not_asked_for() -> None:
    """Without development dependencies the importer has none."""
    own = describe_instances(GRAPH, "", omits_dev=True).instances["./"].manifest

    assert {} == own.dev_dependencies


def test_facts_stand_in_the_raw_manifest() -> None:
    """What a lockfile of npm's would record is there to be recorded."""
    instances = describe_instances(GRAPH, "", omits_dev=True).instances

    assert ["linux"] == instances["o"].manifest.raw["os"]
    assert "MIT" == instances["s"].manifest.raw["license"]


def test_a_peer_that_nothing_provides_is_no_reason_to_leave_a_package_out() -> None:
    """Npm drops an optional package whose required peer is nowhere; pnpm, bun and yarn keep it."""
    graph = LockedGraph(
        {
            "./": Instance(Manifest(optional_dependencies={"a": "1"}), {"a": "a"}, folder=""),
            "a": Instance(
                Manifest(name="a", version="1.0.0", peer_dependencies={"p": "1", "q": "1"}),
                {"q": "q"},
            ),
            "q": Instance(Manifest(name="q", version="1.0.0")),
        },
        {"": "./"},
    )

    own = describe_instances(graph, "", omits_dev=True).instances["a"].manifest

    assert frozenset({"p"}) == own.peer_optional
    assert {"p", "q"} == own.peer_dependencies.keys()


def test_an_optional_peer_that_is_bound_is_needed() -> None:
    """Else the copy that was laid out for it alone would not be packed, and another one found."""
    graph = LockedGraph(
        {
            "./": Instance(Manifest(dependencies={"a": "1"}), {"a": "a"}, folder=""),
            "a": Instance(
                Manifest(
                    name="a",
                    version="1.0.0",
                    peer_dependencies={"q": "*", "r": "*"},
                    peer_optional=frozenset({"q", "r"}),
                ),
                {"q": "q"},
            ),
            "q": Instance(Manifest(name="q", version="1.0.0")),
        },
        {"": "./"},
    )

    own = describe_instances(graph, "", omits_dev=True).instances["a"].manifest

    assert frozenset({"r"}) == own.peer_optional
