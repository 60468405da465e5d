"""Disks that are full or may not be written to, and several builds at once."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.mounts import run_mounted
from tests.support.scene import listing

if TYPE_CHECKING:
    from tests.support.scene import Scene

NO_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "1"}
"""Under a limit, Python would leave bytecode cut off, for every later process to trip over."""

OLD = b"the package of the build before"


@pytest.fixture
def filled(scene: Scene) -> Scene:
    """A scene with ten packages of 60 kB that do not get smaller, and an earlier zip."""
    names = [f"p{number}" for number in range(10)]
    for name in names:
        scene.publish(name, files={"data": os.urandom(60_000), "index.js": b"1"})
    scene.depend(*names)
    scene.output.write_bytes(OLD)
    return scene


@pytest.fixture
def expected(filled: Scene) -> bytes:
    """What a build without faults writes, from a store of its own."""
    reference = filled.folder / "reference.zip"
    result = filled.build("-o", str(reference), "--cache-dir", str(filled.folder / "reference"))
    assert 0 == result.status, result.stderr
    return reference.read_bytes()


def contents_of(package: bytes) -> dict[str, bytes]:
    """Return what is in the expected package but for the lockfile."""
    with ZipFile(io.BytesIO(package)) as archive:
        names = (name for name in archive.namelist() if name != "package-lock.json")
        return {name: archive.read(name) for name in names}


def command_of(scene: Scene) -> list[str]:
    return [sys.executable, "-m", "zipper", *scene.arguments]


def quoted(path: Path) -> str:
    return shlex.quote(str(path))


def test_output_on_a_full_disk(filled: Scene) -> None:
    """ENOSPC is one error; the old package stays, and nothing lies beside it."""
    folder = quoted(filled.output.parent)
    done = run_mounted(
        f"mount -t tmpfs -o size=200k tmpfs {folder} && printf '%s' {shlex.quote(OLD.decode())} "
        f"> {quoted(filled.output)}",
        command_of(filled),
        f"ls -A {folder}; cat {quoted(filled.output)}",
        env=filled.environment,
    )

    assert (1, f"fn.zip\n{OLD.decode()}") == (done.returncode, done.stdout), done.stderr
    assert "error[EOUTPUT]: cannot write" in done.stderr
    assert "No space left on device" in done.stderr
    assert "hint: free some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert 0 == filled.verify().status


def test_store_on_a_full_disk(filled: Scene, expected: bytes) -> None:
    """A store that is full makes the next build slower, but this one succeeds with right bytes."""
    filled.cache.mkdir()
    cache = quoted(filled.cache)
    verify = f"{quoted(sys.executable)} -m zipper cache verify --cache-dir {cache}"
    done = run_mounted(
        f"mount -t tmpfs -o size=200k tmpfs {cache}",
        command_of(filled),
        f"{verify}; find {cache} -name '*.zipper-tmp'",
        env=filled.environment,
    )

    assert 0 == done.returncode, done.stderr
    assert expected == filled.output.read_bytes()
    assert ", 0 damaged" in done.stdout.splitlines()[-1]


def quoted_words(words: list[str]) -> str:
    return " ".join(map(shlex.quote, words))


@pytest.mark.parametrize("warm", [False, True], ids=["empty", "filled"])
def test_read_only_store(filled: Scene, expected: bytes, warm: bool) -> None:
    """A store that may not be written to is read, and what it lacks is fetched for this build."""
    if warm:
        assert 0 == filled.build().status
    filled.cache.mkdir(exist_ok=True)
    asked = filled.registry.count()
    cache = quoted(filled.cache)
    done = run_mounted(
        f"mount --bind {cache} {cache} && mount -o remount,bind,ro {cache}",
        command_of(filled),
        "true",
        env=filled.environment,
    )

    assert 0 == done.returncode, done.stderr
    assert expected == filled.output.read_bytes()
    assert (0 if warm else 10) == filled.registry.count() - asked


@pytest.mark.parametrize("command", ["prune --days 0", "repair", "verify", "size"])
def test_upkeep_of_a_read_only_store(filled: Scene, command: str) -> None:
    """What may not be removed is one error; what removes nothing is none."""
    assert 0 == filled.build().status
    damaged = filled.store_zips()[0]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    cache = quoted(filled.cache)
    done = run_mounted(
        f"mount --bind {cache} {cache} && mount -o remount,bind,ro {cache}",
        [*command_of(filled)[:3], "cache", *command.split(), "--cache-dir", str(filled.cache)],
        "true",
        env=filled.environment,
    )

    assert (0 if command == "size" else 1) == done.returncode, done.stderr
    assert ("error[ESTORE]: cannot remove" in done.stderr) == (command not in {"verify", "size"})
    assert "Traceback" not in done.stderr
    assert 10 == len(filled.store_zips())


@pytest.mark.parametrize(
    "mount",
    [
        "mount -t tmpfs -o size=8k,nr_inodes=6 tmpfs {cache}",
        "mount --bind {cache} {cache} && mount -o remount,bind,ro {cache}",
    ],
    ids=["full", "read-only"],
)
def test_nothing_can_be_kept_without_a_lockfile(filled: Scene, expected: bytes, mount: str) -> None:
    """Packuments that cannot be kept, nor locked, are fetched for this build alone."""
    (filled.project / "package-lock.json").unlink()
    filled.cache.mkdir()
    done = run_mounted(
        mount.format(cache=quoted(filled.cache)),
        command_of(filled),
        "true",
        env=filled.environment,
    )

    assert 0 == done.returncode, done.stderr
    assert contents_of(expected) == listing(filled.output)


def has_open(process: subprocess.Popen[str], path: Path) -> bool:
    """Tell whether a process has the file open now."""
    for link in Path(f"/proc/{process.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if link.readlink() == path:
                return True
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks for open files in /proc")
def test_zip_that_is_truncated_while_it_is_read(filled: Scene) -> None:
    """It is an error, and no signal ends the process."""
    filled.write({"data": os.urandom(64 << 20)})
    assert 0 == filled.build("--no-check").status
    command = [*command_of(filled)[:3], "check", str(filled.output)]
    process = subprocess.Popen(
        [*command, "--cache-dir", str(filled.cache)],
        env=filled.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not has_open(process, filled.output):
        pass
    os.truncate(filled.output, 100_000)
    _, stderr = process.communicate(timeout=60)

    assert 1 == process.returncode, stderr
    assert "error[EREAD]: " in stderr
    assert "became shorter while it was read" in stderr


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX's")
@pytest.mark.parametrize("kilobytes", [1, 64, 400])
def test_file_size_limit(filled: Scene, kilobytes: int) -> None:
    """A write that the system cuts short anywhere leaves the old package, and a sound store."""
    assert 0 == filled.build("--dry-run").status
    done = subprocess.run(
        ["sh", "-c", f'ulimit -f {kilobytes * 2}; exec "$@"', "sh", *command_of(filled)],
        env={**filled.environment, **NO_BYTECODE},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == done.returncode, done.stderr
    assert "error[EOUTPUT]: cannot write" in done.stderr
    assert "Traceback" not in done.stderr
    assert OLD == filled.output.read_bytes()
    assert [filled.output] == list(filled.output.parent.iterdir())
    assert 0 == filled.verify().status


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX's")
def test_store_with_a_file_size_limit(filled: Scene) -> None:
    """A store zip that cannot be written whole is not kept, and the build goes on without it."""
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 100; exec "$@"', "sh", *command_of(filled), "--dry-run"],
        env={**filled.environment, **NO_BYTECODE},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert [] == filled.temporary_files()
    assert 0 == filled.verify().status


def test_two_builds_of_one_project_at_once(filled: Scene, expected: bytes) -> None:
    """Both succeed, both have written the same whole zip, and each tarball was fetched once."""
    asked = filled.registry.count()

    builds = [filled.start("--no-progress") for _ in range(2)]

    for build in builds:
        _, stderr = build.communicate(timeout=120)
        assert 0 == build.returncode, stderr
    assert expected == filled.output.read_bytes()
    assert [filled.output] == list(filled.output.parent.iterdir())
    assert filled.registry.count() - asked <= 12
    assert 0 == filled.verify().status


def test_many_builds_of_one_output_at_once(filled: Scene, expected: bytes) -> None:
    """Eight processes write the same zip over and over: each succeeds, the last one wins."""
    assert 0 == filled.build().status
    for _ in range(3):
        builds = [filled.start("--no-progress", "--no-check") for _ in range(8)]
        for build in builds:
            _, stderr = build.communicate(timeout=120)
            assert 0 == build.returncode, stderr
        assert expected == filled.output.read_bytes()
        assert [filled.output] == list(filled.output.parent.iterdir())


def test_eight_processes_on_one_empty_store(filled: Scene, expected: bytes) -> None:
    """Eight builds that begin with one empty store are all right, and share the fetching."""
    asked = filled.registry.count()
    outputs = [filled.folder / f"out-{number}.zip" for number in range(8)]

    builds = [filled.start("-o", str(output)) for output in outputs]

    for build, output in zip(builds, outputs, strict=True):
        _, stderr = build.communicate(timeout=240)
        assert 0 == build.returncode, stderr
        assert expected == output.read_bytes()
    assert filled.registry.count() - asked <= 12
    assert [] == filled.temporary_files()
    assert 0 == filled.verify().status


@pytest.mark.parametrize("cache_control", ["", "public, max-age=300", "no-cache"])
def test_eight_processes_without_a_lockfile(
    filled: Scene, expected: bytes, cache_control: str
) -> None:
    """They share the packuments too: what one was told since another began need not be asked.

    One that begins later asks whether they are still the same, which costs no body.
    """
    contents = contents_of(expected)
    (filled.project / "package-lock.json").unlink()
    filled.registry.cache_control = cache_control
    filled.registry.requests.clear()
    outputs = [filled.folder / f"out-{number}.zip" for number in range(8)]

    builds = [filled.start("-o", str(output)) for output in outputs]

    for build, output in zip(builds, outputs, strict=True):
        _, stderr = build.communicate(timeout=240)
        assert 0 == build.returncode, stderr
        assert contents == listing(output)
    fetched = [r.path for r in filled.registry.requests if "if-none-match" not in r.headers]
    tarballs = sum(path.endswith(".tgz") for path in fetched)
    assert tarballs <= 12
    assert len(fetched) - tarballs <= 12
    assert [] == [path for path in filled.cache.rglob("*.lock") if path.is_file()]
    assert 0 == filled.verify().status


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["with spaces", "ünïcödé \u65e5\u672c", "a'b\"c;$d", "new\nline"])
def test_odd_places(filled: Scene, expected: bytes, name: str) -> None:
    """The store and the package may stand anywhere, and the name of the place is in no byte."""
    place = filled.folder / name
    output = place / "deeper" / "fn.zip"

    result = filled.build("--cache-dir", str(place / "cache"), "-o", str(output))

    assert 0 == result.status, result.stderr
    assert expected == output.read_bytes()
