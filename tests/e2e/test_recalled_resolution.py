"""A resolution is recalled as long as nothing that decides the tree has changed, and no longer."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command import CommandResult, run_here
from tests.support.git_repository import GitRepository, require_git
from tests.support.scene import listing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    from tests.support.scene import Scene

    Change: TypeAlias = Callable[[Scene], tuple[str, ...]]

MANIFEST: dict[str, Any] = {"name": "fn", "version": "1.0.0", "dependencies": {"a": "^1.0.0"}}


@pytest.fixture
def scene(scene: Scene) -> Scene:
    """A project without lockfile, and a registry whose packuments need no confirmation."""
    scene.registry.cache_control = "public, max-age=300"
    scene.publish("a", "1.0.0", dependencies={"b": "*"}, bin={"a": "a.js"})
    scene.publish("b", "1.0.0", engines={"node": ">= 99"})
    scene.publish("c", "1.0.0")
    scene.write({"package.json": MANIFEST})
    return scene


def resolve(scene: Scene, *options: str, project: Path | None = None) -> CommandResult:
    """Resolve the project as if it had never been, unless it has a lockfile of its own."""
    folder = str(project or scene.project)
    words = ("resolve", folder, "--cache-dir", str(scene.cache), "--json", *options)
    result = run_here(*words, cwd=scene.folder, env=scene.environment)
    assert 0 == result.status, result.stderr
    return result


def take_lockfile(folder: Path) -> bytes:
    """Return the lockfile and remove it."""
    path = folder / "package-lock.json"
    text = path.read_bytes()
    path.unlink()
    return text


def notes(scene: Scene) -> dict[Path, int]:
    """Return when each note was written: resolving anew writes one, recalling does not."""
    found = (scene.cache / "notes" / "resolution").rglob("*")
    return {path: path.stat().st_mtime_ns for path in found if path.is_file()}


def age_packuments(scene: Scene) -> None:
    """Let an hour pass for all packuments."""
    for path in (scene.cache / "packuments").rglob("*"):
        if path.is_file():
            moment = path.stat().st_mtime - 3600
            os.utime(path, (moment, moment))


def test_the_same_is_recalled_without_a_request(scene: Scene) -> None:
    """Text, changes and warnings are those of the first time, byte for byte."""
    first = resolve(scene)
    text, noted = take_lockfile(scene.project), notes(scene)
    scene.registry.requests.clear()
    second = resolve(scene)

    assert 1 == len(noted)
    assert noted == notes(scene)
    assert text == take_lockfile(scene.project)
    assert first.document == second.document
    assert ["EBADENGINE"] == [warning["code"] for warning in second.document["warnings"]]
    assert [] == scene.registry.requests


def test_layout_of_package_json_is_kept_when_recalled(scene: Scene) -> None:
    """Indentation and line ends of the lockfile follow package.json each time."""
    scene.write({"package.json": json.dumps(MANIFEST, indent="\t").replace("\n", "\r\n")})
    resolve(scene)
    text = take_lockfile(scene.project)
    resolve(scene)

    assert text == take_lockfile(scene.project)
    assert b'{\r\n\t"name": "fn"' in text


def _write(**files: str | bytes | dict) -> Change:
    def change(scene: Scene) -> tuple[str, ...]:
        scene.write({name.replace("__", "/").replace("_", "."): of for name, of in files.items()})
        return ()

    return change


def _options(*options: str) -> Change:
    return lambda _: options


def _rename_workspace(scene: Scene) -> tuple[str, ...]:
    (scene.project / "w").rename(scene.project / "x")
    return ()


def _add_command(scene: Scene) -> tuple[str, ...]:
    scene.write({"w/commands/second.js": ""})
    return ()


def _replace_packument(scene: Scene) -> tuple[str, ...]:
    scene.publish("a", "1.0.1")
    words = ("resolve", str(scene.folder / "other"), "--cache-dir", str(scene.cache))
    (scene.folder / "other").mkdir()
    (scene.folder / "other" / "package.json").write_text('{"dependencies": {"a": "*"}}')
    age_packuments(scene)
    run_here(*words, cwd=scene.folder, env=scene.environment)
    return ("--prefer-offline",)


CHANGES: dict[str, Change] = {
    "a dependency": _write(package_json={**MANIFEST, "dependencies": {"a": "*", "c": "*"}}),
    "an override": _write(package_json={**MANIFEST, "overrides": {"b": "1.0.0"}}),
    "a workspace's manifest": _write(w__package_json={"name": "w", "version": "2.0.0"}),
    "a workspace's folder": _rename_workspace,
    "a command of a workspace": _add_command,
    "a setting of npm's": _write(_npmrc="legacy-peer-deps=true\n"),
    "an age": _write(bunfig_toml="[install]\nminimumReleaseAge = 60\n"),
    "a yarn.lock": _write(yarn_lock='# yarn lockfile v1\n\n"a@^1.0.0":\n  version "1.0.0"\n'),
    "another's lockfile": _write(bun_lock="{}"),
    "an older lockfile": _write(**{"package-lock_json": {"lockfileVersion": 3, "packages": {}}}),
    "the Node": _options("--node-version", "20.1.0"),
    "the runtime": _options("--runtime", "nodejs20.x"),
    "what is chosen anew": _options("--update", "a"),
    "that all is chosen anew": _options("--update-all"),
    "a packument": _replace_packument,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_decides_about_the_tree_forbids_to_recall(scene: Scene, change: Change) -> None:
    """Each change has the project resolved anew, to what resolving with an empty cache gives."""
    commands = {"directories": {"bin": "commands"}, "name": "w", "version": "1.0.0"}
    scene.write({"w/package.json": commands, "w/commands/first.js": ""})
    scene.write({"package.json": {**MANIFEST, "workspaces": ["*"]}})
    resolve(scene)
    take_lockfile(scene.project)
    options = change(scene)
    noted, before = notes(scene), _lockfile_of(scene)
    resolve(scene, *options)
    text, renewed = take_lockfile(scene.project), notes(scene)
    shutil.rmtree(scene.cache)
    if before is not None:
        (scene.project / "package-lock.json").write_bytes(before)
    resolve(scene, *options)

    assert text == take_lockfile(scene.project)
    assert noted != renewed or change is CHANGES["an age"]


def _lockfile_of(scene: Scene) -> bytes | None:
    path = scene.project / "package-lock.json"
    return path.read_bytes() if path.exists() else None


def test_new_version_is_found_when_its_packument_is_stale(scene: Scene) -> None:
    """Past its freshness a packument is asked for again, and what it says then counts."""
    resolve(scene)
    take_lockfile(scene.project)
    scene.publish("a", "1.1.0")
    resolve(scene)
    fresh = take_lockfile(scene.project)
    age_packuments(scene)
    resolve(scene)

    assert b"a-1.0.0.tgz" in fresh
    assert b"a-1.1.0.tgz" in take_lockfile(scene.project)


@pytest.mark.parametrize("option", ["--prefer-offline", "--offline"])
def test_stale_packuments_recall_where_they_may_be_used(scene: Scene, option: str) -> None:
    """What the cache may answer whatever its age is enough to recall; else somebody is asked."""
    scene.registry.cache_control = "no-cache"
    resolve(scene)
    text, noted = take_lockfile(scene.project), notes(scene)
    scene.registry.requests.clear()
    resolve(scene, option)

    assert noted == notes(scene)
    assert text == take_lockfile(scene.project)
    assert [] == scene.registry.requests
    resolve(scene)
    assert noted != notes(scene)
    assert 2 == len(scene.registry.requests)


def test_prefer_online_asks_each_time(scene: Scene) -> None:
    """Whoever prefers to ask is never told what was noted."""
    scene.write({".npmrc": "prefer-online=true\n"})
    resolve(scene)
    take_lockfile(scene.project)
    scene.registry.requests.clear()
    resolve(scene)

    assert 2 == len(scene.registry.requests)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-9],
    "changed": lambda data: data.replace(b"a-1.0.0.tgz", b"a-1.0.1.tgz"),
    "another note": lambda data: data.replace(b'"packages": 2', b'"packages": 3'),
    "no JSON": lambda _: b"{}",
    "no text": lambda _: b"",
    "not UTF-8": lambda _: b"\xff\n\xff\n\xff",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_note_is_not_believed(scene: Scene, damage: Callable[[bytes], bytes]) -> None:
    """It counts as absent, and is written anew."""
    first = resolve(scene)
    text = take_lockfile(scene.project)
    ((path, moment),) = notes(scene).items()
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    os.utime(path, ns=(moment, moment))
    second = resolve(scene)

    assert damage(whole) != whole
    assert {path: moment} != notes(scene)
    assert text == take_lockfile(scene.project)
    assert first.document == second.document


def test_lockfile_that_is_there_recalls_too(scene: Scene) -> None:
    """What is chosen anew, and what changes by it, is noted for the lockfile that it began with."""
    resolve(scene)
    before = (scene.project / "package-lock.json").read_bytes()
    scene.publish("a", "1.2.0")
    age_packuments(scene)
    first = resolve(scene, "--update", "a")
    after, noted = take_lockfile(scene.project), notes(scene)
    (scene.project / "package-lock.json").write_bytes(before)
    second = resolve(scene, "--update", "a")

    assert noted == notes(scene)
    assert after == take_lockfile(scene.project)
    assert first.document == second.document
    assert ["node_modules/a", "node_modules/b"] == [
        change["location"] for change in second.document["changes"]
    ]


def test_place_of_the_project_matters_where_its_name_or_links_do(scene: Scene) -> None:
    """Another checkout recalls, unless the folder's name or a folder inside is in the answer."""
    other = scene.folder / "checkout"
    resolve(scene)
    noted = notes(scene)
    text = take_lockfile(scene.project)
    shutil.copytree(scene.project, other)
    resolve(scene, project=other)

    assert noted == notes(scene)
    assert text == take_lockfile(other)

    for folder in (scene.project, other):
        (folder / "package.json").write_text('{"dependencies": {"a": "*"}}')
        resolve(scene, project=folder)
    assert b'"name": "checkout"' in take_lockfile(other)

    scene.write({"package.json": {**MANIFEST, "workspaces": ["w"]}, "w/package.json": "{}"})
    shutil.copytree(scene.project, other, dirs_exist_ok=True)
    resolve(scene)
    linked = notes(scene)
    resolve(scene, project=other)
    assert linked != notes(scene)


def _depend_on_git(scene: Scene) -> dict:
    require_git()
    repository = GitRepository(scene.folder / "repository")
    repository.commit({"package.json": {"name": "g", "version": "1.0.0"}})
    return {"dependencies": {"g": repository.url}}


def _depend_on_file(scene: Scene) -> dict:
    scene.write({"c.tgz": next(iter(scene.registry.tarballs.values()))})
    return {"dependencies": {"a": "file:c.tgz"}}


UNNOTED: dict[str, Callable[[Scene], dict]] = {
    "an address of its own": lambda s: {"dependencies": {"c": s.manifests["c"]["dist"]["tarball"]}},
    "a branch": _depend_on_git,
    "a tarball": _depend_on_file,
    "a missing optional package": lambda _: {"optionalDependencies": {"absent": "*"}},
}


@pytest.mark.parametrize("depend", UNNOTED.values(), ids=UNNOTED)
def test_what_may_change_unseen_is_not_noted(scene: Scene, depend: Callable[[Scene], dict]) -> None:
    """What no packument in the cache vouches for is looked at anew each time."""
    scene.write({"package.json": {"name": "fn", **depend(scene)}})
    resolve(scene)

    assert {} == notes(scene)


@pytest.mark.parametrize(
    "options",
    [
        {"min_release_age": 1},
        {"verify_signatures": "warn"},
    ],
    ids=str,
)
def test_settings_that_look_at_the_time_or_ask_forbid_a_note(scene: Scene, options: dict) -> None:
    """An age has another answer tomorrow, and signatures are the registry's to confirm."""
    scene.registry.documents["/-/npm/v1/keys"] = {"keys": []}
    scene.write({"package.json": {**MANIFEST, "zipper": options}})
    resolve(scene)

    assert {} == notes(scene)


def test_vendored_folder_is_looked_into_each_time(scene: Scene) -> None:
    """What it holds is not the cache's, so nothing is noted of it."""
    words = ("vendor", str(scene.project), "--into", str(scene.folder / "vendored"))
    run_here(*words, "--cache-dir", str(scene.cache), cwd=scene.folder, env=scene.environment)
    resolve(scene, "--vendor", str(scene.folder / "vendored"))

    assert (scene.folder / "vendored").is_dir()
    assert {} == notes(scene)


def test_build_without_lockfile_recalls_its_tree(scene: Scene) -> None:
    """The zip and the findings are those of the first build, and nobody is asked."""
    scene.write({".env": "SECRET=1"})
    first = scene.build("--json")
    members, noted = listing(scene.output), notes(scene)
    scene.registry.requests.clear()
    second = scene.build("--json")

    assert 1 == len(noted)
    assert noted == notes(scene)
    assert members == listing(scene.output)
    assert [] == scene.registry.requests
    for result in (first, second):
        assert result.document.pop("timings_seconds")
    assert first.document == second.document
    assert {"node_modules/a/package.json", "node_modules/b/package.json"} < members.keys()


def test_explaining_recalls_what_a_build_has_noted(scene: Scene) -> None:
    """Why a package is there is told of the tree that was built."""
    scene.build()
    noted = notes(scene)
    scene.registry.requests.clear()
    words = ("explain", str(scene.project), "b", "--cache-dir", str(scene.cache))
    told = run_here(*words, cwd=scene.folder, env=scene.environment)

    assert 0 == told.status, told.stderr
    assert "b@1.0.0" in told.stdout
    assert noted == notes(scene)
    assert [] == scene.registry.requests


def test_targets_have_notes_of_their_own(scene: Scene) -> None:
    """What is built for one architecture is not taken for another."""
    scene.build()
    noted = notes(scene)
    scene.build("--arch", "arm64")

    assert noted.keys() < notes(scene).keys()
