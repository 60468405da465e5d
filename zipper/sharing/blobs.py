"""Objects of a shared store that are named after their SHA-256, as what workers send each other.

In: bytes, or a digest. Out: a digest, or the bytes, verified: the writer need not be trusted.

    blob/sha256/9a/9a41...07
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zipper.sharing.objects import Objects

__all__ = ["BLOB_MAX_BYTES", "Blobs", "UnfoundError"]

BLOB_MAX_BYTES: Final = 1 << 30
"""Of one object: what memory a worker may need at once."""


class UnfoundError(Exception):
    """A blob that is not there, or is something else."""

    def __init__(self, digest: str, *, is_wrong: bool) -> None:
        super().__init__(digest, is_wrong)
        self.digest = digest
        self.is_wrong = is_wrong


class Blobs:
    """The blobs below one address. Safe for many threads."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    @property
    def can_write(self) -> bool:
        """Whether blobs can be put there at all."""
        return self._objects.can_write

    def put(self, data: bytes, digest: str | None = None, *, replace: bool = False) -> str:
        """Put a blob where none is, and return its digest.

        Args:
            data: the bytes.
            digest: their SHA-256, where it is known.
            replace: put it also where one is, which was seen to be wrong.

        Raises:
            UnreachableError: the store takes nothing, or does not answer.
        """
        digest = digest or hashlib.sha256(data).hexdigest()
        name = _name(digest)
        # What is there need not be sent: a request that says so is short.
        if replace or self._objects.size_of(name) != len(data):
            is_new = self._objects.put(name, data, replace=replace)
            if not is_new and self._objects.size_of(name) != len(data):
                self._objects.put(name, data, replace=True)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the blob with this digest.

        Raises:
            UnfoundError: it is not there, or has another digest.
            UnreachableError: the store does not answer.
        """
        data = self._objects.get(_name(digest), max_bytes=BLOB_MAX_BYTES)
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            raise UnfoundError(digest, is_wrong=data is not None)
        return data


def _name(digest: str) -> str:
    return f"blob/sha256/{digest[:2]}/{digest}"
