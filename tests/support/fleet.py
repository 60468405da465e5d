"""Machines that share a store: one that fills it, and others that read it.

fleet = Fleet(scene, storage)          # of `storage` its `url` and its `environment` count
fleet.build(fleet.writer)
done, data = fleet.build(fleet.reader)
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tests.support.command import CommandResult, run_here, run_zipper

if TYPE_CHECKING:
    from tests.support.scene import Scene

__all__ = ["NAMES", "SCOPE", "Fleet", "codes_of"]

SCOPE = "repository=acme/app ref=refs/heads/main workflow=release.yml"
NAMES = [f"p{number}" for number in range(6)]


class Storage(Protocol):
    """Where a shared store is."""

    @property
    def url(self) -> str: ...

    @property
    def environment(self) -> dict[str, str]: ...


_Storage = TypeVar("_Storage", bound=Storage)


class Fleet(Generic[_Storage]):
    """A scene, an object store, and a key."""

    def __init__(self, scene: Scene, server: _Storage) -> None:
        for name in NAMES:
            scene.publish(name, files={"index.js": f"module.exports = '{name}';\n".encode() * 400})
        scene.depend(*NAMES)
        self.scene = scene
        self.server = server
        self.key = scene.folder / "key"
        self.public = run_zipper("store", "keygen", "--into", self.key).stdout.strip()

    @property
    def writer(self) -> dict[str, str]:
        """The variables of the job that builds the main branch."""
        return {**self.reader, "ZIPPER_STORE_KEY": str(self.key), "ZIPPER_STORE_SCOPE": SCOPE}

    @property
    def reader(self) -> dict[str, str]:
        """The variables of everyone else."""
        return {
            **self.server.environment,
            "ZIPPER_STORE_URL": self.server.url,
            "ZIPPER_STORE_ACCEPT": f"{self.public} {SCOPE}",
        }

    def build(self, env: dict[str, str], *options: str) -> tuple[CommandResult, bytes]:
        """Build on a fresh machine."""
        shutil.rmtree(self.scene.cache, ignore_errors=True)
        self.scene.output.unlink(missing_ok=True)
        done = run_here(
            *self.scene.arguments,
            "--json",
            *options,
            cwd=self.scene.folder,
            env={**self.scene.environment, **env},
        )
        assert done.status == 0, done.stderr
        return done, self.scene.output.read_bytes()


def codes_of(done: CommandResult) -> list[str]:
    """Return the codes of findings about the store."""
    assert done.document is not None
    return [
        finding["code"]
        for finding in done.document["findings"]
        if finding["code"].startswith("shared-store")
    ]
