"""The hash of a package, worked out beside the checks: hashing leaves Python's lock to them."""

from __future__ import annotations

import base64
import hashlib
import threading

__all__ = ["Hashing"]


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
