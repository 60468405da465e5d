"""Peers are what the dependents of a package provide, where they agree and it fits."""

from __future__ import annotations

from zipper.npm.package_json import parse_manifest
from zipper.tree.locked_graph import Instance, LockedGraph
from zipper.tree.provided_peers import bind_provided_peers


def graph(**packages: tuple[dict, dict[str, str]]) -> LockedGraph:
    """Return a graph whose importer is `fn`; a package is its manifest and its targets."""
    instances = {
        key: Instance(
            parse_manifest({"name": key[:-1], "version": f"{key[-1]}.0.0", **manifest}), to
        )
        for key, (manifest, to) in packages.items()
    }
    return LockedGraph(instances, {"": "fn0"})


NEEDS = {"dependencies": {"tag": "*", "gql": "2"}}
PEER = {"peerDependencies": {"gql": ">=1"}}


def test_what_the_only_dependent_provides_counts() -> None:
    """The function's own version is the peer, not the one that lies higher up in the workspace."""
    found = bind_provided_peers(
        graph(
            fn0=(NEEDS, {"tag": "tag1", "gql": "gql2"}),
            tag1=(PEER, {"gql": "gql1"}),
            gql1=({}, {}),
            gql2=({}, {}),
        )
    )

    assert {"gql": "gql2"} == dict(found.instances["tag1"].targets)


def test_what_does_not_fit_or_is_disputed_stays() -> None:
    """A version outside of the range, or two dependents of two minds, change nothing."""
    narrow = {"peerDependencies": {"gql": "^1.0.0"}}
    packages = {
        "fn0": (NEEDS, {"tag": "tag1", "gql": "gql2", "lib": "lib1"}),
        "lib1": ({"dependencies": {"tag": "*", "gql": "1"}}, {"tag": "tag1", "gql": "gql1"}),
        "tag1": (PEER, {"gql": "gql1"}),
        "gql1": ({}, {}),
        "gql2": ({}, {}),
    }
    disputed = bind_provided_peers(graph(**packages))
    del packages["lib1"]
    unfit = bind_provided_peers(graph(**{**packages, "tag1": (narrow, {"gql": "gql1"})}))

    assert {"gql": "gql1"} == dict(disputed.instances["tag1"].targets)
    assert {"gql": "gql1"} == dict(unfit.instances["tag1"].targets)


def test_a_bound_peer_is_provided_in_turn() -> None:
    """A package between hands on what it got as its own peer."""
    found = bind_provided_peers(
        graph(
            fn0=(NEEDS, {"tag": "tag1", "gql": "gql2"}),
            tag1=({**PEER, "dependencies": {"sub": "*"}}, {"gql": "gql1", "sub": "sub1"}),
            sub1=(PEER, {"gql": "gql1"}),
            gql1=({}, {}),
            gql2=({}, {}),
        )
    )

    assert {"gql": "gql2"} == dict(found.instances["sub1"].targets)


def test_a_dependency_is_no_peer() -> None:
    """What a package depends on itself stays, though it names it as a peer too."""
    both = {**PEER, "dependencies": {"gql": "1"}}
    found = bind_provided_peers(
        graph(
            fn0=(NEEDS, {"tag": "tag1", "gql": "gql2"}),
            tag1=(both, {"gql": "gql1"}),
            gql1=({}, {}),
            gql2=({}, {}),
        )
    )

    assert {"gql": "gql1"} == dict(found.instances["tag1"].targets)
