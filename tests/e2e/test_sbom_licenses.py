"""`sbom` and `licenses` of zips, projects and members: packages, their hashes and texts."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.command import CommandResult, run_zipper

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

FIXTURES = {
    "index.js": b"module.exports = 1\n",
    "MIT-LICENSE.txt": b"Copyright Ada\r\n",
    "NOTICE": b"Notice of a\n",
    "test/fixtures/node_modules/file1.js": b"1\n",
    "test/fixtures/node_modules/inner/package.json": b'{"name": "inner", "version": "1.0.0"}',
    "test/fixtures/node_modules/inner/LICENSE": b"Copyright of a fixture\n",
}


@pytest.fixture
def project(scene: Scene) -> Path:
    scene.publish("a", files=FIXTURES, license="MIT", dependencies={"b": "1.0.0"})
    scene.publish("b", files={"index.js": b"1\n"}, license="ISC")
    scene.depend("a")
    return scene.project


def run(scene: Scene, *words: str | Path) -> CommandResult:
    done = run_zipper(
        *words, cwd=scene.folder, env={**scene.environment, "ZIPPER_CACHE_DIR": str(scene.cache)}
    )
    assert 0 == done.status, done.stderr
    return done


def hashes_of(scene: Scene) -> dict[str, str]:
    """Return the SHA-512 of each package's tarball, in hexadecimal digits."""
    return {
        name: base64.b64decode(row["dist"]["integrity"].removeprefix("sha512-")).hex()
        for name, row in scene.manifests.items()
    }


def read_cyclonedx(text: str) -> dict[str, str | None]:
    rows = json.loads(text)["components"]
    found = {row["name"]: row.get("hashes", [{"alg": "SHA-512", "content": None}]) for row in rows}
    assert {"SHA-512"} == {one["alg"] for hashes in found.values() for one in hashes}
    return {name: hashes[0]["content"] for name, hashes in found.items()}


def read_spdx(text: str) -> dict[str, str | None]:
    rows = [row for row in json.loads(text)["packages"] if row["SPDXID"] != "SPDXRef-function"]
    found = {
        row["name"]: row.get("checksums", [{"algorithm": "SHA512", "checksumValue": None}])
        for row in rows
    }
    assert {"SHA512"} == {one["algorithm"] for hashes in found.values() for one in hashes}
    return {name: hashes[0]["checksumValue"] for name, hashes in found.items()}


READERS = {"cyclonedx": read_cyclonedx, "spdx": read_spdx}


@pytest.mark.parametrize("form", READERS)
def test_packages_have_the_hashes_that_the_lockfile_says(
    form: str, scene: Scene, project: Path
) -> None:
    """Of a zip that has its lockfile, and of a project; a package's fixtures are no packages."""
    pytest.importorskip("cyclonedx" if form == "cyclonedx" else "spdx_tools")
    assert 0 == scene.build().status

    of_zip = run(scene, "sbom", scene.output, "--format", form).stdout
    of_project = run(scene, "sbom", project, "--format", form).stdout

    assert hashes_of(scene) == READERS[form](of_zip)
    assert of_zip == of_project
    assert [] == [
        path
        for path in scene.folder.rglob("*.zip")
        if "store" not in path.parts and path != scene.output
    ]


def test_a_hash_of_another_package_is_none(scene: Scene, project: Path) -> None:
    """A lockfile that says another version than the zip holds says nothing of it."""
    pytest.importorskip("cyclonedx")
    assert 0 == scene.build().status
    changed = scene.folder / "changed.zip"
    with ZipFile(scene.output) as old, ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "node_modules/b/package.json":
                data = data.replace(b"1.0.0", b"1.0.1")
            new.writestr(name, data)

    found = read_cyclonedx(run(scene, "sbom", changed).stdout)

    assert {"a": hashes_of(scene)["a"], "b": None} == found
    assert project.is_dir()


def test_a_member_is_described_from_its_root(scene: Scene) -> None:
    """The zip of a member has no lockfile; its project has one, and is what is described."""
    pytest.importorskip("cyclonedx")
    scene.publish("a", files=FIXTURES, license="MIT")
    scene.depend("a")
    lock = json.loads((scene.project / "package-lock.json").read_text("utf-8"))["packages"]
    root = {"name": "root", "version": "1.0.0", "workspaces": ["packages/*"]}
    member = {"name": "fn", "version": "1.0.0", "dependencies": {"a": "1.0.0"}}
    packages = {
        **lock, "": root, "packages/fn": member,
        "node_modules/fn": {"resolved": "packages/fn", "link": True},
    }  # fmt: skip
    scene.write(
        {"package.json": root,
         "package-lock.json": {"lockfileVersion": 3, "name": "root", "packages": packages},
         "packages/fn/package.json": member,
         "packages/fn/index.js": "require('a'); exports.handler = async () => 1\n"}
    )  # fmt: skip
    folder = scene.project / "packages/fn"

    assert hashes_of(scene) == read_cyclonedx(run(scene, "sbom", folder).stdout)
    assert "MIT  a 1.0.0\n" == run(scene, "licenses", folder).stdout
    assert "Copyright Ada" in run(scene, "licenses", folder, "--notice", "-").stdout


def test_notice_has_every_text_once(scene: Scene, project: Path) -> None:
    """Each package with its licence and notice files, whatever they are called; no fixture's."""
    done = run(scene, "licenses", project, "--notice", "out/NOTICE")

    text = (scene.folder / "out/NOTICE").read_text("utf-8")
    assert "" == done.stdout
    assert "a 1.0.0\nLicence: MIT\n\nCopyright Ada\n\nNotice of a\n" in text
    assert "b 1.0.0\nLicence: ISC\n" in text
    assert "fixture" not in text
    assert 1 == text.count("Copyright Ada")


def test_licences_of_a_project_are_those_of_its_zip(scene: Scene, project: Path) -> None:
    """A folder, its zip and the name of a function have the same packages."""
    scene.write({"pyproject.toml": '[[tool.zipper.functions]]\nname = "api"\noutput = "api.zip"\n'})
    environ = {**scene.environment, "ZIPPER_CACHE_DIR": str(scene.cache)}

    of_name = run_zipper("licenses", "api", "--json", cwd=project, env=environ).document
    of_folder = run_zipper("licenses", ".", "--json", cwd=project, env=environ).document

    assert of_name == of_folder
    rows = [(row["name"], row["licence"]) for row in (of_name or {})["packages"]]
    assert [("a", "MIT"), ("b", "ISC")] == rows
