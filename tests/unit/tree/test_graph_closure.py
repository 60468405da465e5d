"""The part of a graph that one importer needs."""

from __future__ import annotations

import pytest

from tests.support.graphs import draw_graph
from zipper.npm.package_json import Manifest
from zipper.tree.graph_closure import take_closure
from zipper.tree.locked_graph import Instance, LockedGraph


def fits(own: Instance) -> bool:
    return own.manifest.os in ((), ("linux",))


def test_development_dependencies_of_a_sibling_never_count() -> None:
    """Those of the importer count where they are not left out, those of others never do."""
    graph = draw_graph(
        {"top": ["a1", "d1"], "a1": ["e1"], "d1": [], "e1": []},
        top={"manifest": Manifest(dependencies={"a": "1"}, dev_dependencies={"d": "1"})},
        a1={"manifest": Manifest(name="a", dev_dependencies={"e": "1"}), "folder": "a"},
    )

    production = take_closure(graph, "", fits=fits)
    everything = take_closure(graph, "", fits=fits, omit=frozenset())

    assert {"top", "a1"} == set(production.instances)
    assert {"a": "a1"} == production.instances["top"].targets
    assert {"top", "a1", "d1"} == set(everything.instances)


def test_optional_packages_for_other_systems_go() -> None:
    """What is optional and does not fit goes with what only it needs; what is required stays."""
    mac = Manifest(name="m", version="1.0.0", dependencies={"x": "1"}, os=("darwin",))
    graph = draw_graph(
        {"top": ["m1", "n1", "r1"], "m1": ["x1"], "n1": [], "x1": [], "r1": []},
        top={
            "manifest": Manifest(
                dependencies={"r": "1"}, optional_dependencies={"m": "1", "n": "1"}
            )
        },
        m1={"manifest": mac},
        r1={"manifest": mac._replace(name="r", dependencies={})},
    )

    closure = take_closure(graph, "", fits=fits)

    assert {"top", "n1", "r1"} == set(closure.instances)
    assert {"n": "n1", "r": "r1"} == closure.instances["top"].targets


def test_an_optional_peer_brings_nothing() -> None:
    """An optional peer is an edge where something else brings the package, and none elsewhere."""
    plugin = Manifest(
        name="p", peer_dependencies={"a": "*", "b": "*"}, peer_optional=frozenset({"a", "b"})
    )
    graph = draw_graph(
        {"top": ["p1", "a1"], "p1": ["a1", "b1"], "a1": [], "b1": []}, p1={"manifest": plugin}
    )

    closure = take_closure(graph, "", fits=fits)

    assert {"top", "p1", "a1"} == set(closure.instances)
    assert {"a": "a1"} == closure.instances["p1"].targets


def test_only_the_importer_is_one() -> None:
    """Other importers that it does not reach are not in its closure."""
    graph = draw_graph({"top": ["a1"], "a1": [], "z1": ["a1"]})
    graph = LockedGraph(graph.instances, {"": "top", "z": "z1"})

    closure = take_closure(graph, "", fits=fits)

    assert {"": "top"} == closure.importers
    assert {"top", "a1"} == set(closure.instances)


_KINDS = {
    "dependencies": Manifest(dependencies={"a": "1"}),
    "dev_dependencies": Manifest(dev_dependencies={"a": "1"}),
    "optional_dependencies": Manifest(optional_dependencies={"a": "1"}),
    "peer_dependencies": Manifest(peer_dependencies={"a": "1"}),
    "dev and required": Manifest(dependencies={"a": "1"}, dev_dependencies={"a": "1"}),
    "dev and optional": Manifest(optional_dependencies={"a": "1"}, dev_dependencies={"a": "1"}),
    "optional peer": Manifest(peer_dependencies={"a": "1"}, peer_optional=frozenset({"a"})),
    "not declared": Manifest(),
}


@pytest.mark.parametrize(
    ("kind", "omit", "of_importer", "of_package"),
    [
        ("dependencies", {"dev", "optional", "peer"}, True, True),
        ("dev_dependencies", {"dev"}, False, False),
        ("dev_dependencies", set(), True, False),
        ("optional_dependencies", {"dev"}, True, True),
        ("optional_dependencies", {"optional"}, False, False),
        ("peer_dependencies", {"dev"}, True, True),
        ("peer_dependencies", {"peer"}, False, False),
        ("dev and required", {"dev"}, False, True),
        ("dev and optional", {"dev"}, False, True),
        ("optional peer", set(), False, False),
        ("not declared", {"dev", "optional", "peer"}, True, True),
    ],
)
def test_each_type_counts_unless_it_is_left_out(
    kind: str, omit: set[str], *, of_importer: bool, of_package: bool
) -> None:
    """Development dependencies are the importer's alone, and win over other types there."""
    manifest, edges = _KINDS[kind], {"top": ["a1"], "a1": []}
    own = take_closure(
        draw_graph(edges, top={"manifest": manifest}), "", fits=fits, omit=frozenset(omit)
    )
    below = take_closure(
        draw_graph({"top": ["p1"], "p1": ["a1"], "a1": []}, p1={"manifest": manifest}),
        "", fits=fits, omit=frozenset(omit),
    )  # fmt: skip

    assert of_importer is ("a1" in own.instances)
    assert of_package is ("a1" in below.instances)


@pytest.mark.parametrize(
    ("is_importer", "optional", "omit", "expected"),
    [
        (True, False, {"dev"}, {"r": "r1"}),
        (True, False, set(), {"r": "r2"}),
        (True, False, {"dev", "peer"}, {}),
        (True, False, {"peer"}, {"r": "r2"}),
        (True, True, {"dev"}, {}),
        (True, True, set(), {"r": "r2"}),
        (False, False, {"dev"}, {"r": "r1"}),
        (False, False, set(), {"r": "r1"}),
        (False, False, {"peer"}, {}),
        (False, True, {"dev"}, {}),
    ],
)
def test_what_a_peer_finds_without_the_development_dependency(
    omit: set[str], expected: dict[str, str], *, is_importer: bool, optional: bool
) -> None:
    """Counts where that is left out: for the importer by choice, for others always."""
    manifest = Manifest(
        name="m",
        peer_dependencies={"r": "*"},
        dev_dependencies={"r": "2"},
        peer_optional=frozenset({"r"} if optional else ()),
    )
    instances = {
        "top": Instance(Manifest(dependencies={"m": "*"}), {"m": "m"}, folder=""),
        "m": Instance(manifest, {"r": "r2"}, {"r": "r1"}, folder="m"),
        "r1": Instance(Manifest("r", "1.0.0")),
        "r2": Instance(Manifest("r", "2.0.0")),
    }
    graph = LockedGraph(instances, {"": "top", "m": "m"})

    found = take_closure(graph, "m" if is_importer else "", fits=fits, omit=frozenset(omit))

    assert expected == found.instances["m"].targets
    assert {"m", *expected.values(), *([] if is_importer else ["top"])} == found.instances.keys()


@pytest.mark.parametrize("field", ["targets", "peer_targets"])
@pytest.mark.parametrize(("omit", "expected"), [({"dev"}, {"r": "r1"}), ({"peer"}, {})])
def test_an_optional_peer_is_kept_beside_what_brings_it(
    field: str, omit: set[str], expected: dict[str, str]
) -> None:
    """Whichever of the two fields has it, unless peers are left out."""
    peer = Manifest(name="m", peer_dependencies={"r": "*"}, peer_optional=frozenset({"r"}))
    top = Instance(Manifest(dependencies={"m": "*", "r": "1"}), {"m": "m", "r": "r1"}, folder="")
    own = Instance(peer)._replace(**{field: {"r": "r1"}})
    graph = LockedGraph({"top": top, "m": own, "r1": Instance(Manifest("r", "1.0.0"))}, {"": "top"})

    found = take_closure(graph, "", fits=fits, omit=frozenset(omit))

    assert expected == found.instances["m"].targets
    assert {"top", "m", "r1"} == found.instances.keys()
