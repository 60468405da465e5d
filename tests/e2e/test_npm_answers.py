"""What npm answers to odd projects, and zipper with it: each of these was tried with npm 11.19."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_here
from tests.support.scene import listing

if TYPE_CHECKING:
    from tests.support.scene import Scene


def run(scene: Scene, command: str, *options: str, **variables: str) -> CommandResult:
    """Run a command on the project: `build` to the zip, `install` into a folder, `resolve`."""
    extra = {
        "build": ("-o", str(scene.output)),
        "install": ("--into", str(scene.folder / "installed")),
    }.get(command, ())
    words = (command, str(scene.project), *extra, "--cache-dir", str(scene.cache), *options)
    return run_here(*words, cwd=scene.folder, env={**scene.environment, **variables})


def packed(scene: Scene, *options: str) -> set[str]:
    """Return the locations that a build packs."""
    result = run(scene, "build", *options)
    assert 0 == result.status, result.stderr
    names = (name for name in listing(scene.output) if name.endswith("/package.json"))
    return {name.removesuffix("/package.json").removeprefix("node_modules/") for name in names}


COMMANDS = ("resolve", "build", "install")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_optional_peer_conflict_without_a_lockfile(scene: Scene, command: str) -> None:
    """What `npm install` refuses as ERESOLVE, every command refuses: one resolution for all."""
    scene.publish("addon", "3.0.5")
    scene.publish("addon", "4.0.1")
    scene.publish(
        "ws",
        peerDependencies={"addon": "^4.0.1"},
        peerDependenciesMeta={"addon": {"optional": True}},
    )
    scene.write({"package.json": {"name": "fn", "dependencies": {"ws": "1", "addon": "3.0.5"}}})

    result = run(scene, command)

    assert (1, "ERESOLVE") == (result.status, result.code)


GATES = {
    "platform": ({"os": ["darwin"]}, "", "EBADPLATFORM"),
    "engine": ({"engines": {"node": ">=99"}}, "engine-strict=true\n", "EBADENGINE"),
}


@pytest.mark.parametrize(("fields", "npmrc", "code"), GATES.values(), ids=GATES)
@pytest.mark.parametrize("locked", [False, True], ids=["unlocked", "locked"])
def test_gates_judge_what_is_installed(
    scene: Scene, *, locked: bool, fields: dict, npmrc: str, code: str
) -> None:
    """A package that is left out needs to fit nothing; one that is packed does, lockfile or not."""
    scene.publish("ms")
    scene.publish("other", **fields)
    root = {"name": "fn", "version": "1.0.0", "dependencies": {"ms": "1"}}
    scene.write({"package.json": {**root, "devDependencies": {"other": "1"}}, ".npmrc": npmrc})
    if locked:
        omitting = run(scene, "resolve", npm_config_omit="dev")
        assert 0 == omitting.status, omitting.stderr
        assert code == run(scene, "resolve").code

    assert {"ms"} == packed(scene)
    assert 0 == run(scene, "install").status
    assert code == run(scene, "install", "--include-dev").code

    scene.write({"package.json": {**root, "dependencies": {"ms": "1", "other": "1"}}})
    (scene.project / "package-lock.json").unlink(missing_ok=True)
    assert code == run(scene, "build").code
    scene.write({".npmrc": f"{npmrc}force=true\n"})
    assert {"ms", "other"} == packed(scene)


def test_engine_strict_is_judged_for_each_target(scene: Scene) -> None:
    """That a lockfile is in step was remembered; whether its packages fit is asked each time."""
    scene.publish("a", engines={"node": ">=24"})
    scene.depend("a")
    scene.write({".npmrc": "engine-strict=true\n"})

    assert {"a"} == packed(scene, "--runtime", "nodejs24.x")
    assert "EBADENGINE" == run(scene, "build", "--runtime", "nodejs22.x").code
