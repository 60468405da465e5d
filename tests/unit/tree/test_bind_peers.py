"""Peers bound by who asks: one instance for each set of providers."""

from __future__ import annotations

import pytest

from tests.support.graphs import draw_graph
from zipper.npm.package_json import Manifest
from zipper.tree.bind_peers import bind_peers
from zipper.tree.locked_graph import Instance, LockedGraph


def peers(name: str, *names: str, optional: tuple[str, ...] = ()) -> dict[str, Manifest]:
    wanted = dict.fromkeys((*names, *optional), "*")
    manifest = Manifest(name=name, version="1.0.0", peer_dependencies=wanted)
    return {"manifest": manifest._replace(peer_optional=frozenset(optional))}


def follow(graph: LockedGraph, *names: str) -> str | None:
    """Return the label of what a chain of names leads to from the importer."""
    key = graph.importers[""]
    for name in names:
        found = graph.instances[key].targets.get(name)
        if found is None:
            return None
        key = found
    return graph.instances[key].label


GRAPH = draw_graph(
    {
        "top": ["a1", "b1"],
        "a1": ["p1", "r1"],
        "b1": ["p1", "r2"],
        "p1": ["q1"],
        "q1": [],
        "r1": [],
        "r2": [],
    },
    p1=peers("p", "r"),
    q1=peers("q", "r", optional=("gone",)),
)


@pytest.mark.parametrize("rule", ["parent", "ancestors"])
def test_each_set_of_providers_is_an_instance(rule: str) -> None:
    """A plugin reaches the version of whoever asks for it, and is there once for each."""
    bound = bind_peers(GRAPH, "", rule)

    assert "r@1.0.0" == follow(bound, "a", "p", "r")
    assert "r@2.0.0" == follow(bound, "b", "p", "r")
    assert "r@1.0.0" == follow(bound, "a", "p", "q", "r")
    assert follow(bound, "a", "p", "q", "gone") is None


def test_only_the_linker_that_looks_further_up_finds_what_is_there() -> None:
    """What the package that asks lacks, its own asker may have: for bun, not for yarn."""
    graph = draw_graph({"top": ["a1", "r1"], "a1": ["p1"], "p1": [], "r1": []}, p1=peers("p", "r"))

    assert follow(bind_peers(graph, "", "parent"), "a", "p", "r") is None
    assert "r@1.0.0" == follow(bind_peers(graph, "", "ancestors"), "a", "p", "r")


def test_a_peer_may_be_the_package_that_asks() -> None:
    """A plugin of the package that depends on it finds that package."""
    graph = draw_graph({"top": ["a1"], "a1": ["p1"], "p1": []}, p1=peers("p", "a"))

    assert "a@1.0.0" == follow(bind_peers(graph, "", "parent"), "a", "p", "a")


def test_peers_of_each_other_end() -> None:
    """Two packages that are each other's peers are bound without an end of contexts."""
    graph = draw_graph(
        {"top": ["p1", "q1", "a1"], "p1": [], "q1": ["a1"], "a1": ["p1", "q1"]},
        p1=peers("p", "q"),
        q1=peers("q", "p"),
    )

    for rule in ("parent", "ancestors"):
        bound = bind_peers(graph, "", rule)
        assert "p@1.0.0" == follow(bound, "p", "q", "p")
        assert "q@1.0.0" == follow(bound, "a", "q", "a", "p", "q")


def test_what_is_installed_for_a_peer_counts_last() -> None:
    """The lockfile's own choice is taken where nothing provides the peer, and only there."""
    graph = draw_graph(
        {"top": ["a1", "b1"], "a1": ["p1"], "b1": ["p1", "r2"], "p1": [], "r1": [], "r2": []},
        p1={**peers("p", "r"), "peer_targets": {"r": "r1"}},
    )

    bound = bind_peers(graph, "", "ancestors")

    assert "r@1.0.0" == follow(bound, "a", "p", "r")
    assert "r@2.0.0" == follow(bound, "b", "p", "r")


def test_development_dependencies_provide_nothing_in_production() -> None:
    """A provider that is not installed is none."""
    graph = draw_graph(
        {"top": ["p1", "r1"], "p1": [], "r1": []},
        top={"manifest": Manifest(dependencies={"p": "1"}, dev_dependencies={"r": "1"})},
        p1=peers("p", "r"),
    )

    assert follow(bind_peers(graph, "", "parent"), "p", "r") is None
    assert "r@1.0.0" == follow(bind_peers(graph, "", "parent", omits_dev=False), "p", "r")


@pytest.mark.parametrize("kind", ["dependencies", "optional_dependencies"])
def test_a_development_dependency_that_is_another_too_provides(kind: str) -> None:
    """What production needs as well is there in production, whatever else it is."""
    wanted = {"p": "1", "r": "1"} if kind == "dependencies" else {"p": "1"}
    manifest = Manifest(dependencies=wanted, dev_dependencies={"r": "1"})
    if kind == "optional_dependencies":
        manifest = manifest._replace(optional_dependencies={"r": "1"})
    graph = draw_graph(
        {"top": ["p1", "r1"], "p1": [], "r1": []}, top={"manifest": manifest}, p1=peers("p", "r")
    )

    assert "r@1.0.0" == follow(bind_peers(graph, "", "parent", omits_dev=True), "p", "r")


@pytest.mark.parametrize(("root", "chosen"), [(["s1", "r2"], "r2"), (["s1"], "r1")])
def test_a_member_is_one_folder_for_all(root: list[str], chosen: str) -> None:
    """A linked member of the workspace has one choice for a peer: the root's, else its own."""
    graph = draw_graph(
        {"top": root, "a1": ["s1", "r3"], "s1": [], "r1": [], "r2": [], "r3": []},
        a1={"folder": "a", "manifest": Manifest(name="a")},
        s1={**peers("s", "r"), "folder": "s", "peer_targets": {"r": "r1"}},
    )
    graph = graph._replace(importers={"": "top", "a": "a1", "s": "s1"})

    for importer in ("", "a"):
        own = bind_peers(graph, importer, "ancestors").instances["s1"]
        assert {"r": chosen} == own.peer_targets


def test_contexts_in_rings_are_as_many_as_versions_differ() -> None:
    """Rings of packages with peers of each other come to an end, however they are entered."""
    names = [f"p{number}" for number in range(12)]
    graph = draw_graph(
        {"top": [f"{name}1" for name in names], "r1": []}
        | {f"{name}1": [f"{other}1" for other in names if other != name] for name in names},
        **{
            f"{name}1": {
                "manifest": Manifest(
                    name=name, version="1.0.0", peer_dependencies={"r": "*", "q": "*"}
                )
            }
            for name in names
        },
    )

    assert 14 == len(bind_peers(graph, "", "ancestors").instances) + 1


def test_what_was_installed_for_a_peer_provides_it_further_in() -> None:
    """What a package was given for its peer counts for those that it asks for, optional or not."""
    graph = draw_graph(
        {"top": ["p1"], "p1": ["q1"], "q1": [], "r1": [], "r2": []},
        p1={**peers("p", "r"), "peer_targets": {"r": "r1"}},
        q1={**peers("q", optional=("r",)), "peer_targets": {"r": "r2"}},
    )

    bound = bind_peers(graph, "", "ancestors")

    assert "r@1.0.0" == follow(bound, "p", "q", "r")
    q = bound.instances[bound.instances[bound.instances["top"].targets["p"]].targets["q"]]
    assert frozenset() == q.manifest.peer_optional


def test_the_root_provides_to_what_its_members_depend_on() -> None:
    """Bun's members lie below the root: what they lack, the root's own dependency is."""
    graph = LockedGraph(
        {
            "./": Instance(Manifest(dependencies={"p": "1"}), {"p": "p1"}, folder=""),
            "./m": Instance(Manifest(dependencies={"x": "1"}), {"x": "x"}, folder="m"),
            "x": Instance(
                Manifest(name="x", version="1.0.0", peer_dependencies={"p": "2"}),
                peer_targets={"p": "p2"},
            ),
            "p1": Instance(Manifest(name="p", version="1.0.0")),
            "p2": Instance(Manifest(name="p", version="2.0.0")),
        },
        {"": "./", "m": "./m"},
    )

    bound = bind_peers(graph, "m", "ancestors").instances

    (x,) = [own for own in bound.values() if own.manifest.name == "x"]
    assert "1.0.0" == bound[x.targets["p"]].manifest.version
