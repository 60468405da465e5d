"""A project, a store and a registry in a folder of their own: the base of the end-to-end tests.

    scene.publish("a", "1.0.0", files={"index.js": b"..."}, dependencies={"b": "^1.0.0"})
    scene.write({"index.js": "exports.handler = ..."})
    scene.depend("a")
    result = scene.build()

No setting of the machine or of its user reaches the commands, and no address but loopback is asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zipfile import ZipFile

from tests.support.command import CommandResult, run_zipper
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.registry_server import RegistryServer

__all__ = ["HANDLER", "Scene", "listing", "write_files"]

HANDLER = "exports.handler = async () => ({ statusCode: 200 });\n"

_IMPATIENT = {
    "npm_config_fetch_retries": "2",
    "npm_config_fetch_retry_mintimeout": "10",
    "npm_config_fetch_retry_maxtimeout": "20",
}


@dataclass
class Scene:
    """A project that is built with a cache of its own, from a registry on loopback."""

    folder: Path
    registry: RegistryServer
    manifests: dict[str, dict] = field(default_factory=dict)
    """What was published, the newest version of each name."""

    def __post_init__(self) -> None:
        for folder in (self.project, self.home, self.output.parent):
            folder.mkdir(parents=True)
        self.write({"package.json": {"name": "fn", "version": "1.0.0"}, "index.js": HANDLER})

    @property
    def project(self) -> Path:
        """The project's folder."""
        return self.folder / "project"

    @property
    def home(self) -> Path:
        """The user's home, which is empty."""
        return self.folder / "home"

    @property
    def cache(self) -> Path:
        """The cache folder."""
        return self.folder / "cache"

    @property
    def output(self) -> Path:
        """The zip."""
        return self.folder / "out" / "fn.zip"

    def publish(self, name: str, version: str = "1.0.0", **options: object) -> dict:
        """Publish a version in the registry and return its manifest."""
        self.manifests[name] = self.registry.publish(name, version, **options)
        return self.manifests[name]

    def serve(self, name: str, tarball: bytes, *, integrity: str | None = None) -> None:
        """Publish version 1.0.0 of `name` with these bytes as its tarball."""
        from tests.support.registry_server import integrity_of  # noqa: PLC0415

        manifest = self.publish(name)
        path = manifest["dist"]["tarball"].removeprefix(self.registry.origin)
        self.registry.tarballs[path] = tarball
        manifest["dist"]["integrity"] = integrity or integrity_of(tarball)

    def write(self, files: dict[str, str | bytes | dict]) -> None:
        """Write files into the project; a dict becomes JSON."""
        write_files(self.project, files)

    def depend(self, *names: str, lock: dict | None = None) -> None:
        """Make the project depend on published packages, with a lockfile of all that they need.

        Every package stands at the top. `lock` is laid over the entries of the lockfile.
        """
        dependencies = {name: self.manifests[name]["version"] for name in names}
        root = {"name": "fn", "version": "1.0.0", "dependencies": dependencies}
        packages: dict[str, dict] = {"": root}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            location = f"node_modules/{name}"
            if location not in packages:
                packages[location] = _lock_entry(self.manifests[name])
                waiting += packages[location].get("dependencies", ())
        for location, changes in (lock or {}).items():
            packages[location] = {**packages.get(location, {}), **changes}
        lockfile = {"name": "fn", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
        self.write({"package.json": root, "package-lock.json": lockfile})

    @property
    def environment(self) -> dict[str, str]:
        """The variables of every command: this registry, an empty home, little patience."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.lower().startswith(("npm_config_", "zipper_"))
            and not name.lower().endswith("_proxy")
        }
        return {
            **kept,
            **_IMPATIENT,
            "HOME": str(self.home),
            "PREFIX": str(self.home),
            "npm_config_registry": self.registry.url,
            "PYTHONPATH": str(REPOSITORY),
            "no_proxy": "*",
            # The keyring of whoever runs the tests is not asked.
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }

    @property
    def arguments(self) -> list[str]:
        """The words of the build command."""
        return ["build", str(self.project), "-o", str(self.output), "--cache-dir", str(self.cache)]

    def build(self, *options: str, env: dict[str, str] | None = None) -> CommandResult:
        """Build the package in a process of its own."""
        environment = {**self.environment, **(env or {})}
        return run_zipper(*self.arguments, *options, env=environment, cwd=self.folder)

    def start(self, *options: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """Begin to build; the caller waits for the process, or ends it."""
        return subprocess.Popen(
            [sys.executable, "-m", "zipper", *self.arguments, *options],
            env={**self.environment, **(env or {})},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def verify(self) -> CommandResult:
        """Have the command verify the store."""
        return run_zipper("cache", "verify", "--cache-dir", str(self.cache), env=self.environment)

    def store_zips(self) -> list[Path]:
        """Return the store's packages."""
        return sorted(self.cache.glob("store/*/sha*/*/*.zip"))

    def temporary_files(self) -> list[Path]:
        """Return every file of which a writer has not let go."""
        return sorted(self.folder.rglob("*.zipper-tmp"))


def _lock_entry(manifest: dict) -> dict:
    told = {
        "version": manifest["version"],
        "resolved": manifest["dist"]["tarball"],
        "integrity": manifest["dist"]["integrity"],
    }
    kept = ("dependencies", "bin", "os", "cpu", "libc", "engines")
    return told | {key: manifest[key] for key in kept if key in manifest}


def write_files(folder: Path, files: dict[str, str | bytes | dict]) -> None:
    """Write `files` below `folder`; a dict becomes JSON."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            content = json.dumps(content, indent=2)  # noqa: PLW2901  (what is written is bytes)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def listing(path: Path) -> dict[str, bytes]:
    """Return name to content of every member of a zip."""
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
