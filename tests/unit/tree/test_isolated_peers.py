"""Peers in rings, as bun 1.4.5's isolated linker binds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zipper.npm.package_json import Manifest
from zipper.tree.isolated_peers import bind_isolated_peers
from zipper.tree.locked_graph import Instance, LockedGraph

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def show(graph: LockedGraph) -> list[str]:
    """Return a line for each instance: what its names reach, its peers behind a stroke."""

    def names(targets: Mapping[str, str]) -> str:
        return " ".join(
            f"{name}={graph.instances[to].label}" for name, to in sorted(targets.items())
        )

    return sorted(
        f"{own.label}: {names(own.targets)} | {names(own.peer_targets)}"
        f" | {' '.join(own.manifest.peer_optional)}"
        for own in graph.instances.values()
    )


def package(name: str, version: str = "1", **fields: Any) -> Instance:
    """Return a package of the registry, its peers optional where they are called `may_`."""
    wanted = fields.pop("peers", "").split()
    optional = frozenset(name[4:] for name in wanted if name.startswith("may_"))
    peers = dict.fromkeys((name.removeprefix("may_") for name in wanted), "*")
    manifest = Manifest(name, f"{version}.0.0", peer_dependencies=peers, peer_optional=optional)
    return Instance(manifest, **fields)


GRAPH = LockedGraph(
    {
        "./": Instance(
            Manifest(dependencies={"a": "1", "p": "1"}, dev_dependencies={"d": "1"}),
            {"a": "a", "p": "p1", "d": "d"},
            folder="",
        ),
        "./m": Instance(
            Manifest(
                "m",
                dependencies={"a": "1", "x": "1"},
                dev_dependencies={"p": "2", "d": "1"},
                peer_dependencies={"p": "*"},
            ),
            {"a": "a", "p": "p2", "x": "x", "d": "d"},
            folder="m",
        ),
        "./n": Instance(
            Manifest("n", dependencies={"m": "*", "p": "2", "y": "1"}),
            {"m": "./m", "p": "p2", "y": "y"},
            folder="n",
        ),
        "./o": Instance(Manifest("o", peer_dependencies={"p": "*"}), folder="o"),
        "a": package("a", peers="p may_q z", peer_targets={"p": "p1"}),
        "b": package("b", peers="p", peer_targets={"p": "p1"}),
        "d": package("d", targets={"b": "b"}),
        "p1": package("p", "1"),
        "p2": package("p", "2"),
        "q": package("q"),
        "x": package("x", peers="may_q", targets={"b": "b"}, peer_targets={"q": "q"}),
        "y": package("y", targets={"m": "./m"}),
    },
    {"": "./", "m": "./m", "n": "./n", "o": "./o"},
)
WITHOUT_DEV = [
    "a@1.0.0: p=p@1.0.0 |  | q",
    "b@1.0.0: p=p@1.0.0 |  | ",
    "m: a=a@1.0.0 p=p@1.0.0 x=x@1.0.0 | p=p@1.0.0 | ",
    "n: m=m p=p@2.0.0 y=y@1.0.0 |  | ",
    "o:  | p=p@1.0.0 | ",
    "p@1.0.0:  |  | ",
    "p@2.0.0:  |  | ",
    "q@1.0.0:  |  | ",
    "the root: a=a@1.0.0 p=p@1.0.0 |  | ",
    "x@1.0.0: b=b@1.0.0 q=q@1.0.0 |  | ",
    "y@1.0.0: m=m |  | ",
]
WITH_DEV = [
    "a@1.0.0: p=p@1.0.0 |  | q",
    "a@1.0.0: p=p@2.0.0 |  | q",
    "b@1.0.0: p=p@1.0.0 |  | ",
    "b@1.0.0: p=p@2.0.0 |  | ",
    "d@1.0.0: b=b@1.0.0 |  | ",
    "d@1.0.0: b=b@1.0.0 |  | ",
    "m: a=a@1.0.0 d=d@1.0.0 p=p@2.0.0 x=x@1.0.0 | p=p@2.0.0 | ",
    "n: m=m p=p@2.0.0 y=y@1.0.0 |  | ",
    "o:  | p=p@1.0.0 | ",
    "p@1.0.0:  |  | ",
    "p@2.0.0:  |  | ",
    "q@1.0.0:  |  | ",
    "the root: a=a@1.0.0 d=d@1.0.0 p=p@1.0.0 |  | ",
    "x@1.0.0: b=b@1.0.0 q=q@1.0.0 |  | ",
    "y@1.0.0: m=m |  | ",
]


@pytest.mark.parametrize("importer", ["", "m", "n"])
@pytest.mark.parametrize(("omits_dev", "expected"), [(True, WITHOUT_DEV), (False, WITH_DEV)])
def test_members_have_what_they_develop_with(
    importer: str, expected: list[str], *, omits_dev: bool
) -> None:
    """Where that is installed; a link to a member is one folder, whoever depends on it."""
    bound = bind_isolated_peers(GRAPH, importer, omits_dev=omits_dev)

    assert expected == show(bound)
    assert {importer: GRAPH.importers[importer]} == bound.importers
