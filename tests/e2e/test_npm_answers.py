"""What npm answers to odd projects, and zipper with it: each of these was tried with npm 11.19."""

from __future__ import annotations

import json
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


def locked(scene: Scene, *options: str, **variables: str) -> dict[str, dict]:
    """Resolve, and return the lockfile's entries but for the root's."""
    result = run(scene, "resolve", *options, **variables)
    assert 0 == result.status, result.stderr
    lockfile = json.loads((scene.project / "package-lock.json").read_text())
    return {place: entry for place, entry in lockfile["packages"].items() if place}


X = {"name": "x", "version": "1.0.0"}
LINK_TO_X = {
    "libs/x": {"version": "1.0.0"},
    "node_modules/x": {"resolved": "libs/x", "link": True},
}
LINK_TO_ROOT = {"node_modules/fn": {"resolved": "", "link": True}}

WORKSPACES = {
    "backslash": (["libs\\x"], LINK_TO_X),
    "backslash at the end": (["libs\\x\\"], LINK_TO_X),
    "backslash and star": (["libs\\*"], LINK_TO_X),
    "two backslashes": (["libs\\\\x"], LINK_TO_X),
    "first a dot": ([".\\libs\\x"], {}),
    "first a backslash": (["\\libs\\x"], {}),
    "excluded": (["libs/*", "!libs\\x"], LINK_TO_X),
    "not brought back": (["libs/*", "!libs/x", "libs\\x"], {}),
    "the project": (["."], LINK_TO_ROOT),
    "the project and another": ([".", "libs/x"], LINK_TO_X | LINK_TO_ROOT),
    "nothing": (["./"], {}),
    "a dot inside": (["libs/./x"], {}),
}


@pytest.mark.parametrize(("patterns", "expected"), WORKSPACES.values(), ids=WORKSPACES)
def test_workspace_patterns(scene: Scene, patterns: list[str], expected: dict) -> None:
    """What `workspaces` selects is what npm finds; a backslash that finds nothing is told."""
    scene.write(
        {
            "package.json": {"name": "fn", "workspaces": patterns},
            "libs/x/package.json": X,
            "libs/x/index.js": "",
        }
    )

    assert expected == locked(scene)
    result = run(scene, "build")
    assert 0 == result.status, result.stderr
    packed_x = {"libs/x/index.js", "node_modules/x/index.js"} <= listing(scene.output).keys()
    assert ("libs/x" in expected) == packed_x
    lost = any("\\" in pattern for pattern in patterns) and (
        not expected or patterns[-1].startswith("!")
    )
    assert lost == ("[workspaces-lost]" in result.stderr)


@pytest.mark.parametrize("spec", ["file:libs\\x", ".\\libs\\x", "file:.\\libs\\x\\"])
def test_folders_written_on_windows(scene: Scene, spec: str) -> None:
    """A folder's backslashes are separators, as for npm on Windows: no dangling link is made."""
    scene.write(
        {
            "package.json": {"name": "fn", "dependencies": {"x": spec}},
            "index.js": "require('x'); exports.handler = async () => 1;",
            "libs/x/package.json": X,
            "libs/x/index.js": "",
        }
    )

    assert LINK_TO_X == locked(scene)
    assert "x" in packed(scene)


@pytest.mark.parametrize("spec", ["file:~/lib", "~/lib", "file:~/lib/"])
def test_folders_in_the_home_folder(scene: Scene, spec: str) -> None:
    """`~` is the user's home, with and without a lockfile, and another home is another folder."""
    scene.publish("ms")
    scene.write({"package.json": {"name": "fn", "dependencies": {"lib": spec}}})
    for home, version in ((scene.home, "1.0.0"), (scene.folder / "other", "2.0.0")):
        (home / "lib").mkdir(parents=True)
        manifest = {"name": "lib", "version": version, "dependencies": {"ms": "*"}}
        (home / "lib" / "package.json").write_text(json.dumps(manifest))

    for _ in range(2):
        assert {"lib", "ms"} == packed(scene)
    assert 0 == run(scene, "build", HOME=str(scene.folder / "other")).status
    there = json.loads(listing(scene.output)["node_modules/lib/package.json"])
    assert "2.0.0" == there["version"]
    assert {
        "../home/lib": {"version": "1.0.0", "dependencies": {"ms": "*"}},
        "node_modules/lib": {"resolved": "../home/lib", "link": True},
    } == locked(scene)
    assert {"lib", "ms"} == packed(scene)
