"""Verdaccio, a real registry that zipper itself installs: private packages and an upstream."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.scene import Scene, listing
from tests.support.verdaccio import Verdaccio
from zipper.events import FetchFinished, FetchStarted
from zipper.npm.npmrc import build_settings, layer_from_text
from zipper.registry.client import RegistryClient

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.network, pytest.mark.node]

PASSWORD = "an invented password"  # of a user that lives as long as the tests


@pytest.fixture(scope="module")
def verdaccio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verdaccio]:
    with Verdaccio(tmp_path_factory.mktemp("verdaccio")) as running:
        running.token = running.add_user("bob", PASSWORD)
        running.alice = running.add_user("alice", PASSWORD)
        running.publish("@own/deep", "1.0.0", token=running.token, files={"deep.js": b"1"})
        running.publish(
            "@own/a", "1.0.0", token=running.token, dependencies={"@own/deep": "^1.0.0"}
        )
        running.publish("@alice/secret", "1.0.0", token=running.alice)
        yield running


@pytest.fixture
def own(scene: Scene, verdaccio: Verdaccio) -> Scene:
    """A project that depends on a private package; `@own` comes from Verdaccio."""
    depend(scene, "@own/a")
    scene.write({".npmrc": f"@own:registry={verdaccio.url}\n"})
    return scene


def depend(scene: Scene, *names: str, spec: str = "^1.0.0") -> None:
    dependencies = dict.fromkeys(names, spec)
    scene.write({"package.json": {"name": "fn", "version": "1.0.0", "dependencies": dependencies}})


def add_user_npmrc(scene: Scene, text: str) -> None:
    (scene.home / ".npmrc").write_text(text)


@pytest.mark.ci
def test_private_package_with_a_token(own: Scene, verdaccio: Verdaccio) -> None:
    """A scope's registry, its token in the user's .npmrc, and a tree of private packages."""
    add_user_npmrc(own, f"{verdaccio.key}:_authToken=${{OWN_TOKEN}}\n")
    result = own.build("--json", env={"OWN_TOKEN": verdaccio.token})

    assert 0 == result.status, result.stderr
    assert b"1" == listing(own.output)["node_modules/@own/deep/deep.js"]
    assert 0 == own.registry.count()


def test_basic_auth(own: Scene, verdaccio: Verdaccio) -> None:
    """`_auth`, and user name with password, are what Verdaccio takes as well."""
    pair = base64.b64encode(f"bob:{PASSWORD}".encode()).decode()
    add_user_npmrc(own, f"{verdaccio.key}:_auth={pair}\n")

    assert 0 == own.build().status

    password = base64.b64encode(PASSWORD.encode()).decode()
    text = f"{verdaccio.key}:username=bob\n{verdaccio.key}:_password={password}\n"
    add_user_npmrc(own, text)
    shutil.rmtree(own.cache)

    assert 0 == own.build().status


def test_without_a_credential(own: Scene, verdaccio: Verdaccio) -> None:
    """401 names scope, registry, the file of the scope, and where the token would be."""
    result = own.build()

    assert (1, "E401") == (result.status, result.code), result.stderr
    for told in (
        f"registry:   {verdaccio.url}",
        f"@own, whose registry is set in {own.project}/.npmrc:1",
        f"none; it would be in {own.home}/.npmrc",
        f"{verdaccio.key}:_authToken",
        "required by: fn > @own/a (prod)",
    ):
        assert " ".join(told.split()) in " ".join(result.stderr.split()), result.stderr


def test_wrong_token(own: Scene, verdaccio: Verdaccio) -> None:
    """A token that is not known is named by its place, and never itself."""
    add_user_npmrc(own, f"{verdaccio.key}:_authToken=bm90LWEtdG9rZW4tYXQtYWxs\n")
    result = own.build()

    assert (1, "E401") == (result.status, result.code), result.stderr
    assert f"{own.home}/.npmrc:1" in result.stderr
    assert "bm90LWEt" not in result.stderr


def test_user_who_may_not(scene: Scene, verdaccio: Verdaccio) -> None:
    """403 says that the user is known but may not, and which credential that was."""
    depend(scene, "@alice/secret")
    npmrc = f"@alice:registry={verdaccio.url}\n{verdaccio.key}:_authToken={verdaccio.token}\n"
    scene.write({".npmrc": npmrc})
    result = scene.build()

    assert (1, "E403") == (result.status, result.code), result.stderr
    assert f"{scene.project}/.npmrc:2" in result.stderr
    assert verdaccio.token not in result.stderr


def test_package_that_is_not_there(own: Scene, verdaccio: Verdaccio) -> None:
    """404 names the package, the registry and the file that led there."""
    depend(own, "@own/nothing")
    add_user_npmrc(own, f"{verdaccio.key}:_authToken={verdaccio.token}\n")
    result = own.build()

    assert (1, "E404") == (result.status, result.code), result.stderr
    assert "@own/nothing" in result.stderr
    assert f"{own.project}/.npmrc:1" in result.stderr


def test_upstream(scene: Scene, verdaccio: Verdaccio) -> None:
    """A package of the public registry comes through Verdaccio, and its tarball too."""
    depend(scene, "ms", spec="2.1.3")
    npmrc = f"registry={verdaccio.url}\n"
    scene.write({".npmrc": npmrc})
    result = scene.build("--json", env={"npm_config_registry": ""})
    log = (verdaccio._folder / "log").read_text()

    assert 0 == result.status, result.stderr
    assert "node_modules/ms/index.js" in listing(scene.output)
    assert "ms/-/ms-2.1.3.tgz" in log


def test_npm_publishes_and_zipper_builds(own: Scene, verdaccio: Verdaccio) -> None:
    """What npm itself has published is found, with the integrity that npm computed."""
    package = own.folder / "package"
    package.mkdir()
    (package / "package.json").write_text('{"name": "@own/by-npm", "version": "1.2.3"}')
    (package / "x.js").write_text("1")
    npmrc = f"@own:registry={verdaccio.url}\n{verdaccio.key}:_authToken={verdaccio.token}\n"
    (package / ".npmrc").write_text(npmrc)
    subprocess.run(["npm", "publish"], cwd=package, check=True, capture_output=True, timeout=120)
    depend(own, "@own/by-npm")
    own.write({".npmrc": npmrc})
    result = own.build("--json")

    assert 0 == result.status, result.stderr
    assert b"1" == listing(own.output)["node_modules/@own/by-npm/x.js"]


def test_abbreviated_form_and_revalidation(verdaccio: Verdaccio, tmp_path) -> None:
    """Verdaccio has both forms; a document that it confirms with 304 is not sent again."""
    text = f"registry={verdaccio.url}\n{verdaccio.key}:_authToken={verdaccio.token}"
    settings = build_settings([layer_from_text("project", text, ".npmrc")], environ={})
    seen = []
    for _ in range(2):
        with RegistryClient(
            settings, environ=os.environ, cache_dir=tmp_path, on_event=seen.append
        ) as client:
            short = json.loads(client.fetch_packument("@own/a"))
            full = json.loads(client.fetch_packument("@own/a", full=True))
        assert (False, True) == ("_attachments" in short, "_attachments" in full)
        assert short["versions"]["1.0.0"]["dist"] == full["versions"]["1.0.0"]["dist"]

    kinds = [type(event) for event in seen if isinstance(event, FetchStarted | FetchFinished)]
    assert (2, 4) == (kinds.count(FetchStarted), kinds.count(FetchFinished))
