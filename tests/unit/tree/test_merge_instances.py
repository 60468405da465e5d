"""Which instances are the same, and which only look so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.graphs import draw_graph
from zipper.npm.package_json import Manifest
from zipper.tree.merge_instances import merge_instances

X = Manifest(name="x", version="1.0.0")
Y = Manifest(name="y", version="1.0.0")


def test_equal_chains_become_one() -> None:
    """Two packages that reach equal packages are equal, rings of them included."""
    graph = draw_graph(
        {
            "top": {"a": "x1", "b": "x2"},
            "x1": {"y": "y1"},
            "x2": {"y": "y2"},
            "y1": {"x": "x1"},
            "y2": {"x": "x2"},
        },
        x1={"manifest": X},
        x2={"manifest": X},
        y1={"manifest": Y},
        y2={"manifest": Y},
    )

    merged = merge_instances(graph)

    assert {"top", "x1", "y1"} == set(merged.instances)
    assert {"a": "x1", "b": "x1"} == merged.instances["top"].targets


def test_what_differs_far_away_differs() -> None:
    """Two chains that end in different packages are different from their beginning."""
    graph = draw_graph(
        {
            "top": {"a": "x1", "b": "x2"},
            "x1": {"y": "y1"},
            "x2": {"y": "y2"},
            "y1": {"z": "z1"},
            "y2": {"z": "z2"},
            "z1": [],
            "z2": [],
        },
        x1={"manifest": X},
        x2={"manifest": X},
        y1={"manifest": Y},
        y2={"manifest": Y},
    )

    assert graph.instances == merge_instances(graph).instances


@pytest.mark.parametrize(
    "other",
    [
        {"patches": ("patches/x.patch",)},
        {"integrity": "sha512-other"},
        {"resolved": "https://registry.example/x.tgz"},
        {"checksum": "10/other"},
        {"folder": "packages/x"},
        {"bundled_in": "top"},
        {"has_shrinkwrap": True},
        {"manifest": X._replace(name="y")},
        {"manifest": X._replace(version="2.0.0")},
        {"manifest": X._replace(bundle_dependencies=("z",))},
    ],
)
def test_other_bytes_are_another_package(other: dict[str, Any]) -> None:
    """What tells that they are others keeps two apart that reach the same."""
    graph = draw_graph(
        {"top": {"a": "x1", "b": "x2"}, "x1": [], "x2": []},
        x1={"manifest": X},
        x2={"manifest": X, **other},
    )

    assert graph.instances == merge_instances(graph).instances


def test_what_takes_the_place_of_others_is_reached_by_their_askers() -> None:
    """As a dependency, and as what a peer has where nothing provides it."""
    graph = draw_graph(
        {"top": {"a": "x2", "b": "y1"}, "x1": [], "x2": [], "y1": ["x1"]},
        x1={"manifest": X},
        x2={"manifest": X},
        y1={"manifest": Y, "peer_targets": {"x": "x2"}},
    )

    merged = merge_instances(graph).instances

    assert ["top", "x1", "y1"] == sorted(merged)
    assert {"a": "x1", "b": "y1"} == merged["top"].targets
    assert {"x": "x1"} == merged["y1"].peer_targets


def test_what_holds_bundled_packages_stays_apart() -> None:
    """A package whose tarball holds another is never one with its like."""
    graph = draw_graph(
        {"top": {"a": "x1", "b": "x2"}, "x1": [], "x2": [], "y1": [], "y2": []},
        x1={"manifest": X},
        x2={"manifest": X},
        y1={"manifest": Y, "bundled_in": "x1"},
        y2={"manifest": Y, "bundled_in": "x2"},
    )

    assert graph.instances == merge_instances(graph).instances


def test_long_chains_are_compared_in_a_moment() -> None:
    """Two chains of thousands that differ at their end alone are found to differ at once."""
    edges = {"top": {"p": "p0", "q": "q0"}}
    fields = {}
    for at in range(3_000):
        for chain in "pq":
            edges[f"{chain}{at}"] = {"next": f"{chain}{at + 1}"}
            fields[f"{chain}{at}"] = {"manifest": Manifest(name=f"n{at}", version="1.0.0")}
    edges |= {"p3000": {}, "q3000": {}}

    assert 6_003 == len(merge_instances(draw_graph(edges, **fields)).instances)
