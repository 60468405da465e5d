"""yarn 1's offline mirror: tarballs in the project, for which no registry is asked."""

from __future__ import annotations

import pytest

from tests.support.registry_server import integrity_of, make_tarball
from tests.support.scene import Scene, listing


def lay_down(scene: Scene, setting: str) -> dict[str, bytes]:
    """Write a project that yarn 1 has locked, with a mirror; nothing is in the registry."""
    tarballs = {
        "a": make_tarball({"package.json": b'{"name": "a", "version": "1.0.0"}', "i.js": b"1"}),
        "@s/c": make_tarball({"package.json": b'{"name": "@s/c", "version": "1.5.0"}'}),
    }
    lock = "# yarn lockfile v1\n\n\n"
    for key, version, path in (("@s/c", "1.5.0", "@s/c/-/c"), ("a", "1.0.0", "a/-/a")):
        more = '  dependencies:\n    "@s/c" "^1.0.0"\n' if key == "a" else ""
        lock += (
            f'"{key}@^1.0.0":\n  version "{version}"\n'
            f'  resolved "https://registry.example/{path}-{version}.tgz#0123"\n'
            f"  integrity {integrity_of(tarballs[key])}\n{more}\n"
        )
    manifest = {"name": "fn", "dependencies": {"a": "^1.0.0"}}
    files = {"package.json": manifest, "yarn.lock": lock, "index.js": "", ".yarnrc": setting}
    scene.write(files)
    return tarballs


@pytest.mark.parametrize(
    "setting",
    [
        'yarn-offline-mirror "./mirror"\n',
        '"yarn-offline-mirror": "mirror"\n',
        "yarn-offline-mirror mirror",
    ],
)
def test_what_is_in_the_mirror_comes_from_there(scene: Scene, setting: str) -> None:
    """Without a request; scopes are in the name of the file."""
    tarballs = lay_down(scene, setting)
    scene.write({"mirror/a-1.0.0.tgz": tarballs["a"], "mirror/@s-c-1.5.0.tgz": tarballs["@s/c"]})
    done = scene.build("--no-check")

    assert 0 == done.status, done.stderr
    files = listing(scene.output)
    assert {"node_modules/a/i.js", "node_modules/@s/c/package.json"} <= set(files)
    assert [] == scene.registry.requests


def test_a_tarball_in_the_mirror_is_verified(scene: Scene) -> None:
    """The lockfile says what it has to be."""
    tarballs = lay_down(scene, "yarn-offline-mirror mirror\n")
    other = make_tarball({"package.json": b'{"name": "a", "version": "1.0.0"}', "i.js": b"2"})
    scene.write({"mirror/a-1.0.0.tgz": other, "mirror/@s-c-1.5.0.tgz": tarballs["@s/c"]})
    done = scene.build("--no-check")

    assert 1 == done.status
    assert "EINTEGRITY" in done.stderr


@pytest.mark.parametrize(
    "setting", ["", "yarn-offline-mirror ../mirror\n", "# yarn-offline-mirror mirror\n"]
)
def test_without_a_mirror_the_registry_is_asked(scene: Scene, setting: str) -> None:
    """A folder that no setting names, or that is outside the project, is none."""
    tarballs = lay_down(scene, setting)
    scene.write({"mirror/a-1.0.0.tgz": tarballs["a"], "mirror/@s-c-1.5.0.tgz": tarballs["@s/c"]})
    done = scene.build("--no-check")

    assert 1 == done.status
    assert scene.registry.requests
