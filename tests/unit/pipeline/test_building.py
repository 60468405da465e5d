"""Builds in this process: the same bytes whatever does not matter, and values for what does."""

from __future__ import annotations

import json
import os
import random
import time
import zipfile
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.support.registry_server import RegistryServer
from tests.support.scene import HANDLER, Scene, write_files
from zipper.errors import OutputError, UsageError, ZipperError
from zipper.events import FetchFinished, PackageStored, StageStarted
from zipper.pipeline.building import build, plan
from zipper.pipeline.installing import install
from zipper.pipeline.lockfile_writing import resolve
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from zipper.events import Event
    from zipper.package import Package


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """A project with two packages, and this process's variables set for it."""
    with RegistryServer() as registry:
        made = Scene(tmp_path / "scene", registry)
        for name in list(os.environ):
            if name.lower().startswith(("npm_config_", "zipper_", "source_date")):
                monkeypatch.delenv(name)
        for name in ("HOME", "PREFIX", "npm_config_registry", "no_proxy"):
            monkeypatch.setenv(name, made.environment[name])
        made.publish("b", files={"b.js": b"b" * 999})
        made.publish("a", files={"cli.js": b"#!x\n"}, bin="cli.js", dependencies={"b": "1"})
        made.write({"src/x.js": "x" * 500, "src/y.js": "y", "Z.md": "z", "a b.txt": "1"})
        made.depend("a")
        yield made


def run(scene: Scene, **options: object) -> Package:
    options = {"cache_dir": scene.cache, "output": scene.output, **options}
    return build(scene.project, **options)


def test_values_are_those_of_the_zip(scene: Scene) -> None:
    """Counts, sizes and names in the value agree with what was written."""
    target = Target("nodejs22.x", "arm64")
    package = run(scene, target=target, handler="src/x.handler", keep_failed=True)

    assert (str(scene.output), scene.output.stat().st_size) == (package.path, package.size_bytes)
    with zipfile.ZipFile(scene.output) as archive:
        infos = archive.infolist()
    assert (len(infos), 2) == (package.files, package.packages)
    assert sum(info.file_size for info in infos) == package.unzipped_size_bytes
    assert ("nodejs22.x", "arm64") == (package.runtime, package.architecture)
    assert "src/x.handler" == package.handler
    stages = ["read", "select", "fetch", "plan", "write", "check", "total"]
    assert stages == [stage for stage in package.timings_seconds if stage in stages]


def test_plan_is_what_build_writes(scene: Scene) -> None:
    """The plan tells names, sizes and modes, and writes nothing."""
    planned = plan(scene.project, cache_dir=scene.cache, output=scene.output)
    assert not scene.output.exists()
    package = run(scene)

    assert (package.files, package.unzipped_size_bytes) == (
        len(planned.contents.entries),
        planned.contents.unzipped_size_bytes,
    )
    with zipfile.ZipFile(scene.output) as archive:
        assert [name for name, *_ in planned.contents.describe()] == archive.namelist()


def test_events_tell_what_goes_on(scene: Scene) -> None:
    """Stages come in order; each tarball is told once, in a cold build only."""
    cold: list[Event] = []
    warm: list[Event] = []
    run(scene, on_event=cold.append)
    run(scene, on_event=warm.append)

    stages = ["read", "select", "fetch", "plan", "write", "check"]
    for events in (cold, warm):
        assert stages == [event.stage for event in events if isinstance(event, StageStarted)]
    assert ["a@1.0.0", "b@1.0.0"] == sorted(e.label for e in cold if isinstance(e, PackageStored))
    assert 2 == sum(isinstance(event, FetchFinished) for event in cold)
    assert len(stages) == len(warm)


def test_bytes_do_not_depend_on_how_files_came_there(scene: Scene, tmp_path: Path) -> None:
    """Creation order, times, place, umask and modes without a meaning leave the bytes alone."""
    first = run(scene)
    files = {
        path.relative_to(scene.project).as_posix(): path.read_bytes()
        for path in scene.project.rglob("*")
        if path.is_file()
    }
    names = list(files)
    for number, umask in enumerate((0o000, 0o077)):
        copy = tmp_path / f"copy {number}"
        random.Random(number).shuffle(names)
        before = os.umask(umask)
        try:
            write_files(copy, {name: files[name] for name in names})
            for name in names:
                os.utime(copy / name, (time.time() - 9e7 * number, 1e9 + number))
            output = tmp_path / f"{number}.zip"
            package = build(copy, cache_dir=scene.cache, output=output)
        finally:
            os.umask(before)

        assert first.code_sha256 == package.code_sha256
        assert scene.output.read_bytes() == output.read_bytes()


def test_bytes_do_not_depend_on_the_order_of_a_lockfile(scene: Scene) -> None:
    """Entries of the lockfile in another order give the same package, its own text apart."""
    first = run(scene, exclude=["package-lock.json"])
    path = scene.project / "package-lock.json"
    document = json.loads(path.read_text())
    document["packages"] = dict(reversed(document["packages"].items()))
    path.write_text(json.dumps(document))

    assert first.code_sha256 == run(scene, exclude=["package-lock.json"]).code_sha256


def test_executable_bit_is_the_only_mode_that_matters(scene: Scene) -> None:
    """A file that becomes executable changes the bytes."""
    first = run(scene)
    (scene.project / "index.js").chmod(0o755)

    assert (os.name == "posix") == (first.code_sha256 != run(scene).code_sha256)


@pytest.mark.parametrize(
    ("epoch", "date"),
    [
        (None, (1980, 1, 1, 0, 0, 0)),
        ("", (1980, 1, 1, 0, 0, 0)),
        ("0", (1980, 1, 1, 0, 0, 0)),
        ("1700000000", (2023, 11, 14, 22, 13, 20)),
        ("99999999999", (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_source_date_epoch(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, epoch: str | None, date: tuple[int, ...]
) -> None:
    """Every entry has that date, or the first one a zip knows, in UTC."""
    if epoch is not None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    run(scene)

    with zipfile.ZipFile(scene.output) as archive:
        assert {date} == {info.date_time for info in archive.infolist()}


@pytest.mark.parametrize("epoch", ["-1", "1.5", "0x10", "1e9", " 1", "\u0661", "9" * 13])
def test_source_date_epoch_that_is_none(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, epoch: str
) -> None:
    """What is no number of seconds is EUSAGE, before anything is written."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    with pytest.raises(UsageError) as raised:
        run(scene)

    assert "EUSAGE" == raised.value.code
    assert not scene.output.exists()


def test_output_that_is_a_folder(scene: Scene) -> None:
    """A folder is refused, with the name that was probably meant."""
    with pytest.raises(OutputError, match="is a folder") as raised:
        run(scene, output=scene.home)

    assert "fn.zip" in (raised.value.hint or "")


def test_handler_comes_from_main(scene: Scene) -> None:
    """Without a handler package.json's `main` names it."""
    scene.write({"package.json": {"name": "fn", "main": "./src/app.mjs"}, "src/app.mjs": HANDLER})
    (scene.project / "package-lock.json").unlink()

    assert "src/app.handler" == run(scene).handler


@pytest.mark.skipif(os.name != "posix", reason="such a name is a path on Windows")
def test_hostile_project_file_names_are_told(scene: Scene) -> None:
    """A name that no Lambda unpacks rightly gives a finding, not a wrong package."""
    (scene.project / "with\\backslash.js").write_text("1")

    codes = {finding.code for finding in run(scene).findings}

    assert "zip-name-unsafe" in codes


def test_git_is_refused_where_the_caller_says_so(scene: Scene) -> None:
    """`no_git` means the same for a build, its plan, an install and a lockfile."""
    git = {"dep": "git+ssh://git@registry.example/o/dep.git"}
    scene.write({"package.json": {"name": "fn", "version": "1.0.0", "dependencies": git}})
    (scene.project / "package-lock.json").unlink()
    calls: list[Callable[..., object]] = [build, plan, resolve, partial(install, into=scene.folder)]
    for call in calls:
        with pytest.raises(ZipperError) as caught:
            call(scene.project, no_git=True, cache_dir=scene.cache)
        assert "EALLOWGIT" == caught.value.code


def test_packuments_at_hand_are_preferred_where_the_caller_says_so(scene: Scene) -> None:
    """`prefer_offline` asks the registry about what was never fetched, and nothing else."""
    (scene.project / "package-lock.json").unlink()
    run(scene)
    asked = scene.registry.count()
    run(scene, prefer_offline=True)
    preferred = scene.registry.count()
    run(scene)

    assert asked == preferred < scene.registry.count()


def test_what_killed_builds_were_writing_goes(scene: Scene) -> None:
    """In the zip's folder, and in the one that was there before it; of this zip alone."""
    output = scene.folder / "new" / "deep" / "fn.zip"
    names = (".fn.zip.1-a.zipper-tmp", ".other.zip.1-a.zipper-tmp")
    for name in names:
        (scene.folder / name).write_text("left")

    run(scene, output=output)

    assert [names[1]] == [name for name in names if (scene.folder / name).exists()]
    (output.parent / names[0]).write_text("left")
    run(scene, output=output)
    assert [output] == list(output.parent.iterdir())


def test_a_zip_that_fails_makes_no_folder(scene: Scene) -> None:
    """What is beside its folder is what was there; nobody has to clean up."""
    output = scene.folder / "new" / "deep" / "fn.zip"
    before = sorted(scene.folder.iterdir())

    failed = run(scene, output=output, handler="absent.handler")

    assert (False, False) == (failed.ok, failed.written)
    assert sorted((*before, scene.cache)) == sorted(scene.folder.iterdir())
    assert (str(output), failed.size_bytes > 0) == (failed.path, True)


def test_a_folder_that_cannot_be_made_is_an_error(scene: Scene) -> None:
    """With what was to be written."""
    (scene.folder / "file").write_text("in the way")

    with pytest.raises(OutputError) as raised:
        run(scene, output=scene.folder / "file" / "deep" / "fn.zip")

    assert "EOUTPUT" == raised.value.code
    assert str(scene.folder / "file") in raised.value.message
