"""Which packuments resolving asks a registry for: what it needs, and little else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.command import run_here

if TYPE_CHECKING:
    from tests.support.command import CommandResult
    from tests.support.scene import Scene


def resolve(scene: Scene, *options: str) -> CommandResult:
    """Resolve the scene's project."""
    common = ("--cache-dir", str(scene.cache), "--json")
    arguments = ("resolve", str(scene.project), *common, *options)
    return run_here(*arguments, env=scene.environment, cwd=scene.folder)


def depend(scene: Scene, *names: str) -> None:
    """Write a package.json that asks for any version of each name."""
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": dict.fromkeys(names, "*")}
    scene.write({"package.json": manifest})


def asked(scene: Scene) -> list[str]:
    """Return the names that the registry was asked for since the last call, sorted."""
    names = sorted(request.path.rpartition("/")[2] for request in scene.registry.requests)
    scene.registry.requests.clear()
    return names


def test_each_packument_of_the_tree_is_asked_for_once(scene: Scene) -> None:
    """A deep tree costs one request a name, whoever was faster to want it."""
    names = [f"p{number}" for number in range(30)]
    for name, below in zip(names, [*names[1:], "p0"], strict=True):
        scene.publish(name, dependencies={below: "*"})
    depend(scene, "p0", "p7")
    result = resolve(scene)

    assert result.status == 0, result.stderr
    assert sorted(names) == asked(scene)


def test_of_what_an_optional_peer_brings_only_the_peers_are_asked_for(scene: Scene) -> None:
    """`b` is looked at and not placed, so nobody needs what `b` depends on."""
    optional = {"peerDependenciesMeta": {"b": {"optional": True}}}
    scene.publish("a", peerDependencies={"b": "*"}, **optional)
    scene.publish("b", dependencies={"c": "*"}, peerDependencies={"d": "*"})
    scene.publish("c")
    scene.publish("d")
    depend(scene, "a")
    result = resolve(scene)

    assert result.status == 0, result.stderr
    assert ["a", "b", "d"] == asked(scene)


def test_what_is_locked_is_not_asked_for(scene: Scene) -> None:
    """A new dependency costs its own packuments, and those that it shares with others none."""
    scene.publish("a", dependencies={"shared": "*"})
    scene.publish("b", dependencies={"shared": "*", "own": "*"})
    scene.publish("shared")
    scene.publish("own")
    depend(scene, "a")
    assert resolve(scene).status == 0
    assert ["a", "shared"] == asked(scene)
    depend(scene, "a", "b")
    result = resolve(scene, "--cache-dir", str(scene.folder / "another-cache"))

    assert result.status == 0, result.stderr
    assert ["b", "own"] == asked(scene)
