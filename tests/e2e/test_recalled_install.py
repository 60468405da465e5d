"""An install of what was installed before is laid out from memory, and comes to the same."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper
from tests.support.notes import list_notes

if TYPE_CHECKING:
    from tests.support.command import CommandResult
    from tests.support.scene import Scene

_LOADED = re.compile(r"^import time:.*\|\s*([\w.]+)$", re.MULTILINE)
_CHOOSING = {"zipper.pipeline.dependencies", "zipper.tree.select", "zipper.fetching.fetch_packages"}
"""What a recalled install does without."""


@pytest.fixture
def filled(scene: Scene) -> Scene:
    """A scene with packages in each other's folders, one with a command, one of them dev."""
    scene.publish("a", files={"a.js": b"a", "cli.js": b"#!"}, bin={"greet": "cli.js"})
    scene.publish("b", files={"b.js": b"b"}, hasInstallScript=True)
    scene.depend("a", "b")
    return scene


def install(scene: Scene, name: str, *options: str) -> tuple[dict[str, bytes], CommandResult]:
    """Install into a folder called `name`; return its files, and what the command did."""
    into = scene.folder / name
    shutil.rmtree(into, ignore_errors=True)
    done = run_zipper(
        *("install", str(scene.project), "--into", str(into), "--cache-dir", str(scene.cache)),
        *options,
        env={**scene.environment, "PYTHONPROFILEIMPORTTIME": "1"},
    )
    assert 0 == done.status, done.stderr
    files = (path for path in into.rglob("*") if not path.is_dir())
    return {path.relative_to(into).as_posix(): path.read_bytes() for path in files}, done


def was_recalled(done: CommandResult) -> bool:
    """Tell by what it imported whether an install chose its packages or knew them."""
    return not _CHOOSING & set(_LOADED.findall(done.stderr))


def test_same_install_is_recalled(filled: Scene) -> None:
    """Files, commands, findings and counts are those of the first time, in another checkout too."""
    first, chosen = install(filled, "one", "--json")
    shutil.copytree(filled.project, other := filled.folder / "checkout")
    shutil.rmtree(filled.project)
    shutil.move(other, filled.project)
    second, recalled = install(filled, "two", "--json")

    assert (False, True) == (was_recalled(chosen), was_recalled(recalled))
    assert first == second
    assert {"node_modules/.bin/greet", "node_modules/b/b.js"} <= second.keys()
    told, again = json.loads(chosen.stdout), json.loads(recalled.stdout)
    assert told["findings"] == again["findings"]
    assert told["packages"] == again["packages"] == 2


def _change_lockfile(scene: Scene) -> None:
    path = scene.project / "package-lock.json"
    lock = json.loads(path.read_text())
    lock["packages"]["node_modules/b"]["dev"] = True
    path.write_text(json.dumps(lock))


def _set(scene: Scene, line: str) -> None:
    (scene.project / ".npmrc").write_text(f"{line}\n")


CHANGES = {
    "lockfile": _change_lockfile,
    "setting": lambda scene: _set(scene, "omit=optional"),
    "odd setting": lambda scene: _set(scene, "fetch-retries=many"),
    "consent": lambda scene: _set(scene, "allow-scripts=c"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_decides_is_looked_at(filled: Scene, change: str) -> None:
    """Whatever may lead to other files or findings is chosen anew."""
    install(filled, "one")
    CHANGES[change](filled)

    _, done = install(filled, "two")

    assert not was_recalled(done)


@pytest.mark.parametrize("options", [("--arch", "arm64"), ("--omit", "optional")])
def test_what_is_asked_for_decides(filled: Scene, options: tuple[str, ...]) -> None:
    """Another target or other types of dependencies are another install."""
    install(filled, "one")

    _, done = install(filled, "two", *options)

    assert not was_recalled(done)
    assert was_recalled(install(filled, "three", *options)[1])


def test_linked_folder_is_never_recalled(filled: Scene) -> None:
    """Its files are not the lockfile's to tell."""
    filled.write({"local/package.json": {"name": "local", "version": "1.0.0"}, "local/x.js": "1"})
    manifest = json.loads((filled.project / "package.json").read_text())
    lock = json.loads((filled.project / "package-lock.json").read_text())
    manifest["dependencies"]["local"] = "file:local"
    lock["packages"][""]["dependencies"] = manifest["dependencies"]
    lock["packages"]["node_modules/local"] = {"resolved": "local", "link": True}
    lock["packages"]["local"] = {"version": "1.0.0"}
    filled.write({"package.json": manifest, "package-lock.json": lock})
    install(filled, "one")
    filled.write({"local/x.js": "2"})

    files, done = install(filled, "two")

    assert not was_recalled(done)
    assert b"2" == files["node_modules/local/x.js"]


def _damage_note(scene: Scene) -> None:
    (note,) = list_notes(scene.cache, "install")
    note.write_bytes(note.read_bytes().replace(b"node_modules/a/", b"node_modules/c/"))


def _empty_note(scene: Scene) -> None:
    (note,) = list_notes(scene.cache, "install")
    note.write_bytes(b"")


def _empty_store(scene: Scene) -> None:
    for path in scene.store_zips():
        path.unlink()
        shutil.rmtree(path.with_suffix(""))


@pytest.mark.parametrize("harm", [_damage_note, _empty_note, _empty_store])
def test_what_cannot_be_recalled_is_chosen(filled: Scene, harm: object) -> None:
    """A damaged note, or packages that have gone: the install is what it was, and noted again."""
    first, _ = install(filled, "one")
    assert callable(harm)
    harm(filled)

    second, done = install(filled, "two")

    assert not was_recalled(done)
    assert first == second == install(filled, "three")[0]
    assert was_recalled(install(filled, "four")[1])
