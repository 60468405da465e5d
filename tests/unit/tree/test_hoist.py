"""What is laid out: every walk finds its instance, with few copies of any."""

from __future__ import annotations

import itertools
import sys
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.graphs import count_fewest, draw_graph, graphs
from zipper.errors import LockfileError
from zipper.layout.edge_proof import prove_edges
from zipper.npm.package_json import Manifest
from zipper.tree.hoist import hoist
from zipper.tree.hoist_greedily import choose_top, count_allowed, improve_top, place_all
from zipper.tree.hoist_problem import EndlessError, state_problem
from zipper.tree.locked_graph import Instance, LockedGraph
from zipper.tree.merge_instances import merge_instances

COPIES_MAX = 9
"""Brute force takes a minute for more."""


def lay_out(graph: LockedGraph) -> dict[str, str]:
    """Return location to instance, each edge proven."""
    hoisted = hoist(graph, "")
    proof = prove_edges(hoisted.tree, merge_instances(graph), "")
    assert () == proof.wrong
    assert () == proof.unreached
    return {at: key for at, key in hoisted.instances.items() if at}


def test_what_nothing_stands_in_the_way_of_stands_at_the_top() -> None:
    """Packages of one version stand beside each other, however deep the chain that asks."""
    graph = draw_graph({"top": ["a1"], "a1": ["b1"], "b1": ["c1"], "c1": ["a1"]})

    assert {
        "node_modules/a": "a1",
        "node_modules/b": "b1",
        "node_modules/c": "c1",
    } == lay_out(graph)


def test_the_most_wanted_version_stands_at_the_top() -> None:
    """Of two versions the one that more packages ask for is there once, the other is nested."""
    graph = draw_graph(
        {"top": ["a1", "b1", "c1"], "a1": ["x1"], "b1": ["x2"], "c1": ["x2"], "x1": [], "x2": []}
    )

    found = lay_out(graph)

    assert "x2" == found["node_modules/x"]
    assert "x1" == found["node_modules/a/node_modules/x"]
    assert 5 == len(found)


def test_what_the_importer_asks_for_stands_at_the_top() -> None:
    """The importer's own version counts, however many ask for the other one."""
    graph = draw_graph({"top": ["a1", "b1", "x1"], "a1": ["x2"], "b1": ["x2"], "x1": [], "x2": []})

    found = lay_out(graph)

    assert "x1" == found["node_modules/x"]
    assert 5 == len(found)


def test_packages_that_share_a_nested_one_may_lie_together() -> None:
    """What only one package needs may lie inside of it, beside what it needs itself."""
    graph = draw_graph(
        {
            "top": ["p1", "y1"],
            "p1": ["q1", "r1"],
            "q1": ["y2"],
            "r1": ["y2"],
            "y1": [],
            "y2": [],
        }
    )

    found = lay_out(graph)

    assert "y2" == found["node_modules/p/node_modules/y"]
    assert 5 == len(found)


def test_peers_in_two_contexts_are_two_instances() -> None:
    """A plugin whose peer differs by who asks stands twice, each beside the peer it is bound to."""
    plugin = Manifest(name="x", version="1.0.0")
    graph = draw_graph(
        {
            "top": ["a1", "b1"],
            "a1": {"x": "x1", "r": "r1"},
            "b1": {"x": "x2", "r": "r2"},
            "x1": ["r1"],
            "x2": ["r2"],
            "r1": [],
            "r2": [],
        },
        x1={"manifest": plugin},
        x2={"manifest": plugin},
    )

    doubled = hoist(graph, "").doubled

    assert 6 == len(lay_out(graph))
    assert [("x@1.0.0", ("a@1.0.0", "b@1.0.0"))] == [(one.package, one.asked_by) for one in doubled]


def test_what_is_in_the_way_is_told_of_a_package_in_two_folders() -> None:
    """Under its name, with who asks for it; what is under another name is in no way."""
    graph = draw_graph(
        {
            "top": ["c2", "p1", "q1", "d1"],
            "c1": [],
            "c2": [],
            "d1": ["c2"],
            "p1": ["c1"],
            "q1": ["c1"],
        }
    )

    (doubled,) = hoist(graph, "").doubled

    assert ("c@1.0.0", ("node_modules/p/node_modules/c", "node_modules/q/node_modules/c")) == (
        doubled.package,
        doubled.locations,
    )
    assert ("p@1.0.0", "q@1.0.0") == doubled.asked_by
    assert (("c@2.0.0", ("d@1.0.0", "the root")),) == doubled.others


def test_instances_that_mean_the_same_are_one() -> None:
    """Two keys of one package that reach the same are laid out once."""
    plugin = Manifest(name="x", version="1.0.0")
    graph = draw_graph(
        {
            "top": ["a1", "b1"],
            "a1": {"x": "x1"},
            "b1": {"x": "x2"},
            "x1": ["r1"],
            "x2": ["r1"],
            "r1": [],
        },
        x1={"manifest": plugin},
        x2={"manifest": plugin},
    )

    assert ["x1"] == [key for key in lay_out(graph).values() if key[0] == "x"]


def test_an_alias_is_a_folder_of_its_own() -> None:
    """A package that is asked for under two names stands under both, and says its real name."""
    graph = draw_graph({"top": {"a": "a1", "other": "a1"}, "a1": []})

    tree = hoist(graph, "").tree

    assert "a" == tree.nodes["node_modules/other"].package_name
    assert {"node_modules/a": "a1", "node_modules/other": "a1"} == lay_out(graph)


def test_a_folder_of_this_disk_is_a_real_folder() -> None:
    """A sibling stands in node_modules as a copy, and so does an importer that it asks for."""
    graph = draw_graph(
        {"top": ["s1"], "s1": {"fn": "top"}},
        s1={"folder": "packages/s"},
        top={"folder": "packages/fn", "manifest": Manifest(name="fn", version="1.0.0")},
    )
    graph = graph._replace(importers={"packages/fn": "top", "packages/s": "s1"})

    hoisted = hoist(graph, "packages/fn")

    assert {
        "": None,
        "node_modules/fn": "file:packages/fn",
        "node_modules/s": "file:packages/s",
    } == {at: node.resolved for at, node in hoisted.tree.nodes.items()}
    assert () == prove_edges(hoisted.tree, graph, "packages/fn").wrong


def test_a_bundled_package_stays_in_its_bundle() -> None:
    """What comes in a tarball stands there, and what it needs is found from there."""
    graph = draw_graph(
        {"top": ["a1", "b1"], "a1": ["b2"], "b2": ["c1"], "b1": [], "c1": []},
        b2={"bundled_in": "a1"},
    )

    assert {
        "node_modules/a": "a1",
        "node_modules/a/node_modules/b": "b2",
        "node_modules/b": "b1",
        "node_modules/c": "c1",
    } == lay_out(graph)


def test_a_folder_in_a_tarball_is_in_the_way() -> None:
    """What a tarball brings without the lockfile's knowledge is never taken for what it names."""
    manifest = Manifest(name="a", version="1.0.0", bundle_dependencies=("c",))
    graph = draw_graph(
        {"top": ["a1", "b1"], "a1": ["b2"], "b2": ["c1"], "b1": [], "c1": []},
        a1={"manifest": manifest},
    )

    found = lay_out(graph)

    assert "c1" == found["node_modules/a/node_modules/b/node_modules/c"]


def test_a_ring_of_two_versions_each_has_no_layout() -> None:
    """Two versions of two packages in a ring need a folder in a folder without an end: ELAYOUT."""
    graph = draw_graph({"top": ["a1"], "a1": ["b1"], "b1": ["a2"], "a2": ["b2"], "b2": ["a1"]})

    with pytest.raises(LockfileError) as caught:
        hoist(graph, "")

    assert "ELAYOUT" == caught.value.code
    rings = dict(caught.value.facts)["ring"]
    for package in ("a@1.0.0", "b@1.0.0", "a@2.0.0", "b@2.0.0"):
        assert package in rings


def test_a_ring_among_many_has_no_layout() -> None:
    """The ring is found in a graph that is too large for trying everything."""
    edges = {"a1": ["b1"], "b1": ["a2"], "a2": ["b2"], "b2": ["a1"], "top": ["a1"]}
    for number in range(30):
        edges["top"].append(f"{chr(200 + number)}1")
        edges[f"{chr(200 + number)}1"] = [f"{chr(300 + number)}{1 + number % 3}", "a1"]
        for version in (1, 2, 3):
            edges[f"{chr(300 + number)}{version}"] = [f"{chr(301 + number % 29)}{version}"]

    with pytest.raises(LockfileError) as caught:
        hoist(draw_graph(edges), "")

    assert "ELAYOUT" == caught.value.code


def test_what_doubles_with_each_round_ends_soon() -> None:
    """Each version needs the other version of all others: millions of copies, were they made."""
    names = "abcdef"
    edges = {
        f"{one}{version}": [f"{other}{3 - version}" for other in names if other != one]
        for version in (1, 2)
        for one in names
    }
    begun = time.process_time()
    with pytest.raises(LockfileError) as caught:
        hoist(draw_graph({"top": ["a1", "b1"], **edges}), "")

    assert 3 > time.process_time() - begun
    assert "no node_modules of finite depth holds these packages" in str(caught.value)
    first, *_, last = dict(caught.value.facts)["ring"].split(" > ")
    assert first == last


def test_the_hint_is_the_lockfile_tools_where_it_has_one() -> None:
    """What a tool's own setting cures is said in place of an override."""
    ring = draw_graph({"top": ["a1"], "a1": ["b1"], "b1": ["a2"], "a2": ["b2"], "b2": ["a1"]})
    hints = []
    for hint in (None, "change a setting"):
        with pytest.raises(LockfileError) as caught:
            hoist(ring, "", hint=hint)
        hints.append(caught.value.hint)

    assert "override" in (hints[0] or "")
    assert hints[1] == "change a setting"


def test_a_ring_that_another_choice_opens_is_laid_out() -> None:
    """A ring of two versions of three packages is finite with the right one at the top."""
    ring = ["a1", "b1", "c1", "a2", "b2", "c2"]
    edges = {one: [ring[(at + 1) % 6]] for at, one in enumerate(ring)}

    assert lay_out(draw_graph({"top": ["a1"], **edges}))


def test_a_ring_that_no_choice_at_the_top_opens_is_laid_out() -> None:
    """Rings that end only where folders inside of others are chosen with care have a layout."""
    edges = {
        "top": ["d2"],
        "a1": [],
        "a2": ["f1", "d2"],
        "c1": ["c2", "d2"],
        "c2": ["d2", "a2"],
        "d1": ["e2", "a1", "c2"],
        "d2": ["d1", "f2", "e2"],
        "e1": ["f2", "e2"],
        "e2": ["d1", "f1", "e2"],
        "f1": ["f1"],
        "f2": ["d1", "e1", "c1"],
    }

    assert lay_out(draw_graph(edges))


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_every_edge_of_any_graph_is_resolved(graph: LockedGraph) -> None:
    """Whatever the graph, each walk finds what it names, or there is no layout at all."""
    try:
        lay_out(graph)
    except LockfileError as error:
        assert "ELAYOUT" == error.code  # noqa: PT017  (both ends are right)


def test_what_most_depend_on_is_at_the_top() -> None:
    """What the importer depends on is there itself; of as many the first by its key."""
    edges = {
        "top": ["a1", "b1", "c1"],
        "a1": ["b2", "d2", "e2"],
        "b1": ["b2", "d1", "e2"],
        "c1": ["b2", "d2", "e1"],
        "f1": ["e1"],
    }
    below = {one: [] for one in ("b2", "d1", "d2", "e1", "e2")}
    graph = draw_graph({**edges, **below, "e2": ["f1"]})
    problem = state_problem(merge_instances(graph), graph.importers[""])

    found = {name: problem.keys[at] for name, at in choose_top(problem).items()}

    assert {"a": "a1", "b": "b1", "c": "c1", "d": "d2", "e": "e1", "f": "f1"} == found


@given(graphs(instances_max=16))
@settings(max_examples=150, deadline=None)
def test_a_pass_ends_with_a_layout_or_a_ring(graph: LockedGraph) -> None:
    """Changes at the top are given up as soon as they make more copies, and break nothing."""
    problem = state_problem(merge_instances(graph), graph.importers[""])
    try:
        placed, top = improve_top(problem, choose_top(problem))
    except EndlessError as error:
        assert error.ring  # noqa: PT017  (both ends are right)
    else:
        again = place_all(problem, top, copies_max=count_allowed(problem))
        assert sorted(again.children) == sorted(placed.children)


@given(graphs(instances_max=12), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_input_does_not_matter(graph: LockedGraph, random: object) -> None:
    """The same graph in another order has the same layout."""
    mixed = {}
    keys = list(graph.instances)
    random.shuffle(keys)
    for key in keys:
        targets = list(graph.instances[key].targets.items())
        random.shuffle(targets)
        mixed[key] = graph.instances[key]._replace(targets=dict(targets))
    try:
        expected = hoist(graph, "")
    except LockfileError:
        assume(False)  # noqa: FBT003  (hypothesis's own way)

    found = hoist(LockedGraph(mixed, graph.importers), "")

    assert list(expected.instances.items()) == list(found.instances.items())
    assert expected.doubled == found.doubled


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_few_instances_have_as_few_copies_as_brute_force_finds(graph: LockedGraph) -> None:
    """No layout of a graph of up to seven instances has fewer copies."""
    fewest = count_fewest(graph, copies_max=COPIES_MAX)
    try:
        found = len(hoist(graph, "").instances) - 1
    except LockfileError:
        found = None

    assert fewest == found or (fewest is None and (found or COPIES_MAX + 1) > COPIES_MAX)


def test_work_grows_with_the_graph() -> None:
    """Eight times as many instances take fewer than twelve times as many calls."""

    def count_calls(count: int) -> int:
        instances = {
            f"p{at}@1": Instance(
                Manifest(name=f"p{at}", version="1.0.0"),
                {
                    f"p{to % count}": f"p{to % count}@{1 + (at * to) % 50 // 49}"
                    for to in range(at + 1, at + 5)
                },
            )
            for at in range(count)
        }
        instances |= {
            f"p{at}@2": Instance(Manifest(name=f"p{at}", version="2.0.0"), {})
            for at in range(count)
        }
        instances["top"] = Instance(Manifest(), {"p0": "p0@1"}, folder="")
        graph = LockedGraph(instances, {"": "top"})
        calls = itertools.count()
        sys.setprofile(lambda *_: next(calls))
        try:
            hoist(graph, "")
        finally:
            sys.setprofile(None)
        return next(calls)

    few, many = count_calls(1_000), count_calls(8_000)
    assert 500 < few
    assert many < 12 * few
