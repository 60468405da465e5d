"""Packages on this disk: what npm would pack of them, and what is no package."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.scene import write_files
from zipper.errors import ProjectError
from zipper.fetching.local_packages import (
    is_local_folder,
    is_local_tarball,
    pack_folder,
    read_local_tarball,
)
from zipper.npm.package_json import Manifest
from zipper.store.store_zip_format import inflate

if TYPE_CHECKING:
    from pathlib import Path


def pack(root: Path, location: str, **options: object) -> list[str]:
    manifest = Manifest(name="w", version="1.0.0", bin=options.pop("bin", {}))
    entries = pack_folder(root, location, manifest, workspaces=options.pop("workspaces", ()))
    return [entry.name.decode() for entry in entries]


def test_linked_folder_is_packed_as_npm_packs_it(tmp_path: Path) -> None:
    """Ignore files count, node_modules and version control stay out."""
    write_files(
        tmp_path / "w",
        {
            "package.json": "{}",
            ".npmignore": "*.log",
            "index.js": "1",
            "debug.log": "1",
            "node_modules/x/x.js": "1",
            ".git/config": "1",
        },
    )

    assert ["index.js", "package.json"] == sorted(pack(tmp_path, "w"))


def test_commands_are_executable(tmp_path: Path) -> None:
    """What `bin` names is executable, as npm makes it when it packs."""
    write_files(tmp_path / "w", {"package.json": "{}", "cli.js": "#!x", "index.js": "1"})
    manifest = Manifest(name="w", version="1.0.0", bin={"w": "cli.js"})

    entries = pack_folder(tmp_path, "w", manifest, workspaces=())

    assert {"cli.js"} == {entry.name.decode() for entry in entries if entry.mode & 0o111}


def test_carriage_return_after_a_commands_hashbang_goes(tmp_path: Path) -> None:
    """Linux would take it for a part of the interpreter's name; npm mends linked commands too."""
    write_files(tmp_path / "w", {"package.json": "{}"})
    (tmp_path / "w" / "a.js").write_bytes(b"#!x\r\ny\r\n")
    (tmp_path / "w" / "b.js").write_bytes(b"#!x\r\n")
    manifest = Manifest(name="w", version="1.0.0", bin={"w": "a.js"})

    entries = pack_folder(tmp_path, "w", manifest, workspaces=())

    contents = {entry.name: inflate(entry) for entry in entries if entry.name.endswith(b".js")}
    assert {b"a.js": b"#!x\ny\r\n", b"b.js": b"#!x\r\n"} == contents


@pytest.mark.parametrize(("make", "words"), [(False, "is not there"), (True, "no package.json")])
def test_what_is_no_package_is_refused(tmp_path: Path, make: bool, words: str) -> None:
    """A folder without package.json is none that npm would link: it may be anything."""
    if make:
        write_files(tmp_path / "w", {"id_rsa": "secret"})

    with pytest.raises(ProjectError, match=words) as raised:
        pack(tmp_path, "w")

    assert "ENOPROJECT" == raised.value.code


def test_tarball_is_read(tmp_path: Path) -> None:
    """A `file:` tarball is found relative to the project."""
    write_files(tmp_path, {"vendor/a.tgz": b"123"})

    assert b"123" == read_local_tarball(tmp_path, "file:vendor/a.tgz")
    assert is_local_tarball("file:vendor/a.tgz")
    assert not is_local_tarball("https://registry.example/a.tgz")
    assert is_local_folder(tmp_path, "file:vendor")
    assert not is_local_folder(tmp_path, "file:vendor/a.tgz")


@pytest.mark.parametrize(
    ("resolved", "code"),
    [("file:nowhere.tgz", "ENOENT"), ("file:folder", "EREAD"), ("file:a\0b", "EREAD")],
)
def test_tarball_that_cannot_be_read(tmp_path: Path, resolved: str, code: str) -> None:
    """What is absent is ENOENT, as in npm; what is no file, or no path, is EREAD."""
    (tmp_path / "folder").mkdir()

    with pytest.raises(ProjectError) as raised:
        read_local_tarball(tmp_path, resolved)

    assert code == raised.value.code


@pytest.mark.skipif(sys.platform == "win32", reason="there are no fifos")
def test_tarball_that_never_ends_is_not_read(tmp_path: Path) -> None:
    """A fifo or a device is refused before a byte of it is read."""
    os.mkfifo(tmp_path / "a.tgz")
    for resolved in ("file:a.tgz", "file:/dev/zero"):
        with pytest.raises(ProjectError, match="not a regular file"):
            read_local_tarball(tmp_path, resolved)
