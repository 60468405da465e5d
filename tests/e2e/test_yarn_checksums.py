"""yarn's checksums: verified when a tarball is fetched, and not taken on trust from the store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_zipper
from tests.support.registry_server import make_tarball
from zipper.store.extract import extract
from zipper.store.yarn_checksum import YarnChecksum

if TYPE_CHECKING:
    from tests.support.scene import Scene


def lay_down(scene: Scene, checksum: str) -> None:
    """Publish a package, and write a project that yarn has locked with a checksum."""
    manifest = scene.publish("a", "1.0.0", files={"index.js": b"1\n"})
    if checksum == "right":
        made = YarnChecksum("a")
        raw = {key: value for key, value in manifest.items() if key != "dist"}
        made.add_file("package/package.json", 0o644, json.dumps(raw).encode())
        made.add_file("package/index.js", 0o644, b"1\n")
        checksum = made.finish() or ""
    line = f"  checksum: {checksum}\n" if checksum else ""
    lock = (
        "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"
        f'"a@npm:1.0.0":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n{line}\n'
        '"fn@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "fn@workspace:."\n'
        '  dependencies:\n    a: "npm:1.0.0"\n'
    )
    manifest = {"name": "fn", "dependencies": {"a": "1.0.0"}}
    scene.write({"package.json": manifest, "index.js": "", "yarn.lock": lock})


def build(scene: Scene, *options: str) -> CommandResult:
    words = ("--cache-dir", str(scene.cache), "-o", str(scene.output), "--json", *options)
    project = str(scene.project)
    return run_zipper("build", project, *words, "--no-check", env=scene.environment)


def test_a_right_checksum_is_verified_once(scene: Scene) -> None:
    """The next build knows it, and asks no one."""
    lay_down(scene, "right")

    assert 0 == build(scene).status
    again = build(scene, "--offline", "--no-recall")

    assert 0 == again.status, again.stderr
    assert "lockfile-checksum" not in {one["code"] for one in again.document["findings"]}


def test_a_wrong_checksum_is_an_error_in_a_filled_store_too(scene: Scene) -> None:
    """A tarball that was fetched for another lockfile is fetched again, and verified."""
    lay_down(scene, "")
    assert 0 == build(scene).status
    lay_down(scene, "10c0/" + "0" * 128)

    built = build(scene)

    assert (1, "EINTEGRITY") == (built.status, built.code)
    assert "YN0018" in built.stdout + built.stderr


@pytest.mark.parametrize(
    ("checksum", "word"), [("8/" + "0" * 128, "verified"), ("", "no checksum")]
)
def test_what_cannot_be_verified_is_said(scene: Scene, checksum: str, word: str) -> None:
    """The integrity of the registry pins it then."""
    lay_down(scene, checksum)

    built = build(scene)

    assert 0 == built.status
    told = [one for one in built.document["findings"] if one["code"] == "lockfile-checksum"]
    assert [word in one["message"] for one in told] == [True]


def test_a_tarball_is_requested_once(scene: Scene) -> None:
    """Its checksum is computed while it is unpacked: nothing is fetched or read again."""
    lay_down(scene, "right")
    scene.registry.requests.clear()

    assert 0 == build(scene).status

    assert 1 == sum(one.path.endswith(".tgz") for one in scene.registry.requests)


def checksum_of(name: str, tarball: bytes) -> str:
    made = YarnChecksum(name)
    extract(tarball, label=name, checksum=made)
    return made.finish() or ""


def lay_down_tarballs(scene: Scene, checksums: dict[str, str]) -> None:
    """Write a project with one tarball of the project's and one at an address, locked by yarn."""
    tarball = make_tarball({"package.json": b'{"name": "other", "version": "1.0.0"}'})
    far = scene.publish("far", "1.0.0", files={"index.js": b"1\n"})["dist"]["tarball"]
    right = {"near": checksum_of("near", tarball)}
    found = {**right, **checksums}
    lines = {name: f"  checksum: {text}\n" if text else "" for name, text in found.items()}
    lock = (
        "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"
        f'"far@{far}":\n  version: 1.0.0\n  resolution: "far@{far}"\n{lines.get("far", "")}\n'
        '"near@file:./near.tgz::locator=fn%40workspace%3A.":\n  version: 1.0.0\n'
        '  resolution: "near@file:./near.tgz#./near.tgz::hash=f2bed9&locator=fn%40workspace%3A."\n'
        f"{lines['near']}\n"
        '"fn@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "fn@workspace:."\n'
        f'  dependencies:\n    far: "{far}"\n    near: "file:./near.tgz"\n'
    )
    manifest = {"name": "fn", "dependencies": {"far": far, "near": "file:./near.tgz"}}
    scene.write({"package.json": manifest, "index.js": "", "yarn.lock": lock})
    (scene.project / "near.tgz").write_bytes(tarball)


@pytest.mark.parametrize("name", ["near", "far"])
def test_the_checksum_of_a_tarball_elsewhere_is_verified(scene: Scene, name: str) -> None:
    """A file of the project's, and an address: their zips follow from the tarball as well."""
    lay_down_tarballs(scene, {name: "10c0/" + "0" * 128})

    built = build(scene)

    assert (1, "EINTEGRITY") == (built.status, built.code)
    assert f"{name}@1.0.0" in built.stdout + built.stderr


@pytest.mark.parametrize("checksums", [{}, {"far": ""}, {"far": "right"}])
def test_a_tarball_at_an_address_is_requested_once(scene: Scene, checksums: dict[str, str]) -> None:
    """What is fetched for its hash is what is packed."""
    if checksums.get("far"):
        lay_down_tarballs(scene, {})
        checksums = {"far": checksum_of("far", scene.registry.tarballs["/far/-/far-1.0.0.tgz"])}
    lay_down_tarballs(scene, checksums)
    scene.registry.requests.clear()

    assert 0 == build(scene).status
    assert 0 == build(scene, "--offline").status

    assert 1 == sum(one.path.endswith(".tgz") for one in scene.registry.requests)


def test_a_tarball_of_the_project_has_its_dependencys_name(scene: Scene) -> None:
    """Yarn's zip has the name that is asked for, whatever the tarball's package.json says."""
    lay_down_tarballs(scene, {})

    built = build(scene)

    assert 0 == built.status, built.stdout
    told = [one["message"] for one in built.document["findings"] if "checksum" in one["code"]]
    assert ["`far@1.0.0`; the registry's integrity counts, where a tarball is a registry's"] == [
        one.removeprefix("yarn.lock has no checksum of ") for one in told
    ]


def test_what_pins_no_tarball_of_a_file_is_said(scene: Scene) -> None:
    """A checksum of a deflated zip."""
    lay_down_tarballs(scene, {"near": "8/" + "0" * 128})

    built = build(scene)

    assert 0 == built.status, built.stdout
    told = [one["message"] for one in built.document["findings"] if "checksum" in one["code"]]
    assert ["near@1.0.0" in one for one in told] == [True, False]


def test_an_address_of_the_package_manager_is_not_printed(scene: Scene) -> None:
    """Corepack takes one in place of a version, and it may hold a password."""
    lay_down(scene, "right")
    manager = "yarn@https://me:secret@host.example/yarn.js"
    manifest = {"name": "fn", "dependencies": {"a": "1.0.0"}, "packageManager": manager}
    scene.write({"package.json": manifest})

    built = build(scene)

    assert 0 == built.status, built.stdout
    assert "secret" not in built.stdout + built.stderr
    assert ("yarn", None) == tuple(
        built.document["lockfile"][key] for key in ("tool", "tool_version")
    )
