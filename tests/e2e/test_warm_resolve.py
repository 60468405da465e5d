"""What a warm resolve imports: most of its time is Python's start and imports, not the work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.command import run_zipper

if TYPE_CHECKING:
    from tests.support.scene import Scene

_NEEDLESS = {
    "concurrent", "cryptography", "email", "http", "keyring", "msgspec", "packageurl", "packaging",
    "pathspec", "platformdirs", "random", "requests", "rich", "socket", "sqlite3", "ssl",
    "subprocess", "tempfile", "tomllib", "truststore", "urllib3",
}  # fmt: skip
"""What fetches, writes packuments, and draws."""

_IDLE = {
    "zipper.fetching.fetch_packages", "zipper.npm.yaml_settings", "zipper.registry.network",
    "zipper.registry.packument_fetch", "zipper.registry.requester", "zipper.registry.transport",
    "zipper.resolving.missing_packuments", "zipper.resolving.tarball_manifests",
    "zipper.store.extract",
}  # fmt: skip
"""What fetches and opens packages, and what explains errors."""


_RECALLED_WITHOUT = {"deflate", "queue"}
_RECALLED_WITHOUT_OURS = (
    "zipper.archive", "zipper.checks", "zipper.npm.packument", "zipper.npm.pick",
    "zipper.npm.semver", "zipper.npm.spec", "zipper.pipeline.lockfile_changes",
    "zipper.registry.client", "zipper.registry.packument", "zipper.store.store_zips",
    "zipper.supply", "zipper.tree.ideal_tree", "zipper.tree.resolver_requests",
    "zipper.tree.worklist",
)  # fmt: skip
"""The resolver, all that reads packuments, and what judges where packages come from."""


def import_again(scene: Scene, *options: str) -> list[str]:
    """Return what resolving imports the second time, when all packuments are at hand."""
    scene.publish("a", dependencies={"b": ">= 1"}, peerDependencies={"c": "*"})
    scene.publish("b", engines={"node": ">= 10"})
    scene.publish("c")
    manifest = {"name": "fn", "version": "1.0.0", "dependencies": {"a": "*"}}
    scene.write({"package.json": manifest})
    words = ("resolve", str(scene.project), "--cache-dir", str(scene.cache), "--quiet")
    first = run_zipper(*words, cwd=scene.folder, env=scene.environment)
    assert 0 == first.status, first.stderr
    (scene.project / "package-lock.json").unlink()
    measured = scene.environment | {"PYTHONPROFILEIMPORTTIME": "1"}
    warm = run_zipper(*words, "--prefer-offline", *options, cwd=scene.folder, env=measured)
    assert 0 == warm.status, warm.stderr
    return re.findall(r"^import time:.*\|\s*([\w.]+)$", warm.stderr, re.MULTILINE)


def test_warm_resolve_imports_nothing_that_it_does_not_need(scene: Scene) -> None:
    """No HTTP client and no threads, no decoder of whole packuments, no reader of tarballs."""
    imported = import_again(scene, "--node-version", "20.0.0")

    assert "zipper.tree.worklist" in imported
    assert [] == [name for name in imported if name.partition(".")[0] in _NEEDLESS]
    assert [] == [name for name in imported if name in _IDLE]


def test_recalled_resolution_imports_nothing_of_the_resolver(scene: Scene) -> None:
    """A note is compared with what is there, and the lockfile written: nothing is resolved."""
    imported = import_again(scene)

    assert "zipper.resolving.resolution_note" in imported
    assert (scene.project / "package-lock.json").exists()
    assert [] == [name for name in imported if name.partition(".")[0] in _NEEDLESS]
    assert [] == [name for name in imported if name in _RECALLED_WITHOUT]
    assert [] == [name for name in imported if name.startswith(_RECALLED_WITHOUT_OURS)]
