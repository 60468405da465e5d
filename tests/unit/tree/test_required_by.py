"""The chain that asked for a package, as messages tell it."""

from __future__ import annotations

from zipper.errors import RegistryError
from zipper.npm.package_json import Manifest, parse_manifest
from zipper.tree.model import Node, Tree
from zipper.tree.required_by import draw_chain, tell_chain


def node(location: str, name: str, *, link: str | None = None, **fields: dict[str, str]) -> Node:
    manifest = Manifest(name=name, version="1.0.0", **fields)
    version = "" if link is not None else "1.0.0"
    return Node(location=location, name=name, manifest=manifest, version=version, link_target=link)


def tree_of(*nodes: Node) -> Tree:
    return Tree({item.location: item for item in nodes})


def test_shortest_chain_is_told() -> None:
    """Of several chains the shortest is drawn, with versions and the type of the last edge."""
    tree = tree_of(
        node("", "fn", dependencies={"a": "1", "b": "1"}),
        node("node_modules/a", "a", dependencies={"c": "1"}),
        node("node_modules/c", "c", dependencies={"d": "1"}),
        node("node_modules/b", "b", optional_dependencies={"d": "1"}),
        node("node_modules/d", "d"),
    )

    assert "fn > b@1.0.0 > d (optional)" == draw_chain(tree, "node_modules/d")
    assert "fn > a (prod)" == draw_chain(tree, "node_modules/a")


def test_chain_goes_through_links() -> None:
    """What a linked folder asks for was asked for by who asked for the link."""
    tree = tree_of(
        node("", "fn", dependencies={"w": "file:w"}),
        node("node_modules/w", "w", link="w"),
        node("w", "w", dependencies={"x": "1"}),
        node("node_modules/x", "x"),
    )

    assert "fn > w > x (prod)" == draw_chain(tree, "node_modules/x")


def test_nobody_asked() -> None:
    """A package that nothing leads to has no chain, and the error stays as it is."""
    tree = tree_of(node("", "fn"), node("node_modules/x", "x"))
    error = RegistryError("E404", "gone", facts=(("a", "b"),))

    tell_chain(error, tree, "node_modules/x")

    assert None is draw_chain(tree, "node_modules/x")
    assert (("a", "b"),) == error.facts


def test_chain_becomes_the_last_fact() -> None:
    """What is known already stays before it."""
    tree = tree_of(node("", "", dependencies={"x": "1"}), node("node_modules/x", "x"))
    error = RegistryError("E404", "gone", facts=(("a", "b"),))

    tell_chain(error, tree, "node_modules/x")

    assert (("a", "b"), ("required by", "the project > x (prod)")) == error.facts


def test_development_dependencies_count_last() -> None:
    """What a member of the workspace needs too is told of the member; of as many, the first."""
    project = parse_manifest(
        {
            "name": "fn",
            "workspaces": ["w"],
            "devDependencies": {"d": "1"},
            "dependencies": {"l": "1"},
        }
    )
    tree = tree_of(
        Node("", "fn", project),
        Node("node_modules/w", "w", link_target="w"),
        node("w", "w", dependencies={"x": "1"}),
        node("node_modules/d", "d", dependencies={"x": "1", "y": "1"}),
        Node("node_modules/l", "l", link_target=""),
        node("node_modules/x", "x"),
        node("node_modules/y", "y", dependencies={"z": "1"}),
        node("node_modules/z", "z", dependencies={"y": "1"}),
    )

    assert {
        "": None,
        "node_modules/d": "fn > d (dev)",
        "node_modules/l": "fn > l (prod)",
        "node_modules/w": "fn > w (workspace)",
        "node_modules/x": "fn > w > x (prod)",
        "node_modules/y": "fn > d@1.0.0 > y (prod)",
        "node_modules/z": "fn > d@1.0.0 > y@1.0.0 > z (prod)",
        "w": "fn > w (workspace)",
    } == {at: draw_chain(tree, at) for at in sorted(tree.nodes)}
