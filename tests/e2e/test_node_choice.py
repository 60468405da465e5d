"""Which Node.js is taken, as settings and options say; and what install scripts did is told."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper
from tests.support.node import write_zip
from tests.support.scene import listing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

NODE = shutil.which("node")
on_unix = pytest.mark.skipif(os.name == "nt", reason="scripts are for sh")
SCRIPTS = {"install": "node -p process.versions.node > version.txt"}


def test_mirror_of_the_settings_is_asked(scene: Scene, tmp_path: Path) -> None:
    """`node_mirror` takes the place of nodejs.org; every source that failed is named."""
    path = write_zip(tmp_path / "fn.zip", {"index.js": "exports.handler = async () => 1;\n"})
    words = ("run", path, "--node", "1.2.3", "--cache-dir", scene.cache, "--json")

    result = run_zipper(
        *words, env={**scene.environment, "ZIPPER_NODE_MIRROR": "http://127.0.0.1:9/node"}
    )

    assert (1, "ENODE") == (result.status, result.code)
    facts = {fact["label"]: fact["text"] for fact in result.document["error"]["facts"]}
    assert facts["download"].startswith("127.0.0.1 does not answer")
    assert "1.2.3" in facts["registry"]


def test_unknown_choice_is_refused(scene: Scene) -> None:
    """A build that has to run a script refuses a Node that is none, and writes nothing."""
    scene.publish("made", scripts=SCRIPTS)
    scene.depend("made")

    result = scene.build("--allow-script", "made", "--node", "seventeen", "--json")

    assert (2, "EUSAGE") == (result.status, result.code)
    assert not scene.output.exists()


@pytest.mark.node
@on_unix
@pytest.mark.parametrize("place", ["option", "settings"])
def test_chosen_node_runs_the_scripts(scene: Scene, place: str) -> None:
    """`--node`, or `node` relative to its file, runs them; the report says so, warm or not."""
    assert NODE is not None
    (scene.folder / "tools").mkdir()
    (scene.folder / "tools" / "node").symlink_to(NODE)
    scene.publish("made", scripts=SCRIPTS)
    settings = {"allow_scripts": ["made"]}
    options = ("--json", "--runtime", "nodejs20.x")
    if place == "settings":
        settings["node"] = "../tools/node"
    else:
        options += ("--node", str(scene.folder / "tools" / "node"))
    scene.write({"package.json": {"name": "fn", "dependencies": {"made": "1"}, "zipper": settings}})

    first, second = scene.build(*options), scene.build(*options, env={"PATH": "/nowhere"})

    assert (0, 0) == (first.status, second.status), first.stderr + second.stderr
    version = listing(scene.output)["node_modules/made/version.txt"].decode().strip()
    for built in (first, second):
        told = [one for one in built.document["findings"] if one["code"] == "script-ran"]
        assert f"Node.js {version} from the executable" in told[0]["message"]
    log = next(scene.cache.glob("scripts/made-1.0.0-*.log"))
    assert (
        str(log) in next(o for o in first.document["findings"] if o["code"] == "script-ran")["hint"]
    )


@pytest.mark.node
@on_unix
def test_npmrc_allows_scripts(scene: Scene) -> None:
    """Npm's own `allow-scripts` lets a script run, and `ignore-scripts` stops it."""
    scene.publish("made", scripts=SCRIPTS)
    scene.depend("made")
    options = ("--json", "--runtime", "nodejs20.x")

    scene.write({".npmrc": "allow-scripts=made\n"})
    allowed = scene.build(*options)
    files = listing(scene.output)
    scene.write({".npmrc": "allow-scripts=made\nignore-scripts=true\n"})
    ignored = scene.build(*options)

    assert (0, 0) == (allowed.status, ignored.status), allowed.stderr
    assert "node_modules/made/version.txt" in files
    assert "node_modules/made/version.txt" not in listing(scene.output)


@pytest.mark.node
@on_unix
def test_optional_package_whose_script_fails(scene: Scene) -> None:
    """It is left out with what it alone needs, as npm does, and the log is named."""
    scene.publish("deep", files={"index.js": b""})
    scene.publish(
        "bad", scripts={"install": "echo no compiler; exit 1"}, dependencies={"deep": "1"}
    )
    optional = {"name": "fn", "optionalDependencies": {"bad": "1"}}
    scene.write({"package.json": optional})

    built = scene.build("--allow-script", "bad", "--json", "--runtime", "nodejs20.x")

    assert 0 == built.status, built.stderr
    assert not [name for name in listing(scene.output) if name.startswith("node_modules/")]
    told = next(one for one in built.document["findings"] if one["code"] == "script-failed")
    log = next(scene.cache.glob("scripts/bad-1.0.0-*.log"))
    assert str(log) in told["hint"]
    assert "no compiler" in log.read_text(encoding="utf-8")


@pytest.mark.node
@on_unix
def test_script_that_takes_too_long(scene: Scene) -> None:
    """The settings say how long a script may take; the error says which of them."""
    scene.publish("slow", scripts={"install": "sleep 600"})
    scene.depend("slow")
    env = {"ZIPPER_SCRIPT_TIMEOUT": "0.2", "ZIPPER_ALLOW_SCRIPTS": "slow"}

    built = scene.build("--runtime", "nodejs20.x", env=env)

    assert (1, "ESCRIPT") == (built.status, built.code)
    assert "took longer than 0.2 s" in built.stderr
    assert "`script_timeout`" in built.stderr


@pytest.mark.node
@on_unix
def test_required_package_whose_script_fails(scene: Scene) -> None:
    """The build fails with the end of the log, and leaves the old zip as it was."""
    scene.publish("bad", scripts={"install": "echo no compiler; exit 7"})
    scene.depend("bad")
    scene.output.write_bytes(b"old")

    built = scene.build("--allow-script", "bad", "--runtime", "nodejs20.x")

    assert (1, "ESCRIPT") == (built.status, built.code)
    assert "no compiler" in built.stderr
    assert "exited with status 7" in built.stderr
    assert b"old" == scene.output.read_bytes()
