"""Whose install scripts may run: what zipper, package.json and npm's settings say together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import zipper
from tests.support.scene import write_files
from zipper.errors import NodeError, UsageError
from zipper.pipeline.running_scripts import find_allowed_scripts, read_project_consent
from zipper.project.read_project import read_project
from zipper.target import Target

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

NAMES = ("a", "b", "c")


def allowed(folder: Path, allow: tuple[str, ...], policy: object, npmrc: str) -> set[str] | None:
    """Return the packages whose scripts may run; None where nothing allows any."""
    entries = {
        f"node_modules/{name}": {
            "version": "1.0.0",
            "resolved": f"https://registry.example/{name}/-/{name}-1.0.0.tgz",
            "integrity": f"sha512-{'A' * 86}==",
            "hasInstallScript": True,
        }
        for name in NAMES
    }
    root = {"name": "fn", "dependencies": dict.fromkeys(NAMES, "1")}
    lock = {"lockfileVersion": 3, "packages": {"": root, **entries}}
    manifest = {**root, **({} if policy is None else {"allowScripts": policy})}
    files: dict[str, str | bytes | dict] = {"package.json": manifest, "package-lock.json": lock}
    write_files(folder, {**files, ".npmrc": npmrc})
    project = read_project(folder)
    consent = read_project_consent(project, allow)
    assert project.lockfile is not None
    found = find_allowed_scripts(project.lockfile.tree, consent)
    if consent is None:
        assert not found
        return None
    return {place.removeprefix("node_modules/") for place in found}


@pytest.mark.parametrize(
    ("allow", "policy", "npmrc", "expected"),
    [
        ((), None, "", None),
        ((), None, "ignore-scripts=true", None),
        (("a",), None, "", {"a"}),
        (("a@2",), None, "", set()),
        ((), {"b": True, "c": False}, "", {"b"}),
        (("a", "c"), {"b": True, "c": False}, "", {"a", "b"}),
        ((), None, "allow-scripts=c", {"c"}),
        ((), {"b": True}, "allow-scripts=c", {"b"}),
        (("a",), {"b": True}, "ignore-scripts=true", set()),
        ((), None, "allow-scripts=c\nignore-scripts=true", set()),
    ],
)
def test_consent_is_said_in_three_places(
    tmp_path: Path,
    allow: tuple[str, ...],
    policy: object,
    npmrc: str,
    expected: set[str] | None,
) -> None:
    """An option adds to the policy of package.json; npm's setting counts where there is none.

    `ignore-scripts` stops all. Source: npm 11 lib/utils/resolve-allow-scripts.js.
    """
    assert expected == allowed(tmp_path, allow, policy, npmrc)


def test_an_entry_that_names_nothing_is_refused(tmp_path: Path) -> None:
    """It would allow nothing, in silence."""
    with pytest.raises(UsageError) as raised:
        allowed(tmp_path, ("a@not a range",), None, "")

    assert "EUSAGE" == raised.value.code


NONE = f"no source has Node.js {Target('nodejs22.x').node_version}"


@pytest.fixture
def scripted(called_scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A project whose package has an install script, which is fetched; no Node is here."""
    called_scene.publish("s", files={"a.js": b"1"}, scripts={"install": "node a.js"})
    called_scene.depend("s", lock={"node_modules/s": {"hasInstallScript": True}})
    zipper.plan(called_scene.project)
    monkeypatch.setenv("PATH", str(tmp_path))
    return called_scene


@pytest.mark.parametrize(
    ("options", "message", "facts"),
    [
        (
            {"offline": True},
            NONE,
            {"download": "skipped: offline", "registry": "is not in the cache"},
        ),
        ({"node": "/absent/node"}, "/absent/node", {}),
        (
            {"node_mirror": "http://127.0.0.1:9/"},
            NONE,
            {"download": "127.0.0.1 does not answer", "registry": "not in the registry"},
        ),
    ],
)
def test_an_allowed_script_needs_a_node(
    scripted: Scene, options: dict[str, Any], message: str, facts: dict[str, str]
) -> None:
    """The one that is named, or whatever source has one; without consent none is looked for."""
    scripted.registry.requests.clear()

    with pytest.raises(NodeError) as raised:
        zipper.plan(scripted.project, allow_scripts=["s"], runtime="nodejs22.x", **options)

    assert "ENODE" == raised.value.code
    assert message in raised.value.message
    found = dict(raised.value.facts)
    assert all(text in found[name] for name, text in facts.items())
    assert zipper.plan(scripted.project).files
