"""What the settings demand of packages holds for every command that fetches or chooses them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_here
from tests.support.signing import Signer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

COMMANDS = ("build", "install", "vendor", "resolve")


def run(scene: Scene, command: str, *options: str) -> CommandResult:
    """Run one of the commands on the scene's project, into a place of its own."""
    words = {
        "build": ("-o", str(made_by(scene, "build"))),
        "install": ("--into", str(made_by(scene, "install").parent)),
        "vendor": ("--into", str(made_by(scene, "vendor").parent)),
        "resolve": ("-o", str(made_by(scene, "resolve"))),
    }[command]
    common = ("--cache-dir", str(scene.cache), "--json")
    arguments = (command, str(scene.project), *words, *common, *options)
    return run_here(*arguments, env=scene.environment, cwd=scene.folder)


def made_by(scene: Scene, command: str) -> Path:
    """Return what the command makes only where it does its work."""
    return {
        "build": scene.output,
        "install": scene.folder / "installed" / "node_modules",
        "vendor": scene.folder / "vendored" / "tarballs",
        "resolve": scene.folder / "new-lock.json",
    }[command]


def demand(scene: Scene, setting: str) -> None:
    scene.write({"pyproject.toml": f"[tool.zipper]\n{setting}\n"})


@pytest.mark.parametrize("command", COMMANDS)
def test_unsigned_package_is_refused(scene: Scene, command: str) -> None:
    """With `verify_signatures = "error"` nobody takes a package that its registry never signed."""
    scene.publish("b")
    scene.publish("a", dependencies={"b": "^1.0.0"})
    Signer().sign_all(scene.registry)
    del scene.registry.packuments["b"]["versions"]["1.0.0"]["dist"]["signatures"]
    scene.depend("a")
    demand(scene, 'verify_signatures = "error"')
    result = run(scene, command)

    assert (1, "EUNSIGNED") == (result.status, result.code), result.stderr
    assert "`b@1.0.0`" in result.stdout + result.stderr
    assert not made_by(scene, command).exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_unsigned_package_is_told(scene: Scene, command: str) -> None:
    """With `warn` the same package is taken, and told."""
    scene.publish("a")
    scene.depend("a")
    demand(scene, 'verify_signatures = "warn"')
    result = run(scene, command)
    told = result.document["warnings" if command == "resolve" else "findings"]

    assert 0 == result.status, result.stderr
    assert "signature" in {item["code"] for item in told}
    assert made_by(scene, command).exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_required_integrity(scene: Scene, command: str) -> None:
    """`require_integrity` refuses a lockfile with a weak hash before anything is fetched."""
    scene.publish("a")
    scene.depend("a", lock={"node_modules/a": {"integrity": "sha1-" + "A" * 27 + "="}})
    demand(scene, "require_integrity = true")
    result = run(scene, command)

    assert (1, "ENOINTEGRITY") == (result.status, result.code), result.stderr
    assert 0 == scene.registry.count("/a/-/a-1.0.0.tgz")
    assert not made_by(scene, command).exists()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("locked", [False, True], ids=["no lockfile", "lockfile"])
def test_forbidden_address_is_never_asked(scene: Scene, command: str, locked: bool) -> None:
    """With `allow-remote=root` nobody fetches from the address that a dependency names."""
    scene.publish("evil")
    address = f"{scene.registry.origin}/evil/-/evil-1.0.0.tgz"
    scene.publish("a", dependencies={"evil": address})
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"a": "1.0.0"}}
    if locked:
        evil = {"resolved": address, "version": "1.0.0"}
        scene.depend("a", lock={"node_modules/evil": evil})
    scene.write({"package.json": manifest, ".npmrc": "allow-remote=root\n"})
    result = run(scene, command)

    assert (1, "EALLOWREMOTE") == (result.status, result.code), result.stderr
    assert 0 == scene.registry.count("/evil/-/evil-1.0.0.tgz")
    assert not made_by(scene, command).exists()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("locked", [False, True], ids=["no lockfile", "lockfile"])
def test_forbidden_git_is_never_asked(scene: Scene, command: str, locked: bool) -> None:
    """With `allow-git=none` no git is started, whoever asks for the repository."""
    repository = "git+https://127.0.0.1:9/evil.git#" + "a" * 40
    scene.publish("evil")
    scene.publish("a", dependencies={"evil": repository})
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"a": "1.0.0"}}
    if locked:
        scene.depend("a", lock={"node_modules/evil": {"resolved": repository, "version": "1.0.0"}})
    scene.write({"package.json": manifest, ".npmrc": "allow-git=none\n"})
    result = run(scene, command)

    assert (1, "EALLOWGIT") == (result.status, result.code), result.stderr
    assert not made_by(scene, command).exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_young_version_does_not_count(scene: Scene, command: str) -> None:
    """With `min_release_age` every command that chooses takes the version before."""
    scene.publish("a", "1.0.0")
    scene.publish("a", "1.1.0")
    scene.registry.packuments["a"]["time"]["1.1.0"] = datetime.now(UTC).isoformat()
    dependencies = {"dependencies": {"a": "^1.0.0"}}
    scene.write({"package.json": {"name": "fn", "version": "1.0.0", **dependencies}})
    demand(scene, "min_release_age = 3")
    result = run(scene, command)

    assert 0 == result.status, result.stderr
    if command == "resolve":
        lockfile = json.loads(made_by(scene, command).read_text())
        assert "1.0.0" == lockfile["packages"]["node_modules/a"]["version"]
    else:
        assert 1 == scene.registry.count("/a/-/a-1.0.0.tgz")
        assert 0 == scene.registry.count("/a/-/a-1.1.0.tgz")


def test_explained_project_is_the_one_that_is_built(scene: Scene) -> None:
    """`explain` and `audit` heed `min_release_age` too: they speak of what a build would pack."""
    scene.publish("a", "1.0.0")
    scene.publish("a", "1.1.0")
    scene.registry.packuments["a"]["time"]["1.1.0"] = datetime.now(UTC).isoformat()
    scene.registry.advisories = {}
    dependencies = {"dependencies": {"a": "^1.0.0"}}
    scene.write({"package.json": {"name": "fn", "version": "1.0.0", **dependencies}})
    demand(scene, "min_release_age = 3")
    common = ("--cache-dir", str(scene.cache))
    explained, audited = (
        run_here(*words, *common, env=scene.environment, cwd=scene.folder)
        for words in (("explain", scene.project, "a"), ("audit", scene.project))
    )

    assert (0, 0) == (explained.status, audited.status), explained.stderr + audited.stderr
    assert "a@1.0.0" in explained.stdout
    assert [{"a": ["1.0.0"]}] == scene.registry.posted


def test_keys_cannot_be_had_offline(scene: Scene) -> None:
    """Signatures that must be verified need the registry's keys: what has them is told."""
    scene.publish("a")
    Signer().sign_all(scene.registry)
    scene.depend("a")
    assert 0 == run(scene, "build").status
    demand(scene, 'verify_signatures = "error"')
    scene.registry.requests.clear()
    result = run(scene, "build", "--offline")

    assert (1, "EOFFLINE") == (result.status, result.code)
    assert "-/npm/v1/keys" in result.stdout + result.stderr
    assert "--vendor DIR" in result.stdout + result.stderr
    assert 0 == scene.registry.count()


def test_vendored_keys_vouch_elsewhere(scene: Scene) -> None:
    """What `vendor` gathers is enough to verify signatures where there is no network."""
    scene.publish("a")
    Signer().sign_all(scene.registry)
    scene.depend("a")
    demand(scene, 'verify_signatures = "error"')
    gathered = run(scene, "vendor")
    scene.registry.requests.clear()
    vendored = f"--vendor={scene.folder / 'vendored'}"
    empty = f"--cache-dir={scene.folder / 'empty'}"
    result = run(scene, "build", "--offline", vendored, empty)

    assert (0, 0) == (gathered.status, result.status), gathered.stderr + result.stderr
    assert 0 == scene.registry.count()
