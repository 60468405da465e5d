"""yarn's checksums: verified when a tarball is fetched, and not taken on trust from the store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_zipper
from zipper.store.yarn_checksum import YarnChecksum

if TYPE_CHECKING:
    from tests.support.scene import Scene


def lay_down(scene: Scene, checksum: str) -> None:
    """Publish a package, and write a project that yarn has locked with a checksum."""
    manifest = scene.publish("a", "1.0.0", files={"index.js": b"1\n"})
    if checksum == "right":
        made = YarnChecksum("a")
        raw = {key: value for key, value in manifest.items() if key != "dist"}
        made.add_file("package/package.json", 0o644, json.dumps(raw).encode())
        made.add_file("package/index.js", 0o644, b"1\n")
        checksum = made.finish() or ""
    line = f"  checksum: {checksum}\n" if checksum else ""
    lock = (
        "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"
        f'"a@npm:1.0.0":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n{line}\n'
        '"fn@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "fn@workspace:."\n'
        '  dependencies:\n    a: "npm:1.0.0"\n'
    )
    manifest = {"name": "fn", "dependencies": {"a": "1.0.0"}}
    scene.write({"package.json": manifest, "index.js": "", "yarn.lock": lock})


def build(scene: Scene, *options: str) -> CommandResult:
    words = ("--cache-dir", str(scene.cache), "-o", str(scene.output), "--json", *options)
    project = str(scene.project)
    return run_zipper("build", project, *words, "--no-check", env=scene.environment)


def test_a_right_checksum_is_verified_once(scene: Scene) -> None:
    """The next build knows it, and asks no one."""
    lay_down(scene, "right")

    assert 0 == build(scene).status
    again = build(scene, "--offline", "--no-recall")

    assert 0 == again.status, again.stderr
    assert "lockfile-checksum" not in {one["code"] for one in again.document["findings"]}


def test_a_wrong_checksum_is_an_error_in_a_filled_store_too(scene: Scene) -> None:
    """A tarball that was fetched for another lockfile is fetched again, and verified."""
    lay_down(scene, "")
    assert 0 == build(scene).status
    lay_down(scene, "10c0/" + "0" * 128)

    built = build(scene)

    assert (1, "EINTEGRITY") == (built.status, built.code)
    assert "YN0018" in built.stdout + built.stderr


@pytest.mark.parametrize(
    ("checksum", "word"), [("8/" + "0" * 128, "verified"), ("", "no checksum")]
)
def test_what_cannot_be_verified_is_said(scene: Scene, checksum: str, word: str) -> None:
    """The integrity of the registry pins it then."""
    lay_down(scene, checksum)

    built = build(scene)

    assert 0 == built.status
    told = [one for one in built.document["findings"] if one["code"] == "lockfile-checksum"]
    assert [word in one["message"] for one in told] == [True]
