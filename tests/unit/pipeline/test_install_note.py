"""Only what the lockfile vouches for is recalled at an install, of the same request alone."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import write_files
from tests.support.tarballs import make_package
from zipper.findings import Finding
from zipper.layout.install_layout import Layout
from zipper.npm.package_json import Manifest
from zipper.pipeline.install_note import LaidOut, Note, find_note
from zipper.project.read_project import read_project
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings
from zipper.store.extract import extract
from zipper.store.keys import StoreKey
from zipper.store.store_zips import Store
from zipper.target import Target
from zipper.tree.bins import BinLink
from zipper.tree.model import Node, Tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("integrity", "changes", "is_noted"),
    [
        ("sha512-a==", {}, True),
        (None, {}, False),
        ("", {}, False),
        ("sha512-a==", {"link_target": "a"}, False),
        (None, {"in_bundle": True}, True),
    ],
)
def test_what_could_be_other_bytes_is_not_noted(
    integrity: str | None, changes: dict[str, Any], is_noted: bool, tmp_path: Path
) -> None:
    """A tarball without integrity may be another one the next time, and a folder may change.

    What another package bundles, and the project itself, have none.
    """
    manifest = Manifest(name="a", version="1.0.0")
    node = Node(
        location="node_modules/a", name="a", manifest=manifest, version="1.0.0",
        integrity=integrity, **changes,
    )  # fmt: skip
    root = Node(location="", name="fn", manifest=manifest, version="1.0.0")
    note, made = Note(Store(tmp_path), "asked"), LaidOut(Layout((), ()), 1, ())

    note.remember(made, Tree({"": root, node.location: node}))

    assert is_noted == (note.recall() is not None)


def find(folder: Path, store: Store, *, omit: str = "dev", **changes: Any) -> Note | None:
    """Return the note of installing the project in a folder."""
    request = request_from(Settings(), folder=str(folder))._replace(**changes)
    return find_note(read_project(folder), request, omit=frozenset({omit}), store=store)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A locked project without dependencies."""
    lock = {"lockfileVersion": 3, "packages": {"": {"name": "fn"}}}
    write_files(tmp_path / "fn", {"package.json": {"name": "fn"}, "package-lock.json": lock})
    return tmp_path / "fn"


MADE = LaidOut(Layout((), ()), 7, (Finding("code", "info", "path", "message", "hint"),))


def recalls(note: Note | None) -> bool:
    return note is not None and note.recall() is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"omit": "optional"},
        {"target": Target("nodejs20.x", "arm64")},
        {"unknown_variables": ("ZIPPER_TYPO",)},
        {"require_integrity": True},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_another_request_is_another_install(
    project: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    """What was made for one is not taken for another, nor the other way."""
    store = Store(tmp_path / "cache")
    note = find(project, store)
    assert note is not None
    note.remember(MADE, Tree({}))

    assert recalls(find(project, store))
    assert not recalls(find(project, store, **changes))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("package.json", '{"name": "fn", "version": "2.0.0"}'),
        ("package-lock.json", '{"lockfileVersion": 3, "packages": {"": {"name": "other"}}}'),
        (".npmrc", "legacy-peer-deps=true"),
    ],
)
def test_another_project_is_another_install(
    project: Path, tmp_path: Path, name: str, text: str
) -> None:
    """A copy of the folder is none, wherever it is, and whatever output is named."""
    store = Store(tmp_path / "cache")
    note = find(project, store)
    assert note is not None
    note.remember(MADE, Tree({}))
    copy = shutil.copytree(project, tmp_path / "elsewhere" / "copy")

    assert recalls(find(copy, store, output="other.zip"))
    (copy / name).write_text(text)
    assert not recalls(find(copy, store))


@pytest.mark.parametrize(
    ("changes", "files"),
    [
        ({"verify_signatures": "on"}, {}),
        ({"allow_scripts": ("a",)}, {}),
        ({}, {"package.json": {"name": "fn", "allowScripts": {"a": True}}}),
        ({}, {".npmrc": "fetch-retries=x"}),
        (
            {},
            {"package.json": {"name": "fn", "workspaces": ["a"]}, "a/package.json": {"name": "a"}},
        ),
    ],
)
def test_what_may_come_to_something_else_has_no_note(
    project: Path, tmp_path: Path, changes: dict[str, Any], files: dict[str, str | bytes | dict]
) -> None:
    """Signatures are asked about each time, scripts run, folders change, settings are told."""
    write_files(project, files)
    assert find(project, Store(tmp_path / "cache"), **changes) is None

    write_files(project, {"package.json": {"name": "fn"}, ".npmrc": ""})
    assert find(project, Store(tmp_path / "cache")) is not None
    (project / "package-lock.json").unlink()
    assert find(project, Store(tmp_path / "cache")) is None


@pytest.mark.parametrize("harm", ["", "absent", "replaced", "damaged", "shared"])
def test_packages_are_those_that_were_laid_out(project: Path, tmp_path: Path, harm: str) -> None:
    """Each in its place, with its commands; one that is another by now is laid out anew."""
    store, key = Store(tmp_path / "cache"), StoreKey("sha512", "ab" * 64)
    entries = extract(make_package({"a.js": "1"}), label="a")
    zipped = store.add(key, entries, package_name="a")
    link = BinLink("node_modules/.bin/a", "../a/a.js", "node_modules/a/a.js")
    made = MADE._replace(layout=Layout([[(zipped, "node_modules/a")]], [link]))
    note = find(project, store)
    assert note is not None
    note.remember(made, Tree({}))
    if harm == "absent":
        zipped.path.unlink()
    elif harm == "replaced":
        store.add(key, extract(make_package({"a.js": "2"}), label="a"), package_name="a")
    elif harm == "damaged":
        zipped.path.write_bytes(zipped.path.read_bytes()[:-1])

    elif harm == "shared":
        zipped.path.parent.chmod(0o775)
    again = find(project, Store(tmp_path / "cache"))
    assert again is not None

    found = again.recall()

    assert (found is None) == bool(harm)
    if found is not None:
        ((one, home),) = found.layout.groups[0]
        assert (zipped.path, "node_modules/a", [link]) == (one.path, home, found.layout.bins)
        assert (7, MADE.findings) == (found.packages, found.findings)
