"""The flags of a tree's nodes are those that arborist gives them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.npm_answers import load_table
from zipper.npm.package_json import parse_manifest
from zipper.tree.connections import connect
from zipper.tree.flags import Flags, calculate_flags, is_omitted, with_flags
from zipper.tree.model import Node, Tree

FLAGS = {"dev": "dev", "optional": "optional", "devOptional": "dev_optional", "peer": "peer"}
CASES = load_table("flags")


def read_flags(folders: dict[str, Any]) -> dict[str, list[str] | None]:
    """Return the flags of each folder that is no link; None for what nothing needs."""
    nodes = {
        at: Node(at, at.rpartition("/")[2], parse_manifest(folder), link_target=folder.get("link"))
        for at, folder in folders.items()
    }
    tree = with_flags(Tree(nodes), calculate_flags(Tree(nodes), connect(Tree(nodes))))
    links = [node for node in tree.nodes.values() if node.link_target is not None]
    assert not any(
        getattr(link, flag) for link in links for flag in (*FLAGS.values(), "extraneous")
    )
    return {
        at: None
        if node.extraneous
        else [theirs for theirs, ours in FLAGS.items() if getattr(node, ours)]
        for at, node in tree.nodes.items()
        if node.link_target is None
    }


@pytest.mark.parametrize("start", range(0, len(CASES), 50))
def test_flags_are_arborists(start: int) -> None:
    """In random trees with all kinds of dependencies, and links."""
    for folders, expected in CASES[start : start + 50]:
        assert expected == read_flags(folders), folders


@pytest.mark.parametrize(
    ("flags", "omitted_with"),
    [
        ("", []),
        ("dev", ["dev", "dev optional", "dev peer", "dev optional peer"]),
        ("optional", ["optional", "dev optional", "optional peer", "dev optional peer"]),
        ("peer", ["peer", "dev peer", "optional peer", "dev optional peer"]),
        ("dev_optional", ["dev optional", "dev optional peer"]),
        ("extraneous", []),
    ],
)
def test_what_is_omitted(flags: str, omitted_with: list[str]) -> None:
    """What has a flag goes with its type; what both need, with both, as npm's `omit` has it."""
    own = Flags(said=False)
    if flags:
        setattr(own, flags, True)
    types = ("", "dev", "optional", "peer", "dev optional", "dev peer", "optional peer")

    found = [omit for omit in (*types, "dev optional peer") if is_omitted(own, omit.split())]

    assert omitted_with == found
