"""Who vouches for packages, from the command: signatures, integrity, sources, publishers."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.notes import list_notes, rewrite_note
from tests.support.registry_server import RegistryServer
from tests.support.scene import listing
from tests.support.signing import Signer
from zipper.pipeline.lockfile_writing import resolve

if TYPE_CHECKING:
    from tests.support.command import CommandResult
    from tests.support.scene import Scene


def codes(result: CommandResult) -> set[str]:
    assert result.document is not None, result.stderr
    return {finding["code"] for finding in result.document["findings"]} - {"left-out"}


@pytest.fixture
def signed(scene: Scene) -> Scene:
    """A project with two packages, which the registry has signed."""
    scene.publish("b")
    scene.publish("@s/a", dependencies={"b": "^1.0.0"})
    Signer().sign_all(scene.registry)
    scene.depend("@s/a")
    scene.write({"pyproject.toml": '[tool.zipper]\nverify_signatures = "error"\n'})
    return scene


def test_signed_packages_pass_and_are_asked_about_once(signed: Scene) -> None:
    """The signatures are verified before anything is packed; the next build asks nobody."""
    first = signed.build("--json")
    asked = signed.registry.count("/-/npm/v1/keys")
    signed.registry.requests.clear()
    second = signed.build("--json")

    assert (0, 0, 1) == (first.status, second.status, asked), first.stderr
    assert "signature" not in codes(first)
    assert 0 == signed.registry.count()


def test_key_that_is_taken_back_is_noticed_the_next_day(signed: Scene) -> None:
    """What a key has signed is good for a day; offline, where nobody can be asked, for longer."""
    assert 0 == signed.build().status
    signed.registry.documents["/-/npm/v1/keys"]["keys"][0]["keyid"] = "SHA256:other"
    today = time.strftime("%Y-%m-%d", time.gmtime())
    for note in list_notes(signed.cache, "signature"):
        rewrite_note(note, today, "2026-01-01")

    assert 0 == signed.build("--offline").status
    assert "EMISSINGSIGNATUREKEY" == signed.build().code


def test_another_registry_vouches_for_itself(signed: Scene) -> None:
    """What one registry has signed says nothing of another one's package of that name."""
    assert 0 == signed.build().status
    with RegistryServer() as other:
        other.packuments, other.tarballs = signed.registry.packuments, signed.registry.tarballs
        environment = {"npm_config_registry": other.url}
        assert "EUNSIGNED" == signed.build(env=environment).code


@pytest.mark.parametrize("with_lockfile", [True, False])
def test_replaced_tarball_is_refused(signed: Scene, with_lockfile: bool) -> None:
    """A tarball with an integrity of its own, which the registry never signed, is not packed."""
    manifest = signed.registry.packuments["b"]["versions"]["1.0.0"]
    signatures = manifest["dist"]["signatures"]
    signed.serve("b", signed.registry.tarballs["/@s/a/-/a-1.0.0.tgz"])
    signed.registry.packuments["b"]["versions"]["1.0.0"]["dist"]["signatures"] = signatures
    signed.depend("@s/a")
    if not with_lockfile:
        (signed.project / "package-lock.json").unlink()
    result = signed.build()

    assert (1, "EINTEGRITYSIGNATURE") == (result.status, result.code), result.stderr
    assert "`b@1.0.0`" in result.stderr
    assert not signed.output.exists()


def test_warning_packs_and_tells(signed: Scene) -> None:
    """With `warn` everything that is not vouched for is a finding, each package one."""
    signed.write({"pyproject.toml": '[tool.zipper]\nverify_signatures = "warn"\n'})
    signed.registry.documents.clear()
    result = signed.build("--json")
    found = [f for f in result.document["findings"] if f["code"] == "signature"]

    assert 0 == result.status
    assert ["node_modules/@s/a", "node_modules/b"] == sorted(f["path"] for f in found)
    assert not [f for f in found if "`warn`" in f["hint"]]  # that is what it is set to
    assert "publishes no keys" in result.stdout


def test_registry_without_keys_fails_where_signatures_are_required(signed: Scene) -> None:
    """All packages are named in one error."""
    signed.registry.documents.clear()
    result = signed.build()

    assert (1, "EUNSIGNED") == (result.status, result.code)
    assert [] == [name for name in ("`b@1.0.0`", "`@s/a@1.0.0`") if name not in result.stderr]


def test_required_integrity(scene: Scene) -> None:
    """`require_integrity` refuses a lockfile that vouches for less than everything."""
    scene.publish("a")
    scene.depend("a", lock={"node_modules/a": {"integrity": "sha1-" + "A" * 27 + "="}})
    scene.write({"pyproject.toml": "[tool.zipper]\nrequire_integrity = true\n"})
    result = scene.build()

    assert (1, "ENOINTEGRITY") == (result.status, result.code)
    assert "a@1.0.0:" in result.stderr
    assert 0 == scene.registry.count("/a/-/a-1.0.0.tgz")


@pytest.mark.parametrize("setting", ["none", "root"])
def test_address_of_a_yarn_lock_is_not_even_fetched(scene: Scene, setting: str) -> None:
    """What yarn.lock puts in the place of a version is no address that package.json names."""
    scene.publish("a")
    address = f"{scene.registry.origin}/elsewhere/a.tgz"
    scene.write(
        {
            "package.json": {"name": "fn", "version": "1.0.0", "dependencies": {"a": "^1.0.0"}},
            "yarn.lock": f'# yarn lockfile v1\n\n\na@^1.0.0:\n  version "1.0.0"\n'
            f'  resolved "{address}"\n',
            ".npmrc": f"allow-remote={setting}\n",
        }
    )
    result = scene.build()

    assert (1, "EALLOWREMOTE") == (result.status, result.code), result.stderr
    assert "yarn.lock, for `a@^1.0.0`" in result.stderr
    assert 0 == scene.registry.count("/elsewhere/a.tgz")


@pytest.mark.parametrize("setting", ["none", "root"])
def test_remote_dependency_in_depth_is_not_even_fetched(scene: Scene, setting: str) -> None:
    """With `allow-remote` no address that a dependency names is asked."""
    scene.publish("evil")
    address = f"{scene.registry.origin}/evil/-/evil-1.0.0.tgz"
    scene.publish("a", dependencies={"evil": address})
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"a": "1.0.0"}}
    scene.write({"package.json": manifest, ".npmrc": f"allow-remote={setting}\n"})
    result = scene.build()

    assert (1, "EALLOWREMOTE") == (result.status, result.code), result.stderr
    assert f"`allow-remote={setting}` in {scene.project}/.npmrc:1" in result.stderr
    assert 0 == scene.registry.count("/evil/-/evil-1.0.0.tgz")


def test_remote_dependency_of_the_project_itself(scene: Scene) -> None:
    """`root` lets the project have its own, and what is in depth is a warning by default."""
    scene.publish("own", files={"own.js": b"1"})
    address = f"{scene.registry.origin}/own/-/own-1.0.0.tgz"
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"own": address}}
    scene.write({"package.json": manifest, ".npmrc": "allow-remote=root\n"})
    result = scene.build("--json")

    assert 0 == result.status, result.stderr
    assert "node_modules/own/own.js" in listing(scene.output)
    assert "source-remote" not in codes(result)

    scene.publish("a", dependencies={"own": address})
    manifest["dependencies"] = {"a": "1.0.0"}
    scene.write({"package.json": manifest, ".npmrc": ""})

    assert "source-remote" in codes(scene.build("--json"))


def test_what_a_build_tells(scene: Scene) -> None:
    """Install scripts, disguised aliases and settings without effect are findings."""
    scene.publish("evil", hasInstallScript=True, scripts={"postinstall": "node x.js"})
    scene.publish("a", dependencies={"lodash": "npm:evil@1.0.0"})
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"a": "1.0.0"}}
    scene.write({"package.json": manifest, ".npmrc": "fetch-retries=many\n_authToken=odd\n"})
    result = scene.build("--json")
    found = [f for f in result.document["findings"] if f["code"] == "npmrc-ignored"]

    assert {"install-scripts", "alias-disguised", "npmrc-ignored"} <= codes(result)
    assert 2 == len(found)
    assert "evil@1.0.0" in result.stdout


def test_change_of_publisher_is_told(scene: Scene) -> None:
    """Resolving anew tells another publisher, lost provenance, and a new install script."""
    provenance = {"provenance": {"predicateType": "https://slsa.dev/provenance/v1"}}
    for version, publisher, extra in (
        ("1.0.0", "bob", {}),
        ("1.1.0", "eve", {"scripts": {"install": "x"}}),
    ):
        manifest = scene.publish("a", version, _npmUser={"name": publisher}, **extra)
        if version == "1.0.0":
            manifest["dist"]["attestations"] = provenance
        scene.publish("calm", version, _npmUser={"name": "bob"})
    scene.manifests["a"] = scene.registry.packuments["a"]["versions"]["1.0.0"]
    scene.manifests["calm"] = scene.registry.packuments["calm"]["versions"]["1.0.0"]
    scene.depend("a", "calm")
    manifest = json.loads((scene.project / "package.json").read_text())
    manifest["dependencies"] = {"a": "^1.0.0", "calm": "^1.0.0"}
    lockfile = json.loads((scene.project / "package-lock.json").read_text())
    lockfile["packages"][""] = manifest
    scene.write({"package.json": manifest, "package-lock.json": lockfile})
    resolved = resolve(
        scene.project, update=True, registry=scene.registry.url, cache_dir=scene.cache
    )

    assert {"node_modules/a", "node_modules/calm"} == {c.location for c in resolved.changes}
    assert [
        ("EPUBLISHER", "`a@1.1.0` was published by `eve`, `1.0.0` by `bob`"),
        (
            "EPROVENANCE",
            "`a@1.1.0` was published with no provenance, `1.0.0` with provenance",
        ),
        ("EINSTALLSCRIPT", "`a@1.1.0` was published with install scripts, `1.0.0` without any"),
    ] == [(warning["code"], warning["message"]) for warning in resolved.warnings]


def test_a_lockfile_that_is_not_read_is_told(scene: Scene) -> None:
    """Whoever has two package managers' lockfiles learns which one does not count."""
    scene.publish("a")
    scene.depend("a")

    assert "lockfile-unread" not in codes(scene.build("--json"))
    scene.write({"bun.lock": ""})
    assert "lockfile-unread" in codes(scene.build("--json"))
