"""What a new lockfile is like, and what is told of it: `zipper.resolve` in a scene."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import zipper
from tests.support.scene import write_files
from zipper.pipeline.lockfile_writing import LockChange, Resolved, resolve

if TYPE_CHECKING:
    from tests.support.scene import Scene


@pytest.fixture
def project(called_scene: Scene) -> Scene:
    """A project that needs `a`, and `b` for its development."""
    for name in "ab":
        called_scene.publish(name, "1.0.0")
    called_scene.write({"package.json": needs(a="1")})
    return called_scene


def needs(**dependencies: str) -> dict[str, Any]:
    own = {"name": "fn", "version": "1.0.0"}
    return {**own, "dependencies": dependencies, "devDependencies": {"b": "1"}}


def locked(project: Scene, **changes: Any) -> dict[str, Any]:
    """Return a lockfile of what is published, with other keys."""
    packages = {
        "": needs(a="1"),
        "node_modules/a": entry(project, "a"),
        "node_modules/b": {**entry(project, "b"), "dev": True},
    }
    return {"name": "fn", "version": "1.0.0", "requires": True, "packages": packages, **changes}


def entry(project: Scene, name: str) -> dict[str, Any]:
    manifest = project.manifests[name]
    dist = manifest["dist"]
    return {
        "version": manifest["version"], "resolved": dist["tarball"], "integrity": dist["integrity"],
    }  # fmt: skip


def read(project: Scene) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((project.project / "package-lock.json").read_text())
    return document


@pytest.mark.parametrize(
    ("version", "npmrc", "expected"),
    [(None, "", 3), (2, "", 2), (3, "", 3), (1, "", 3), (3, "lockfile-version=2", 2),
     (None, "lockfile-version=1", 1)],
)  # fmt: skip
def test_a_lockfile_keeps_its_version(
    project: Scene, version: int | None, npmrc: str, expected: int
) -> None:
    """But the first, which becomes the third; npm's setting goes before it."""
    if version == 1:
        old = {"lockfileVersion": 1, "dependencies": {"a": entry(project, "a")}}
        project.write({"package-lock.json": {"name": "fn", "requires": True, **old}})
    elif version is not None:
        project.write({"package-lock.json": locked(project, lockfileVersion=version)})
    project.write({".npmrc": npmrc})

    resolve(project.project)

    assert expected == read(project)["lockfileVersion"]


@pytest.mark.parametrize(
    ("npmrc", "manifest", "start"),
    [
        ("", "{\n    4}", '{\n    "name"'),
        ("", "{\r\n\t4}", '{\r\n\t"name"'),
        ("", "\ufeff{\n  4}", '{\n  "name"'),
        ("format-package-lock=false", "{\n    4}", '{"name"'),
    ],
)
def test_a_lockfile_is_written_as_package_json_is(
    project: Scene, npmrc: str, manifest: str, start: str
) -> None:
    """Its indentation and its ends of lines, a mark at its beginning aside."""
    text = manifest.replace("4", '"name": "fn", "dependencies": {"a": "1"}')
    project.write({"package.json": text.encode(), ".npmrc": npmrc})

    resolve(project.project)

    assert (project.project / "package-lock.json").read_bytes().decode().startswith(start)


@pytest.mark.parametrize(
    ("npmrc", "has_address"), [("", True), ("omit-lockfile-registry-resolved=true", False)]
)
def test_addresses_of_the_registry_can_be_left_out(
    project: Scene, npmrc: str, has_address: bool
) -> None:
    """As npm's setting says."""
    project.write({".npmrc": npmrc})

    resolve(project.project)

    assert has_address == ("resolved" in read(project)["packages"]["node_modules/a"])


def test_what_changed_is_told_by_place(project: Scene) -> None:
    """Versions, what is new and gone, folders that are linked; the project itself is no change."""
    project.write({"package-lock.json": locked(project, lockfileVersion=3)})
    write_files(project.folder / "lib", {"package.json": {"name": "c", "version": "2.0.0"}})
    project.publish("a", "1.1.0")
    project.publish("d", "1.0.0")
    manifest = {"name": "fn", "version": "2.0.0", "dependencies": {"a": "1.1.0", "d": "1"}}
    linked = {**manifest, "dependencies": {**manifest["dependencies"], "c": "file:../lib"}}  # type: ignore[dict-item]
    project.write({"package.json": linked})

    found = resolve(project.project)

    assert (
        Resolved(
            path=str(project.project / "package-lock.json"),
            packages=3,
            node_version=found.node_version,
            changes=(
                LockChange("../lib", None, "2.0.0"),
                LockChange("node_modules/a", "1.0.0", "1.1.0"),
                LockChange("node_modules/b", "1.0.0", None),
                LockChange("node_modules/c", None, "link to ../lib"),
                LockChange("node_modules/d", None, "1.0.0"),
            ),
            warnings=(),
        )
        == found
    )


def test_what_a_build_would_be_told_is_told(project: Scene) -> None:
    """Of what it may pack: findings, with where they are; what is only to know is left out."""
    project.publish("s", "1.0.0", scripts={"install": "x"}, hasInstallScript=True)
    scripts = {"scripts": {"postinstall": "patch-package"}}
    engines = {"devEngines": {"runtime": {"name": "deno", "onFail": "warn"}}}
    project.write({"package.json": {**needs(a="1", s="1"), **scripts, **engines}})

    told = resolve(project.project, allow_scripts=["nothing"]).warnings

    place = [{"label": "at", "text": "package.json"}]
    rows = [(row["code"], row["facts"], row["hint"] is None) for row in told]
    assert [
        ("script-unknown", [], False),
        ("dev-engines", place, False),
        ("patches-unapplied", place, False),
    ] == rows
    assert all(["code", "message", "facts", "hint"] == list(row) for row in told)
    assert "`allow_scripts` names `nothing`" in str(told[0]["message"])


def test_packages_of_development_are_not_judged(project: Scene) -> None:
    """No build packs them."""
    del project.publish("b", "1.0.1")["dist"]["integrity"]

    assert () == resolve(project.project, require_integrity=True).warnings
    project.write({"package.json": {"name": "fn", "dependencies": {"b": "1"}}})
    with pytest.raises(zipper.ZipperError) as raised:
        resolve(project.project, require_integrity=True)
    assert "ENOINTEGRITY" == raised.value.code


@pytest.mark.parametrize("no_workspace", [False, True])
def test_a_member_has_its_roots_lockfile(project: Scene, *, no_workspace: bool) -> None:
    """But where it is taken as a project of its own."""
    root = {"name": "root", "workspaces": ["m"]}
    member = {"name": "m", "version": "1.0.0", "dependencies": {"a": "1"}}
    project.write({"package.json": root, "m/package.json": member})

    found = resolve(project.project / "m", no_workspace=no_workspace)

    folder = project.project / "m" if no_workspace else project.project
    assert str(folder / "package-lock.json") == found.path
    assert [folder / "package-lock.json"] == list(project.project.rglob("package-lock.json"))
