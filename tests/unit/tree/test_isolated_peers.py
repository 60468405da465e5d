"""Peers in rings, as bun 1.4.5's isolated linker binds them."""

from __future__ import annotations

from zipper.npm.package_json import Manifest
from zipper.tree.isolated_peers import bind_isolated_peers
from zipper.tree.locked_graph import Instance, LockedGraph


def test_no_package_is_a_peer_of_its_own() -> None:
    """What asks for the package that has it makes no context of that one, but has one itself."""
    instances = {
        "./": Instance(Manifest(dependencies={"a": "1"}), {"a": "a"}, folder=""),
        "a": Instance(Manifest(name="a", dependencies={"b": "1"}), {"b": "b"}),
        "b": Instance(Manifest(name="b", peer_dependencies={"a": "*"}), {}, {"a": "a"}),
    }
    bound = bind_isolated_peers(LockedGraph(instances, {"": "./"}), "").instances

    assert "a" == bound["./"].targets["a"]
    assert "a" == bound[bound["a"].targets["b"]].targets["a"]
    assert "b" not in bound
