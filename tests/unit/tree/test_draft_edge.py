"""A dependency of the tree in the making: what it asks for, and whether what it finds will do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zipper.errors import ResolutionError
from zipper.npm.package_json import parse_manifest
from zipper.tree.draft import Draft, DraftNode
from zipper.tree.overrides import parse_overrides

if TYPE_CHECKING:
    from zipper.tree.draft_edge import DraftEdge


def lay_out(root: dict[str, Any], **folders: dict[str, Any]) -> dict[str, DraftNode]:
    """Return the nodes of a project by place; `a__b` is `b` in the node_modules of `a`."""
    manifest = parse_manifest({"name": "p", **root})
    top = DraftNode("p", manifest, overrides=parse_overrides(manifest.raw.get("overrides")))
    nodes = {"": top}
    draft = Draft(top, "/p")
    for place, fields in folders.items():
        parent, _, name = place.rpartition("__")
        raw = {"name": name, "version": "1.0.0", **fields}
        node = DraftNode(name, parse_manifest(raw), has_shrinkwrap=raw.get("wrapped", False))
        nodes[place] = node
        draft.attach(node, nodes[parent])
    for node in nodes.values():
        node.load_dependencies(legacy_peer_deps=False)
        node.all_edges()
    return nodes


def edge_of(node: DraftNode, name: str) -> DraftEdge:
    """Return the edge of a node that has it."""
    edge = node.edge_named(name)
    assert edge is not None
    return edge


OPTIONAL = {"peerDependenciesMeta": {"b": {"optional": True}}}


@pytest.mark.parametrize(
    ("needs", "folders", "expected"),
    [
        ({"dependencies": {"b": "1"}}, {}, False),
        ({"devDependencies": {"b": "1"}}, {}, True),  # of a package that is installed
        ({"peerDependencies": {"b": "1"}}, {}, False),
        ({"optionalDependencies": {"b": "1"}}, {}, True),
        ({"peerDependencies": {"b": "1"}, **OPTIONAL}, {}, True),
        ({"dependencies": {"b": "1"}}, {"b": {}}, True),
        ({"dependencies": {"b": "2"}}, {"b": {}}, False),
        ({"optionalDependencies": {"b": "2"}}, {"b": {}}, False),
        ({"dependencies": {"b": "1"}}, {"a__b": {}}, True),
        ({"dependencies": {"b": "1"}}, {"b": {}, "a__b": {"version": "2.0.0"}}, False),
        ({"peerDependencies": {"b": "1"}}, {"a__b": {}}, False),
        ({"peerDependencies": {"b": "1"}, **OPTIONAL}, {"a__b": {}}, False),
        ({"peerDependencies": {"b": "1"}}, {"b": {}}, True),
        ({"dependencies": {"b": "2"}, "acceptDependencies": {"b": "1"}}, {"b": {}}, True),
        ({"dependencies": {"b": "2"}, "acceptDependencies": {"b": "3"}}, {"b": {}}, False),
        ({"dependencies": {"b": "2"}, "acceptDependencies": {"b": ""}}, {"b": {}}, True),
        ({"dependencies": {"b": "2"}, "acceptDependencies": {"b": 1}}, {"b": {}}, False),
        ({"dependencies": {"b": "2"}, "acceptDependencies": ["b"]}, {"b": {}}, False),
    ],
)
def test_an_edge_is_valid_where_what_it_finds_will_do(
    needs: dict[str, Any], folders: dict[str, dict[str, Any]], *, expected: bool
) -> None:
    """What is optional may be absent; a peer in the package's own folder is none (lib/edge.js)."""
    edge = lay_out({}, a=needs, **folders)["a"].edge_named("b")

    assert expected is (edge is None or edge.valid)


def test_a_peer_of_the_project_is_in_its_folder() -> None:
    """There is no place beside it."""
    assert edge_of(lay_out({"peerDependencies": {"b": "1"}}, b={})[""], "b").valid


@pytest.mark.parametrize(
    ("kind", "is_peer", "is_optional"),
    [
        ("dependencies", False, False),
        ("optionalDependencies", False, True),
        ("devDependencies", False, False),
        ("peerDependencies", True, False),
        ("peerOptional", True, True),
    ],
)
def test_the_kind_of_an_edge(kind: str, *, is_peer: bool, is_optional: bool) -> None:
    """Two of the kinds are peers, and two may be absent."""
    fields: dict[str, Any] = {kind: {"b": "1"}}
    if kind == "peerOptional":
        fields = {"peerDependencies": {"b": "1"}, **OPTIONAL}
    edge = edge_of(lay_out(fields)[""], "b")

    assert (is_peer, is_optional) == (edge.peer, edge.optional)


C = {"c": "3"}


@pytest.mark.parametrize(
    ("overrides", "more", "spec", "is_overridden"),
    [
        (None, {}, "1", False),
        ({"b": "2"}, {}, "2", True),
        ({"b@1": "2"}, {}, "2", True),
        ({"b@2": "3"}, {}, "1", False),
        ({"b": "*"}, {}, "1", True),
        ({"b": ""}, {}, "1", True),
        ({"b": {"x": "1"}}, {}, "1", True),
        ({"x": "2"}, {}, "1", False),
        ({"a": {"b": "2"}}, {}, "2", True),
        ({"a": {".": "1", "x": "1"}}, {}, "1", False),
        ({"b": "$c"}, {"dependencies": C}, "3", True),
        ({"b": "$c"}, {"devDependencies": C}, "3", True),
        ({"b": "$c"}, {"optionalDependencies": C}, "3", True),
        ({"b": "$c"}, {"peerDependencies": C}, "3", True),
        ({"b": "$c"}, {"dependencies": C, "devDependencies": {"c": "4"}}, "4", True),
        ({"b": "$c"}, {"peerDependencies": C, "dependencies": {"c": "4"}}, "4", True),
        ({"b": "$d"}, {}, "5", True),
        ({"b": "$d"}, {"dependencies": {"d": "6"}}, "6", True),
    ],
)
def test_what_is_asked_for_after_the_overrides(
    overrides: object, more: dict[str, Any], spec: str, *, is_overridden: bool
) -> None:
    """A `$name` is what the project asks for, else what the package itself does."""
    root: dict[str, Any] = {"dependencies": {"a": "*"}, "overrides": overrides or {}}
    for kind, wanted in more.items():
        root[kind] = {**root.get(kind, {}), **wanted}
    edge = edge_of(lay_out(root, a={"dependencies": {"b": "1", "d": "5"}})["a"], "b")

    assert (spec, is_overridden, "1") == (edge.spec, edge.is_overridden, edge.raw_spec)


def test_a_reference_to_nothing_is_an_error() -> None:
    """Once somebody asks for what it decides."""
    nodes = lay_out(
        {"dependencies": {"a": "*"}, "overrides": {"b": "$c"}}, a={"dependencies": {"b": "1"}}
    )

    with pytest.raises(ResolutionError) as caught:
        _ = edge_of(nodes["a"], "b").spec

    assert "EOVERRIDE" == caught.value.code
    assert "`$c` of `b`" in caught.value.message


@pytest.mark.parametrize(
    ("overrides", "folders", "expected"),
    [
        ({}, {"b": {}}, True),
        ({"b": "2"}, {"b": {}}, False),
        ({"b": "2"}, {"b": {"version": "2.0.0"}}, True),
        ({"b": "2"}, {"b": {"version": "3.0.0"}}, False),
        ({"b@>=2": "3"}, {"b": {}}, True),
        ({"b@>=1.5": "2"}, {"b": {}}, True),  # what was written, and not what is replaced
        ({"b@>=1.5": "2"}, {"b": {"version": "1.6.0"}}, False),
        ({"b": "2"}, {"b": {"wrapped": True}}, True),
        ({"b": "2"}, {"b": {"wrapped": True, "version": "2.0.0"}}, False),
        ({"b": "2"}, {"x": {"wrapped": True}, "x__b": {}}, True),
        ({"b": "2"}, {"x": {"bundleDependencies": ["b"]}, "x__b": {}}, True),
        ({"b": "2"}, {"x": {"bundleDependencies": ["b"]}, "x__b": {"version": "2.0.0"}}, False),
        ({"b": "2"}, {"x": {}, "x__b": {}}, False),
        ({}, {"c": {}}, False),
    ],
)
def test_what_satisfies_an_edge_under_overrides(
    overrides: dict[str, str], folders: dict[str, dict[str, Any]], *, expected: bool
) -> None:
    """Of a bundle or a shrinkwrap nothing is replaced; what an override does not mean may stay."""
    root = {"dependencies": {"b": "1"}, "overrides": overrides}
    nodes = lay_out(root, **folders)
    *_, last = nodes.values()

    assert expected is edge_of(nodes[""], "b").satisfied_by(last)


@pytest.mark.parametrize(("spec", "expected"), [("2", False), (">=1", True)])
def test_one_package_cannot_follow_two_rules(spec: str, *, expected: bool) -> None:
    """Where one edge has `c` be 1 below `b`, another one may not have it be 2."""
    overrides = {"x": {"b": {".": "1", "c": "1"}}, "y": {"b": {".": "1", "c": spec}}}
    nodes = lay_out(
        {"dependencies": {"x": "*", "y": "*"}, "overrides": overrides},
        b={"dependencies": {"c": "*"}},
        x={"dependencies": {"b": "1"}},
        y={"dependencies": {"b": "1"}},
    )

    assert edge_of(nodes["x"], "b").valid
    assert expected is edge_of(nodes["y"], "b").valid
