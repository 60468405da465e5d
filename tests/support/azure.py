"""Azure's blob storage on loopback: Azurite, installed by zipper, run by the Node of the PATH.

    with Azurite(folder) as storage:
        env = storage.environment

What is installed is kept in a folder that all runs share: ZIPPER_AZURITE_DIR, else one below the
system's temporary folder.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import socket
import subprocess
import tempfile
import time
from email.utils import formatdate
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Self

from tests.support.npm_program import install_program

__all__ = ["Azurite"]

VERSION = "3.35.0"
CONTAINER = "packages"

_ACCOUNT = "devstoreaccount1"
_KEY = base64.b64encode(b"no secret: the account of one test" * 2).decode()
_KEPT = Path(os.environ.get("ZIPPER_AZURITE_DIR", Path(tempfile.gettempdir()) / "zipper-azurite"))


@cache
def _install() -> Path:
    manifest = {"name": "x", "version": "1.0.0", "dependencies": {"azurite": VERSION}}
    return install_program(_KEPT, VERSION, manifest, "azurite/dist/src/blob/main.js")


class Azurite:
    """A container, empty at first."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._process = subprocess.Popen(
            ["node", str(_install()), "--blobPort", str(self.port), "--location", str(folder),
             "--silent", "--skipApiVersionCheck", "--disableTelemetry"],
            env={**os.environ, "AZURITE_ACCOUNTS": f"{_ACCOUNT}:{_KEY}"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def __enter__(self) -> Self:
        for _ in range(300):
            try:
                assert self._make_container() == 201
            except OSError:
                time.sleep(0.1)
            else:
                return self
        self.__exit__()
        raise TimeoutError

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait()

    @property
    def url(self) -> str:
        """Its address, as `store_url` has it."""
        return f"az://{CONTAINER}/zipper"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which it is reached."""
        return {
            "AZURE_STORAGE_USE_EMULATOR": "true",
            "AZURITE_BLOB_STORAGE_URL": f"http://127.0.0.1:{self.port}",
            "AZURE_STORAGE_ACCOUNT_NAME": _ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": _KEY,
            "AZURE_ALLOW_HTTP": "true",
        }

    def _make_container(self) -> int:
        """Make the container, with a request that the account's key signs."""
        path = f"/{_ACCOUNT}/{CONTAINER}"
        headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
        named = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
        lines = f"PUT{chr(10) * 12}{named}/{_ACCOUNT}{path}\nrestype:container"
        mac = hmac.new(base64.b64decode(_KEY), lines.encode(), hashlib.sha256).digest()
        headers["Authorization"] = f"SharedKey {_ACCOUNT}:{base64.b64encode(mac).decode()}"
        headers["Content-Length"] = "0"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("PUT", f"{path}?restype=container", headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()
