"""Whatever an answer depends on is asked again: a second build beside a filled cache is no worse.

Each test builds, changes one thing that decides, builds again, and takes it back. A build that
remembers too much would answer as before.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.command import CommandResult, run_zipper
from tests.support.notes import list_notes

if TYPE_CHECKING:
    from tests.support.scene import Scene

CLOCK = """
import datetime, sys, time
shift = datetime.timedelta(days=int(sys.argv.pop(1)))
gmtime = time.gmtime
time.gmtime = lambda seconds=None: gmtime(
    time.time() + shift.total_seconds() if seconds is None else seconds
)
class Moved(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + shift
datetime.datetime = Moved
from zipper.__main__ import main
main()
"""
"""Runs the command on a machine whose clock is so many days ahead."""


@pytest.fixture
def filled(scene: Scene) -> Scene:
    """A function with one package, for another Node, locked and built once."""
    scene.publish("a", files={"index.js": b"module.exports = 1;"}, engines={"node": ">=99"})
    scene.write({"index.js": "require('a');\nexports.handler = async () => ({});\n"})
    scene.depend("a")
    return scene


def codes(result: CommandResult) -> set[str]:
    """Return what a build with `--json` told."""
    document = result.document or {}
    return {finding["code"] for finding in document.get("findings", ())} | {str(result.code)}


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "resolved"])
def test_whether_engines_are_strict(filled: Scene, locked: bool) -> None:
    """A package for another Node is refused as soon as `engine-strict` says so, and only then."""
    if not locked:
        (filled.project / "package-lock.json").unlink()
    strict = filled.project / ".npmrc"

    before = filled.build()
    strict.write_text("engine-strict=true\n")
    refused = [filled.build(), filled.build()]
    strict.write_text("engine-strict=false\n")
    after = filled.build()

    assert [0, 0] == [before.status, after.status], before.stderr + after.stderr
    assert ["EBADENGINE"] * 2 == [result.code for result in refused]


LIMITS = {
    "zipped": ({"ZIPPER_MAX_SIZE": "100 B"}, "max-size"),
    "unzipped": ({"ZIPPER_MAX_UNZIPPED_SIZE": "100 B"}, "max-unzipped-size"),
}


@pytest.mark.parametrize("what", LIMITS)
def test_which_sizes_are_allowed(filled: Scene, what: str) -> None:
    """The same bytes are too large as soon as a setting says so, and not before."""
    env, _ = LIMITS[what]

    before, limited, after = (filled.build("--json", env=one) for one in ({}, env, {}))

    assert before.document["code_sha256"] == after.document["code_sha256"]
    assert codes(before) == codes(after)
    assert {code for code in codes(limited) if code.startswith("size-")} - codes(before)


def test_which_day_it_is(filled: Scene) -> None:
    """A runtime that AWS stops supporting is told on the day after, though the bytes are known."""
    words = [*filled.arguments, "--runtime", "nodejs22.x", "--json"]

    today = filled.build("--runtime", "nodejs22.x", "--json")
    later = run_clock(filled, 1000, words)
    again = filled.build("--runtime", "nodejs22.x", "--json")

    assert "runtime-deprecated" not in codes(today) | codes(again)
    assert "runtime-deprecated" in codes(later)


def run_clock(scene: Scene, days: int, words: list[str]) -> CommandResult:
    """Run the command so many days from now."""
    done = subprocess.run(
        [sys.executable, "-c", CLOCK, str(days), *words],
        env=scene.environment, cwd=scene.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return CommandResult(done.returncode, None, json.loads(done.stdout), done.stdout, done.stderr)


def test_which_handler_and_layers(filled: Scene) -> None:
    """The same zip is judged anew for another handler, with other layers, and with the check."""
    layer = filled.folder / "layer.zip"
    with ZipFile(layer, "w") as archive:
        archive.writestr("nodejs/node_modules/b/index.js", "module.exports = 1;")
    filled.write({"index.js": "require('b');\nexports.handler = async () => ({});\n"})

    missing = filled.build("--json")
    unchecked = filled.build("--json", "--no-check")
    with_layer = filled.build("--json", "--layer", str(layer))
    other = filled.build("--json", "--layer", str(layer), "--handler", "index.other")
    again = filled.build("--json")

    assert "module-missing" in codes(missing) & codes(again)
    assert "module-missing" not in codes(unchecked) | codes(with_layer)
    assert any(code.startswith("handler-") for code in codes(other) - codes(with_layer))


def test_whether_a_file_can_be_executed(filled: Scene) -> None:
    """A file whose mode alone changes makes another zip."""
    script = filled.project / "run.sh"
    script.write_text("#!/bin/sh\n")
    modes = []
    for mode in (0o644, 0o755, 0o644):
        script.chmod(mode)
        assert 0 == filled.build().status
        with ZipFile(filled.output) as archive:
            modes.append(archive.getinfo("run.sh").external_attr >> 16 & 0o777)

    assert [0o644, 0o755, 0o644] == modes


def test_an_install_without_integrity_is_not_remembered(filled: Scene) -> None:
    """A package for which the lockfile does not vouch may be another tomorrow."""
    lockfile = filled.project / "package-lock.json"
    document = json.loads(lockfile.read_text())
    words = ("install", str(filled.project), "--cache-dir", str(filled.cache), "--into")
    into = filled.folder / "installed"

    with_integrity = len(_install(filled, words, into))
    for note in list_notes(filled.cache, "install"):
        note.unlink()
    del document["packages"]["node_modules/a"]["integrity"]
    lockfile.write_text(json.dumps(document))
    without = len(_install(filled, words, into))

    assert (1, 0) == (with_integrity, without)


def _install(scene: Scene, words: tuple[str, ...], into: object) -> list:
    shutil.rmtree(into, ignore_errors=True)
    done = run_zipper(*words, str(into), env=scene.environment, cwd=scene.folder)
    assert 0 == done.status, done.stderr
    return list_notes(scene.cache, "install")
