"""Disks that are full or may not be written to, and several builds at once."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import os
import random
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

import zipper
from tests.support.mounts import run_mounted
from tests.support.scene import HANDLER, listing

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
        f"mount -t tmpfs -o size=200k,mode=700 tmpfs {folder} && "
        f"printf '%s' {shlex.quote(OLD.decode())} "
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
        f"mount -t tmpfs -o size=200k,mode=700 tmpfs {cache}",
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
        "mount -t tmpfs -o size=8k,nr_inodes=6,mode=700 tmpfs {cache}",
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


def flip_in_a_loop(scene: Scene, expected: bytes, *, rounds: int, seed: int) -> int:
    """Flip one bit of one file of the cache before each build; return how many were noticed.

    Files of each kind are hit as often as of another, whatever their number and size. Each build
    has to write the right bytes.
    """
    chance = random.Random(seed)
    (scene.project / "package-lock.json").rename(scene.folder / "lock")
    assert 0 == scene.build().status
    (scene.folder / "lock").rename(scene.project / "package-lock.json")
    assert 0 == scene.build().status
    noticed = 0
    for _ in range(rounds):
        kinds: dict[str, list[Path]] = {}
        for path in sorted(scene.cache.rglob("*")):
            if path.is_file() and path.stat().st_size and "locks" not in path.parts:
                kind = path.relative_to(scene.cache).parts[0]
                size = "large" if path.stat().st_size > 1 << 16 else "small"
                kinds.setdefault(f"{kind} {size}", []).append(path)
        path = chance.choice(kinds[chance.choice(sorted(kinds))])
        data = bytearray(path.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        status = path.stat()
        path.write_bytes(data)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        noticed += scene.verify().status

        built = scene.build()

        assert 0 == built.status, built.stderr
        assert expected == scene.output.read_bytes()
    return noticed


@pytest.fixture
def large(filled: Scene) -> Scene:
    """The scene with packages that are kept open too."""
    for name in ("large", "larger"):
        filled.publish(name, files={"data": os.urandom(200_000), "index.js": b"1"})
    filled.depend(*(f"p{number}" for number in range(10)), "large", "larger")
    return filled


def test_flipped_bits(large: Scene) -> None:
    """A bit that is wrong anywhere in the cache is in no package; what is damaged is made anew."""
    assert 0 == large.build("--cache-dir", str(large.folder / "reference")).status

    flip_in_a_loop(large, large.output.read_bytes(), rounds=6, seed=4)


@pytest.mark.slow
def test_two_hundred_flipped_bits(large: Scene) -> None:
    """Nor are two hundred bits, one after another."""
    assert 0 == large.build("--cache-dir", str(large.folder / "reference")).status

    noticed = flip_in_a_loop(large, large.output.read_bytes(), rounds=200, seed=5)

    print(f"{noticed} of 200 flipped bits were found by `cache verify`; every build was right")


def test_store_zip_that_is_cut_off_while_it_is_packed(
    large: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The build begins again, and fetches it anew: no signal, and no half package."""
    for name in ("HOME", "PREFIX", "npm_config_registry"):
        monkeypatch.setenv(name, large.environment[name])
    assert 0 == large.build().status
    expected = large.output.read_bytes()
    cut = [path for path in large.store_zips() if path.stat().st_size > 100_000]

    def cut_off(event: object) -> None:
        if getattr(event, "stage", "") == "write":
            for path in cut:
                os.truncate(path, 50_000)
            cut.clear()

    package = zipper.build(
        large.project, output=large.output, cache_dir=large.cache, on_event=cut_off
    )

    assert [] == cut
    assert expected == large.output.read_bytes()
    assert len(expected) == package.size_bytes
    assert 0 == large.verify().status


def test_builds_of_one_output_report_their_own_zip(scene: Scene) -> None:
    """Whichever wins, the findings of each are those of the zip that it made itself."""
    scene.write({"good/package.json": {"name": "fn", "version": "1.0.0"}, "good/index.js": HANDLER})
    scene.write({"bad/package.json": {"name": "fn", "version": "1.0.0"}})
    scene.write({"bad/index.js": "require('./absent');\n" + HANDLER})

    def build_one(number: int) -> tuple[int, str]:
        which = ("good", "bad")[number % 2]
        # Each has bytes of its own, so that no verdict is recalled.
        own = scene.folder / f"{which}{number}"
        shutil.copytree(scene.project / which, own)
        (own / "index.js").write_text((own / "index.js").read_text() + f"// {number}\n" * 9)
        package = zipper.build(own, output=scene.output, cache_dir=scene.cache)
        errors = {one.code for one in package.findings if one.severity == "error"}
        return len(errors), package.code_sha256

    with ThreadPoolExecutor(8) as pool:
        built = list(pool.map(build_one, range(40)))

    assert [0, 1] * 20 == [errors for errors, _ in built]
    assert hashlib.sha256(scene.output.read_bytes()).digest() in {
        base64.b64decode(code_sha256) for _, code_sha256 in built
    }


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
