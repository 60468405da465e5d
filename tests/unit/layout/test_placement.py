"""Where in the package each node's files stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.tarballs import make_package
from zipper.archive.entries import STORED, make_entry
from zipper.errors import LockfileError
from zipper.fetching.package_files import Obtained, Scripted
from zipper.layout.placement import find_homes, place_beside, place_members
from zipper.store.extract import extract
from zipper.store.keys import StoreKey
from zipper.store.store_zips import Store
from zipper.tree.model import Node, Tree, is_bundled, split_location

if TYPE_CHECKING:
    from pathlib import Path


def tree_of(*locations: str, links: dict[str, str] | None = None) -> Tree:
    nodes = [Node(location="", name="fn")]
    nodes += [Node(location=place, name=place, integrity="x") for place in locations]
    nodes += [
        Node(location=place, name=place, link_target=target)
        for place, target in (links or {}).items()
    ]
    return Tree({node.location: node for node in nodes})


def homes_of(tree: Tree, **options: frozenset[str]) -> dict[str, tuple[str, ...]]:
    return dict(find_homes(tree, **options).by_location)


def test_packages_stand_at_their_location() -> None:
    """A node of node_modules has one home, its location."""
    tree = tree_of("node_modules/a", "node_modules/@s/b/node_modules/c")

    assert ("node_modules/a/",) == homes_of(tree)["node_modules/a"]
    location = "node_modules/@s/b/node_modules/c"
    assert (f"{location}/",) == homes_of(tree)[location]


def test_linked_packages_stand_where_their_links_are() -> None:
    """A linked package is a real folder at each link, and so is what it has in node_modules."""
    tree = tree_of(
        "packages/w",
        "packages/w/node_modules/x",
        links={"node_modules/w": "packages/w", "node_modules/a/node_modules/w": "packages/w"},
    )
    homes = homes_of(tree)

    both = ("node_modules/w/", "node_modules/a/node_modules/w/")
    assert both == homes["packages/w"]
    assert tuple(f"{home}node_modules/x/" for home in both) == homes["packages/w/node_modules/x"]


def test_shipped_folders_have_their_modules_too() -> None:
    """Where a linked folder is in the package as the project's own, its modules stand there."""
    tree = tree_of(
        "packages/w", "packages/w/node_modules/x", links={"node_modules/w": "packages/w"}
    )
    homes = homes_of(tree, shipped=frozenset({"packages/w"}))

    assert "packages/w/node_modules/x/" in homes["packages/w/node_modules/x"]


def test_circles_of_links_end() -> None:
    """Two linked packages that hold a link to each other have finitely many homes."""
    tree = tree_of(
        "a",
        "b",
        links={
            "node_modules/a": "a",
            "a/node_modules/b": "b",
            "b/node_modules/a": "a",
        },
    )
    homes = homes_of(tree)

    assert ("node_modules/a/",) == homes["a"]
    assert ("node_modules/a/node_modules/b/",) == homes["b"]


def test_links_that_multiply_are_refused() -> None:
    """Ten links to each of many folders, one in the other, would be 10 to the 20 places."""
    links = {
        f"w{level}/node_modules/l{number}": f"w{level + 1}"
        for level in range(20)
        for number in range(10)
    }
    tree = tree_of(*(f"w{level}" for level in range(21)), links={"node_modules/w": "w0", **links})

    with pytest.raises(LockfileError, match="in more than 5,000 ways"):
        find_homes(tree)


def test_own_nodes_replace_what_a_tarball_brings_along(tmp_path: Path) -> None:
    """Where the tree has a node, the files of that folder in another's tarball stay out."""
    store = Store(tmp_path)
    outer = extract(
        make_package({"a.js": "1", "node_modules/b/b.js": "old", "node_modules/c/c.js": "1"}),
        label="a",
    )
    inner = extract(make_package({"b.js": "new"}), label="b")
    tree = tree_of("node_modules/a", "node_modules/a/node_modules/b")
    zips = {
        "node_modules/a": store.add(StoreKey("sha512", "aa" * 64), outer),
        "node_modules/a/node_modules/b": store.add(StoreKey("sha512", "bb" * 64), inner),
    }

    placed = list(place_members(tree, find_homes(tree), zips=zips, folders={}))

    assert sorted(
        [
            "node_modules/a/a.js",
            "node_modules/a/package.json",
            "node_modules/a/node_modules/c/c.js",
            "node_modules/a/node_modules/b/b.js",
            "node_modules/a/node_modules/b/package.json",
        ]
    ) == sorted(entry.name.decode() for entry in placed)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("node_modules/a", ("", "a")),
        ("node_modules/@s/a", ("", "@s/a")),
        ("node_modules/a/node_modules/b", ("node_modules/a", "b")),
        ("packages/w", ("packages/w", "")),
        ("../o/node_modules/b", ("../o", "b")),
    ],
)
def test_locations_have_a_parent_and_a_name(location: str, expected: tuple[str, str]) -> None:
    """The parent is the package around; the target of a link has no name."""
    assert expected == split_location(location)


def test_bundled_nodes_have_no_tarball() -> None:
    """A node in a bundle without address and integrity comes with another package's tarball."""
    bundled = Node(location="node_modules/a/node_modules/b", name="b", in_bundle=True)
    own = Node(location="node_modules/b", name="b", in_bundle=True, integrity="sha512-x")

    assert (True, False) == (is_bundled(bundled), is_bundled(own))


def test_what_scripts_wrote_stands_beside_what_is_placed() -> None:
    """It is in the node_modules of each home; of a package that is elsewhere nothing is placed."""
    link = {"node_modules/a/node_modules/w": "w"}
    tree = tree_of("node_modules/a", "node_modules/@s/b", "w", "w/node_modules/x", links=link)
    files = tuple(
        make_entry(name, b"", method=STORED, crc=0, size=0, executable=False)
        for name in (".prisma/client.js", ".cache")
    )
    places = ("node_modules/a", "node_modules/@s/b", "w/node_modules/x", "node_modules/gone")
    scripted = Scripted(tree, Obtained({}, {}, ()), dict.fromkeys(places, files))

    placed = [entry.name.decode() for entry in place_beside(scripted, find_homes(tree))]

    top, inner = "node_modules/", "node_modules/a/node_modules/w/node_modules/"
    assert [
        *(f"{top}.prisma/client.js", f"{top}.cache") * 2,
        *(f"{inner}.prisma/client.js", f"{inner}.cache"),
    ] == placed
