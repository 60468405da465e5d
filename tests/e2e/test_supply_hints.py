"""What a finding about a lockfile says to run mends the lockfile."""

from __future__ import annotations

import json
import re
import shlex
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper

if TYPE_CHECKING:
    from tests.support.scene import Scene

SHA1 = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="


@pytest.mark.parametrize(
    ("integrity", "code"), [(None, "integrity-missing"), (SHA1, "integrity-weak")]
)
def test_the_command_of_the_hint_mends(scene: Scene, integrity: str | None, code: str) -> None:
    """A package without a strong hash in the lockfile has one afterwards."""
    scene.publish("a")
    scene.depend("a")
    path = scene.project / "package-lock.json"
    lock = json.loads(path.read_text("utf-8"))
    lock["packages"]["node_modules/a"]["integrity"] = integrity
    scene.write({"index.js": "exports.handler = async () => 1;", "package-lock.json": lock})

    words = (scene.project, "--cache-dir", scene.cache)
    with zipfile.ZipFile(scene.output, "w") as archive:
        for name in ("index.js", "package-lock.json"):
            archive.write(scene.project / name, name)
    judged = run_zipper("check", scene.output, "--json", env=scene.environment)
    hints = [one["hint"] for one in judged.document["findings"] if one["code"] == code]
    (command,) = re.findall(r"`python -m zipper (.+?)`", hints[0])
    done = run_zipper(*shlex.split(command), *words, env=scene.environment)

    assert 0 == done.status, done.stderr
    after = json.loads(path.read_text("utf-8"))["packages"]["node_modules/a"]["integrity"]
    assert after.startswith("sha512-")
