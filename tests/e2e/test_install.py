"""`install` makes the files that `build` packs: links out of a store that many may use at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper
from tests.support.scene import listing
from zipper.folders import remove_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.scene import Scene

PACKAGES = 8
FILES = {f"lib/{number // 50}/{number}.js": f"{number}\n" for number in range(400)}


@pytest.fixture
def filled(scene: Scene) -> Scene:
    """A scene with packages of 400 files, one of them with a command."""
    names = [f"p{number}" for number in range(PACKAGES)]
    for name in names:
        files = {path: f"{name} {text}".encode() for path, text in FILES.items()}
        command = {"bin": {"greet": "lib/0/0.js"}} if name == "p0" else {}
        scene.publish(name, files=files, **command)
    scene.depend(*names)
    return scene


def start(scene: Scene, into: Path) -> subprocess.Popen[str]:
    """Begin to install the scene's project; the caller waits for the process, or ends it."""
    command = [sys.executable, "-m", "zipper", "install", str(scene.project), "--into", str(into)]
    return subprocess.Popen(
        [*command, "--cache-dir", str(scene.cache)],
        env=scene.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def install(scene: Scene, into: Path) -> None:
    """Install the scene's project, and hold the command to its word."""
    process = start(scene, into)
    _, stderr = process.communicate(timeout=60)
    assert 0 == process.returncode, stderr
    assert ["node_modules"] == [path.name for path in into.iterdir()]


def contents(into: Path) -> dict[str, bytes]:
    """Return the files that were installed, `.bin` left out."""
    return {
        path.relative_to(into).as_posix(): path.read_bytes()
        for path in into.rglob("*")
        if path.is_file() and path.parent.name != ".bin"
    }


def packed(scene: Scene) -> dict[str, bytes]:
    """Return what a build packs of the same project's packages."""
    assert 0 == scene.build("--no-check").status
    members = listing(scene.output).items()
    return {name: data for name, data in members if name.startswith("node_modules/")}


@pytest.fixture
def deep_scene(scene: Scene) -> Iterator[Scene]:
    """A scene that is removed at the end: pytest does not get so deep."""
    yield scene
    assert remove_folder(scene.folder)


@pytest.mark.skipif(sys.platform == "win32", reason="paths are shorter there")
def test_deep_places(deep_scene: Scene) -> None:
    """A package that is 1,500 folders deep is installed and replaced; so it is in a deep place."""
    scene = deep_scene
    scene.publish("p", files={"d/" * 1_500 + "a.js": b"1", "b.js": b"2"})
    scene.depend("p")
    short = scene.folder / "x"
    deep = short / ("e/" * 1_200)
    command = ["install", str(scene.project), "--cache-dir", str(scene.cache), "--into"]

    for into in (short, short, deep, deep):
        done = run_zipper(*command, str(into), env=scene.environment)
        assert 0 == done.status, done.stderr
    scene.publish("q", files={"a.js": b"1"})
    scene.depend("q")
    built = scene.build("-o", f"{deep}/fn.zip", "--cache-dir", f"{deep}/cache")

    assert 0 == built.status, built.stderr
    assert {"e", "node_modules"} == {path.name for path in short.iterdir()}
    assert {"fn.zip", "node_modules", "cache"} == {path.name for path in deep.iterdir()}


@pytest.mark.skipif(sys.platform == "win32", reason="paths are shorter there")
def test_place_deeper_than_the_system_takes(scene: Scene) -> None:
    """A path of more than 4,096 bytes is one error, of an install and of a build."""
    scene.publish("p", files={"a.js": b"1"})
    scene.depend("p")
    deep = f"{scene.folder}/{'e/' * 2_500}"
    cache = ["--cache-dir", str(scene.cache)]

    installed = run_zipper(
        "install", str(scene.project), "--into", deep, *cache, env=scene.environment
    )
    built = scene.build("-o", f"{deep}/fn.zip")

    for done in (installed, built):
        assert 1 == done.status, done.stderr
        assert "error[EOUTPUT]: cannot write" in done.stderr


def test_files_are_those_of_a_build(filled: Scene) -> None:
    """The first install unpacks, the second links the same files; what was there before is gone."""
    one, two = filled.folder / "one", filled.folder / "two"
    (two / "node_modules" / "older").mkdir(parents=True)
    install(filled, one)
    install(filled, two)

    assert packed(filled) == contents(one) == contents(two)
    assert "../p0/lib/0/0.js" == (two / "node_modules/.bin/greet").readlink().as_posix()
    assert (one / "node_modules/p3/lib/7/399.js").samefile(two / "node_modules/p3/lib/7/399.js")


def test_many_installs_share_one_store(filled: Scene) -> None:
    """Processes that unpack and link the same packages at once do not disturb each other."""
    folders = [filled.folder / str(number) for number in range(3)]
    processes = [start(filled, folder) for folder in folders]
    for process in processes:
        _, stderr = process.communicate(timeout=60)
        assert 0 == process.returncode, stderr

    assert [packed(filled)] * 3 == [contents(folder) for folder in folders]
    assert 0 == filled.verify().status
    assert [] == filled.temporary_files()


@pytest.mark.parametrize("harm", ["names", "absent"])
def test_store_that_was_damaged_is_mended(filled: Scene, harm: str) -> None:
    """A store zip that is not what it was is fetched again, though its files stand beside it."""
    install(filled, filled.folder / "one")
    victim = filled.store_zips()[5]
    whole = victim.read_bytes()
    if harm == "absent":
        victim.unlink()
    else:
        victim.write_bytes(whole[:-60] + bytes([whole[-60] ^ 1]) + whole[-59:])
    install(filled, filled.folder / "two")

    assert packed(filled) == contents(filled.folder / "two")
    assert whole == victim.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupt_leaves_what_was_there(filled: Scene, number: int) -> None:
    """Whenever it comes: the old folder or the new one, whole, and no process that goes on."""
    into = filled.folder / "into"
    install(filled, into)
    whole = contents(into / "node_modules")
    statuses = set()
    for delay in range(6):
        (into / "node_modules" / "mine").write_bytes(b"older")
        process = start(filled, into)
        time.sleep(0.07 * delay)
        process.send_signal(number)
        # The pipes are at their end once nobody has them open, no child either.
        process.communicate(timeout=20)
        statuses.add(process.returncode)

        assert contents(into / "node_modules") in ({**whole, "mine": b"older"}, whole)
        if number != signal.SIGKILL:
            assert ["node_modules"] == [path.name for path in into.iterdir()]
    assert statuses & {130, 143, -number}
