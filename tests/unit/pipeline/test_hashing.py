"""The hash of a package, worked out beside the checks."""

from __future__ import annotations

import base64
import hashlib

from zipper.pipeline.hashing import Hashing


def test_hash_is_lambdas() -> None:
    """It is the SHA-256 of all bytes, in base64, however often it is asked for."""
    data = bytes(range(256)) * 5_000
    expected = base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")

    hashing = Hashing(memoryview(data))

    assert [expected, expected] == [hashing.code_sha256(), hashing.code_sha256()]
