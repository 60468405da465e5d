"""What lies where in a bundle's folder, and what the paths of esbuild's metafile are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zipper.layout.placement import find_homes
from zipper.pipeline.bundle_layout import BundleLayout
from zipper.pipeline.dependencies import gather
from zipper.pipeline.session import Circumstances, Clock
from zipper.pipeline.sibling_folders import SiblingFolders
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from tests.support.scene import Scene
    from zipper.fetching.package_files import Scripted


class Made:
    """A layout, and what it was made of."""

    def __init__(self, scripted: Scripted, layout: BundleLayout) -> None:
        self.scripted = scripted
        self.layout = layout


@pytest.fixture
def made(called_scene: Scene) -> Made:
    """A package in another's folder, with native code; a sibling with a package of its own."""
    scene = called_scene
    binaries = ("a/win32.node", "c/linux-x64.node", "b/linux.node", "a.node.js")
    rows: dict[str, dict[str, Any]] = {}
    for place, name, files in (
        ("node_modules/a", "a", {"lib/x.js": b"1", "own/package.json": b"{}", "own/o.js": b"2"}),
        ("node_modules/a/node_modules/n", "n", dict.fromkeys(binaries, b"x")),
        ("linked/node_modules/mac", "mac", {"darwin.node": b"x", "b.node": b"x"}),
        ("node_modules/@s/p", "@s/p", {}),
    ):
        dist = scene.publish(name, files=files)["dist"]
        resolved, integrity = dist["tarball"], dist["integrity"]
        rows[place] = {"version": "1.0.0", "resolved": resolved, "integrity": integrity}
    root = {
        "name": "fn",
        "version": "1.0.0",
        "dependencies": {"a": "1.0.0", "@s/p": "1.0.0", "l": "file:linked"},
    }
    linked = {"name": "l", "version": "1.0.0", "dependencies": {"mac": "1.0.0"}}
    rows["node_modules/a"]["dependencies"] = {"n": "1.0.0"}
    packages = {
        "": root,
        **rows,
        "node_modules/l": {"resolved": "linked", "link": True},
        "linked": linked,
        "node_modules/a/node_modules/own": {"resolved": "node_modules/a/own", "link": True},
        "node_modules/a/own": {"name": "own", "version": "1.0.0"},
    }
    rows["node_modules/a"]["dependencies"] = {"n": "1.0.0", "own": "file:own"}
    scene.write(
        {
            "package.json": root,
            "package-lock.json": {"lockfileVersion": 3, "packages": packages},
            "linked/package.json": linked,
        }
    )
    request = request_from(Settings(cache_dir=str(scene.cache)), folder=str(scene.project))
    io = Circumstances.of(request, None)
    project = io.read_project(request)
    with io.after:
        scripted = gather(project, request, io, Clock(), omit=frozenset({"dev"})).scripted
    siblings = SiblingFolders(project, scripted.tree, scripted.obtained.folders)
    return Made(scripted, BundleLayout(scripted, find_homes(scripted.tree), siblings))


def test_places_are_those_of_the_metafile(made: Made) -> None:
    """A sibling is where its sources are, and so is what lies in its node_modules.

    What a link in a tarball leads to is where the link is.
    """
    assert {
        "": "",
        "node_modules/a": "node_modules/a",
        "node_modules/a/node_modules/n": "node_modules/a/node_modules/n",
        "node_modules/a/node_modules/own": "node_modules/a/own",
        "node_modules/@s/p": "node_modules/@s/p",
        "linked": "linked",
        "linked/node_modules/mac": "linked/node_modules/mac",
    } == made.layout.places


def test_one_native_binary_of_each_is_told(made: Made) -> None:
    """For Linux, where there is one: the first by name."""
    assert {
        "node_modules/a/node_modules/n": "b/linux.node",
        "linked/node_modules/mac": "b.node",
    } == made.layout.find_natives()


def test_files_of_packages_are_named_for_good(made: Made) -> None:
    """By the store's zip and the name in it; what may change is not."""
    zips = made.scripted.obtained.zips
    rows = {
        "node_modules/a/lib/x.js": ("node_modules/a", "lib/x.js"),
        "node_modules/a/node_modules/n/a.node.js": ("node_modules/a/node_modules/n", "a.node.js"),
        "node_modules/@s/p/package.json": ("node_modules/@s/p", "package.json"),
        "linked/node_modules/mac/b.node": ("linked/node_modules/mac", "b.node"),
    }

    for path, (location, name) in rows.items():
        assert (str(zips[location].path), name) == made.layout.name_for_good(path)
    assert [None, None] == [made.layout.name_for_good(one) for one in ("src/a.ts", "linked/a.ts")]


def test_all_lies_in_the_folder(made: Made) -> None:
    """Sources, links to siblings, packages; as deep as paths lead above the root."""
    sources = {"src/a.ts": b"1", "../../shared/b.ts": b"2"}

    parts = made.layout.lay_out(sources)

    assert (2, sources, [("node_modules/l", "linked")]) == parts[:3]
    assert {
        ("a", "node_modules/a/"),
        ("n", "node_modules/a/node_modules/n/"),
        ("p", "node_modules/@s/p/"),
        ("mac", "node_modules/l/node_modules/mac/"),
    } == {
        (home.rstrip("/").rpartition("/")[2], home) for group in parts.groups for _, home in group
    }
    (own, beside) = parts.copies
    assert "node_modules/a/node_modules/own/" == own[0]
    assert [b"o.js", b"package.json"] == [entry.name for entry in own[1]]
    assert ("", ()) == beside
    assert 0 == made.layout.lay_out({}).depth
