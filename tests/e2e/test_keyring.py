"""A token from a real keyring, put there by the keyring's own command, opens a private registry."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_here

if TYPE_CHECKING:
    from tests.support.command import CommandResult
    from tests.support.scene import Scene

pytest.importorskip("keyrings.alt", reason="the extra `test` brings a keyring that is a file")

TOKEN = "npm_keptInAKeyring"


def environment(scene: Scene) -> dict[str, str]:
    return {
        **scene.environment,
        "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
        "XDG_DATA_HOME": str(scene.home),
        "XDG_CONFIG_HOME": str(scene.home),
    }


def keep(scene: Scene, service: str, kind: str, secret: str) -> None:
    """Do what the README tells a user to do."""
    subprocess.run(
        [sys.executable, "-m", "keyring", "set", service, kind],
        input=secret,
        env=environment(scene),
        capture_output=True,
        text=True,
        check=True,
    )


def build(scene: Scene) -> CommandResult:
    """Build in a process of its own: a keyring is opened once a process."""
    return scene.build("--verbose", env=environment(scene))


@pytest.fixture
def private(scene: Scene) -> Scene:
    """A project whose registry demands a token."""
    scene.publish("a")
    scene.registry.tokens = {f"Bearer {TOKEN}"}
    scene.depend("a")
    return scene


def test_token_is_taken_from_the_keyring(private: Scene) -> None:
    """`keyring set ADDRESS _authToken` is enough, and the token is in nothing that is written."""
    keep(private, private.registry.url, "_authToken", TOKEN)
    result = build(private)
    written = [path for path in private.folder.rglob("*") if path.is_file()]
    holders = [path.name for path in written if TOKEN.encode() in path.read_bytes()]

    assert 0 == result.status, result.stderr
    assert TOKEN not in result.stdout + result.stderr
    assert [] == holders  # the keyring itself keeps it in base64


def test_keyring_without_a_token_and_with_a_wrong_one(private: Scene) -> None:
    """The error says which command puts a token there, or that the one there is refused."""
    empty = build(private)
    keep(private, private.registry.url, "_authToken", "npm_refused")
    wrong = build(private)

    assert (1, "E401") == (empty.status, empty.code)
    assert f"keyring set {private.registry.url} _authToken" in empty.stderr
    assert (1, "E401") == (wrong.status, wrong.code)
    assert f"the keyring ({private.registry.url})" in wrong.stderr
    assert "npm_refused" not in wrong.stderr


def test_no_keyring_is_opened_for_a_registry_that_needs_none(scene: Scene) -> None:
    """A warm build asks no keyring: its backend may ask a person for a password."""
    scene.publish("a")
    scene.depend("a")
    common = ("build", str(scene.project), "-o", str(scene.output), "--cache-dir", str(scene.cache))
    broken = {**environment(scene), "PYTHON_KEYRING_BACKEND": "nowhere.Keyring"}
    first = run_here(*common, cwd=scene.folder, env=scene.environment)
    warm = run_here(*common, cwd=scene.folder, env=broken)

    assert (0, 0) == (first.status, warm.status), warm.stderr
