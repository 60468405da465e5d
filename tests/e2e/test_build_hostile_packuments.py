"""Packuments that no honest registry sends: a package that is right, or one coded error."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from tests.support.registry_server import RegistryServer
from zipper.errors import ZipperError
from zipper.pipeline.building import build

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

VERSION = "1.0.0"


@pytest.fixture
def alone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A project without lockfile that asks for `a`, which asks for `b`."""
    for name in list(os.environ):
        if name.lower().startswith(("npm_config_", "zipper_")):
            monkeypatch.delenv(name)
    kept = ("HOME", "PREFIX", "no_proxy")
    for name, value in scene.environment.items():
        if name in kept or name.startswith("npm_config_"):
            monkeypatch.setenv(name, value)
    scene.registry.offers_abbreviated = False
    scene.publish("b", files={"b.js": b"1"})
    scene.publish("a", files={"a.js": b"1"}, dependencies={"b": "^1.0.0"})
    scene.write({"package.json": {"name": "fn", "version": "1.0.0", "dependencies": {"a": "*"}}})
    return scene


def names_or_code(scene: Scene) -> set[str] | str:
    """Return the names in the package, or the code of the error."""
    try:
        build(scene.project, output=scene.output, cache_dir=scene.cache, keep_failed=True)
    except ZipperError as error:
        assert not scene.output.exists()
        return error.code
    with ZipFile(scene.output) as archive:
        return set(archive.namelist()) - {"package.json", "index.js"}


def packument(scene: Scene, name: str = "a") -> dict[str, Any]:
    found: dict[str, Any] = scene.registry.packuments[name]
    return found


def manifest(scene: Scene) -> dict[str, Any]:
    found: dict[str, Any] = packument(scene)["versions"][VERSION]
    return found


A = {"node_modules/a/package.json", "node_modules/a/a.js"}
B = {"node_modules/b/package.json", "node_modules/b/b.js"}


def test_honest_ones_give_the_package(alone: Scene) -> None:
    """What the others differ from."""
    assert A | B == names_or_code(alone)


@pytest.mark.parametrize(
    ("field", "value", "outcome"),
    [
        ("versions", None, {"ENOVERSIONS", "E404", "ETARGET", "EPACKUMENT"}),
        ("versions", [], {"ENOVERSIONS", "E404", "ETARGET", "EPACKUMENT"}),
        ("versions", {}, {"ENOVERSIONS", "E404", "ETARGET", "EPACKUMENT"}),
        ("versions", {VERSION: None}, {"ENOVERSIONS", "ETARGET", "EPACKUMENT"}),
        ("versions", {VERSION: []}, {"ENOVERSIONS", "ETARGET", "EPACKUMENT"}),
        ("versions", {"not a version": {}}, {"ENOVERSIONS", "ETARGET", "EPACKUMENT"}),
        ("versions", {"../../../evil": {}}, {"ENOVERSIONS", "ETARGET", "EPACKUMENT"}),
        ("versions", {"9" * 400: {}}, {"ENOVERSIONS", "ETARGET", "EPACKUMENT"}),
        ("dist-tags", [], {"", "ETARGET", "EPACKUMENT"}),
        ("dist-tags", {"latest": "9.9.9"}, {"", "ETARGET"}),
        ("dist-tags", {"latest": {}}, {"", "ETARGET", "EPACKUMENT"}),
        ("dist-tags", {"__proto__": "1.0.0", "latest": VERSION}, {""}),
        ("name", "../../b", {"", "EPACKUMENT"}),
        ("time", {"1.0.0": "never"}, {""}),
        ("versions", "x" * 100, {"ENOVERSIONS", "EPACKUMENT", "ETARGET"}),
    ],
    ids=range(15),
)
def test_odd_packuments(alone: Scene, field: str, value: object, outcome: set[str]) -> None:
    """A packument with a field that is nonsense gives the package, or one of these codes."""
    packument(alone)[field] = value

    got = names_or_code(alone)

    assert (got if isinstance(got, str) else "") in outcome, got
    assert isinstance(got, str) or A | B == got


@pytest.mark.parametrize(
    ("field", "value", "outcome"),
    [
        ("version", "2.0.0", {"", "EPACKUMENT", "ETARGET"}),
        ("version", "../../evil", {"", "EPACKUMENT", "ETARGET", "E404"}),
        ("name", "../../evil", {"", "EPACKUMENT", "EINVALIDPACKAGENAME"}),
        ("name", "other", {""}),
        ("dependencies", {"../../evil": "1.0.0"}, {"EINVALIDPACKAGENAME"}),
        ("dependencies", {"..": "1.0.0"}, {"EINVALIDPACKAGENAME"}),
        ("dependencies", {"node_modules": "1.0.0"}, {"EINVALIDPACKAGENAME", "E404"}),
        ("dependencies", {"a\\b": "1.0.0"}, {"EINVALIDPACKAGENAME"}),
        ("dependencies", {"__proto__": "1.0.0"}, {"E404", "EINVALIDPACKAGENAME"}),
        ("dependencies", {"": "1.0.0"}, {"EINVALIDPACKAGENAME", "E404"}),
        ("dependencies", {"b": "^" + "1" * 400}, {"ETARGET", "EINVALIDTAGNAME"}),
        ("dependencies", {"b": "x" * 100_000}, {"ETARGET", "EINVALIDTAGNAME"}),
        ("dependencies", {"b": "file:../../../etc"}, None),
        ("dependencies", {"b": "git+ssh://host.invalid/x.git"}, None),
        ("dependencies", {"b": "npm:npm:npm:b@1"}, None),
        ("dependencies", ["b"], {""}),
        ("bin", {"x": "../../../../etc/passwd"}, {""}),
        ("bin", "/etc/passwd", {""}),
        ("os", {"win32": 1}, {"", "EBADPLATFORM"}),
        ("engines", [["node", ">=99"]], {""}),
        ("bundleDependencies", {"b": 1}, {""}),
        ("peerDependencies", {"a": "9.9.9"}, None),
    ],
    ids=range(22),
)
def test_odd_manifests(alone: Scene, field: str, value: object, outcome: set[str] | None) -> None:
    """A version's manifest that is nonsense gives a package inside its place, or a code."""
    manifest(alone)[field] = value

    got = names_or_code(alone)

    if isinstance(got, str):
        assert outcome is None or got in outcome, got
    else:
        assert outcome is None or "" in outcome
        assert all(name.startswith("node_modules/") for name in got)
        assert not any(part in ("..", ".", "") for name in got for part in name.split("/"))


@pytest.mark.parametrize(
    ("dist", "outcome"),
    [
        (None, {"", "EPACKUMENT"}),
        ([], {"", "EPACKUMENT"}),
        ({"tarball": 7}, {"", "EPACKUMENT"}),
        ({"tarball": "file:///etc/passwd"}, {""}),
        ({"tarball": "file:/etc/passwd", "integrity": None}, {""}),
        ({"tarball": "javascript:alert(1)"}, {"EINVALIDURL", "EPACKUMENT", "ENETWORK"}),
        ({"tarball": "http://"}, {"EINVALIDURL", "EPACKUMENT"}),
        ({"integrity": "sha512-AAAA"}, {"EINTEGRITY"}),
        ({"integrity": "../../x"}, {"", "ELOCKFILE", "EPACKUMENT"}),
        ({"integrity": 7, "shasum": "zz"}, {"", "EPACKUMENT"}),
        ({"integrity": None, "shasum": "0" * 40}, {"EINTEGRITY"}),
    ],
    ids=range(11),
)
def test_odd_dists(alone: Scene, dist: object, outcome: set[str]) -> None:
    """A tarball that is nowhere, or that nothing vouches for rightly, is a code."""
    told = manifest(alone)["dist"]
    manifest(alone)["dist"] = {**told, **dist} if isinstance(dist, dict) else dist

    got = names_or_code(alone)

    assert (got if isinstance(got, str) else "") in outcome, got


def test_tarball_on_another_host_is_fetched_without_the_token(
    alone: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A packument may name another host, which gets no credential of the registry."""
    address = alone.registry.url.removeprefix("http:")
    monkeypatch.setenv("npm_config_userconfig", str(tmp_path / "npmrc"))
    (tmp_path / "npmrc").write_text(f"{address}:_authToken=hidden-token-1\n")
    with RegistryServer() as other:
        other.publish("a", VERSION, files={"a.js": b"1"}, dependencies={"b": "^1.0.0"})
        manifest(alone)["dist"] = other.packuments["a"]["versions"][VERSION]["dist"]

        assert A | B == names_or_code(alone)

        assert 1 == other.count()
        assert all("authorization" not in request.headers for request in other.requests)
    assert any("authorization" in request.headers for request in alone.registry.requests)


def test_packages_that_ask_for_each_other_end(alone: Scene) -> None:
    """Circles of dependencies, also with itself, are a finite tree."""
    packument(alone, "b")["versions"][VERSION]["dependencies"] = {"a": "*", "b": "*"}

    assert A | B == names_or_code(alone)


DISAGREEING = {
    "name": {"name": "z"},
    "version": {"version": "9.0.0"},
    "dependencies": {"dependencies": {"gone": "1"}},
    "bin": {"bin": {"x": "cli.js"}},
    "scripts": {"scripts": {"postinstall": "touch /tmp/never"}},
    "bundle": {"bundleDependencies": ["b"]},
    "everything": {"name": "../z", "version": [], "dependencies": 7, "bin": "/etc/passwd"},
}


@pytest.mark.parametrize("fields", DISAGREEING.values(), ids=DISAGREEING)
def test_manifest_in_the_tarball_may_disagree(alone: Scene, fields: dict[str, object]) -> None:
    """The tree is the packument's; the files, and which of them run, are the tarball's."""
    told = {"name": "a", "version": VERSION, "dependencies": {"b": "^1.0.0"}} | fields
    files = {"package.json": json.dumps(told).encode(), "cli.js": b"#!/usr/bin/env node\n"}
    alone.publish("a", files=files, dependencies={"b": "^1.0.0"})

    assert {"node_modules/a/package.json", "node_modules/a/cli.js"} | B == names_or_code(alone)
    with ZipFile(alone.output) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        assert json.loads(archive.read("node_modules/a/package.json")) == told
    executable = bool(modes["node_modules/a/cli.js"] & 0o111)
    assert ("bin" in fields and "name" not in fields) == executable
