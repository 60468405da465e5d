"""Which package gets its dependencies next, and which of these have to be placed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.draft_runs import start
from zipper.errors import ResolutionError
from zipper.tree.load_virtual import queue_named_updates, queue_problems, set_manifest
from zipper.tree.worklist import Worklist, find_problem_edges

V: dict[str, Any] = {"version": "1.0.0"}
ONE = {"dependencies": {"b": "1"}}
TWO = {"dependencies": {"b": "2"}}
MAY = {"peerDependencies": {"b": "2"}, "peerDependenciesMeta": {"b": {"optional": True}}}


def take_all(worklist: Worklist) -> list[str]:
    """Return the locations that wait, in their order."""
    found = []
    while not worklist.is_empty:
        node = worklist.pop()
        assert node is not None
        found.append(node.location)
    assert worklist.pop() is None
    return found


def test_the_shallowest_package_is_first() -> None:
    """Among equals the one whose path sorts first, as npm sorts; each waits once."""
    places = ("b", "a", "a/node_modules/a", "@s/a", "b/node_modules/c")
    draft = start({"": V, **{f"node_modules/{place}": V for place in places}}, {}).draft
    worklist = Worklist()
    for node in [*draft.nodes.values()][::-1] * 2:
        worklist.push(node)

    assert take_all(worklist) == [
        "",
        "node_modules/@s/a",
        "node_modules/a",
        "node_modules/b",
        "node_modules/a/node_modules/a",
        "node_modules/b/node_modules/c",
    ]


def test_what_was_served_waits_again_where_that_is_asked_for() -> None:
    """Else it doesn't; what has been taken out may be put back."""
    root = start({"": V}, {}).draft.root
    worklist = Worklist()
    worklist.push_unseen(root)
    assert [""] == take_all(worklist)
    worklist.seen.add(root)

    worklist.push_unseen(root)
    assert worklist.is_empty
    worklist.push(root)
    assert ([""], {root}) == (take_all(worklist), worklist.seen)
    worklist.push_again(root)
    assert ([""], set()) == (take_all(worklist), worklist.seen)


def test_a_location_is_worked_on_so_often_and_no_more() -> None:
    """After two hundred times there is no end; whose peer it is, and who finds no fit, is told."""
    tree = {
        "": {**V, "dependencies": {"a": "*"}},
        "node_modules/a": V,
        "node_modules/p": {**V, "peerDependencies": {"a": "*"}},
        "node_modules/q": {**V, "dependencies": {"a": "2"}},
    }
    nodes = start(tree, {}).draft.nodes
    worklist = Worklist()
    for _ in range(200):
        worklist.count_visit(nodes["node_modules/a"])
        worklist.count_visit(nodes["node_modules/p"])

    with pytest.raises(ResolutionError) as caught:
        worklist.count_visit(nodes["node_modules/a"])

    assert caught.value.facts == (
        ("because", "p@1.0.0 wants a@* (peer)"),
        ("because", "q@1.0.0 wants a@2 (prod)"),
    )


@pytest.mark.parametrize(
    ("needs", "more", "options", "expected"),
    [
        (ONE, {"b": V}, {}, []),
        (ONE, {}, {}, ["b"]),
        (TWO, {"b": V}, {}, ["b"]),
        (TWO, {"b": {**V, "fails": True}}, {}, []),
        (MAY, {}, {}, []),
        (MAY, {"b": V}, {}, ["b"]),
        (MAY, {"b": V}, {"save": False}, []),
        (MAY, {"b": V}, {"save": False, "updateNames": ["x"]}, ["b"]),
        (TWO, {"b": V}, {"save": False}, ["b"]),
        ({"peerDependencies": {"b": "2"}}, {"b": V}, {"save": False}, ["b"]),
        ({"optionalDependencies": {"b": "1"}}, {}, {}, ["b"]),
        (ONE, {"b": V}, {"updateNames": ["b"]}, ["b"]),
        (ONE, {"b": V}, {"updateNames": ["a"]}, []),
        ({**ONE, "bundleDependencies": ["b"]}, {}, {}, []),
        ({**ONE, "bundleDependencies": ["c"]}, {}, {}, ["b"]),
        ({**TWO, "hasShrinkwrap": True}, {"a/node_modules/b": V}, {}, []),
        ({**TWO, "hasShrinkwrap": True}, {"b": V}, {}, ["b"]),
        ({"dependencies": {"c": "1", "b": "1", "d": "1"}}, {"c": V}, {}, ["b", "d"]),
    ],
)
def test_what_has_to_be_placed(
    needs: dict[str, Any], more: dict[str, Any], options: dict[str, Any], expected: list[str]
) -> None:
    """What is absent or does not fit, unless it came with the package, or could not be had."""
    tree = {"": V, "node_modules/a": {**V, **needs}}
    run = start({**tree, **{f"node_modules/{name}": one for name, one in more.items()}}, options)
    for node in run.draft.nodes.values():
        if node.errors:
            run.load_failures[node] = None

    found = find_problem_edges(run, run.draft.nodes["node_modules/a"])

    assert expected == [edge.name for edge in found]


def test_a_bundle_of_the_project_is_made_by_npm() -> None:
    """The project's own tarball is not there yet."""
    run = start({"": {**V, **ONE, "bundleDependencies": ["b"]}}, {})

    assert ["b"] == [edge.name for edge in find_problem_edges(run, run.draft.root)]


@pytest.mark.parametrize(
    ("needs", "options", "expected"),
    [
        ({}, {}, ["node_modules/c"]),
        ({"dependencies": {"none": "1"}}, {}, ["", "node_modules/c"]),
        ({"optionalDependencies": {"none": "1"}}, {}, ["", "node_modules/c"]),
        ({"dependencies": {"b": "2"}}, {}, ["", "node_modules/c"]),
        (MAY, {}, ["", "node_modules/c"]),
        (MAY, {"save": False}, ["node_modules/c"]),
    ],
)
def test_what_a_lockfile_lacks_waits(
    needs: dict[str, Any], options: dict[str, Any], expected: list[str]
) -> None:
    """Of all that the project reaches."""
    tree = {
        "": {**V, **needs, "devDependencies": {"a": "1"}},
        "node_modules/a": {**V, "dependencies": {"b": "*", "c": "1"}},
        "node_modules/b": {**V, "dependencies": {"a": "1"}},
        "node_modules/c": {**V, "dependencies": {"b": "3"}},
        "node_modules/d": {**V, "dependencies": {"b": "3"}},
    }
    worklist = Worklist()

    queue_problems(start(tree, options), worklist)

    assert expected == take_all(worklist)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], []),
        (["b"], ["", "node_modules/c", "node_modules/d"]),
        (["e"], ["node_modules/d"]),
        (["x"], []),
        (["y"], []),
        (["p"], []),
    ],
)
def test_who_depends_on_what_is_chosen_anew_waits(names: list[str], expected: list[str]) -> None:
    """Wherever that lies, but in a bundle or below a shrinkwrap."""
    tree = {
        "": {**V, "dependencies": {"b": "1", "a": "1"}},
        "node_modules/a": {**V, "dependencies": {"x": "1"}, "bundleDependencies": ["x"]},
        "node_modules/a/node_modules/x": V,
        "node_modules/b": {**V, "dependencies": {"p": "1"}},
        "node_modules/c": {**V, **ONE},
        "node_modules/d": {**V, "dependencies": {"b": "*", "e": "1"}},
        "node_modules/d/node_modules/b": V,
        "node_modules/e": {**V, "hasShrinkwrap": True, "dependencies": {"y": "1"}},
        "node_modules/e/node_modules/y": V,
    }
    worklist = Worklist()

    queue_named_updates(start(tree, {"updateNames": names}), worklist)

    assert expected == take_all(worklist)


def test_another_manifest_brings_other_dependencies() -> None:
    """What the old one asked for is asked for no more; who needs the node judges it anew."""
    tree = {
        "": {**V, "dependencies": {"a": "2", "b": "*"}},
        "node_modules/a": {**V, **ONE},
        "node_modules/b": V,
        "node_modules/c": V,
    }
    run = start(tree, {})
    a, b, c = (run.draft.nodes[f"node_modules/{name}"] for name in "abc")
    needed = run.draft.root.edge_named("a")
    (old,) = a.all_edges()
    assert needed is not None
    assert not needed.valid
    manifest = a.manifest._replace(version="2.0.0", dependencies={"c": "1"})

    set_manifest(run, a, manifest)

    assert (manifest, "2.0.0", True) == (a.manifest, a.version, needed.valid)
    assert ["c"] == [edge.name for edge in a.all_edges()]
    assert [a] == [edge.source for edge in c.edges_in]
    assert [run.draft.root] == [edge.source for edge in b.edges_in]
    assert old not in run.draft.edges["b"]
