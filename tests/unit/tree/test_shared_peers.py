"""Peers that nothing provides: one version for all that can have it, as bun 1.4.5 installs them."""

from __future__ import annotations

import pytest

from zipper.npm.package_json import Manifest
from zipper.tree.isolated_peers import bind_isolated_peers
from zipper.tree.locked_graph import Instance, LockedGraph

VERSIONS = ("1.1.0", "1.2.0", "3.1.0")


def draw(specs: dict[str, tuple[str, str]]) -> LockedGraph:
    """Return a project with packages by name, each with a peer's spec and what is newest for it."""
    names = (*specs, *(f"has-{version}" for version in VERSIONS))
    instances = {
        "./": Instance(
            Manifest(dependencies=dict.fromkeys(names, "*")), {n: n for n in names}, folder=""
        )
    }
    for version in VERSIONS:
        key = f"has-{version}"
        instances[key] = Instance(
            Manifest(name=key, version="1.0.0", dependencies={"x": version}), {"x": f"x@{version}"}
        )
        instances[f"x@{version}"] = Instance(Manifest(name="x", version=version), {})
    for name, (spec, newest) in specs.items():
        manifest = Manifest(name=name, version="1.0.0", peer_dependencies={"x": spec})
        instances[name] = Instance(manifest, {}, {"x": f"x@{newest}"})
    return LockedGraph(instances, {"": "./"})


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        ({"p": (">=1.0.0", "3.1.0")}, {"p": "3.1.0"}),
        ({"p": (">=1.0.0", "3.1.0"), "q": ("^1.1.0", "1.2.0")}, {"p": "1.2.0", "q": "1.2.0"}),
        ({"p": (">=1.0.0", "3.1.0"), "q": ("1.1.0", "1.1.0")}, {"p": "1.1.0", "q": "1.1.0"}),
        ({"p": (">=2.0.0", "3.1.0"), "q": ("^1.1.0", "1.2.0")}, {"p": "3.1.0", "q": "1.2.0"}),
        (
            {"p": (">=1.0.0", "3.1.0"), "q": ("1.1.0", "1.1.0"), "r": ("1.2.0", "1.2.0")},
            {"p": "3.1.0", "q": "1.1.0", "r": "1.2.0"},
        ),
    ],
)
def test_one_version_serves_all_that_it_fits(
    specs: dict[str, tuple[str, str]], expected: dict[str, str]
) -> None:
    """The rows are what bun has installed for the same packages."""
    bound = bind_isolated_peers(draw(specs), "")
    found = {
        own.manifest.name: bound.instances[own.targets["x"]].manifest.version
        for own in bound.instances.values()
        if own.manifest.name in specs
    }

    assert expected == found


def test_a_member_has_its_own_and_shares_none() -> None:
    """What it develops with is nothing to the packages of others."""
    graph = draw({"p": (">=1.0.0", "3.1.0")})
    member = Instance(
        Manifest(name="fn", peer_dependencies={"x": "*"}, dev_dependencies={"x": "~1.1.0"}),
        {"x": "x@1.1.0"},
        {"x": "x@1.1.0"},
        folder="fn",
    )
    instances = {**graph.instances, "./fn": member}
    whole = LockedGraph(instances, {**graph.importers, "fn": "./fn"})
    bound = bind_isolated_peers(whole, "fn")
    root = bind_isolated_peers(whole, "").instances

    assert "1.1.0" == bound.instances[bound.instances["./fn"].targets["x"]].manifest.version
    (own,) = (one for one in root.values() if one.manifest.name == "p")
    assert "3.1.0" == root[own.targets["x"]].manifest.version


def test_what_any_dependent_has_is_not_shared() -> None:
    """Where a package above provides the peer, the asker has the newest where none does."""
    graph = draw({"p": (">=1.0.0", "3.1.0"), "q": ("^1.1.0", "1.2.0")})
    above = Instance(
        Manifest(name="above", version="1.0.0", dependencies={"between": "*", "x": "1.1.0"}),
        {"between": "between", "x": "x@1.1.0"},
    )
    between = Instance(
        Manifest(name="between", version="1.0.0", dependencies={"p": "*"}), {"p": "p"}
    )
    top = graph.instances["./"]
    top = top._replace(targets={**top.targets, "above": "above"})
    instances = {**graph.instances, "./": top, "above": above, "between": between}
    bound = bind_isolated_peers(LockedGraph(instances, graph.importers), "").instances
    direct = {name: bound[bound["./"].targets[name]].targets["x"] for name in "pq"}

    assert {"p": "x@3.1.0", "q": "x@1.2.0"} == direct
