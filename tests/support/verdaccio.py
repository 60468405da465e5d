"""Verdaccio, a real registry, on loopback: installed by zipper itself, run by the Node of the PATH.

What is installed is kept in a folder that all runs share: ZIPPER_VERDACCIO_DIR, else one below the
system's temporary folder. Storage, users and log are the test's own.

    with Verdaccio(tmp_path) as registry:
        token = registry.add_user("bob", "secret")
        registry.publish("@own/a", "1.0.0", token=token)
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from functools import cache
from pathlib import Path
from typing import Self

import pytest

from tests.support.npm_program import install_program
from tests.support.registry_server import integrity_of, make_tarball
from zipper.registry.address import default_registry

__all__ = ["Verdaccio"]

VERSION = "6.1.6"
"""The last one that runs on Node.js 20."""

_MANIFEST = {
    "name": "registry",
    "version": "1.0.0",
    "dependencies": {"verdaccio": VERSION},
    # It asks for a tag, which not every mirror of the public registry keeps.
    "overrides": {"node-fetch": "2.7.0"},
}
_START_SECONDS = 60
_KEPT = Path(
    os.environ.get("ZIPPER_VERDACCIO_DIR", Path(tempfile.gettempdir()) / "zipper-verdaccio")
)


@cache
def _install() -> Path:
    return install_program(_KEPT, VERSION, _MANIFEST, "verdaccio/bin/verdaccio")


class Verdaccio:
    """A running registry; every package below `@own/` wants a user, `@alice/` wants alice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}/"

    @property
    def key(self) -> str:
        """`//host:port/`, as .npmrc names it."""
        return self.url.removeprefix("http:")

    def __enter__(self) -> Self:
        node = shutil.which("node")
        if node is None:
            pytest.skip("there is no Node.js on the PATH")
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "config.yaml"
        config.write_text(json.dumps(self._config()))  # JSON is YAML
        address = self.url.removeprefix("http://").rstrip("/")
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [node, _install(), "--config", config, "--listen", address],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def add_user(self, name: str, password: str) -> str:
        """Make a user and return the token."""
        body = {"name": name, "password": password}
        return self._send("PUT", f"-/user/org.couchdb.user:{name}", body)["token"]

    def publish(
        self,
        name: str,
        version: str,
        *,
        token: str,
        files: dict[str, bytes] | None = None,
        **manifest: object,
    ) -> None:
        """Publish a package as npm's client does: one document with the tarball in it."""
        manifest = {"name": name, "version": version, **manifest}
        contents = {"package.json": json.dumps(manifest).encode(), **(files or {})}
        tarball = make_tarball(contents)
        file_name = f"{name}-{version}.tgz"
        manifest["dist"] = {
            "integrity": integrity_of(tarball),
            "tarball": f"{self.url}{name}/-/{file_name}",
        }
        document = {
            "_id": name,
            "name": name,
            "dist-tags": {"latest": version},
            "versions": {version: manifest},
            "_attachments": {
                file_name: {
                    "content_type": "application/octet-stream",
                    "data": base64.b64encode(tarball).decode(),
                    "length": len(tarball),
                }
            },
        }
        self._send("PUT", name.replace("/", "%2f"), document, token=token)

    def _config(self) -> dict:
        return {
            "storage": str(self._folder / "storage"),
            "auth": {"htpasswd": {"file": str(self._folder / "htpasswd")}},
            "uplinks": {"public": {"url": default_registry()}},
            "packages": {
                "@own/*": {"access": "$authenticated", "publish": "$authenticated"},
                "@alice/*": {"access": "alice", "publish": "alice"},
                "**": {"access": "$all", "publish": "$authenticated", "proxy": "public"},
            },
            "log": {"type": "stdout", "format": "json", "level": "http"},
        }

    def _wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                self._send("GET", "-/ping")
                return
            time.sleep(0.2)
        log = (self._folder / "log").read_text(encoding="utf-8", errors="replace")
        pytest.fail(f"Verdaccio does not answer:\n{log[-2000:]}")

    def _send(self, method: str, path: str, body: object = None, *, token: str = "") -> dict:
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()!r}") from error
