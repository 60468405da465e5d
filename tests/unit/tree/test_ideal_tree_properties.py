"""What holds for every ideal tree, whatever the registry."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings

from tests.support.invented_registry import (
    complete,
    invented_projects,
    invented_registries,
    project,
    registry,
)
from tests.support.resolving import World, resolve
from zipper.errors import ZipperError
from zipper.lockfile.npm_read import read_lockfile
from zipper.lockfile.npm_write import write_lockfile
from zipper.npm import semver
from zipper.tree.connections import connect
from zipper.tree.ideal_tree import build_ideal_tree
from zipper.tree.model import ROOT, Edge, Tree, parent_location
from zipper.tree.resolver_options import IdealTreeRequest, Platform
from zipper.tree.resolver_requests import PackumentRequest, ResolverRequest

_MANY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _resolve(request: IdealTreeRequest, world: World) -> Tree | str:
    try:
        return resolve(request, world).tree
    except ZipperError as error:
        return error.code


@_MANY
@given(packages=invented_registries(), manifest=invented_projects())
def test_every_folder_lies_in_a_package_and_is_called_after_it(
    packages: dict[str, Any], manifest: dict[str, Any]
) -> None:
    """A node's location ends with its name, inside the folder of another node."""
    tree = _resolve(project(manifest), registry(packages))

    if isinstance(tree, Tree):
        for location, node in tree.nodes.items():
            if location != ROOT:
                assert location.endswith(f"node_modules/{node.name}")
                assert parent_location(location) in tree.nodes


@_MANY
@given(packages=invented_registries(), manifest=invented_projects())
def test_every_required_edge_finds_what_it_asks_for(
    packages: dict[str, Any], manifest: dict[str, Any]
) -> None:
    """Node's walk finds a fitting node for each dependency, where there are no peers.

    Where peers are in conflict, or a version is missing that a package wants of its own name, npm's
    trees may lack what a package requires, and nothing is said.
    """
    plain = {
        identifier: {kind: fields[kind] for kind in fields if not kind.startswith("peer")}
        for identifier, fields in complete(packages).items()
    }

    tree = _resolve(project(manifest), registry(plain))

    if isinstance(tree, Tree):
        assert [] == [edge for edge in _find_unmet(tree) if edge.type in {"prod", "dev"}]


@_MANY
@given(packages=invented_registries(), manifest=invented_projects())
def test_peers_lie_beside_or_above(packages: dict[str, Any], manifest: dict[str, Any]) -> None:
    """A peer is never placed inside the folder of the package whose peer it is."""
    tree = _resolve(project(manifest), registry(packages))

    if isinstance(tree, Tree):
        for edges in connect(tree).edges_out.values():
            for edge in edges:
                if edge.type == "peer" and edge.source != ROOT and edge.target is not None:
                    assert not edge.target.startswith(f"{edge.source}/node_modules/"), edge


@_MANY
@given(packages=invented_registries(), manifest=invented_projects())
def test_resolving_from_the_own_lockfile_changes_nothing(
    packages: dict[str, Any], manifest: dict[str, Any]
) -> None:
    """The lockfile of a tree in which nothing is wanting resolves to the same lockfile.

    What an edge could not have is looked for again, by npm too, and may then be had, or end in an
    error. What only an optional peer has brought goes when npm meets it in a lockfile.
    """
    world = registry(packages)
    request = project(manifest, platform=Platform())
    first = _resolve(request, world)
    if not isinstance(first, Tree) or any(node.extraneous for node in first.nodes.values()):
        return
    if _find_unmet(first):
        return
    text = write_lockfile(first, folder=request.path)
    locked = read_lockfile(text, path="package-lock.json", manifest=request.manifest).tree

    again = _resolve(request._replace(lockfile=locked), world)

    assert isinstance(again, Tree)
    assert text == write_lockfile(again, folder=request.path)


@_MANY
@given(packages=invented_registries(), manifest=invented_projects())
def test_the_order_of_arrival_does_not_matter(
    packages: dict[str, Any], manifest: dict[str, Any]
) -> None:
    """Whether packuments are fetched ahead or on demand, the asks and the tree are the same."""
    plain, eager = registry(packages), registry(packages)
    request = project(manifest)

    expected = _resolve(request, plain)
    actual = _resolve_ahead(request, eager)

    assert expected == actual
    assert _names(plain.asked) == list(dict.fromkeys(_names(plain.asked)))


def _find_unmet(tree: Tree) -> list[Edge]:
    """Return the edges that Node's walk leads to nothing, or to what does not fit."""
    edges = [edge for out in connect(tree).edges_out.values() for edge in out]
    return [edge for edge in edges if not _is_met(tree, edge)]


def _is_met(tree: Tree, edge: Edge) -> bool:
    if edge.target is None:
        return edge.type == "peerOptional"
    return edge.spec == "latest" or semver.satisfies(tree.nodes[edge.target].version, edge.spec)


def _resolve_ahead(request: IdealTreeRequest, world: World) -> Tree | str:
    """Resolve with a driver that has fetched everything that was announced, the last first."""
    fetched: dict[str, Any] = {}
    steps = build_ideal_tree(request)
    answer: Any = None
    try:
        while True:
            ask = steps.send(answer) if not isinstance(answer, ZipperError) else steps.throw(answer)
            names = (wish.name for wish in reversed(ask.soon))
            for name in (*names, *_names([ask])):
                if name not in fetched:
                    fetched[name] = _answer(world, PackumentRequest(name))
            answer = fetched[ask.name] if isinstance(ask, PackumentRequest) else _answer(world, ask)
    except StopIteration as stop:
        return stop.value.tree
    except ZipperError as error:
        return error.code


def _answer(world: World, ask: ResolverRequest) -> Any:
    try:
        return world.answer(ask)
    except ZipperError as error:
        return error


def _names(asked: list[ResolverRequest]) -> list[str]:
    return [ask.name for ask in asked if isinstance(ask, PackumentRequest)]
