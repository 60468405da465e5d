"""Whether one node may stand for another, as arborist's lib/node.js says it."""

from __future__ import annotations

import pytest

from zipper.npm.package_json import parse_manifest
from zipper.tree.draft import Draft, DraftNode
from zipper.tree.replace import matches


def make(
    name: str = "a", *, package: str = "a", version: str = "1.0.0", at: str = "", **fields: str
) -> DraftNode:
    """Return a node; with a path, the root of a tree of its own, else one within a tree."""
    node = DraftNode(name, parse_manifest({"name": package, "version": version}), **fields)
    if at:
        Draft(node, at)
    else:
        Draft(make(at="/p"), "/p").attach(node, make(at="/q"))
    return node


PLAIN: dict[str, str] = {}
HASH, OTHER_HASH = {"integrity": "sha512-a"}, {"integrity": "sha512-b"}
PLACE, OTHER_PLACE = {"resolved": "https://r/a.tgz"}, {"resolved": "https://r/b.tgz"}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (PLAIN, PLAIN, True),
        (PLAIN, {"name": "b"}, False),
        (PLAIN, {"version": "2.0.0"}, False),
        (PLAIN, {"package": "b"}, False),
        ({"package": ""}, {"package": ""}, False),
        ({"version": ""}, {"version": ""}, False),
        (HASH, HASH, True),
        (HASH, HASH | {"version": "2.0.0"} | OTHER_PLACE, True),
        (HASH, OTHER_HASH, False),
        (HASH | PLACE, OTHER_HASH | PLACE, False),
        (HASH | PLACE, PLACE | {"version": "2.0.0"}, True),
        (HASH | PLACE, OTHER_PLACE, False),
        (PLACE, PLAIN, True),
        (PLACE, {"version": "2.0.0"}, False),
        ({"at": "/p"}, {"at": "/p", "version": "2.0.0"}, True),
        ({"at": "/p"}, {"at": "/q"}, False),
        ({"at": "/p"} | HASH, HASH | {"version": "2.0.0"}, True),
    ],
)
def test_two_nodes_match_by_hash_by_origin_or_by_version(
    one: dict[str, str], other: dict[str, str], *, expected: bool
) -> None:
    """What both have decides, the hash first; roots are one where their folder is."""
    first, second = make(**one), make(**other)

    assert expected is matches(first, second)
    assert expected is matches(second, first)
    assert matches(first, first)


@pytest.mark.parametrize(
    ("target", "other_target", "expected"),
    [(HASH, HASH, True), (HASH, OTHER_HASH, False), (HASH, None, False), (None, HASH, False)],
)
def test_two_links_match_where_their_targets_do(
    target: dict[str, str] | None, other_target: dict[str, str] | None, *, expected: bool
) -> None:
    """A link without a target matches none."""
    links = [DraftNode("a", parse_manifest({}), link_path="/x") for _ in range(2)]
    for link, fields in zip(links, (target, other_target), strict=True):
        link.target = None if fields is None else make(**fields)

    assert expected is matches(*links)
    assert matches(links[0], links[0])
