"""How an integrity, or a git commit, names a store zip."""

from __future__ import annotations

import hashlib
import re
from binascii import a2b_base64
from typing import TYPE_CHECKING, Final

from zipper.errors import LockfileError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from zipper.npm.integrity import Integrity

__all__ = ["StoreKey", "git_key", "key_of", "parse_key"]


class StoreKey(NamedTuple):
    """The hash that names a tarball: algorithm, and digest in lower-case hexadecimal."""

    algorithm: str
    digest: str


_USUAL: Final = re.compile(r"sha512-([A-Za-z0-9+/]{86}==)")
"""What nearly every entry of a lockfile has: read as any integrity it takes six times as long."""

_DIGITS_MAX: Final = 128
"""Of a sha512; what is longer is no digest, nothing has it, and no file can be called so."""


def key_of(integrity: Integrity) -> StoreKey:
    """Return the store's key: the strongest hash; for several of one strength, a hash of them all.

    Bytes that agree with one of two hashes must not be found under the other one alone.
    """
    algorithm = integrity.strongest
    digests = sorted({item.hex_digest for item in integrity.hashes[algorithm]})
    if len(digests) == 1 and len(digests[0]) <= _DIGITS_MAX:
        return StoreKey(algorithm, digests[0])
    joined = hashlib.sha256("".join(digests).encode()).hexdigest()
    return StoreKey(f"{algorithm}-any", joined)


def git_key(resolved: str) -> StoreKey:
    """Return the store's key for a commit, whose name vouches for what is in it."""
    return StoreKey("git", hashlib.sha256(resolved.encode("utf-8", "surrogateescape")).hexdigest())


def parse_key(text: str, *, what: str) -> StoreKey:
    """Return the store's key for an integrity string.

    Raises:
        LockfileError: ELOCKFILE, naming `what`, for a text that npm cannot read either.
    """
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        return StoreKey("sha512", a2b_base64(usual[1]).hex())
    from zipper.npm.integrity import parse_integrity  # noqa: PLC0415  (most are of the usual form)

    parsed = parse_integrity(text)
    if parsed is None:
        raise LockfileError(
            "ELOCKFILE",
            f"`{what}` has an integrity that cannot be read: {text[:100]!r}",
            hint="write a new lockfile: `python -m zipper resolve`",
        )
    return key_of(parsed)
