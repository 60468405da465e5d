"""The command builds packages from a registry on loopback: what is in them, and how it is told."""

from __future__ import annotations

import hashlib
import stat
from base64 import b64encode
from typing import TYPE_CHECKING
from zipfile import ZipFile

from tests.support.scene import listing

if TYPE_CHECKING:
    from tests.support.scene import Scene


def test_package_holds_the_project_and_its_dependencies(scene: Scene) -> None:
    """Files stand at the root as in the project, dependencies below node_modules."""
    scene.publish("b", files={"b.js": b"exports.b = 1\n"})
    scene.publish("@s/a", files={"a.js": b"exports.a = 1\n"}, dependencies={"b": "^1.0.0"})
    scene.write({"src/app.js": "exports.app = 1\n"})
    scene.depend("@s/a")

    result = scene.build("--json")

    assert (0, "") == (result.status, result.stderr)
    assert [
        "index.js",
        "node_modules/@s/a/a.js",
        "node_modules/@s/a/package.json",
        "node_modules/b/b.js",
        "node_modules/b/package.json",
        "package-lock.json",
        "package.json",
        "src/app.js",
    ] == list(listing(scene.output))


def test_json_tells_what_lambda_will_say(scene: Scene) -> None:
    """Sizes, hash and counts in the JSON are those of the zip."""
    scene.publish("a", files={"a.js": b"x" * 1000})
    scene.depend("a")

    document = scene.build("--json").document

    data = scene.output.read_bytes()
    contents = listing(scene.output)
    assert {
        "path": str(scene.output),
        "size_bytes": len(data),
        "unzipped_size_bytes": sum(map(len, contents.values())),
        "code_sha256": b64encode(hashlib.sha256(data).digest()).decode(),
        "files": len(contents),
        "packages": 1,
        "handler": "index.handler",
        "architecture": "x86_64",
    } == {key: document[key] for key in document if key in _TOLD}


_TOLD = {
    "path", "size_bytes", "unzipped_size_bytes", "code_sha256", "files", "packages", "handler",
    "architecture",
}  # fmt: skip


def test_warm_build_asks_nobody_and_gives_the_same_bytes(scene: Scene) -> None:
    """The second build takes everything from the store, and writes the same zip."""
    scene.publish("a", files={"a.js": b"exports.a = 1\n"})
    scene.depend("a")
    assert 0 == scene.build().status
    cold = scene.output.read_bytes()
    asked = scene.registry.count()
    scene.output.unlink()

    assert 0 == scene.build("--offline").status

    assert cold == scene.output.read_bytes()
    assert (1, 1) == (asked, scene.registry.count())


def test_dry_run_writes_no_zip(scene: Scene) -> None:
    """`--dry-run` tells every file of the package and leaves the old one as it was."""
    scene.output.write_bytes(b"the old one")

    result = scene.build("--dry-run", "--verbose")

    assert 0 == result.status
    assert "index.js" in result.stdout
    assert b"the old one" == scene.output.read_bytes()


def test_modes_come_from_tarball_and_project(scene: Scene) -> None:
    """What `bin` names is executable, what the project has executable stays so, else 0644."""
    scene.publish("a", files={"cli.js": b"#!/usr/bin/env node\n", "a.js": b""}, bin="cli.js")
    scene.write({"run.sh": "#!/bin/sh\n", "notes.txt": "n\n"})
    (scene.project / "run.sh").chmod(0o700)
    (scene.project / "notes.txt").chmod(0o600)
    scene.depend("a")

    assert 0 == scene.build().status

    with ZipFile(scene.output) as archive:
        modes = {e.filename: stat.S_IMODE(e.external_attr >> 16) for e in archive.infolist()}
    executable = {"node_modules/a/cli.js", "run.sh"}
    assert {name: 0o755 if name in executable else 0o644 for name in modes} == modes


def test_secrets_stay_out_and_are_told(scene: Scene) -> None:
    """Files that may hold secrets are left out, each with a finding."""
    scene.write(
        {".env": "TOKEN=1", ".npmrc": "", "certs/server.pem": "-----BEGIN PRIVATE KEY-----"}
    )
    scene.write({"certs/ca.pem": "-----BEGIN CERTIFICATE-----"})

    result = scene.build("--json")

    told = {item["path"] for item in result.document["findings"] if item["code"] == "left-out"}
    assert {".env", ".npmrc", "certs/server.pem"} == told
    assert {"certs/ca.pem", "index.js", "package.json"} == set(listing(scene.output))


def test_folders_of_tools_stay_out_whatever_is_said(scene: Scene) -> None:
    """A hint names no pattern that would not bring them back."""
    scene.write({"node_modules/.made/a.js": "1", "cdk.out/a.js": "1"})

    result = scene.build("--json", "--exclude", "!node_modules/", "--exclude", "!cdk.out/")

    told = [item for item in result.document["findings"] if item["code"] == "left-out"]
    assert {"node_modules/", "cdk.out/"} == {item["path"] for item in told}
    assert {"what the function needs of it: have it in a folder of another name"} == {
        item["hint"] for item in told
    }
    assert {"index.js", "package.json"} == set(listing(scene.output))


def test_old_package_is_not_part_of_the_new_one(scene: Scene) -> None:
    """Two builds into the project's own folder give the same bytes."""
    inside = str(scene.project / "dist" / "fn.zip")

    sizes = [scene.build("-o", inside, "--json").document["size_bytes"] for _ in range(2)]

    assert sizes[0] == sizes[1]
    assert "dist/fn.zip" not in listing(scene.project / "dist" / "fn.zip")


def test_source_date_epoch_dates_every_entry(scene: Scene) -> None:
    """SOURCE_DATE_EPOCH is every member's date, in UTC whatever the time zone."""
    scene.publish("a")
    scene.depend("a")

    epoch = {"SOURCE_DATE_EPOCH": "1700000000", "TZ": "Asia/Kathmandu"}
    assert 0 == scene.build(env=epoch).status

    with ZipFile(scene.output) as archive:
        assert {(2023, 11, 14, 22, 13, 20)} == {entry.date_time for entry in archive.infolist()}
