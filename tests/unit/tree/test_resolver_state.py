"""What every node that the resolver makes follows: npm's options, wherever it comes from."""

from __future__ import annotations

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.tree.resolver_options import ResolverOptions

PEER = {"peerDependencies": {"p": "*"}}


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("place", ["root", "registry", "workspace", "folder"])
def test_peers_are_placed_unless_they_are_legacy(place: str, *, legacy: bool) -> None:
    """With `legacy-peer-deps` nothing looks for peers: not a member or a link."""
    manifest, more = {"dependencies": {"a": "*"}}, {}
    if place == "root":
        manifest = PEER
    elif place == "workspace":
        manifest, more = {"workspaces": ["a"]}, {"workspaces": {"a": "a"}}
    elif place == "folder":
        manifest = {"dependencies": {"a": "file:a"}}
    world = registry({"a@1.0.0": PEER, "p@1.0.0": {}})
    world.files = {"/project/a/package.json": {"name": "a", "version": "1.0.0", **PEER}}
    request = project(manifest, options=ResolverOptions(legacy_peer_deps=legacy), **more)

    found = resolve(request, world).tree

    assert legacy == all(node.name != "p" for node in found.nodes.values())
    names = {wish.name for ask in world.asked for wish in getattr(ask, "soon", ())}
    assert not legacy or "p" not in names


@pytest.mark.parametrize("legacy", [False, True])
def test_what_the_project_will_ask_for_is_told_with_the_first_question(*, legacy: bool) -> None:
    """Its development dependencies too, no package's; peers unless they are legacy."""
    manifest = {
        "dependencies": {"a": "*"},
        "devDependencies": {"d": "*"},
        "peerDependencies": {"p": "*"},
    }
    world = registry({"a@1.0.0": {"devDependencies": {"x": "*"}}, "d@1.0.0": {}, "p@1.0.0": {}})
    resolve(project(manifest, options=ResolverOptions(legacy_peer_deps=legacy)), world)
    soon = [{wish.name for wish in getattr(ask, "soon", ())} for ask in world.asked]

    assert {"a", "d", *(() if legacy else ("p",))} == soon[0]
    assert "x" not in set().union(*soon)
