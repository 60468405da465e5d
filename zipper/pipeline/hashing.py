"""The hash of a package, worked out beside the checks: hashing leaves Python's lock to them."""

from __future__ import annotations

import base64
import hashlib
import threading
from pathlib import Path

from zipper.files import map_file

__all__ = ["Hashing", "hash_file"]


class Hashing:
    """The SHA-256 of some bytes, begun when it is made."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._digest = b""
        self._thread = threading.Thread(target=self._hash, name="zipper-hash")
        self._thread.start()

    def code_sha256(self) -> str:
        """Return the hash in base64, as Lambda reports it; waits until it is there."""
        self._thread.join()
        return base64.b64encode(self._digest).decode("ascii")

    def _hash(self) -> None:
        self._digest = hashlib.sha256(self._data).digest()


def hash_file(path: str) -> str:
    """Return the SHA-256 of a file in hexadecimal; empty where there is none.

    Raises:
        OSError: where it is there and cannot be read.
    """
    data = map_file(Path(path))
    return "" if data is None else hashlib.sha256(data).hexdigest()
