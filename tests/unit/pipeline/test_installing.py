"""`zipper.install`: which packages it makes, what it tells, and what it remembers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import zipper
from zipper.errors import OutputError
from zipper.events import StageStarted
from zipper.pipeline.installing import Installed, install

if TYPE_CHECKING:
    from tests.support.scene import Scene
    from zipper.events import Event


@pytest.fixture
def project(called_scene: Scene) -> Scene:
    """A project with a package of each kind, and a command."""
    for name in "ado":
        called_scene.publish(name, files={"index.js": b"1", "cli.js": b"#!x\n"}, bin="cli.js")
    lock: dict[str, dict] = {"node_modules/d": {"dev": True}, "node_modules/o": {"optional": True}}
    lock["node_modules/a"] = {"bin": {"a": "cli.js"}}
    called_scene.depend(*"ado", lock=lock)
    needs = {
        "dependencies": {"a": "1.0.0"}, "devDependencies": {"d": "1.0.0"},
        "optionalDependencies": {"o": "1.0.0"},
    }  # fmt: skip
    document = json.loads((called_scene.project / "package-lock.json").read_text())
    document["packages"][""] = {"name": "fn", "version": "1.0.0", **needs}
    called_scene.write({"package-lock.json": document, "package.json": document["packages"][""]})
    return called_scene


def made(folder: Path) -> set[str]:
    return {path.name for path in (folder / "node_modules").iterdir() if path.name != ".bin"}


@pytest.mark.parametrize(
    ("options", "settings", "expected"),
    [
        ({}, "", "ao"),
        ({"include_dev": True}, "", "ado"),
        ({"omit": ["optional"]}, "", "ad"),
        ({"omit": []}, "", "ado"),
        ({"omit": ["dev", "optional"]}, "", "a"),
        ({}, 'omit = ["optional"]', "a"),
        ({"include_dev": True}, 'omit = ["optional"]', "ad"),
    ],
)
def test_what_is_for_development_is_left_out(
    project: Scene, options: dict[str, Any], settings: str, expected: str
) -> None:
    """But where it is asked for, or the caller says all that is left out."""
    project.write({"pyproject.toml": f"[tool.zipper]\n{settings}\n"})

    found = install(project.project, into=project.folder / "into", **options)

    assert set(expected) == made(project.folder / "into")
    assert len(expected) == found.packages


def test_a_result_tells_what_was_made(project: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time packages are neither chosen nor fetched, and all is told again."""
    monkeypatch.chdir(project.folder)
    events: list[Event] = []
    options: dict[str, Any] = {"runtime": "nodejs22.x", "architecture": "arm64"}
    project.write({"package.json": {**json.loads((project.project / "package.json").read_text()),
                                    "scripts": {"postinstall": "patch-package"}}})  # fmt: skip

    first = install(project.project, into="into", on_event=events.append, **options)
    again = install(project.project, into="into", on_event=events.append, **options)

    assert Installed(
        path=str(project.folder / "into" / "node_modules"), packages=2, runtime="nodejs22.x",
        architecture="arm64", timings_seconds=first.timings_seconds, findings=first.findings,
    ) == first  # fmt: skip
    assert first._replace(timings_seconds={}) == again._replace(timings_seconds={})
    assert "patches-unapplied" in [one.code for one in first.findings]
    stages = [event.stage for event in events if isinstance(event, StageStarted)]
    assert ["read", "select", "fetch", "write", "read", "write"] == stages
    assert ["read", "write", "total"] == list(again.timings_seconds)
    assert "patches-unapplied" in first.to_json()
    assert (project.folder / "into/node_modules/.bin/a").exists()


@pytest.mark.parametrize("times", [1, 2])
def test_links_of_commands_are_made_where_npm_makes_them(project: Scene, times: int) -> None:
    """`bin-links=false` makes none."""
    project.write({".npmrc": "bin-links=false\n"})

    for _ in range(times):
        install(project.project, into=project.folder / "into")

    assert not (project.folder / "into/node_modules/.bin").exists()


def test_what_was_there_is_replaced_whole(project: Scene) -> None:
    """Nothing of it stays, and nothing is left beside it; no package makes an empty folder."""
    into = project.folder / "deep" / "into"
    (into / "node_modules" / "old").mkdir(parents=True)
    install(project.project, into=into)
    assert {"a", "o"} == made(into)
    project.write({"package.json": {"name": "fn"}})
    (project.project / "package-lock.json").unlink()

    assert 0 == install(project.project, into=into).packages

    assert ["node_modules"] == [path.name for path in into.iterdir()]
    assert set() == made(into)


def test_a_damaged_package_is_fetched_anew(project: Scene) -> None:
    """It was taken unread, and shows while its files are made."""
    install(project.project, into=project.folder / "first")
    (zipped, *_) = sorted(Path(project.cache).glob("store/*/sha512/*/*.zip"))
    data = zipped.read_bytes()
    zipped.write_bytes(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])

    found = install(project.project, into=project.folder / "second")

    assert ({"a", "o"}, 2) == (made(project.folder / "second"), found.packages)
    assert data == zipped.read_bytes()


def test_a_folder_that_cannot_be_made_is_an_error(project: Scene) -> None:
    """With its name; a file in its place stays."""
    (project.folder / "file").write_text("mine")

    with pytest.raises(OutputError) as raised:
        install(project.project, into=project.folder / "file")

    assert "EOUTPUT" == raised.value.code
    assert "mine" == (project.folder / "file").read_text()


def test_the_folder_that_one_is_in_is_the_default(
    project: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each function that takes a project."""
    monkeypatch.chdir(project.project)
    project.registry.advisories = {}
    output = project.folder / "fn.zip"
    expected = {"a": "1.0.0", "o": "1.0.0"}

    assert 2 == install(into=project.folder / "into").packages
    assert 3 == zipper.resolve().packages
    assert 2 == zipper.audit().packages
    assert "fn.zip" == zipper.plan().output.name
    assert str(output) == zipper.build(output=output).path
    (built,) = zipper.build_all(output=output)
    assert built.package is not None
    assert str(output) == built.package.path
    for rows in (zipper.licenses(), zipper.explain().packages[1:]):
        assert expected == {row.name: row.version for row in rows}
    assert (
        expected.items()
        <= {row["name"]: row["version"] for row in json.loads(zipper.sbom())["components"]}.items()
    )
