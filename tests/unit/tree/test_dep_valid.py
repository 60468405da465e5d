"""Where local specs are read from, and which commit is the one that was asked for."""

from __future__ import annotations

import pytest

from zipper.npm.package_json import parse_manifest
from zipper.tree.dep_valid import from_path, is_valid
from zipper.tree.draft import Draft, DraftNode
from zipper.tree.draft_edge import DraftEdge
from zipper.tree.overrides import parse_overrides


def make(resolved: str | None, overrides: object = None) -> DraftNode:
    """Return a package in a project in `/p`."""
    root = DraftNode("p", parse_manifest({}), overrides=parse_overrides(overrides))
    draft = Draft(root, "/p")
    node = DraftNode("a", parse_manifest({"name": "a", "version": "1.0.0"}), resolved=resolved)
    draft.attach(node, root)
    node.overrides = root.overrides
    return node


@pytest.mark.parametrize(
    ("resolved", "overrides", "expected"),
    [
        (None, None, "/p/node_modules/a"),
        ("https://r.example/a.tgz", None, "/p/node_modules/a"),
        ("file:/x/a.tgz", None, "/x"),
        ("file:/x/a", None, "/p/node_modules/a"),
        ("file:/x/a.tgz", {"b": "file:y"}, "/p"),
        ("file:/x/a.tgz", {"c": "file:y"}, "/x"),
    ],
)
def test_a_local_spec_is_read_from_where_it_was_written(
    resolved: str | None, overrides: object, expected: str
) -> None:
    """In a tarball, from its folder; in an override, from the project's."""
    node = make(resolved, overrides)
    edge = DraftEdge(node, "b", "file:z", "prod", None)
    edge.overrides = node.overrides and node.overrides.edge_rule(edge)

    assert expected == from_path(node, edge)


ONE, TWO = "a" * 40, "b" * 40
SSH = "git+ssh://git@github.com/x/a.git"


@pytest.mark.parametrize(
    ("resolved", "wanted", "expected"),
    [
        (f"{SSH}#{ONE}", f"github:x/a#{ONE}", True),
        (f"{SSH}#{TWO}", f"github:x/a#{ONE}", False),
        (f"{SSH}#{ONE}", "github:x/a#main", True),
        (f"{SSH}#{ONE}", "x/a", True),
        (f"{SSH}#{ONE}", "x/b", False),
        (f"{SSH}#{ONE}", "x/a#semver:^1.0.0", True),
        (f"{SSH}#{ONE}", "x/a#semver:^2.0.0", False),
        ("git+ssh://h.example/a.git#" + ONE, "git+ssh://h.example/a.git#main", True),
        ("git+ssh://h.example/a.git#" + ONE, "git+ssh://h.example/b.git#main", False),
        ("git+ssh://h.example/a.git#" + TWO, "git+ssh://h.example/a.git#" + ONE, True),
        ("bogus:x", "x/a", False),
        (None, "x/a", False),
    ],
)
def test_a_package_from_git_is_of_the_repository_and_commit(
    resolved: str | None, wanted: str, *, expected: bool
) -> None:
    """Of known hosts the commit counts; elsewhere, as for npm, the repository alone."""
    node = make(resolved)

    assert node.draft is not None
    assert expected is is_valid(node, wanted, DraftEdge(node.draft.root, "a", wanted, "prod", None))
