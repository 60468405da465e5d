"""`build --unpacked`: the package as a folder, with the files and modes that Lambda unpacks."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

import zipper
from tests.support.command import run_zipper
from tests.support.mounts import run_mounted
from tests.support.scene import HANDLER, listing, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import CommandResult
    from tests.support.scene import Scene


def unpack(scene: Scene, *options: str) -> CommandResult:
    words = ("build", str(scene.project), "--cache-dir", str(scene.cache), *options)
    return run_zipper(*words, env=scene.environment, cwd=scene.folder)


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_folder_has_what_the_zip_has(scene: Scene) -> None:
    """Own files and packages, programs with their mode, all with one date; no zip is written."""
    scene.publish("a", files={"index.js": b"exports.a = 1\n", "cli.js": b"#!/usr/bin/env node\n"},
                  bin={"a": "cli.js"})  # fmt: skip
    scene.depend("a")
    scene.write({"run.sh": "#!/bin/sh\n"})
    (scene.project / "run.sh").chmod(0o755)
    zipped = scene.build()
    done = unpack(scene, "--unpacked", "out/fn", "--json")

    folder = scene.folder / "out/fn"
    assert 0 == done.status, done.stderr
    assert files_below(folder) == listing(scene.output)
    with ZipFile(scene.output) as archive:
        for member in archive.infolist() if sys.platform != "win32" else ():
            mode = stat.S_IMODE((folder / member.filename).stat().st_mode)
            assert mode == stat.S_IMODE(member.external_attr >> 16), member.filename
    assert 1 == len({path.stat().st_mtime for path in folder.rglob("*") if path.is_file()})
    assert done.document is not None
    assert zipped.status == 0
    assert os.path.realpath(folder) == done.document["path"]
    assert done.document["written"]
    assert not list(scene.project.glob("*.zip"))


def test_an_older_package_is_replaced_and_nothing_else_is(scene: Scene) -> None:
    """What was unpacked there goes; a folder with anybody's file is left as it is."""
    scene.write({"old.txt": "x"})
    assert 0 == unpack(scene, "--unpacked", "out/fn").status
    (scene.project / "old.txt").unlink()
    assert 0 == unpack(scene, "--unpacked", "out/fn").status
    assert {"index.js", "package.json"} == set(files_below(scene.folder / "out/fn"))

    (scene.folder / "out/fn/mine.txt").write_text("mine")
    before = files_below(scene.folder / "out/fn")
    done = unpack(scene, "--unpacked", "out/fn")
    assert (1, "EOUTPUT") == (done.status, done.code)
    assert "mine.txt" in done.stderr
    assert before == files_below(scene.folder / "out/fn")


def test_a_folder_in_the_project_is_not_packed_into_itself(scene: Scene) -> None:
    """A second build gives what the first gave."""
    for _ in range(2):
        assert 0 == unpack(scene, "--unpacked", str(scene.project / "build [1]")).status
        found = files_below(scene.project / "build [1]")
        assert {"index.js", "package.json"} == set(found)


@pytest.mark.parametrize("folder", [".", "project", "project/.."])
def test_the_project_itself_is_never_replaced(scene: Scene, folder: str) -> None:
    """Neither its folder nor one around it."""
    done = unpack(scene, "--unpacked", folder)

    assert (2, "EUSAGE") == (done.status, done.code)
    assert HANDLER == (scene.project / "index.js").read_text()


@pytest.mark.parametrize("more", [("-o", "x.zip"), ("--dry-run",), ("--affected", "main")])
def test_it_goes_with_no_other_output(scene: Scene, more: tuple[str, ...]) -> None:
    """A folder is of one function, and in place of the zip."""
    done = unpack(scene, "--unpacked", "out/fn", *more)

    assert (2, "EUSAGE") == (done.status, done.code)
    assert not (scene.folder / "out/fn").exists()


def test_a_failed_check_leaves_the_folder_as_it_was(scene: Scene) -> None:
    """As with a zip."""
    assert 0 == unpack(scene, "--unpacked", "out/fn").status
    before = files_below(scene.folder / "out/fn")
    scene.write({"index.js": "require('./gone')\n"})

    assert 1 == unpack(scene, "--unpacked", "out/fn").status
    assert before == files_below(scene.folder / "out/fn")


def test_a_mounted_folder_is_filled_in_its_place(scene: Scene) -> None:
    """In a container the folder is a mount, which cannot be renamed."""
    target = scene.folder / "mounted"
    target.mkdir()
    words = ["build", scene.project, "--cache-dir", scene.cache, "--unpacked", target]
    done = run_mounted(
        f"mount -t tmpfs -o size=1m tmpfs {target} && mkdir {target}/lib"
        f" && touch -d '1985-10-26 08:15Z' {target}/old {target}/lib/old",
        [sys.executable, "-m", "zipper", *words],
        f"ls {target}",
        env=scene.environment,
    )

    assert 0 == done.returncode, done.stderr
    assert ["index.js", "package.json"] == done.stdout.split()[-2:]
    assert not {"old", "lib"} & set(done.stdout.split())


def test_the_library_unpacks_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can be typed can be called."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    write_files(tmp_path / "fn", {"package.json": {"name": "fn"}, "index.js": HANDLER})
    package = zipper.build(tmp_path / "fn", unpacked=tmp_path / "out")

    assert package.written
    assert {"index.js", "package.json"} == set(files_below(tmp_path / "out"))


@pytest.mark.parametrize(
    "name",
    [".aws-sam/build/x.js", "cdk.out/x.json", ".serverless/x.zip", ".terraform/x", "a.tfstate"],
)
def test_what_tools_of_infrastructure_keep_is_in_no_package(scene: Scene, name: str) -> None:
    """Their output would be packed into the next input, and their state holds secrets."""
    scene.write({name: "x"})
    assert 0 == scene.build().status

    assert {"index.js", "package.json"} == set(listing(scene.output))
