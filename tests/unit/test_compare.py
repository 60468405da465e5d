"""The comparison with npm must notice each way in which a package can differ."""

from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.support.compare import Comparison, compare_files, files_in_zip
from tests.support.npm import File

if TYPE_CHECKING:
    from pathlib import Path

A = "node_modules/a/index.js"
B = "node_modules/@scope/b/bin/run"
CONTENT = {A: (b"a", False), B: (b"#!/usr/bin/env node\n", True)}


def write_zip(path: Path, content: dict[str, tuple[bytes, bool]]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, (data, executable) in content.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100755 if executable else 0o100644) << 16
            archive.writestr(entry, data)
    return path


def expected_files() -> dict[str, File]:
    return {
        name: File(hashlib.sha256(data).hexdigest(), executable)
        for name, (data, executable) in CONTENT.items()
    }


def test_same_files_are_equal(tmp_path: Path) -> None:
    """The same paths, bytes and modes leave no difference."""
    found = compare_files(expected_files(), files_in_zip(write_zip(tmp_path / "a.zip", CONTENT)))

    assert Comparison(2, (), (), (), ()) == found
    assert [] == found.differences


@pytest.mark.parametrize(
    ("damage", "difference"),
    [
        ({A: None}, f"missing, npm has it: {A}"),
        ({"node_modules/c/c.js": (b"", False)}, "extra, npm does not have it: node_modules/c/c.js"),
        ({A: (b"A", False)}, f"bytes differ: {A}"),
        ({A: (b"a", True)}, f"executable bit differs: {A}"),
        ({B: (b"#!/usr/bin/env node\n", False)}, f"executable bit differs: {B}"),
    ],
)
def test_each_damage_is_told(damage: dict, difference: str, tmp_path: Path) -> None:
    """A file that is missing, added, altered or of another mode is named with what differs."""
    content = {name: file for name, file in {**CONTENT, **damage}.items() if file is not None}

    files = files_in_zip(write_zip(tmp_path / "damaged.zip", content))

    assert [difference] == compare_files(expected_files(), files).differences


def test_links_to_commands_and_bookkeeping_are_set_aside(tmp_path: Path) -> None:
    """The project's files, `.bin` folders and npm's hidden lockfile are not compared."""
    aside = ("index.js", "node_modules/.bin/run", "node_modules/.package-lock.json")
    content = CONTENT | dict.fromkeys((*aside, "node_modules/a/node_modules/.bin/x"), (b"", False))

    files = files_in_zip(write_zip(tmp_path / "a.zip", content))

    assert sorted(CONTENT) == sorted(files)


def test_many_differences_are_counted(tmp_path: Path) -> None:
    """A flood of differences of one kind is cut short, with the number of the rest."""
    content = CONTENT | {f"node_modules/c/{n:02}.js": (b"", False) for n in range(20)}

    files = files_in_zip(write_zip(tmp_path / "a.zip", content))

    assert (
        "extra, npm does not have it: and 8 more"
        == (compare_files(expected_files(), files).differences[-1])
    )
