"""What a function leaves to its layers: the same instance, to the end of the closure."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.layout.layer_split import (
    FileFact,
    PackageFolders,
    group_packages,
    layer_roots,
    split_packages,
)

MAJOR = 24
Tree = dict[str, dict[str, object]]


def packages_of(tree: Tree, root: str = "", *, roots: tuple[str, ...] = ("",)) -> PackageFolders:
    """Return packages by folder; a manifest's text decides the sums of its file."""
    files = {
        f"{root}{folder}/package.json": json.dumps(manifest).encode()
        for folder, manifest in tree.items()
    }
    facts = [
        (name, FileFact(hash(text), len(text), is_executable=False)) for name, text in files.items()
    ]
    return PackageFolders(group_packages(facts, roots=roots), files.__getitem__)


def left_out(function: Tree, layer: Tree, *, root: str = "nodejs/") -> set[str]:
    """Return the names that the function leaves out."""
    layers = packages_of(layer, root, roots=layer_roots(MAJOR))
    split = split_packages(packages_of(function), layers.by_folder, major=MAJOR)
    assert not split.left_out.keys() & split.kept.keys()
    return {folder.removeprefix("node_modules/") for folder in split.left_out}


def package(version: str = "1", **needs: str) -> dict[str, object]:
    return {"version": version, "dependencies": needs}


A, B, C = "node_modules/a", "node_modules/b", "node_modules/c"


@pytest.mark.parametrize(
    ("function", "layer", "expected"),
    [
        ({A: package()}, {A: package()}, {"a"}),
        ({A: package()}, {A: package("2")}, set()),
        ({A: package()}, {B: package()}, set()),
        ({A: package(b="*"), B: package()}, {A: package(b="*"), B: package()}, {"a", "b"}),
        # The closure differs: `a` would get another `b` than before.
        ({A: package(b="*"), B: package()}, {A: package(b="*"), B: package("2")}, set()),
        ({A: package(b="*"), B: package()}, {A: package(b="*")}, set()),
        # What is asked for and nowhere, as an optional peer, may be nowhere in both.
        ({A: package(b="*")}, {A: package(b="*")}, {"a"}),
        ({A: package(b="*")}, {A: package(b="*"), B: package()}, set()),
        # `b` alone is the same: `a` stays, and finds the layer's `b`.
        ({A: package("2", b="*"), B: package()}, {A: package(b="*"), B: package()}, {"b"}),
        # The layer's `a` has a copy of `b` of its own: code of the function would see two.
        (
            {A: package(b="*"), B: package()},
            {A: package(b="*"), f"{A}/{B}": package(), B: package("2")},
            set(),
        ),
        # Nested on both sides.
        (
            {A: package(b="*"), f"{A}/{B}": package("2"), B: package()},
            {A: package(b="*"), f"{A}/{B}": package("2"), B: package()},
            {"a", "b"},
        ),
        # A circle.
        (
            {A: package(b="*"), B: package(a="*")},
            {A: package(b="*"), B: package(a="*")},
            {"a", "b"},
        ),
        (
            {A: package(b="*"), B: package(a="*", c="*"), C: package()},
            {A: package(b="*"), B: package(a="*", c="*"), C: package("2")},
            set(),
        ),
    ],
)
def test_the_same_instance_is_left_out(function: Tree, layer: Tree, expected: set[str]) -> None:
    """A package goes where its files and all that it needs are the same in the layer."""
    assert expected == left_out(function, layer)


def test_scopes_and_versioned_folders() -> None:
    """A scoped package is one name, and `nodejs/node24` is searched by Node.js 24."""
    tree: Tree = {"node_modules/@s/a": package()}

    assert {"@s/a"} == left_out(tree, tree)
    assert {"@s/a"} == left_out(tree, tree, root="nodejs/node24/")
    assert set() == left_out(tree, tree, root="nodejs/node22/")


def test_folders_in_packages_are_their_own_files() -> None:
    """A node_modules that is no package manager's is compared with the package."""
    fact = FileFact(1, 1, is_executable=False)
    found = group_packages([("node_modules/a/test/node_modules/b/x.js", fact)])

    assert {"node_modules/a": {"test/node_modules/b/x.js": fact}} == found


def test_programs_have_to_be_programs() -> None:
    """A file that can be run is not replaced by one that cannot; the other way is fine."""

    def one(root: str, mode: str) -> PackageFolders:
        facts = [(f"{root}{A}/bin", FileFact(1, 1, is_executable=mode == "x"))]
        return PackageFolders(group_packages(facts, roots=(root,)), lambda _: b"")

    def split(mine: str, theirs: str) -> int:
        return len(
            split_packages(one("", mine), one("nodejs/", theirs).by_folder, major=MAJOR).left_out
        )

    assert [0, 1, 1] == [split("x", "-"), split("x", "x"), split("-", "x")]


def test_what_scripts_wrote_belongs_to_what_ran() -> None:
    """A package with an install script needs the hidden folders that scripts write."""
    client = {"version": "1", "scripts": {"postinstall": "generate"}}
    hidden = "node_modules/.client"
    same: Tree = {A: client, hidden: {"x": 1}}

    assert {"a", ".client"} == left_out(same, same)
    assert set() == left_out(same, {A: client, hidden: {"x": 2}})


NAMES = st.sampled_from("abcd")
TREES = st.dictionaries(
    NAMES.map("node_modules/{}".format),
    st.builds(package, st.sampled_from("12"), a=NAMES, b=NAMES)
    | st.dictionaries(NAMES, st.just("*"), max_size=3).map(lambda needs: package(**needs)),
    max_size=4,
)


@given(TREES, TREES)
def test_every_request_finds_the_same_instance(function: Tree, layer: Tree) -> None:
    """Whatever is left out, each package's names lead to the same manifests as before."""
    gone = left_out(function, layer)
    rest = {folder: one for folder, one in function.items() if folder[13:] not in gone}
    for folder, manifest in rest.items():
        for name in manifest["dependencies"]:  # type: ignore[attr-defined]
            wanted = f"node_modules/{name}"
            found = rest.get(wanted, layer.get(wanted) if wanted in function else None)
            assert function.get(wanted) == found, folder
    for name in gone:
        for needed in function[f"node_modules/{name}"]["dependencies"]:  # type: ignore[attr-defined]
            wanted = f"node_modules/{needed}"
            assert function.get(wanted) == layer.get(wanted)
            assert wanted not in rest
