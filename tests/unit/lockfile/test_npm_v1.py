"""Lockfiles of version 1: nested dependencies, whose versions may be specs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zipper.errors import LockfileError
from zipper.lockfile.npm_v1 import is_folder_name, read_ancient

if TYPE_CHECKING:
    from zipper.tree.model import Node


def read(dependencies: object) -> dict[str, Node]:
    return read_ancient({"lockfileVersion": 1, "dependencies": dependencies}, path="lock")


def test_nesting_becomes_locations() -> None:
    """What is nested in an entry lies in its node_modules."""
    nodes = read(
        {
            "a": {"version": "1.0.0", "dependencies": {"@s/b": {"version": "2.0.0"}}},
            "@s/b": {"version": "1.0.0"},
        }
    )

    assert {
        "node_modules/a": "1.0.0",
        "node_modules/a/node_modules/@s/b": "2.0.0",
        "node_modules/@s/b": "1.0.0",
    } == {location: node.version for location, node in nodes.items()}


def test_fields_of_an_entry() -> None:
    """Integrity, address, requirements and flags are taken over."""
    entry = {
        "version": "1.0.0",
        "resolved": "https://registry.example/a/-/a-1.0.0.tgz",
        "integrity": "sha1-x",
        "dev": True,
        "optional": True,
        "bundled": True,
        "requires": {"b": "^1.0.0", "c": 3},
    }
    node = read({"a": entry})["node_modules/a"]

    assert (entry["resolved"], "sha1-x") == (node.resolved, node.integrity)
    assert all((node.dev, node.optional, node.in_bundle))
    assert {"b": "^1.0.0"} == dict(node.manifest.dependencies)


@pytest.mark.parametrize(
    ("version", "name", "read_version", "resolved"),
    [
        ("npm:other@1.2.3", "other", "1.2.3", None),
        ("npm:@s/other@1.2.3", "@s/other", "1.2.3", None),
        ("https://registry.example/x.tgz", "a", None, "https://registry.example/x.tgz"),
        ("file:x.tgz", "a", "file:x.tgz", "file:x.tgz"),
        ("git+ssh://git@host.example/x.git#abc", "a", "", "git+ssh://git@host.example/x.git#abc"),
        ("github:o/x#abc", "a", "", "git+ssh://git@github.com/o/x.git#abc"),
    ],
)
def test_versions_that_are_specs(
    version: str, name: str, read_version: str | None, resolved: str | None
) -> None:
    """Aliases have another package's name; URLs and tarballs are their own address."""
    node = read({"a": {"version": version}})["node_modules/a"]

    expected = version if read_version is None else read_version
    assert (name, expected, resolved) == (
        node.package_name,
        node.version,
        node.resolved,
    )


def test_folders_are_links() -> None:
    """A `file:` folder is a link, and what is nested in it lies in the folder."""
    nodes = read({"w": {"version": "file:../w", "dependencies": {"b": {"version": "1.0.0"}}}})

    assert ["node_modules/w", "../w", "../w/node_modules/b"] == list(nodes)
    assert "../w" == nodes["node_modules/w"].link_target


@pytest.mark.parametrize(
    "dependencies",
    [
        {"..": {"version": "1.0.0"}},
        {"": {"version": "1.0.0"}},
        {"a/b": {"version": "1.0.0"}},
        {"@s": {"version": "1.0.0"}},
        {"a\\..\\b": {"version": "1.0.0"}},
        {"a\0": {"version": "1.0.0"}},
        {"a": "1.0.0"},
        {"a": None},
        {"a": {"version": "file:/etc"}},
    ],
)
def test_hostile_entries_are_refused(dependencies: dict) -> None:
    """Names that are no folder, entries that are no objects and absolute links are ELOCKFILE."""
    with pytest.raises(LockfileError) as raised:
        read(dependencies)

    assert "ELOCKFILE" == raised.value.code


def test_deep_nesting_ends() -> None:
    """Nesting beyond what npm ever wrote is refused, not followed."""
    entry: dict = {"version": "1.0.0"}
    for _ in range(300):
        entry = {"version": "1.0.0", "dependencies": {"a": entry}}

    with pytest.raises(LockfileError, match="nested too deep"):
        read({"a": entry})


@pytest.mark.parametrize("odd", [None, [], "x", 7])
def test_dependencies_of_another_type_are_none(odd: object) -> None:
    """What is no object holds no entries, as for npm."""
    assert {} == read(odd)


def test_folder_names() -> None:
    """A name is one folder, or a scope and one folder."""
    good = ["a", "@s/a", ".hidden", "a.b", "__proto__"]
    bad = ["", ".", "..", "a/b", "@s", "@s/", "@s/a/b", "@/..", "a\\b", "a\0"]

    assert good == [name for name in [*good, *bad] if is_folder_name(name)]
