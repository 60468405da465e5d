"""Projects that pnpm, bun and yarn have locked: what is packed is what they locked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.command import CommandResult, run_zipper
from tests.support.foreign_texts import PNPM

if TYPE_CHECKING:
    from tests.support.scene import Scene


def lay_down(scene: Scene) -> None:
    """Publish what is locked, and newer versions, and write a workspace that pnpm has locked."""
    text = PNPM
    for name, version in (("a", "1.0.0"), ("b", "1.0.0"), ("b", "2.0.0")):
        dependencies = {"b": "*"} if name == "a" else {}
        manifest = scene.publish(name, version, dependencies=dependencies)
        integrity = manifest["dist"]["integrity"]
        text = text.replace(f"SRI-{name}-{version}", integrity)
    scene.publish("a", "1.5.0")
    scene.publish("shared", "9.9.9")
    fn = {"name": "fn", "dependencies": {"a": "^1.0.0", "shared": "workspace:*"}}
    scene.write(
        {
            "package.json": {
                "name": "root",
                "private": True,
                "devEngines": {"packageManager": {"name": "pnpm", "onFail": "error"}},
            },
            "pnpm-workspace.yaml": "packages: ['*']\n",
            "pnpm-lock.yaml": text,
            "fn/package.json": fn,
            "fn/index.js": "exports.handler = async () => 1\n",
            "shared/package.json": {
                "name": "shared",
                "version": "1.0.0",
                "dependencies": {"b": "^1.0.0"},
            },
            "shared/index.js": "",
        }
    )


def build(scene: Scene, *options: str) -> CommandResult:
    """Build the member."""
    words = ("--cache-dir", str(scene.cache), "-o", str(scene.output), "--json", *options)
    return run_zipper("build", str(scene.project / "fn"), *words, env=scene.environment)


def versions(path: str) -> dict[str, str]:
    with ZipFile(path) as archive:
        return {
            name.removesuffix("/package.json"): json.loads(archive.read(name)).get("version", "")
            for name in archive.namelist()
            if name.endswith("/package.json")
        }


def test_a_member_is_packed_as_it_was_locked(scene: Scene) -> None:
    """Locked versions, nested where they clash, and the sibling as a real folder."""
    lay_down(scene)

    built = build(scene)

    assert 0 == built.status, built.stderr
    assert {
        "node_modules/a": "1.0.0",
        "node_modules/a/node_modules/b": "2.0.0",
        "node_modules/b": "1.0.0",
        "node_modules/shared": "1.0.0",
    } == versions(built.document["path"])
    assert "lockfile-read" in {finding["code"] for finding in built.document["findings"]}


def test_the_next_build_makes_the_same_bytes_and_asks_no_one(scene: Scene) -> None:
    """What laying out came to is noted; without the note it comes to the same."""
    lay_down(scene)
    first = build(scene)

    again = build(scene, "--offline")
    anew = build(scene, "--offline", "--no-recall")

    hashes = {built.document["code_sha256"] for built in (first, again, anew)}
    assert 1 == len(hashes)
    assert first.document["findings"] == again.document["findings"] == anew.document["findings"]


@pytest.mark.parametrize("member", ["fn", "shared"])
def test_a_changed_manifest_is_out_of_step(scene: Scene, member: str) -> None:
    """A member that asks for something else is an error under pnpm's code, warm or cold."""
    lay_down(scene)
    assert 0 == build(scene).status
    path = scene.project / member / "package.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["dependencies"]["b"] = "^2.0.0"
    path.write_text(json.dumps(manifest), encoding="utf-8")

    built = build(scene)

    assert (1, "ERR_PNPM_OUTDATED_LOCKFILE") == (built.status, built.code)
    assert f"{member}/package.json" in built.stderr


def check(scene: Scene, *options: str) -> CommandResult:
    """Ask whether the member's lockfile is in step."""
    words = ("--check", "--cache-dir", str(scene.cache), *options)
    return run_zipper("resolve", str(scene.project / "fn"), *words, env=scene.environment)


def test_check_says_whether_the_lockfile_is_in_step(scene: Scene) -> None:
    """Status 0 and which it is, or status 1 and the tool's own code; nothing is written."""
    lay_down(scene)

    sound = check(scene)
    assert (0, "pnpm-lock.yaml of pnpm (version 9.0), 4 dependencies verified") == (
        sound.status,
        sound.stdout.partition(", in step")[0],
    )
    assert ("pnpm", "9.0", 4) == tuple(
        check(scene, "--json").document[name] for name in ("tool", "version", "edges")
    )
    (scene.project / "shared" / "package.json").write_text('{"name": "shared"}', "utf-8")
    assert (1, "ERR_PNPM_OUTDATED_LOCKFILE") == (
        check(scene, "--json").status,
        check(scene, "--json").code,
    )
    assert not (scene.project / "package-lock.json").exists()


def test_check_reads_npm_s_lockfile_too(scene: Scene) -> None:
    """One that is in step, one that is not, and none at all."""
    scene.publish("a")
    scene.depend("a")
    scene.publish("a", "2.0.0")
    words = ("--check", "--cache-dir", str(scene.cache), "--json")

    def ask() -> CommandResult:
        return run_zipper("resolve", str(scene.project), *words, env=scene.environment)

    assert (0, "npm", None) == (ask().status, ask().document["tool"], ask().document["edges"])
    path = scene.project / "package.json"
    path.write_text(path.read_text("utf-8").replace("1.0.0", "2.0.0"), "utf-8")
    assert (1, "EUSAGE") == (ask().status, ask().code)
    (scene.project / "package-lock.json").unlink()
    assert (1, "EUSAGE") == (ask().status, ask().code)


def test_a_build_says_which_lockfile_it_used(scene: Scene) -> None:
    """In JSON and in a line: the file, the tool, the version, and how much was verified."""
    lay_down(scene)

    used = build(scene, "--no-check").document["lockfile"]

    assert str(scene.project / "pnpm-lock.yaml") == used["path"]
    assert ("pnpm", None, "9.0", 4) == tuple(
        used[name] for name in ("tool", "tool_version", "version", "edges")
    )


REPLACED = """__metadata:
  version: 8

"a@npm:^1.0.0":
  version: 1.0.0
  resolution: "a@npm:1.0.0"
  dependencies:
    b: "npm:^1.0.0"
    core: "npm:^1.0.0"

"b@PLACE::locator=root%40workspace%3A.":
  version: 1.0.0
  resolution: "b@PLACE::locator=root%40workspace%3A."

"core@npm:^1.0.0, core@workspace:core":
  version: 0.0.0-use.local
  resolution: "core@workspace:core"

"fn@workspace:fn":
  version: 0.0.0-use.local
  resolution: "fn@workspace:fn"
  dependencies:
    a: "npm:^1.0.0"

"root@workspace:.":
  version: 0.0.0-use.local
  resolution: "root@workspace:."
"""


@pytest.mark.parametrize("place", ["file:./vendor/b", "portal:./vendor/b"])
@pytest.mark.parametrize("resolutions", [True, False])
def test_what_a_project_puts_in_place_of_a_package_is_packed(
    scene: Scene, place: str, *, resolutions: bool
) -> None:
    """A member that fits is what packages get, too; a folder needs the root's `resolutions`."""
    scene.publish("a", dependencies={"b": "^1.0.0", "core": "^1.0.0"})
    root = {"name": "root", "private": True, "workspaces": ["fn", "core"]}
    text = REPLACED.replace("PLACE", place)
    scene.write(
        {
            "package.json": {**root, **({"resolutions": {"b": place}} if resolutions else {})},
            "yarn.lock": text,
            "vendor/b/package.json": {"name": "b", "version": "1.0.0"},
            "vendor/b/index.js": "",
            "fn/package.json": {"name": "fn", "dependencies": {"a": "^1.0.0"}},
            "fn/index.js": "exports.handler = async () => 1\n",
            "core/package.json": {"name": "core", "version": "1.0.0"},
            "core/index.js": "",
        }
    )
    if not resolutions:
        locked = text.replace(f'"b@{place}::locator=root%40workspace%3A.":', '"b@npm:^1.0.0":')
        scene.write({"yarn.lock": locked})

    built = build(scene)

    if not resolutions:
        assert "EUNASKED" == built.code, built.stdout
        return
    assert 0 == built.status, built.stdout
    names = {"node_modules/a", "node_modules/b", "node_modules/core"}
    assert dict.fromkeys(names, "1.0.0") == versions(built.document["path"])
