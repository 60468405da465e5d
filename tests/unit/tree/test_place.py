"""A package with its peers is put where arborist puts it, and the tree is what arborist leaves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.invented_registry import project
from tests.support.npm_answers import load_table
from zipper.errors import ResolutionError
from zipper.npm.package_json import parse_manifest
from zipper.tree.draft import Draft, DraftNode
from zipper.tree.manifests import Manifests
from zipper.tree.model import split_location
from zipper.tree.overrides import parse_overrides
from zipper.tree.place import Placement, place_dep
from zipper.tree.resolver_options import ResolverOptions
from zipper.tree.resolver_state import Resolution
from zipper.tree.trampoline import finish

CASES = load_table("placements")
OPTIONS = {
    "strictPeerDeps": "strict_peer_deps",
    "preferDedupe": "prefer_dedupe",
    "installStrategy": "install_strategy",
    "force": "force",
}


def make(resolution: Resolution, name: str, fields: dict[str, Any]) -> DraftNode:
    """Return a node that is nowhere yet."""
    node = resolution.make_node(
        name,
        parse_manifest({"name": name, **fields}),
        resolved=fields.get("resolved"),
        integrity=fields.get("integrity"),
        error=ResolutionError("ETARGET", "none") if fields.get("fails") else None,
    )
    node.has_shrinkwrap = fields.get("hasShrinkwrap", False)
    return node


def start(tree: dict[str, Any], options: dict[str, Any]) -> Resolution:
    """Return a run with a tree as it is in the middle of one."""
    known = {OPTIONS[name]: value for name, value in options.items() if name in OPTIONS}
    request = project({}, options=ResolverOptions(**known))
    request = request._replace(update=frozenset(options.get("updateNames", ())))
    manifest = parse_manifest({"name": "p", **tree[""]})
    root = DraftNode("p", manifest, overrides=parse_overrides(manifest.raw.get("overrides")))
    root.path = "/p"
    root.load_dependencies(legacy_peer_deps=False)
    draft = Draft(root, "/p")
    root.all_edges()
    resolution = Resolution(request, draft, Manifests(request.pick_options))
    for place, fields in tree.items():
        above, name = split_location(place)
        if name:
            draft.attach(make(resolution, name, fields), draft.nodes[above])
    return resolution


def show(placement: Placement, draft: Draft) -> list[Any]:
    """Return what was decided, as `tests/support/npm_answers.cjs` shows it."""
    answer, placed = placement.answer, placement.placed
    return [
        placement.edge.name,
        answer and answer.verdict,
        answer and answer.own_verdict,
        placed.location if placed is not None and placed.draft is draft else None,
        sorted(node.location for node in placement.displaced if node.draft is draft),
        [show(child, draft) for child in placement.children],
    ]


def show_tree(draft: Draft) -> list[Any]:
    """Return each folder with its edges: what they find, and whether that will do or has to."""
    return [
        [
            node.location,
            node.version,
            node.target.location
            if node.target is not None
            else [node.resolved, node.integrity, len(node.errors)],
            []
            if node.is_link
            else [
                [
                    edge.name,
                    edge.to and edge.to.location,
                    f"{edge.valid:d}{edge.peer_conflicted:d}",
                ]
                for edge in sorted(node.all_edges(), key=lambda edge: edge.name)
            ],
        ]
        for node in sorted(draft.nodes.values(), key=lambda node: node.location)
    ]


def answer(question: list[Any]) -> Any:
    """Place a package for the edge of a folder, with peers of its virtual root."""
    tree, at, name, packages, options = question
    resolution = start(tree, options)
    source = resolution.draft.nodes[at]
    virtual = resolution.virtual_root(source)
    assert virtual.draft is not None
    for one, fields in packages.items():
        virtual.draft.attach(make(resolution, one, fields), virtual)
    edge, dep = source.edge_named(name), virtual.child(name)
    assert edge is not None
    assert dep is not None
    placement = Placement(dep, edge)
    try:
        finish(place_dep(resolution, placement))
    except ResolutionError as error:
        return error.code
    return [show(placement, resolution.draft), show_tree(resolution.draft)]


@pytest.mark.parametrize("start_at", range(0, len(CASES), 50))
def test_a_package_is_put_where_arborist_puts_it(start_at: int) -> None:
    """With what gives way, what can go then, and what has to be looked at again."""
    for question, expected in CASES[start_at : start_at + 50]:
        assert expected == answer(question), question
