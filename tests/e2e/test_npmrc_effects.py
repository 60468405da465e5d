"""Each setting of `.npmrc` that a build heeds, by what it changes in the package or the requests.

What the texts mean is tested in `tests/unit/npm/test_npmrc.py`, against npm itself in
`tests/conformance/test_npmrc_oracle.py`; credentials, proxies, certificates and retries in
`tests/integration/test_registry_*.py`.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.adversary import Adversary, status
from tests.support.command import CommandResult, run_here
from tests.support.registry_server import RegistryServer
from tests.support.scene import listing
from zipper.registry.address import default_registry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene


def build(scene: Scene, npmrc: str = "", **variables: str) -> CommandResult:
    """Build with this text as the project's .npmrc."""
    scene.write({".npmrc": npmrc})
    return run_here(*words_of(scene), cwd=scene.folder, env={**scene.environment, **variables})


def words_of(scene: Scene) -> tuple[str, ...]:
    """Return the words of the build command."""
    return ("build", str(scene.project), "-o", str(scene.output), "--cache-dir", str(scene.cache))


def packed(scene: Scene, npmrc: str = "", **variables: str) -> set[str]:
    """Return the locations that a build packs."""
    result = build(scene, npmrc, **variables)
    assert 0 == result.status, result.stderr
    names = (name for name in listing(scene.output) if name.endswith("/package.json"))
    return {name.removesuffix("/package.json").removeprefix("node_modules/") for name in names}


def ask_for(scene: Scene, **fields: object) -> None:
    """Write a package.json without a lockfile."""
    scene.write({"package.json": {"name": "fn", "version": "1.0.0", **fields}})


def version_of(scene: Scene, name: str) -> str:
    """Return which version of a package was packed."""
    found: str = json.loads(listing(scene.output)[f"node_modules/{name}/package.json"])["version"]
    return found


@pytest.fixture
def kinds(scene: Scene) -> Scene:
    """A project that asks for a package of every kind."""
    for name in ("plain", "maybe", "tool"):
        scene.publish(name)
    scene.publish("host", peerDependencies={"peer": "*"})
    scene.publish("peer")
    ask_for(
        scene,
        dependencies={"plain": "*", "host": "*"},
        optionalDependencies={"maybe": "*"},
        devDependencies={"tool": "*"},
    )
    return scene


@pytest.mark.parametrize(
    ("npmrc", "left_out"),
    [
        ("", set()),
        ("omit=optional\n", {"maybe"}),
        ("omit[]=optional\nomit[]=peer\n", {"maybe", "peer"}),
        ("optional=false\n", {"maybe"}),
    ],
)
def test_omit(kinds: Scene, npmrc: str, left_out: set[str]) -> None:
    """What is omitted is not packed; development is left out in any case."""
    assert {"plain", "maybe", "host", "peer"} - left_out == packed(kinds, npmrc)


def test_legacy_peer_deps(kinds: Scene) -> None:
    """With `legacy-peer-deps` nobody adds a peer that only a package asks for."""
    assert "peer" in packed(kinds)
    assert "peer" not in packed(kinds, "legacy-peer-deps=true\n")


def test_legacy_peer_deps_lets_a_conflict_pass(scene: Scene) -> None:
    """Peers that cannot be had together are ERESOLVE, and with the setting nobody's concern."""
    scene.publish("peer", "1.0.0")
    scene.publish("peer", "2.0.0")
    scene.publish("host", peerDependencies={"peer": "^1.0.0"})
    ask_for(scene, dependencies={"host": "*", "peer": "^2.0.0"})

    refused = build(scene)
    assert (1, "ERESOLVE") == (refused.status, refused.code)
    assert {"host", "peer"} == packed(scene, "legacy-peer-deps=true\n")


def test_engine_strict(scene: Scene) -> None:
    """A package for another Node is packed with a warning, and with `engine-strict` refused."""
    scene.publish("a", engines={"node": ">=99"})
    ask_for(scene, dependencies={"a": "*"})

    assert {"a"} == packed(scene)
    assert (1, "EBADENGINE") == (
        (refused := build(scene, "engine-strict=true\n")).status,
        refused.code,
    )


@pytest.fixture
def aged(scene: Scene) -> Scene:
    """A project with two packages, of which a version came out three years and three days ago."""
    now = datetime.now(UTC)
    for name in ("a", "@own/b"):
        for version, days in (("1.0.0", 1095), ("1.1.0", 3)):
            scene.publish(name, version)
            moment = (now - timedelta(days=days)).isoformat()
            scene.registry.packuments[name]["time"][version] = moment
    ask_for(scene, dependencies={"a": "^1.0.0", "@own/b": "^1.0.0"})
    return scene


AGES = {
    "nothing": ("", "1.1.0", "1.1.0"),
    "before": ("before={year}-01-01\n", "1.0.0", "1.0.0"),
    "before tomorrow": ("before=2999-01-01\n", "1.1.0", "1.1.0"),
    "younger": ("min-release-age=2\n", "1.1.0", "1.1.0"),
    "older": ("min-release-age=7\n", "1.0.0", "1.0.0"),
    "excluded": ("min-release-age=7\nmin-release-age-exclude[]=@own/*\n", "1.0.0", "1.1.0"),
    "two excluded": ("min-release-age=7\nmin-release-age-exclude=a,@own/b\n", "1.1.0", "1.1.0"),
}


@pytest.mark.parametrize(("npmrc", "a", "b"), AGES.values(), ids=AGES)
def test_ages(aged: Scene, npmrc: str, a: str, b: str) -> None:
    """`before` and `min-release-age` choose the version before, but for what is excluded."""
    year = datetime.now(UTC).year - 1
    assert 0 == build(aged, npmrc.format(year=year)).status

    assert (a, b) == (version_of(aged, "a"), version_of(aged, "@own/b"))


OTHER_TOOLS = {
    "pnpm-workspace.yaml": "minimumReleaseAge: 10080\nminimumReleaseAgeExclude: ['@own/*']\n",
    ".yarnrc.yml": "npmMinimalAgeGate: 7d\nnpmPreapprovedPackages: ['@own/*']\n",
    "bunfig.toml": "[install]\nminimumReleaseAge = 604800\n"
    'minimumReleaseAgeExcludes = ["@own/b"]\n',
    "uv.toml": 'exclude-newer = "7 days"\n',
    "pyproject.toml": '[tool.uv]\nexclude-newer = "P7D"\n',
}


@pytest.mark.parametrize("name", OTHER_TOOLS)
def test_ages_in_the_words_of_other_tools(aged: Scene, name: str) -> None:
    """Where a project has another tool's file, its age holds, and npm's own word over it."""
    aged.write({name: OTHER_TOOLS[name]})
    excluded = "1.0.0" if name in ("uv.toml", "pyproject.toml") else "1.1.0"

    assert 0 == build(aged).status
    assert ("1.0.0", excluded) == (version_of(aged, "a"), version_of(aged, "@own/b"))

    assert 0 == build(aged, "min-release-age=0\n").status
    assert "1.1.0" == version_of(aged, "a")


def test_replace_registry_host(scene: Scene) -> None:
    """What was locked at the public registry is fetched from the configured one."""
    scene.publish("a")
    resolved = f"{default_registry()}a/-/a-1.0.0.tgz"
    scene.depend("a", lock={"node_modules/a": {"resolved": resolved}})

    assert {"a"} == packed(scene)
    assert 1 == scene.registry.count("/a/-/a-1.0.0.tgz")


def test_replace_registry_host_of_a_third_party(scene: Scene) -> None:
    """Another host's tarball is left where it is, and with `always` taken from the registry."""
    with RegistryServer() as other:
        scene.publish("a")
        other.tarballs = dict(scene.registry.tarballs)
        resolved = f"{other.origin}/a/-/a-1.0.0.tgz"
        scene.depend("a", lock={"node_modules/a": {"resolved": resolved}})
        counts = []
        for npmrc in ("replace-registry-host=never\n", "replace-registry-host=always\n"):
            assert {"a"} == packed(scene, npmrc)
            counts.append((other.count(), scene.registry.count("/a/-/a-1.0.0.tgz")))
            _forget_store(scene)

    assert [(1, 0), (1, 1)] == counts


def _forget_store(scene: Scene) -> None:
    for path in scene.store_zips():
        path.unlink()


@pytest.mark.parametrize(("retries", "expected"), [(0, 1), (1, 2), (3, 4)])
def test_fetch_retries(scene: Scene, retries: int, expected: int) -> None:
    """`fetch-retries` says how often a registry that is out of order is asked again."""
    ask_for(scene, dependencies={"a": "*"})
    with Adversary() as broken:
        broken.play("/a", status(503))
        npmrc = f"registry={broken.url}\nfetch-retries={retries}\nfetch-retry-mintimeout=1\n"
        environment = {
            name: value
            for name, value in scene.environment.items()
            if not name.startswith("npm_config_")
        }
        scene.write({".npmrc": npmrc + "fetch-retry-maxtimeout=2\n"})
        result = run_here(*words_of(scene), cwd=scene.folder, env=environment)

    assert (1, "E503") == (result.status, result.code), result.stderr
    assert expected == broken.count("/a")


LAYERS = ("builtin", "global", "user", "project", "npm_config_omit", "NPM_CONFIG_OMIT")


@pytest.mark.skipif(sys.platform == "win32", reason="npm lies elsewhere there")
def test_cascade(kinds: Scene) -> None:
    """Each layer wins over those before it: npm's own file, the machine's, the user's, ours."""
    npm = kinds.folder / "opt" / "npm"
    files = {
        "builtin": npm / "npmrc",
        "global": kinds.home / "etc" / "npmrc",
        "user": kinds.home / ".npmrc",
    }
    environment = {**kinds.environment, "PATH": str(install_npm(npm))}
    told = []
    for number, layer in enumerate(LAYERS):
        text = f"omit[]={'optional' if number % 2 else 'peer'}\n"
        if layer in files:
            files[layer].parent.mkdir(parents=True, exist_ok=True)
            files[layer].write_text(text)
        elif layer == "project":
            kinds.write({".npmrc": text})
        else:
            environment.pop("npm_config_omit", None)
            environment[layer] = text[7:-1]
        result = run_here(*words_of(kinds), cwd=kinds.folder, env=environment)
        assert 0 == result.status, result.stderr
        names = listing(kinds.output)
        told.append("optional" if "node_modules/peer/package.json" in names else "peer")

    assert ["peer", "optional"] * 3 == told


def install_npm(folder: Path) -> Path:
    """Lay out what npm is found by, and return the folder for PATH."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "npm-cli.js").touch(mode=0o755)
    programs = folder.parent / "programs"
    programs.mkdir()
    (programs / "npm").symlink_to(folder / "bin" / "npm-cli.js")
    return programs
