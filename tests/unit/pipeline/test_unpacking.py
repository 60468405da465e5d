"""A package in a folder instead of a zip: what may be replaced, and what is in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.scene import HANDLER, write_files
from zipper.events import StageStarted
from zipper.pipeline.unpacking import _move_into

if TYPE_CHECKING:
    from pathlib import Path

DATE = 499_162_500
"""1985-10-26T08:15:00Z, the time that npm gives the files of its tarballs."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a program, in a folder with characters of patterns in its name."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    files = {"package.json": {"name": "fn"}, "index.js": HANDLER, "bin/x": "#!/bin/sh\n"}
    write_files(tmp_path / "fn", files)
    (tmp_path / "fn" / "bin" / "x").chmod(0o755)
    return tmp_path / "fn"


def names_in(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_files_have_their_modes_and_one_date(project: Path, tmp_path: Path) -> None:
    """Its path is the folder; size and hash are those of the zip."""
    events: list[object] = []
    made = tmp_path / "deep" / "made"
    package = zipper.build(project, unpacked=made, on_event=events.append)
    zipped = zipper.build(project, output=tmp_path / "fn.zip")

    assert StageStarted("write") in events
    assert ["bin/x", "index.js", "package.json"] == names_in(made)
    modes = {name: (made / name).stat().st_mode & 0o777 for name in names_in(made)}
    assert {"bin/x": 0o755, "index.js": 0o644, "package.json": 0o644} == modes
    assert {DATE} == {int((made / name).stat().st_mtime) for name in modes}
    assert (str(made), zipped.code_sha256) == (package.path, package.code_sha256)
    assert zipped.size_bytes == package.size_bytes


def test_only_a_package_is_replaced(project: Path, tmp_path: Path) -> None:
    """A file, and a folder with something else in it, stay as they are."""
    place = tmp_path / "made"
    zipper.build(project, unpacked=place)
    (project / "index.js").write_text("exports.handler = async () => 2;\n")
    zipper.build(project, unpacked=place)
    assert "2" in (place / "index.js").read_text()

    (place / "notes.txt").write_text("mine")
    with pytest.raises(zipper.ZipperError, match="has files that are not of a package") as raised:
        zipper.build(project, unpacked=place)
    assert ("EOUTPUT", (("such as", "notes.txt"),)) == (raised.value.code, raised.value.facts)
    assert "name a folder that is new or empty" in (raised.value.hint or "")
    assert "notes.txt" in names_in(place)

    with pytest.raises(zipper.ZipperError, match="is a file") as refused:
        zipper.build(project, unpacked=place / "notes.txt")
    assert ("EOUTPUT", "name a folder") == (refused.value.code, refused.value.hint)
    with pytest.raises(zipper.ZipperError) as below:
        zipper.build(project, unpacked=place / "notes.txt" / "deeper")
    assert "EOUTPUT" == below.value.code


@pytest.mark.parametrize("folder", [".", ".."])
def test_the_project_is_never_replaced(project: Path, folder: str) -> None:
    """The hint names a folder that can be."""
    with pytest.raises(zipper.ZipperError, match="which the package would replace") as raised:
        zipper.build(project, unpacked=project / folder)

    assert "EUSAGE" == raised.value.code
    assert "--unpacked build/orders" in (raised.value.hint or "")


@pytest.mark.parametrize("name", ["out", "[a]*", "!x", "#y", "q?"])
def test_a_folder_in_the_project_is_not_packed(project: Path, name: str) -> None:
    """Whatever it is called; its like-named neighbours are."""
    write_files(project, {"outer/a.txt": "1", "a/b.txt": "1"})

    for _ in range(2):
        zipper.build(project, unpacked=project / name)

    expected = ["a/b.txt", "bin/x", "index.js", "outer/a.txt", "package.json"]
    assert expected == names_in(project / name)


def test_what_fails_its_check_leaves_the_folder(project: Path, tmp_path: Path) -> None:
    """It is made with `keep_failed` alone."""
    place = tmp_path / "made"

    assert not zipper.build(project, unpacked=place, handler="absent.handler").written
    assert not os.path.lexists(place)
    assert zipper.build(project, unpacked=place, handler="absent.handler", keep_failed=True).written
    assert place.is_dir()


def test_what_is_mounted_is_filled_anew(tmp_path: Path) -> None:
    """It cannot be renamed: what is in it goes, files, folders and links, and the new comes."""
    new, place = tmp_path / "new", tmp_path / "place"
    write_files(new, {"index.js": "new", "lib/a.js": "new", "was-folder": "new"})
    write_files(place, {"index.js": "old", "lib/b.js": "old", "was-folder/x": "old"})
    (place / "link").symlink_to(tmp_path)

    _move_into(new, place)

    assert {"index.js": "new", "lib/a.js": "new", "was-folder": "new"} == {
        name: (place / name).read_text() for name in names_in(place)
    }
    assert [] == names_in(new)
    assert ["index.js", "lib", "was-folder"] == sorted(path.name for path in place.iterdir())
