"""explain, sbom, licenses, audit and vendor of members that pnpm, bun and yarn have locked."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_zipper
from tests.support.foreign_texts import PNPM

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

PUBLISHED = [("a", "1.0.0", "MIT"), ("b", "1.0.0", "ISC"), ("b", "2.0.0", "Apache-2.0")]
WANTED = {"a": "^1.0.0", "shared": "workspace:*"}
PACKED = [
    ("a", "1.0.0", "MIT"),
    ("b", "1.0.0", "ISC"),
    ("b", "2.0.0", "Apache-2.0"),
    ("shared", "1.0.0", "UNLICENSED"),
]
"""What each tool has locked."""

BUN = {
    "lockfileVersion": 1,
    "workspaces": {
        "": {"name": "root"},
        "fn": {"name": "fn", "dependencies": WANTED},
        "shared": {"name": "shared", "version": "1.0.0", "dependencies": {"b": "^1.0.0"}},
    },
    "packages": {
        "a": ["a@1.0.0", "", {"dependencies": {"b": "*"}}, "SRI-a-1.0.0"],
        "b": ["b@1.0.0", "", {}, "SRI-b-1.0.0"],
        "fn": ["fn@workspace:fn"],
        "shared": ["shared@workspace:shared"],
        "a/b": ["b@2.0.0", "", {}, "SRI-b-2.0.0"],
    },
}
YARN = """__metadata:
  version: 8

"a@npm:^1.0.0":
  version: 1.0.0
  resolution: "a@npm:1.0.0"
  dependencies:
    b: "npm:*"
  languageName: node
  linkType: hard

"b@npm:*":
  version: 2.0.0
  resolution: "b@npm:2.0.0"
  languageName: node
  linkType: hard

"b@npm:^1.0.0":
  version: 1.0.0
  resolution: "b@npm:1.0.0"
  languageName: node
  linkType: hard

"fn@workspace:fn":
  version: 0.0.0-use.local
  resolution: "fn@workspace:fn"
  dependencies:
    a: "npm:^1.0.0"
    shared: "workspace:*"
  languageName: unknown
  linkType: soft

"root@workspace:.":
  version: 0.0.0-use.local
  resolution: "root@workspace:."
  languageName: unknown
  linkType: soft

"shared@workspace:*, shared@workspace:shared":
  version: 0.0.0-use.local
  resolution: "shared@workspace:shared"
  dependencies:
    b: "npm:^1.0.0"
  languageName: unknown
  linkType: soft
"""
LOCKS = {"pnpm-lock.yaml": PNPM, "bun.lock": json.dumps(BUN), "yarn.lock": YARN}

TOOLS = {"pnpm-lock.yaml": "pnpm", "bun.lock": "bun", "yarn.lock": "yarn"}

each_lock = pytest.mark.parametrize("name", LOCKS)


def lay_down(scene: Scene, name: str) -> Path:
    """Publish what is locked and write the workspace; return the member's folder."""
    text = LOCKS[name]
    for package, version, licence in PUBLISHED:
        more = {"dependencies": {"b": "*"}} if package == "a" else {}
        manifest = scene.publish(package, version, license=licence, **more)
        text = text.replace(f"SRI-{package}-{version}", manifest["dist"]["integrity"])
    shared = {"name": "shared", "version": "1.0.0", "license": "UNLICENSED"}
    scene.write(
        {"package.json": {"name": "root", "private": True, "workspaces": ["fn", "shared"]},
         "pnpm-workspace.yaml": "packages: ['*']\n",
         name: text,
         "fn/package.json": {"name": "fn", "dependencies": WANTED},
         "fn/index.js": "exports.handler = async () => 1\n",
         "shared/package.json": {**shared, "dependencies": {"b": "^1.0.0"}},
         "shared/index.js": "1\n"}
    )  # fmt: skip
    (scene.project / "package-lock.json").unlink(missing_ok=True)
    return scene.project / "fn"


def run(scene: Scene, *words: str | Path, cache: str = "cache") -> CommandResult:
    environ = {**scene.environment, "ZIPPER_CACHE_DIR": str(scene.folder / cache)}
    return run_zipper(*words, cwd=scene.folder, env=environ)


def hash_of(scene: Scene, package: str, version: str) -> str:
    """Return the SHA-512 of a published tarball, in hexadecimal digits."""
    path = f"/{package}/-/{package}-{version}.tgz"
    (data,) = (data for place, data in scene.registry.tarballs.items() if place.endswith(path))
    return hashlib.sha512(data).hexdigest()


@each_lock
def test_explain_follows_the_lockfile(name: str, scene: Scene) -> None:
    """Versions, licences and the chains that lead to each copy are those that were locked."""
    folder = lay_down(scene, name)

    whole = run(scene, "explain", folder, "--json")
    chains = run(scene, "explain", folder, "b")

    assert 0 == whole.status, whole.stderr
    rows = (whole.document or {})["packages"]
    assert PACKED == sorted(
        (row["name"], row["version"], row["licence"]) for row in rows if row["folder"]
    )
    assert "fn > a@1.0.0 > b@2.0.0 (prod)" in chains.stdout
    assert "fn > shared@1.0.0 > b@1.0.0 (prod)" in chains.stdout


@each_lock
def test_sbom_and_licenses_follow_the_lockfile(name: str, scene: Scene) -> None:
    """Each copy with its hash, whether the lockfile or the registry says it."""
    pytest.importorskip("cyclonedx")
    folder = lay_down(scene, name)
    hashes = {
        (package, version): hash_of(scene, package, version) for package, version, _ in PUBLISHED
    }

    sbom = run(scene, "sbom", folder)
    table = run(scene, "licenses", folder)

    assert 0 == sbom.status, sbom.stderr
    rows = json.loads(sbom.stdout)["components"]
    found = {
        (row["name"], row["version"]): row["hashes"][0]["content"]
        for row in rows
        if "hashes" in row
    }
    assert hashes == found
    shown = sorted(" ".join(line.split()) for line in table.stdout.splitlines())
    assert sorted(f"{licence} {package} {version}" for package, version, licence in PACKED) == shown


@each_lock
def test_audit_asks_about_what_is_locked(name: str, scene: Scene) -> None:
    """An advisory about one of two copies names that one; a sibling is nobody's to ask about."""
    folder = lay_down(scene, name)
    events = [{"introduced": "2.0.0"}, {"fixed": "3.0.0"}]
    package = {"ecosystem": "npm", "name": "b"}
    advisory = {
        "id": "GHSA-1", "modified": "2026-01-01T00:00:00Z", "summary": "bad",
        "affected": [{"package": package, "ranges": [{"type": "SEMVER", "events": events}]}],
        "database_specific": {"severity": "HIGH"},
    }  # fmt: skip
    database = scene.folder / "osv.json"
    database.write_text(json.dumps([advisory]), encoding="utf-8")

    done = run(scene, "audit", folder, "--osv", database, "--json")

    assert (1, 3) == (done.status, (done.document or {})["packages"])
    ((finding,), tool) = (done.document or {})["findings"], TOOLS[name]
    assert "GHSA-1 (high) in b@2.0.0: bad" == finding["message"]
    assert f"lock another with {tool}, which wrote the lockfile" in finding["hint"]


@each_lock
def test_vendor_gathers_what_is_locked(name: str, scene: Scene) -> None:
    """What was gathered makes the same zip with an empty cache and no network."""
    folder = lay_down(scene, name)
    built = run(scene, "build", folder, "-o", "one.zip")
    assert 0 == built.status, built.stderr

    gathered = run(scene, "vendor", folder, "--into", "gathered")
    again = run(
        scene, "build", folder, "-o", "two.zip", "--offline", "--vendor", "gathered", cache="empty"
    )

    assert 0 == gathered.status, gathered.stderr
    assert 0 == again.status, again.stderr
    assert (scene.folder / "one.zip").read_bytes() == (scene.folder / "two.zip").read_bytes()
