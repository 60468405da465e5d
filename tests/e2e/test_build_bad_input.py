"""What cannot be built is one clear error; the old package and the store stay as they were."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper
from tests.support.hostile import CASES, Case
from tests.support.registry_server import integrity_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.command import CommandResult
    from tests.support.scene import Scene

OLD = b"the package of the build before"


@pytest.fixture
def old(scene: Scene) -> Iterator[Scene]:
    """A scene with an old package, which must still be there afterwards, beside nothing else."""
    scene.output.write_bytes(OLD)
    yield scene
    assert OLD == scene.output.read_bytes()
    assert [scene.output] == list(scene.output.parent.iterdir())
    assert [] == scene.temporary_files()
    assert 0 == scene.verify().status


def assert_refused(result: CommandResult, code: str, *words: str) -> None:
    """The command said one thing, on stderr, and no more."""
    assert (1, code, "") == (result.status, result.code, result.stdout), result.stderr
    assert 1 == len(re.findall(r"^error\[", result.stderr, re.MULTILINE))
    assert "Traceback" not in result.stderr
    assert [] == [word for word in words if word not in result.stderr], result.stderr


def test_no_package_json(old: Scene) -> None:
    """A folder without package.json and without a handler's file is no project."""
    (old.project / "package.json").unlink()
    (old.project / "index.js").unlink()

    assert_refused(old.build(), "ENOPROJECT", "there is no package.json in", str(old.project))


def test_no_folder(old: Scene) -> None:
    """A project that is not there is named."""
    (old.project / "package.json").unlink()
    (old.project / "index.js").unlink()
    old.project.rmdir()

    assert_refused(old.build(), "ENOPROJECT", f"`{old.project}` does not exist")


def test_project_is_a_file(old: Scene) -> None:
    """package.json itself is not the project's folder."""
    result = run_zipper("build", old.project / "package.json", env=old.environment, cwd=old.folder)

    assert_refused(result, "ENOPROJECT", "package.json` is a file, not a folder")


@pytest.mark.parametrize("name", ["package.json", "package-lock.json", "npm-shrinkwrap.json"])
def test_json_that_does_not_parse(old: Scene, name: str) -> None:
    """The error is npm's EJSONPARSE, with the file, the line, the column and the culprit."""
    old.write({name: '{\n  "name": "fn",\n  "version" "1"\n}'})

    words = ("line 3, column 13", '"version" "1"', "^")
    assert_refused(old.build(), "EJSONPARSE", str(old.project / name), *words)


def test_lockfile_of_an_unknown_version(old: Scene) -> None:
    """Versions 1, 2 and 3 are known; what a later npm writes is not guessed at."""
    old.write({"package-lock.json": {"lockfileVersion": 4, "packages": {}}})

    assert_refused(old.build(), "ELOCKVERSION", "1, 2 and 3 are known", "python -m zipper resolve")


def test_package_that_the_registry_does_not_have(old: Scene) -> None:
    """E404 names the package, the registry, and the chain that asked for it."""
    gone = old.publish("gone")
    old.publish("b", dependencies={"gone": "^1.0.0"})
    old.publish("a", dependencies={"b": "^1.0.0"})
    old.depend("a", lock={"node_modules/gone": {"resolved": f"{old.registry.url}nowhere.tgz"}})

    assert_refused(
        old.build(),
        "E404",
        f"{gone['name']}@1.0.0 is not in the registry",
        "required by: fn > a@1.0.0 > b@1.0.0 > gone (prod)",
    )


def test_no_network(old: Scene) -> None:
    """A registry that nobody answers for is named, and what can be done without it."""
    old.publish("a")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    old.depend("a", lock={"node_modules/a": {"resolved": f"{address}a.tgz"}})

    assert_refused(old.build(), "ENETWORK", address, "could not fetch a@1.0.0", "--offline")


def test_offline_with_an_empty_store(old: Scene) -> None:
    """`--offline` opens no connection, and says which package it lacks."""
    old.publish("a")
    old.depend("a")

    assert_refused(old.build("--offline"), "EOFFLINE", "a@1.0.0", "required by: fn > a (prod)")
    assert 0 == old.registry.count()


def test_wrong_integrity(old: Scene) -> None:
    """EINTEGRITY tells both values, and nothing of the tarball is kept."""
    told = integrity_of(b"something else")
    old.publish("a")
    got = old.manifests["a"]["dist"]["integrity"]
    old.depend("a", lock={"node_modules/a": {"integrity": told}})

    assert_refused(old.build(), "EINTEGRITY", "a@1.0.0", told, got)
    assert [] == old.store_zips()


CHOSEN = {"no-gzip", "truncated", "claims-10-gib", "dot-dot"}


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name in CHOSEN], ids=lambda case: case.name
)
def test_tarball_that_cannot_be_unpacked(old: Scene, case: Case) -> None:
    """ETARBALL names the package and the reason, although the integrity is right."""
    old.serve("a", case.tarball)
    old.depend("a")

    assert_refused(old.build(), "ETARBALL", "a@1.0.0", case.words, "required by: fn > a (prod)")
    assert [] == old.store_zips()


def test_one_bad_tarball_among_good_ones(old: Scene) -> None:
    """The error of one package ends the build; what was fetched before stays for the next one."""
    names = [f"good-{number}" for number in range(20)]
    for name in names:
        old.publish(name)
    old.serve("bad", b"<html>")
    old.depend(*names, "bad")

    assert_refused(old.build(), "ETARBALL", "bad@1.0.0")


def test_lockfile_with_a_hostile_location(old: Scene) -> None:
    """A location that leaves the package is refused, whatever its tarball is."""
    old.depend(lock={"node_modules/../../evil": {"version": "1.0.0"}})

    assert_refused(old.build(), "ELOCKFILE", "an entry that cannot be used")


def test_integrity_that_is_none(old: Scene) -> None:
    """An integrity of no known algorithm is the lockfile's fault."""
    old.publish("a")
    old.depend("a", lock={"node_modules/a": {"integrity": "crc32-AAAA"}})

    assert_refused(old.build(), "ELOCKFILE", "node_modules/a", "crc32-AAAA")


def test_output_is_a_folder(scene: Scene) -> None:
    """A folder is not overwritten; the hint names a file in it."""
    result = scene.build("-o", str(scene.home))

    assert_refused(result, "EOUTPUT", f"`{scene.home}` is a folder", f"{scene.home}/fn.zip")


def test_output_below_a_file(scene: Scene) -> None:
    """A file cannot hold the package."""
    result = scene.build("-o", str(scene.project / "index.js" / "fn.zip"))

    assert_refused(result, "EOUTPUT", "index.js")


_WITHOUT_OVERRIDE = """
import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(24, 1)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Starts a program for which modes count, whoever starts it."""


@pytest.mark.skipif(os.name != "posix", reason="Windows has other rules")
def test_output_folder_is_not_writable(scene: Scene) -> None:
    """No permission is told with the place."""
    scene.output.parent.chmod(0o500)
    words = [sys.executable, "-c", _WITHOUT_OVERRIDE, sys.executable, "-m", "zipper"]

    done = subprocess.run(
        [*words, *scene.arguments],
        env=scene.environment, cwd=scene.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert 1 == done.returncode, done.stdout
    for text in ("error[EOUTPUT]", "Permission denied", str(scene.output)):
        assert text in done.stderr


def test_output_in_a_system_folder(scene: Scene) -> None:
    """A place where not even root may make files gives the same error."""
    if not os.path.isdir("/proc/self"):  # noqa: PTH112  (no Path operation says it better)
        pytest.skip("no /proc here")

    assert_refused(scene.build("-o", "/proc/fn.zip"), "EOUTPUT", "cannot write")


@pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")
def test_output_is_a_dangling_link(scene: Scene) -> None:
    """The package takes the link's place, and nothing is written to where it leads."""
    scene.output.symlink_to(scene.home / "elsewhere")

    assert 0 == scene.build().status

    assert not scene.output.is_symlink()
    assert [] == list(scene.home.iterdir())


def test_files_that_cannot_be_read(scene: Scene) -> None:
    """A folder in the place of the lockfile is told, not a traceback."""
    (scene.project / "package-lock.json").mkdir()

    assert_refused(scene.build(), "EREAD", "package-lock.json")


def test_source_date_epoch_is_no_number(old: Scene) -> None:
    """A wrong SOURCE_DATE_EPOCH is wrong usage, which has a status of its own."""
    result = old.build(env={"SOURCE_DATE_EPOCH": "yesterday"})

    assert (2, "EUSAGE") == (result.status, result.code)
    assert "SOURCE_DATE_EPOCH" in result.stderr


def test_errors_are_json_where_json_is_asked_for(old: Scene) -> None:
    """With `--json` the error is one document on stdout, with code, message, facts and hint."""
    old.write({"package.json": "{"})

    result = old.build("--json")

    assert {"code", "message", "facts", "hint"} == set(result.document["error"])
    assert (1, "EJSONPARSE") == (result.status, result.document["error"]["code"])


def _lock_one_variant(scene: Scene, locked: str) -> None:
    """Write the lockfile that npm can leave behind on one machine (npm/cli#4828)."""
    for name, cpu in (("tool-linux-x64", "x64"), ("tool-linux-arm64", "arm64")):
        scene.publish(name, os=["linux"], cpu=[cpu])
    variants = {"tool-linux-x64": "1.0.0", "tool-linux-arm64": "1.0.0"}
    scene.publish("tool", optionalDependencies=variants)
    scene.depend(
        "tool",
        lock={
            "node_modules/tool": {"optionalDependencies": variants},
            f"node_modules/{locked}": {
                "version": "1.0.0",
                "optional": True,
                "os": ["linux"],
                "cpu": [locked.rpartition("-")[2]],
            },
        },
    )


def test_lockfile_of_another_machine(old: Scene) -> None:
    """The variant that the target lacks is named, before any other difference."""
    _lock_one_variant(old, "tool-linux-arm64")

    assert_refused(old.build(), "ELOCKPLATFORM", "tool-linux-x64", "zipper resolve")


def test_lockfile_of_the_targets_machine_alone(old: Scene) -> None:
    """It is refused as npm refuses it, but package.json is not blamed."""
    _lock_one_variant(old, "tool-linux-x64")

    missing = "Missing: tool-linux-arm64@1.0.0 from lock file"
    assert_refused(old.build(), "EUSAGE", "other platforms", missing, "zipper resolve")
