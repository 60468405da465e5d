"""What `resolve` says where something is wanting: who asks, what there is, what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_here

if TYPE_CHECKING:
    from tests.support.scene import Scene


def resolve(scene: Scene, *options: str) -> CommandResult:
    """Resolve the project of the scene."""
    words = ("resolve", str(scene.project), "--cache-dir", str(scene.cache), *options)
    return run_here(*words, cwd=scene.folder, env=scene.environment)


def depend(scene: Scene, **dependencies: str) -> None:
    """Write a package.json that depends on these."""
    scene.write({"package.json": {"name": "fn", "dependencies": dependencies}})


def test_engines_that_do_not_fit_are_told_with_who_needs_them(scene: Scene) -> None:
    """The warning names the chain and both versions of Node, the error of `engine-strict` too."""
    scene.publish("b", "1.0.0", engines={"node": ">=99"})
    scene.publish("a", "1.0.0", dependencies={"b": "*"})
    depend(scene, a="*")

    warned = resolve(scene)
    scene.write({".npmrc": "engine-strict=true\n"})
    refused = resolve(scene)

    assert warned.status == 0
    for text in (warned.stdout, refused.stderr):
        assert "[EBADENGINE]: `b@1.0.0` requires other engines" in text
        assert "fn > a@1.0.0 > b@1.0.0 (prod)" in text
        assert "wanted >=99" in text
    assert refused.status == 1


def test_update_of_a_name_that_is_not_there_is_told(scene: Scene) -> None:
    """A name that was mistyped changes nothing, and that is said."""
    scene.publish("a", "1.0.0")
    depend(scene, a="*")
    resolve(scene)

    result = resolve(scene, "--update", "aa")

    assert result.status == 0
    assert "warning[EUSAGE]: nothing in the lockfile is called `aa`" in result.stdout


def test_name_that_cannot_be_is_told_with_who_asks(scene: Scene) -> None:
    """A package that depends on `__proto__` is named, with the chain to it."""
    scene.publish("a", "1.0.0", dependencies={"__proto__": "*"})
    depend(scene, a="*")

    result = resolve(scene)

    assert "error[EINVALIDPACKAGENAME]" in result.stderr
    assert "required by: fn > a@1.0.0" in result.stderr


def test_conflict_is_told_with_both_chains_once(scene: Scene) -> None:
    """Of both sides the chain is told, and nothing twice."""
    scene.publish("r", "17.0.0")
    scene.publish("r", "18.0.0")
    scene.publish("ui", "1.0.0", peerDependencies={"r": "^17.0.0"})
    depend(scene, r="^18.0.0", ui="*")

    result = resolve(scene)

    assert "error[ERESOLVE]" in result.stderr
    assert "fn > ui@1.0.0" in result.stderr
    assert "fn (prod r@^18.0.0)" in result.stderr
    assert result.stderr.count("r@^18.0.0") == 1


@pytest.mark.parametrize(
    ("versions", "latest", "hint"),
    [
        ({}, "1.0.0", "check the name and the registry"),
        ({"x.y": {}}, "x.y", "check the name and the registry"),
        ({"1.0.0": "no object"}, "1.0.0", "manifest of `1.0.0` cannot be used"),
        ({"2.0.0": {"version": "2.0.0"}}, "2.0.0", "`^2.0.0` is what the registry has now"),
    ],
)
def test_hint_can_be_followed(
    scene: Scene, versions: dict[str, object], latest: str, hint: str
) -> None:
    """Only a version that exists and could be asked for is proposed."""
    packument = {"name": "a", "dist-tags": {"latest": latest}, "versions": versions}
    scene.registry.packuments["a"] = packument
    depend(scene, a="^1.0.0")

    assert hint in resolve(scene).stderr
