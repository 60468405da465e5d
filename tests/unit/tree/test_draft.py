"""Trees that change are arborist's: what each edge finds, what could go or stand for another."""

from __future__ import annotations

import posixpath
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


def lay_out(*places: str) -> Draft:
    """Return a project in `/p` with packages at these places, folders outside node_modules too."""
    draft = Draft(make("p", {"dependencies": {"x": "1"}}, path="/p"), "/p")
    draft.root.all_edges()
    for place in places:
        above, name = split_location(place)
        if name:
            draft.attach(make(name, {"version": "1.0.0"}), draft.nodes[above])
        else:
            put_folder(draft, place)
    return draft


def put_folder(draft: Draft, place: str, **fields: Any) -> DraftNode:
    """Put a folder with a package.json outside node_modules."""
    name = place.rpartition("/")[2]
    node = make(name, {"version": "1.0.0", "dependencies": {"x": "1"}, **fields})
    draft.attach_top(node, posixpath.normpath(f"/p/{place}"))
    return node


def show_folders(draft: Draft) -> dict[str, str | None]:
    """Return the folder around each folder of a draft; its paths are what they have to be."""
    for location, node in draft.nodes.items():
        assert (draft, location) == (node.draft, node.location)
        assert node.path == posixpath.normpath(f"/p/{location}")
        assert node.is_link or node.real_path == node.path
        assert node in draft.by_name[node.name]
    return {
        location: None if node.resolve_parent is None else node.resolve_parent.location
        for location, node in draft.nodes.items()
    }


@pytest.mark.parametrize(
    ("places", "around"),
    [
        (["w"], {"w": ""}),
        (["w", "w/in"], {"w": "", "w/in": "w"}),
        (["w/a/b", "w"], {"w/a/b": "", "w": ""}),
        (["w", "wide"], {"w": "", "wide": ""}),
        (["../q"], {"../q": None}),
        (["../q", "../q/in"], {"../q": None, "../q/in": "../q"}),
        (["../pq"], {"../pq": None}),
        (["w", "w/node_modules/a", "w/node_modules/a/in"],
         {"w": "", "w/node_modules/a": "w", "w/node_modules/a/in": "w/node_modules/a"}),
        (["node_modules/a", "node_modules/a/in"],
         {"node_modules/a": "", "node_modules/a/in": "node_modules/a"}),
    ],
)  # fmt: skip
def test_a_folder_looks_for_packages_in_the_nearest_one_around_it(
    places: list[str], around: dict[str, str | None]
) -> None:
    """Of those that have a package.json; outside the project there may be none."""
    draft = lay_out(*places)

    assert {"": None, **around} == show_folders(draft)
    for node in draft.nodes.values():
        assert [node] * len(node.fs_children) == [one.fs_parent for one in node.fs_children]


def test_a_folder_takes_the_place_of_one_at_its_path() -> None:
    """With what that one had inside; whoever looked there finds what is further out."""
    draft = lay_out("w", "w/node_modules/x", "node_modules/x")
    old = draft.nodes["w"]
    inner, outer = draft.nodes["w/node_modules/x"], draft.nodes["node_modules/x"]
    assert inner is old.all_edges()[0].to

    new = put_folder(draft, "w", version="2.0.0")
    draft.attach_top(new, "/p/w")

    assert {"": None, "node_modules/x": "", "w": ""} == show_folders(draft)
    assert new is draft.nodes["w"]
    assert outer is new.all_edges()[0].to
    assert [None, None, None] == [old.draft, old.fs_parent, inner.draft]
    assert list(draft.root.fs_children) == [new]
    sources = {edge.source for edge in outer.edges_in}
    assert {draft.root, new} == sources


def make_link(path: str, target: DraftNode | None = None) -> DraftNode:
    """Return a link that is nowhere yet."""
    link = DraftNode("l", parse_manifest({"name": "l"}), link_path=path)
    link.target = target
    return link


def test_a_link_is_what_it_leads_to() -> None:
    """A folder that is known, else the one that it brings along; a second one leads there too."""
    draft = lay_out("w", "node_modules/a")
    known, brought = draft.nodes["w"], make("w", {"version": "3.0.0", "dependencies": {"x": "1"}})
    first, second = make_link("/p/w", make("w", {})), make_link("/p/v", brought)
    draft.attach(first, draft.root)
    draft.attach(second, draft.nodes["node_modules/a"])
    third = make_link("/p/node_modules/l")
    draft.attach(third, draft.nodes["v"])
    nowhere = make_link("/p/none")
    draft.attach(nowhere, draft.nodes["w"])

    assert show_folders(draft) == {
        "": None,
        "node_modules/a": "",
        "node_modules/a/node_modules/l": "node_modules/a",
        "node_modules/l": "",
        "v": "",
        "v/node_modules/l": "v",
        "w": "",
        "w/node_modules/l": "w",
    }
    assert [known, brought, known, None] == [one.target for one in (first, second, third, nowhere)]
    assert [{first, third}, {second}] == [set(one.links_in) for one in (known, brought)]
    assert (brought.manifest, "3.0.0") == (second.manifest, second.version)
    detach(first)
    assert {third} == set(known.links_in)


def test_what_a_link_has_from_another_root_leaves_that() -> None:
    """A virtual root gives its folder away, and all that lies in it."""
    virtual = lay_out("w", "w/node_modules/x", "w/in")
    draft = lay_out("node_modules/x")
    folder = virtual.nodes["w"]

    draft.attach(make_link("/p/v", folder), draft.root)

    assert show_folders(draft) == {
        "": None,
        "node_modules/l": "",
        "node_modules/x": "",
        "v": "",
        "v/node_modules/x": "v",
        "w/in": "v",
    }
    assert [""] == list(virtual.nodes)
    assert draft.nodes["v/node_modules/x"] is folder.all_edges()[0].to


def test_only_what_somebody_asks_for_is_looked_for_in_a_virtual_root() -> None:
    """The edges of the others are made when something is put under the name that they have."""
    root = make("p", {"dependencies": {"a": "1"}}, path="/p")
    draft = Draft(root, "/p", lazy=True)
    needs = {"version": "1.0.0", "peerDependencies": {"b": "1", "c": "1"}}
    a, b = make("a", needs), make("b", {**needs, "peerDependencies": {"a": "1", "c": "1"}})
    draft.attach(a, root)
    assert ([], ["a"]) == ([*a.edges_out], [*root.edges_out])

    draft.attach(b, root)

    assert [["b"], ["a"]] == [[*one.edges_out] for one in (a, b)]
    assert b is a.edges_out["b"].to
    assert {a.edges_out["b"]} == set(b.edges_in)
    assert {root.edges_out["a"], b.edges_out["a"]} == set(a.edges_in)


def test_what_is_there_stays_where_it_is() -> None:
    """Putting it there again changes no order, which is part of npm's answer."""
    draft = lay_out("node_modules/x", "node_modules/y", "w")
    x = draft.nodes["node_modules/x"]
    sources = [edge.source for edge in x.edges_in]

    draft.attach(x, draft.root)

    assert [draft.root, draft.nodes["w"]] == sources == [edge.source for edge in x.edges_in]
    assert ["x", "y"] == list(draft.root.children)
    assert ["", "node_modules/x", "node_modules/y", "w"] == list(draft.nodes)


@pytest.mark.parametrize(
    ("outer", "expected"),
    [("1.0.0rc", (True, True)), ("1.0.0beta", (True, True)), ("1.0.0alpha", (False, True))],
)
def test_the_greater_of_two_versions_may_stay_alone(
    outer: str, expected: tuple[bool, bool]
) -> None:
    """Also where only npm's lenient reader takes them; any may, if copies are to be few."""
    root = make("p", {}, path="/p")
    draft = Draft(root, "/p")
    asker = make("a", {"version": "1.0.0", "dependencies": {"c": "*"}})
    inner = make("c", {"version": "1.0.0beta"})
    draft.attach(asker, root)
    draft.attach(make("c", {"version": outer}), root)
    draft.attach(inner, asker)
    asker.all_edges()

    assert expected == (can_dedupe(inner), can_dedupe(inner, prefer_dedupe=True))
