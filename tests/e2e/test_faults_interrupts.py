"""A build that is interrupted or killed leaves nothing half done, and the next one is right."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from zipper.pipeline.building import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.scene import Scene
    from zipper.events import Event

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")

INTERRUPTED = {130, -signal.SIGINT}
"""The status, or the signal itself, which a shell shows as 130."""
OLD = b"the package of the build before"
PACKAGES = 20


@pytest.fixture
def filled(scene: Scene) -> Scene:
    """A scene with many small packages and the zip of an earlier build."""
    names = [f"p{number}" for number in range(PACKAGES)]
    for name in names:
        files = {f"{part}.js": f"{name} {part}\n".encode() * 400 for part in range(6)}
        scene.publish(name, files=files)
    scene.depend(*names)
    scene.output.write_bytes(OLD)
    return scene


@pytest.fixture
def expected(filled: Scene) -> bytes:
    """What every build of the scene that ends well has to write."""
    return build_apart(filled)


def build_apart(scene: Scene) -> bytes:
    """Return the package of a build with a cache of its own."""
    reference = scene.folder / "reference.zip"
    result = scene.build("-o", str(reference), "--cache-dir", str(scene.folder / "reference"))
    assert 0 == result.status, result.stderr
    return reference.read_bytes()


def wait_for(condition: object, *, seconds: float = 30) -> None:
    """Wait until `condition()` holds."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.01)


def test_interrupt_while_a_server_stalls(filled: Scene) -> None:
    """^C during a fetch ends the command soon, although the server never answers."""
    stalled = threading.Event()
    filled.registry.tarballs = Stalling(filled.registry.tarballs, stalled)
    process = filled.start()
    try:
        wait_for(lambda: filled.registry.count() >= 10)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=15)
    finally:
        stalled.set()
        process.kill()

    assert process.returncode in INTERRUPTED, stderr
    assert "" == stdout
    assert "interrupted; nothing was changed" in stderr
    assert "Traceback" not in stderr
    assert OLD == filled.output.read_bytes()
    assert [] == filled.temporary_files()
    assert 0 == filled.verify().status


class Stalling(dict):
    """Tarballs that are there, but whose server says nothing until it is told to go on."""

    def __init__(self, tarballs: dict[str, bytes], stalled: threading.Event) -> None:
        super().__init__(tarballs)
        self._stalled = stalled

    def __getitem__(self, path: str) -> bytes:
        self._stalled.wait(60)
        return super().__getitem__(path)


def test_interrupt_while_another_build_holds_the_locks(filled: Scene) -> None:
    """^C ends a build that waits for another one to finish the same packages."""
    stalled = threading.Event()
    filled.registry.tarballs = Stalling(filled.registry.tarballs, stalled)
    first = filled.start("-o", str(filled.folder / "first.zip"))
    try:
        wait_for(lambda: filled.registry.count() >= 16)
        second = filled.start()
        time.sleep(1.0)
        second.send_signal(signal.SIGINT)
        _, stderr = second.communicate(timeout=15)
    finally:
        stalled.set()
        first.communicate(timeout=30)

    assert second.returncode in INTERRUPTED, stderr
    assert 0 == first.returncode
    assert OLD == filled.output.read_bytes()


class Interruption:
    """A callback that interrupts at the event of a certain number."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0
        self.events: list[str] = []

    def __call__(self, event: Event) -> None:  # noqa: D102  (the class says it)
        self.count += 1
        self.events.append(type(event).__name__)
        if self.count == self.at:
            raise KeyboardInterrupt


@pytest.fixture
def alone(filled: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """The scene with its variables set for a build in this process."""
    for name in os.environ:
        if name.lower().startswith(("npm_config_", "zipper_")):
            monkeypatch.delenv(name)
    for name in ("HOME", "PREFIX", "npm_config_registry"):
        monkeypatch.setenv(name, filled.environment[name])
    return filled


def test_interrupt_at_every_event(alone: Scene, expected: bytes) -> None:
    """Wherever a build is interrupted, the old package is whole, and the next build is right."""
    quiet = Interruption(at=-1)
    build(alone.project, output=alone.folder / "x.zip", cache_dir=alone.cache, on_event=quiet)
    total = quiet.count
    assert total > PACKAGES
    for number, at in enumerate([*range(1, total, 11), total]):
        cache = alone.folder / f"cache-{number}"

        with pytest.raises(KeyboardInterrupt):
            build(
                alone.project,
                output=alone.output,
                cache_dir=cache,
                on_event=Interruption(at=at),
            )

        assert OLD == alone.output.read_bytes() or at == total
        assert [] == alone.temporary_files()
        build(alone.project, output=alone.folder / "x.zip", cache_dir=cache)
        assert expected == (alone.folder / "x.zip").read_bytes()


def kill_in_a_loop(scene: Scene, expected: bytes, *, rounds: int, seed: int) -> int:
    """Kill builds at random moments; return how many were still running when it came to that.

    After each: the zip is the old one, or whole; the store is sound; the next build is right and
    leaves no temporary file in the output's folder.
    """
    moments = random.Random(seed)
    began = time.monotonic()
    assert 0 == scene.build().status
    whole_seconds = time.monotonic() - began
    killed = 0
    for number in range(rounds):
        if number % 2:
            for path in scene.store_zips():
                path.unlink()
            shutil.rmtree(scene.cache / "packuments", ignore_errors=True)
        scene.output.write_bytes(OLD)
        process = scene.start()
        time.sleep(moments.uniform(0.1, 1.0) * whole_seconds)
        process.kill()
        process.communicate()
        killed += process.returncode == -signal.SIGKILL

        assert scene.output.read_bytes() in (OLD, expected)
        if number % 8 == 7:
            assert 0 == scene.verify().status
            assert [] == list(scene.cache.rglob("*.zipper-tmp"))
        assert 0 == scene.build().status
        assert expected == scene.output.read_bytes()
        assert [scene.output] == list(scene.output.parent.iterdir())
    assert 0 == scene.verify().status
    return killed


def test_killed_builds(filled: Scene, expected: bytes) -> None:
    """Eight builds killed at random moments do no harm."""
    assert 0 < kill_in_a_loop(filled, expected, rounds=8, seed=1)


def test_killed_builds_without_a_lockfile(filled: Scene) -> None:
    """Nor do builds that were killed while they asked for packuments, which the next one shares."""
    (filled.project / "package-lock.json").unlink()

    assert 0 < kill_in_a_loop(filled, build_apart(filled), rounds=6, seed=3)


@pytest.mark.slow
def test_two_hundred_killed_builds(filled: Scene, expected: bytes) -> None:
    """Two hundred builds killed at random moments do no harm."""
    killed = kill_in_a_loop(filled, expected, rounds=200, seed=2)

    print(f"killed {killed} of 200 builds while they ran; every next one was right")
    assert killed > 50
