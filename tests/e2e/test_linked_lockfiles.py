"""Folders that pnpm's lockfile links to: with a lockfile of their own, and as peers of packages."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.command import CommandResult, run_zipper

if TYPE_CHECKING:
    from tests.support.scene import Scene

FN = """lockfileVersion: '9.0'
settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false
overrides:
  b: 1.0.0
importers:
  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0
      shared:
        specifier: workspace:*
        version: link:../shared
packages:
  a@1.0.0:
    resolution: {integrity: SRI-a-1.0.0}
snapshots:
  a@1.0.0: {}
"""
SHARED = """lockfileVersion: '9.0'
settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false
catalogs:
  default:
    a:
      specifier: ^2.0.0
      version: 2.0.0
overrides:
  b: 1.0.0
importers:
  .:
    dependencies:
      a:
        specifier: 'catalog:'
        version: 2.0.0
      fn:
        specifier: workspace:*
        version: link:../fn
packages:
  a@2.0.0:
    resolution: {integrity: SRI-a-2.0.0}
  b@1.0.0:
    resolution: {integrity: SRI-b-1.0.0}
snapshots:
  a@2.0.0:
    dependencies:
      b: 1.0.0
  b@1.0.0: {}
"""
WORKSPACE = """packages: ['*']
sharedWorkspaceLockfile: false
overrides:
  b: 1.0.0
catalog:
  a: ^2.0.0
"""
PEER = """lockfileVersion: '9.0'
settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false
importers:
  .: {}
  fn:
    dependencies:
      plugin:
        specifier: ^1.0.0
        version: 1.0.0(shared@shared)
      shared:
        specifier: workspace:*
        version: link:../shared
  shared: {}
packages:
  plugin@1.0.0:
    resolution: {integrity: SRI-plugin-1.0.0}
    peerDependencies:
      shared: ^1.0.0
snapshots:
  plugin@1.0.0(shared@shared):
    dependencies:
      shared: link:FOLDER
"""


def lay_down(scene: Scene, files: dict[str, object]) -> None:
    """Publish packages, and write a workspace of two members."""
    published = {}
    for name, version in (("a", "1.0.0"), ("a", "2.0.0"), ("b", "1.0.0"), ("plugin", "1.0.0")):
        dependencies = {"b": "*"} if (name, version) == ("a", "2.0.0") else {}
        peers = {"shared": "^1.0.0"} if name == "plugin" else {}
        manifest = scene.publish(name, version, dependencies=dependencies, peerDependencies=peers)
        published[f"SRI-{name}-{version}"] = manifest["dist"]["integrity"]
    scene.publish("shared", "9.9.9")
    written: dict[str, object] = {
        "package.json": {"name": "root", "private": True, "packageManager": "pnpm@10.20.0"},
        "pnpm-workspace.yaml": "packages: ['*']\n",
        "fn/index.js": "exports.handler = async () => require('shared')\n",
        "shared/index.js": "",
        **files,
    }
    for name, content in written.items():
        for word, integrity in published.items() if isinstance(content, str) else ():
            written[name] = str(written[name]).replace(word, integrity)
    scene.write(written)


def lay_down_alone(scene: Scene) -> None:
    """Write members that have a lockfile each, as `sharedWorkspaceLockfile: false` has it."""
    fn = {"name": "fn", "dependencies": {"a": "^1.0.0", "shared": "workspace:*"}}
    shared = {"name": "shared", "version": "1.0.0"}
    shared["dependencies"] = {"a": "catalog:", "fn": "workspace:*"}
    lay_down(
        scene,
        {
            "pnpm-workspace.yaml": WORKSPACE,
            "fn/package.json": fn,
            "fn/pnpm-lock.yaml": FN,
            "shared/package.json": shared,
            "shared/pnpm-lock.yaml": SHARED,
        },
    )


def build(scene: Scene, *options: str) -> CommandResult:
    words = ("--cache-dir", str(scene.cache), "-o", str(scene.output), "--json", *options)
    return run_zipper("build", str(scene.project / "fn"), *words, env=scene.environment)


def versions(built: CommandResult) -> dict[str, str]:
    assert 0 == built.status, built.stderr
    with ZipFile(built.document["path"]) as archive:
        return {
            name.removesuffix("/package.json"): json.loads(archive.read(name)).get("version", "")
            for name in archive.namelist()
            if name.endswith("/package.json") and name.startswith("node_modules/")
        }


def test_a_sibling_has_what_its_own_lockfile_says(scene: Scene) -> None:
    """Each member's versions are those of its own lockfile; the settings are the workspace's."""
    lay_down_alone(scene)

    first = build(scene)
    again = build(scene, "--offline")

    assert {
        "node_modules/a": "1.0.0",
        "node_modules/shared": "1.0.0",
        "node_modules/shared/node_modules/a": "2.0.0",
        "node_modules/b": "1.0.0",
    } == {name: version for name, version in versions(first).items() if version}
    assert first.document["code_sha256"] == again.document["code_sha256"]


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        ("shared/package.json", "catalog:", "^1.0.0", "ERR_PNPM_OUTDATED_LOCKFILE"),
        ("pnpm-workspace.yaml", "a: ^2.0.0", "a: ^1.0.0", "ERR_PNPM_LOCKFILE_CONFIG_MISMATCH"),
        ("pnpm-workspace.yaml", "b: 1.0.0", "b: 2.0.0", "ERR_PNPM_LOCKFILE_CONFIG_MISMATCH"),
        ("shared/pnpm-lock.yaml", "importers", "importer", "ERR_PNPM_BROKEN_LOCKFILE"),
    ],
    ids=["a sibling's manifest", "a sibling's catalog", "overrides", "a sibling's lockfile"],
)
def test_what_is_out_of_step_is_told(
    scene: Scene, path: str, old: str, new: str, code: str
) -> None:
    """A sibling's lockfile is held against its manifest and the workspace's settings, warm too."""
    lay_down_alone(scene)
    assert 0 == build(scene).status
    file = scene.project / path
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")

    assert (1, code) == ((built := build(scene)).status, built.code)


def test_a_sibling_for_development_alone_is_not_read(scene: Scene) -> None:
    """Whatever its lockfile says, nothing of it is packed; where it is packed, that counts."""
    lay_down_alone(scene)
    fn = scene.project / "fn"
    shared = {"shared": "workspace:*"}
    manifest = {"name": "fn", "dependencies": {"a": "^1.0.0"}, "devDependencies": shared}
    (fn / "package.json").write_text(json.dumps(manifest), "utf-8")
    (fn / "index.js").write_text("exports.handler = async () => 1", "utf-8")
    lockfile = (fn / "pnpm-lock.yaml").read_text("utf-8")
    moved = lockfile.replace("      shared:", "    devDependencies:\n      shared:")
    (fn / "pnpm-lock.yaml").write_text(moved, "utf-8")
    (scene.project / "shared/pnpm-lock.yaml").write_text("[", "utf-8")

    assert ["node_modules/a"] == list(versions(build(scene)))


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_links_that_lead_back_end(scene: Scene) -> None:
    """Each path through two links to one folder is another, so that there is no end of them."""
    lay_down_alone(scene)
    names = ("one", "two")
    manifest = {"name": "fn", "dependencies": {name: f"link:{name}" for name in names}}
    rows = [f"      {name}: {{specifier: 'link:{name}', version: 'link:{name}'}}" for name in names]
    fn = scene.project / "fn"
    for name in names:
        (fn / name).symlink_to(".")
    head = FN.partition("      a:\n")[0].replace("overrides:\n  b: 1.0.0\n", "")
    (fn / "pnpm-lock.yaml").write_text("\n".join([head.rstrip(), *rows, ""]), "utf-8")
    (fn / "package.json").write_text(json.dumps(manifest), "utf-8")
    (scene.project / "pnpm-workspace.yaml").write_text("sharedWorkspaceLockfile: false\n", "utf-8")

    assert "ELOCKFILE" == build(scene).code


def test_a_lockfile_above_which_a_workspace_shares_one_is_alone(scene: Scene) -> None:
    """Where members share a lockfile, a folder with one of its own was installed by itself."""
    lay_down_alone(scene)
    workspace = scene.project / "pnpm-workspace.yaml"
    workspace.write_text(WORKSPACE.replace("false", "true"), "utf-8")

    assert "ERR_PNPM_LOCKFILE_CONFIG_MISMATCH" == build(scene).code


def test_a_sibling_is_the_peer_of_a_published_package(scene: Scene) -> None:
    """The lockfile has `link:` for it; the package has asked for a version, and for no folder."""
    fn = {"name": "fn", "dependencies": {"plugin": "^1.0.0", "shared": "workspace:*"}}
    files = {
        "pnpm-lock.yaml": PEER.replace("FOLDER", "shared"),
        "fn/package.json": fn,
        "shared/package.json": {"name": "shared", "version": "1.0.0"},
    }
    lay_down(scene, files)

    assert {"node_modules/plugin": "1.0.0", "node_modules/shared": "1.0.0"} == versions(
        build(scene)
    )


def test_a_package_s_link_to_another_folder_is_refused(scene: Scene) -> None:
    """Where the lockfile alone names a folder of this disk, nothing is packed from there."""
    fn = {"name": "fn", "dependencies": {"plugin": "^1.0.0", "shared": "workspace:*"}}
    files = {
        "pnpm-lock.yaml": PEER.replace("FOLDER", "../secrets"),
        "fn/package.json": fn,
        "shared/package.json": {"name": "shared", "version": "1.0.0"},
        "../secrets/package.json": {"name": "secrets", "version": "1.0.0"},
    }
    lay_down(scene, files)

    assert "EALLOWDIRECTORY" == build(scene).code
