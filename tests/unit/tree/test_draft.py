"""Trees that change are arborist's: what each edge finds, what could go or stand for another."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.npm_answers import load_table
from zipper.npm.package_json import parse_manifest
from zipper.tree.draft import Draft, DraftNode, detach
from zipper.tree.model import split_location
from zipper.tree.overrides import parse_overrides
from zipper.tree.replace import can_dedupe, can_replace, matches

CASES = load_table("drafts")


def make(name: str, fields: dict[str, Any], *, path: str = "") -> DraftNode:
    """Return a node that is nowhere yet; with a path, a root."""
    manifest = parse_manifest({"name": name, **fields})
    node = DraftNode(
        name,
        manifest,
        resolved=fields.get("resolved"),
        integrity=fields.get("integrity"),
        has_shrinkwrap=fields.get("hasShrinkwrap", False),
        overrides=parse_overrides(manifest.raw.get("overrides")),
    )
    node.path = path
    node.load_dependencies(legacy_peer_deps=False)
    return node


def show(draft: Draft) -> list[Any]:
    """Return the tree as `tests/support/npm_answers.cjs` shows it."""
    nodes = sorted(draft.nodes.values(), key=lambda node: node.location)
    return [
        [
            node.location,
            node.version,
            [
                [edge.name, edge.to and edge.to.location, int(edge.valid)]
                for edge in sorted(node.all_edges(), key=lambda edge: edge.name)
            ],
            _bits(can_dedupe(node), can_dedupe(node, prefer_dedupe=True)),
            " ".join(
                _bits(
                    matches(node, other),
                    can_replace(node, other),
                    can_replace(node, other, ignore_peers="abc"),
                )
                for other in nodes
                if other is not node and other.name == node.name
            ),
        ]
        for node in nodes
    ]


def _bits(*found: bool) -> str:
    return "".join(str(int(one)) for one in found)


def answer(tree: dict[str, Any], steps: list[Any]) -> list[Any]:
    """Return the tree, and what it is after each step."""
    root = make("p", tree[""], path="/p")
    draft = Draft(root, "/p")
    root.all_edges()
    for place, fields in tree.items():
        above, name = split_location(place)
        if name:
            draft.attach(make(name, fields), draft.nodes[above])
    found = [show(draft)]
    for kind, at, fields in steps:
        node, (above, name) = draft.nodes.get(at), split_location(at)
        if kind == "put" and above in draft.nodes:
            draft.attach(make(name, fields), draft.nodes[above])
        elif kind == "put" or node is None:
            continue
        elif kind == "remove":
            detach(node)
        else:
            draft.replace_node(make(name, fields), node)
        found.append(show(draft))
    return found


@pytest.mark.parametrize("start", range(0, len(CASES), 50))
def test_a_tree_that_changes_is_arborists(start: int) -> None:
    """With peers, bundles and overrides; a folder is added, removed or replaced."""
    for (tree, steps), expected in CASES[start : start + 50]:
        assert expected == answer(tree, steps), (tree, steps)
