"""Peers are what the dependents of a package provide, where they agree and it fits."""

from __future__ import annotations

from typing import Any

import pytest

from zipper.npm.package_json import parse_manifest
from zipper.tree.locked_graph import Instance, LockedGraph
from zipper.tree.provided_peers import bind_provided_peers, bind_rest


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


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        # A dependent is who needs the package itself, not who has it as a peer.
        ({"x1": ({"peerDependencies": {"tag": "*"}, "dependencies": {"gql": "1"}},
                 {"tag": "tag1", "gql": "gql1"})}, "gql2"),
        ({"x1": ({"peerDependencies": {"tag": "*"}, "dependencies": {"tag": "*", "gql": "1"}},
                 {"tag": "tag1", "gql": "gql1"})}, "gql1"),
        ({"x1": ({"peerDependencies": {"tag": "*"}, "optionalDependencies": {"tag": "*"}},
                 {"tag": "tag1"})}, "gql1"),
        ({"x1": ({"dependencies": {"tag": "*", "gql": "2"}},
                 {"tag": "tag1", "gql": "gql2"})}, "gql2"),
        ({"tag1": ({**PEER, "optionalDependencies": {"gql": "1"}}, {"gql": "gql1"})}, "gql1"),
    ],
)  # fmt: skip
def test_all_that_need_a_package_have_a_say(extra: dict[str, Any], expected: str) -> None:
    """Of two minds, or where one has none, the peer stays what it is."""
    packages = {
        "fn0": (NEEDS, {"tag": "tag1", "gql": "gql2"}),
        "tag1": (PEER, {"gql": "gql1"}),
        "gql1": ({}, {}),
        "gql2": ({}, {}),
        **extra,
    }

    found = bind_provided_peers(graph(**packages))

    assert {"gql": expected} == dict(found.instances["tag1"].targets)
    assert {"": "fn0"} == found.importers


def test_what_nothing_provides_is_found_at_the_top() -> None:
    """What the importer depends on, else the only one of the name; what has a target keeps it."""
    names = dict.fromkeys(("gql", "one", "two", "none", "own"), "*")
    given = graph(
        fn0=({}, {"tag": "tag1", "gql": "gql2"}),
        tag1=({"peerDependencies": names}, {"own": "own2"}),
        a1=({}, {"one": "one1", "two": "two1", "gql": "gql1", "own": "own1"}),
        b1=({}, {"one": "one1", "two": "two2"}),
    )

    found = bind_rest(given, "")

    expected = {"gql": "gql2", "one": "one1", "own": "own2"}
    assert expected == found.instances["tag1"].targets
    for key in ("fn0", "a1", "b1"):
        assert given.instances[key] == found.instances[key]
    assert given.importers == found.importers
