"""What a tarball brings along lies below its package: a bundle, and what a shrinkwrap names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.draft_runs import start
from tests.support.resolving import World
from zipper.tree.bundled_packages import load_inner_nodes
from zipper.tree.resolver_requests import InnerManifests
from zipper.tree.trampoline import run_flat

V: dict[str, Any] = {"version": "1.0.0"}
URL = "https://r.example/a.tgz"
BUNDLE = {**V, "resolved": URL, "bundleDependencies": ["b"]}
WRAPPED = {**V, "resolved": URL, "hasShrinkwrap": True}


def open_tarball(fields: dict[str, Any], files: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """Return what is below a package then, by location, and what was asked."""
    run = start({"": {**V, "bundleDependencies": ["a"]}, "node_modules/a": fields}, {})
    world = World(tarballs={"a@1.0.0": files})
    for node in (run.draft.root, run.draft.nodes["node_modules/a"]):
        steps = run_flat(load_inner_nodes(run, node))
        try:
            ask = next(steps)
            while True:
                ask = steps.send(world.answer(ask))
        except StopIteration:
            pass
    found = {
        at.removeprefix("node_modules/a/"): (node.target and node.target.location) or node.version
        for at, node in run.draft.nodes.items()
        if at.startswith("node_modules/a/")
    }
    return found, world.asked


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"node_modules/b/package.json": V}, {"node_modules/b": "1.0.0"}),
        ({"node_modules/@s/b/package.json": V}, {"node_modules/@s/b": "1.0.0"}),
        ({"node_modules/b/node_modules/@s/c/package.json": V, "node_modules/b/package.json": V},
         {"node_modules/b": "1.0.0", "node_modules/b/node_modules/@s/c": "1.0.0"}),
        ({"node_modules/@s/b/node_modules/c/node_modules/d/package.json": V,
          "node_modules/@s/b/node_modules/c/package.json": V, "node_modules/@s/b/package.json": V},
         {"node_modules/@s/b": "1.0.0", "node_modules/@s/b/node_modules/c": "1.0.0",
          "node_modules/@s/b/node_modules/c/node_modules/d": "1.0.0"}),
        ({"node_modules/x/node_modules/y/node_modules/z/package.json": V,
          "node_modules/x/node_modules/y/package.json": V}, {}),
        ({"node_modules/b/package.json": 1}, {"node_modules/b": ""}),
        ({"node_modules/.b/package.json": V, "node_modules/b/lib/package.json": V,
          "node_modules/b/package.json/package.json": V, "lib/node_modules/b/package.json": V,
          "package.json": V, "node_modules/b/index.js": "", "node_modules/@s/package.json": V}, {}),
        ({"npm-shrinkwrap.json": {"lockfileVersion": 3, "packages": {"node_modules/c": V}}}, {}),
    ],
)  # fmt: skip
def test_each_package_in_a_tarball_lies_where_it_is(
    files: dict[str, Any], expected: dict[str, str]
) -> None:
    """In a node_modules of the package, or of one that is there; a folder with a dot is none."""
    found, asked = open_tarball({**BUNDLE, "integrity": "sha512-a"}, files)

    assert expected == found
    assert [InnerManifests("a", "1.0.0", URL, "sha512-a")] == asked


LOCK = {
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "a"},
        "node_modules/c/vendor": V,
        "node_modules/c/node_modules/d": V,
        "node_modules/c": {"version": "2.0.0", "resolved": "file:x/c.tgz"},
        "node_modules/e": {"version": "3.0.0", "resolved": "file:/x/../e.tgz"},
        "node_modules/f": {"version": "4.0.0", "resolved": "https://r.example/f.tgz"},
        "node_modules/l": {"resolved": "lib", "link": True},
        "node_modules/m": {"resolved": "none", "link": True},
        "lib": {"version": "5.0.0"},
        "node_modules/x/node_modules/y": V,
    },
}
LOCKED = {
    "lib": "5.0.0",
    "node_modules/c": "2.0.0",
    "node_modules/c/node_modules/d": "1.0.0",
    "node_modules/c/vendor": "1.0.0",
    "node_modules/e": "3.0.0",
    "node_modules/f": "4.0.0",
    "node_modules/l": "node_modules/a/lib",
    "node_modules/x/node_modules/y": "1.0.0",
}


@pytest.mark.parametrize(
    ("fields", "files", "expected"),
    [
        (WRAPPED, {"npm-shrinkwrap.json": LOCK}, LOCKED),
        (WRAPPED, {"npm-shrinkwrap.json": LOCK, "node_modules/b/package.json": V}, LOCKED),
        ({**WRAPPED, **BUNDLE}, {"npm-shrinkwrap.json": LOCK, "node_modules/b/package.json": V},
         {**LOCKED, "node_modules/b": "1.0.0"}),
        (WRAPPED, {"npm-shrinkwrap.json": []}, {}),
        (WRAPPED, {}, {}),
    ],
)  # fmt: skip
def test_a_shrinkwrap_says_what_lies_below(
    fields: dict[str, Any], files: dict[str, Any], expected: dict[str, str]
) -> None:
    """Links after what they lead to; what is bundled besides."""
    found, asked = open_tarball(fields, files)

    assert expected == found
    assert [InnerManifests("a", "1.0.0", URL, None)] == asked


def test_a_local_tarball_is_where_the_package_is() -> None:
    """Unless its path is absolute."""
    run = start({"": V, "node_modules/a": WRAPPED}, {})
    steps = run_flat(load_inner_nodes(run, run.draft.nodes["node_modules/a"]))
    next(steps)
    with pytest.raises(StopIteration):
        steps.send({"npm-shrinkwrap.json": LOCK})

    places = ("node_modules/c", "node_modules/e", "node_modules/f", "lib")
    nodes = [run.draft.nodes[f"node_modules/a/{place}"] for place in places]
    assert ["file:/p/node_modules/a/x/c.tgz", "file:/e.tgz", "https://r.example/f.tgz", None] == [
        node.resolved for node in nodes
    ]
    assert ["c", "e", "f", "lib"] == [node.package_name for node in nodes]
    inner = run.draft.nodes["node_modules/a/node_modules/c/vendor"]
    assert (nodes[0], "vendor") == (inner.fs_parent, inner.name)


@pytest.mark.parametrize(
    "fields",
    [
        {**V, "resolved": URL},
        {**V, "resolved": URL, "bundleDependencies": []},
        {**V, "bundleDependencies": ["b"]},
        {**V, "hasShrinkwrap": True},
    ],
)
def test_no_other_tarball_is_opened(fields: dict[str, Any]) -> None:
    """Nor that of the project, which is made later."""
    assert ({}, []) == open_tarball(fields, {"node_modules/b/package.json": V})
