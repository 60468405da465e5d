"""The packages of a tree that lie in folders on this disk, and what a name means from each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.scene import write_files
from zipper.pipeline.sibling_folders import SiblingFolders
from zipper.project.read_project import read_project

if TYPE_CHECKING:
    from pathlib import Path

ROOT = {
    "name": "root",
    "workspaces": ["packages/*"],
    "dependencies": {"a": "*", "copied": "file:copied", "fetched": "1"},
}
PACKAGES = {
    "": ROOT,
    "packages/a": {"name": "a", "dependencies": {"b": "*", "fetched": "1"}},
    "packages/b": {"name": "b"},
    "packages/a/node_modules/b": {"resolved": "inner/b", "link": True},
    "inner/b": {"name": "b"},
    "node_modules/a": {"resolved": "packages/a", "link": True},
    "node_modules/b": {"resolved": "packages/b", "link": True},
    "node_modules/copied": {"version": "1.0.0", "resolved": "file:copied"},
    "node_modules/fetched": {"version": "1.0.0", "resolved": "https://registry.example/f.tgz"},
    "node_modules/fetched/node_modules/own": {
        "resolved": "node_modules/fetched/own", "link": True,
    },
    "node_modules/fetched/own": {"name": "own"},
}  # fmt: skip
INNER = "packages/a/node_modules/b"


def test_siblings_are_found_as_node_finds_them(tmp_path: Path) -> None:
    """From the folder that a link leads to; what is fetched is none, nor what a tarball has."""
    lock = {"lockfileVersion": 3, "packages": PACKAGES}
    write_files(tmp_path, {"package.json": ROOT, "package-lock.json": lock})
    project = read_project(tmp_path)
    assert project.lockfile is not None
    packed = [f"node_modules/{name}" for name in ("a", "b", "copied", "fetched/node_modules/own")]

    siblings = SiblingFolders(project, project.lockfile.tree, [*packed, INNER])

    assert {
        "": "",
        "node_modules/a": "packages/a",
        "node_modules/b": "packages/b",
        "node_modules/copied": "copied",
        INNER: "inner/b",
    } == siblings.folders
    assert [*packed[:3], INNER] == siblings.owners()
    assert ["", "packages/a"] == [siblings.folder_of(one) for one in ("", "node_modules/a")]
    rows = {
        ("", "a"): "node_modules/a",
        ("", "b"): "node_modules/b",
        ("node_modules/a", "b"): INNER,
        ("node_modules/b", "a"): "node_modules/a",
        ("node_modules/copied", "b"): "node_modules/b",
        ("", "fetched"): None,
        ("node_modules/a", "absent"): None,
    }
    assert rows == {row: siblings.find(*row) for row in rows}


def test_a_member_counts_from_its_own_folder(tmp_path: Path) -> None:
    """Which is that of the project in its workspace."""
    write_files(tmp_path, {"package.json": ROOT, "packages/b/package.json": {"name": "b"}})
    lock = {"lockfileVersion": 3, "packages": PACKAGES}
    write_files(tmp_path, {"package-lock.json": lock})
    project = read_project(tmp_path / "packages" / "b")
    assert project.lockfile is not None

    siblings = SiblingFolders(project, project.lockfile.tree, [])

    assert {"": "packages/b"} == siblings.folders
