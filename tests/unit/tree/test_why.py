"""Why a package is in the tree, and why more than once."""

from __future__ import annotations

import pytest

from tests.support.invented_registry import project, registry
from tests.support.resolving import resolve
from zipper.npm.package_json import parse_manifest
from zipper.tree.model import Node, Tree
from zipper.tree.why import draw_explanation, explain

_TREE = resolve(
    project({"dependencies": {"a": "*", "b": "*"}, "devDependencies": {"pad": "^1.0.0"}}),
    registry(
        {
            "pad@1.3.0": {},
            "pad@2.0.0": {},
            "a@1.2.0": {"dependencies": {"pad": "^1.3.0"}},
            "b@2.0.0": {"dependencies": {"pad": "^2.0.0"}},
        }
    ),
).tree


def test_every_chain_and_the_reason_of_a_second_copy_are_told() -> None:
    """Each copy has its chains from the project; the deeper one says what it could not share."""
    assert [
        "pad@1.3.0  node_modules/pad",
        "  fn > pad@^1.0.0 (dev)",
        "  fn > a@1.2.0 > pad@^1.3.0 (prod)",
        "pad@2.0.0  node_modules/b/node_modules/pad",
        "  fn > b@2.0.0 > pad@^2.0.0 (prod)",
        "  its own copy: node_modules/pad is 1.3.0, which `^2.0.0` excludes",
    ] == draw_explanation(explain(_TREE, "pad"), _TREE)


def test_a_package_that_is_not_there_is_said_to_be_absent() -> None:
    """Asking for an unknown name is no error."""
    assert ["`left` is not in the tree"] == draw_explanation(explain(_TREE, "left"), _TREE)


def test_circles_end() -> None:
    """A chain visits no package twice."""
    tree = resolve(
        project({"dependencies": {"a": "*"}}),
        registry(
            {"a@1.0.0": {"dependencies": {"b": "*"}}, "b@1.0.0": {"dependencies": {"a": "*"}}}
        ),
    ).tree

    (copy,) = explain(tree, "b").copies
    assert copy.is_complete
    assert [["a", "b"]] == [[edge.name for edge in chain] for chain in copy.chains]


def test_every_chain_is_found_where_it_is_wanted() -> None:
    """Six layers of three packages that need each other's next layer have 729 chains."""
    names = [[f"l{layer}n{number}" for number in range(3)] for layer in range(6)]
    packages = {
        f"{name}@1.0.0": {"dependencies": dict.fromkeys(below, "*")}
        for layer, below in zip(names, [*names[1:], ["last"]], strict=True)
        for name in layer
    }
    tree = resolve(
        project({"dependencies": dict.fromkeys(names[0], "*")}),
        registry({**packages, "last@1.0.0": {}}),
    ).tree

    (few,) = explain(tree, "last").copies
    (every,) = explain(tree, "last", every=True).copies

    assert (50, False) == (len(few.chains), few.is_complete)
    assert (3**6, True) == (len(set(every.chains)), every.is_complete)
    assert set(few.chains) < set(every.chains)
    assert "  ... and more chains: `--all` shows every one" in draw_explanation(
        explain(tree, "last"), tree
    )


WORLD = registry(
    {
        "a@1.0.0": {"dependencies": {"c": "^1.0.0"}},
        "b@1.0.0": {"dependencies": {"c": "^2.0.0"}},
        "c@1.0.0": {},
        "c@2.0.0": {},
        "d@1.0.0": {"dependencies": {"c": "2.0.0", "b": "*"}},
        "e@1.0.0": {"dependencies": {"c": "2 || 3"}, "bundleDependencies": ["c"]},
        "f@1.0.0": {"peerDependencies": {"c": "*"}, "optionalDependencies": {"g": "*"}},
        "g@1.0.0": {"dependencies": {"f": "*"}},
    }
)
WORLD.tarballs = {"e@1.0.0": {"node_modules/c/package.json": {"name": "c", "version": "2.0.0"}}}
WORLD.files = {
    "/project/w/package.json": {"name": "w", "version": "3.0.0", "dependencies": {"c": "1"}}
}
SECOND_COPIES = (
    "c@1.0.0  node_modules/c",
    "  fn > a@1.0.0 > c@^1.0.0 (prod)",
    "c@2.0.0  node_modules/b/node_modules/c",
    "  fn > b@1.0.0 > c@^2.0.0 (prod)",
    "  fn > d@1.0.0 > b@1.0.0 > c@^2.0.0 (prod)",
    "  its own copy: node_modules/c is 1.0.0, which `^2.0.0` excludes",
    "c@2.0.0  node_modules/d/node_modules/c",
    "  fn > d@1.0.0 > c@2.0.0 (prod)",
    "  its own copy: node_modules/c is 1.0.0, which `2.0.0` excludes",
)


@pytest.mark.parametrize("every", [True, False])
@pytest.mark.parametrize(
    ("dependencies", "name", "lines"),
    [
        ({"dependencies": {"a": "*", "b": "*", "d": "*"}}, "c", SECOND_COPIES),
        ({"dependencies": {"a": "*", "x": "npm:c@1"}}, "c",
         ("c@1.0.0  node_modules/c", "  fn > a@1.0.0 > c@^1.0.0 (prod)",
          "x (c)@1.0.0  node_modules/x", "  fn > x@npm:c@1 (prod)")),
        ({"dependencies": {"a": "*", "x": "npm:c@1"}}, "x",
         ("x (c)@1.0.0  node_modules/x", "  fn > x@npm:c@1 (prod)")),
        ({"dependencies": {"a": "*", "e": "*"}}, "c",
         ("c@1.0.0  node_modules/c", "  fn > a@1.0.0 > c@^1.0.0 (prod)",
          "c@2.0.0  node_modules/e/node_modules/c", "  fn > e@1.0.0 > c@2 || 3 (prod)",
          "  its own copy: it is in the bundle of the package around it")),
        ({"dependencies": {"f": "*"}, "devDependencies": {"c": "1"}}, "c",
         ("c@1.0.0  node_modules/c", "  fn > c@1 (dev)", "  fn > f@1.0.0 > c@* (peer)")),
        ({"dependencies": {"f": "*"}, "devDependencies": {"c": "1"}}, "g",
         ("g@1.0.0  node_modules/g", "  fn > f@1.0.0 > g@* (optional)")),
        ({"dependencies": {"c": "1"}, "workspaces": ["w"]}, "w",
         ("w@3.0.0  node_modules/w", "  fn > w@file:w (workspace)")),
        ({"dependencies": {"c": "1"}, "workspaces": ["w"]}, "c",
         ("c@1.0.0  node_modules/c", "  fn > c@1 (prod)", "  fn > w@3.0.0 > c@1 (prod)")),
    ],
)  # fmt: skip
def test_each_copy_is_told_with_its_chains(
    dependencies: dict[str, object], name: str, lines: tuple[str, ...], *, every: bool
) -> None:
    """Aliases, bundles, peers and members of the workspace too; circles once."""
    workspaces = {"w": "w"} if "workspaces" in dependencies else {}
    tree = resolve(project(dependencies, workspaces=workspaces), WORLD).tree

    assert list(lines) == draw_explanation(explain(tree, name, every=every), tree)


def test_a_copy_that_could_be_shared_now_is_told() -> None:
    """Versions are read as leniently as npm reads them; a folder beside has no other one above."""
    needs = parse_manifest({"dependencies": {"a": "1.2.3foo"}})
    nodes = [
        Node("", "fn", parse_manifest({"dependencies": {"a": "*", "b": "*"}})),
        Node("node_modules/a", "a", version="1.2.3foo"),
        Node("node_modules/b", "b", needs, version="1.0.0"),
        Node("node_modules/b/node_modules/a", "a", version="1.2.3foo"),
        Node("w", "w", needs, version="1.0.0"),
        Node("w/node_modules/c", "c", version="1.0.0"),
        Node("node_modules/alone", "alone", version="1.0.0"),
    ]
    tree = Tree({node.location: node for node in nodes})

    reasons = [copy.reason for copy in explain(tree, "a").copies]

    would = "node_modules/a would do, but had no such version when this was placed"
    assert [None, would] == reasons
    assert [None] == [copy.reason for copy in explain(tree, "c").copies]
    assert [
        "alone@1.0.0  node_modules/alone",
        "  nothing in the tree requests it",
    ] == draw_explanation(explain(tree, "alone"), tree)
    for every in (True, False):
        (copy,) = explain(tree, "alone", every=every).copies
        assert ((), True) == (copy.chains, copy.is_complete)


def test_fifty_chains_are_all_where_there_are_no_more() -> None:
    """One more is one too many, unless every one is wanted."""
    for count, complete in ((49, True), (50, True), (51, False)):
        names = [f"p{number}" for number in range(count)]
        needs = parse_manifest({"dependencies": {"x": "*"}})
        top = Node("", "fn", parse_manifest({"dependencies": dict.fromkeys(names, "*")}))
        packages = {f"node_modules/{n}": Node(f"node_modules/{n}", n, needs) for n in names}
        tree = Tree({"": top, **packages, "node_modules/x": Node("node_modules/x", "x")})

        (few,), (every,) = explain(tree, "x").copies, explain(tree, "x", every=True).copies

        assert (min(count, 50), complete) == (len(few.chains), few.is_complete)
        assert (count, True) == (len(every.chains), every.is_complete)


def test_an_alias_is_told_by_both_names() -> None:
    """And the project by its folder where it has no name."""
    real = parse_manifest({"name": "real", "version": "1.0.0"})
    tree = Tree(
        {
            "": Node("", "", parse_manifest({"dependencies": {"a": "npm:real@1"}})),
            "node_modules/a": Node("node_modules/a", "a", real, version="1.0.0"),
        }
    )
    expected = ["a (real)@1.0.0  node_modules/a", "  the project > a@npm:real@1 (prod)"]

    assert [expected] * 2 == [draw_explanation(explain(tree, name), tree) for name in ("a", "real")]


def test_a_chain_through_a_peer_is_none_where_peers_do_not_count() -> None:
    """With `legacy-peer-deps` nothing asks for what a peer alone does."""
    needs = parse_manifest({"name": "f", "peerDependencies": {"c": "*"}})
    tree = Tree(
        {
            "": Node("", "fn", parse_manifest({"dependencies": {"f": "*"}})),
            "node_modules/c": Node("node_modules/c", "c"),
            "node_modules/f": Node("node_modules/f", "f", needs),
        }
    )

    chains = [
        [[edge.name for edge in chain] for chain in explain(tree, "c", **options).copies[0].chains]
        for options in ({}, {"legacy_peer_deps": True})
    ]

    assert [[["f", "c"]], []] == chains


@pytest.mark.parametrize(("name", "found"), [("w", ["node_modules/w"]), ("v", ["v"])])
def test_a_link_stands_for_the_folder_of_its_name(name: str, found: list[str]) -> None:
    """A link of another name does not."""
    tree = Tree(
        {
            "": Node("", "fn", parse_manifest({"dependencies": {"w": "file:w", "l": "file:v"}})),
            "node_modules/l": Node("node_modules/l", "l", link_target="v"),
            "node_modules/w": Node("node_modules/w", "w", link_target="w"),
            "v": Node("v", "v"),
            "w": Node("w", "w", parse_manifest({"name": "other"})),
        }
    )

    assert found == [copy.node.location for copy in explain(tree, name).copies]
