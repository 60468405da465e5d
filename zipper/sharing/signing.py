"""Keys that sign claims: Ed25519, with `cryptography` (extra `store`).

In: texts. Out: keys, signatures, verdicts. A secret key is `zipper-secret-` and 64 hexadecimal
digits, a public one `zipper-public-` and as many.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from zipper.errors import UsageError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["PUBLIC", "SECRET", "KeyPair", "make_key", "public_of", "read_secret", "sign", "verify"]

SECRET: Final = "zipper-secret-"  # noqa: S105  (what such a key begins with)
PUBLIC: Final = "zipper-public-"

_CONTEXT: Final = b"zipper claim 1\n"
"""Precedes what is signed, so that no signature made for something else is one of a claim."""

_SECRET_KEY: Final = re.compile(rf"{SECRET}([0-9a-f]{{64}})")


class KeyPair(NamedTuple):
    """A secret key and the public one that belongs to it, as texts."""

    secret: str
    public: str


def make_key() -> KeyPair:
    """Return a new key.

    Raises:
        UsageError: ENOCRYPTOGRAPHY.
    """
    secret = SECRET + _library().Ed25519PrivateKey.generate().private_bytes_raw().hex()
    return KeyPair(secret, public_of(secret))


def read_secret(text: str) -> str:
    """Return the secret key in a text, which may have more lines, as `store keygen` writes them.

    Raises:
        UsageError: EUSAGE for a text with none, or with two; nothing of it is shown.
    """
    found = _SECRET_KEY.findall(text)
    if len(found) != 1:
        raise UsageError(
            "EUSAGE",
            f"`store_key` holds {len(found) or 'no'} secret keys"
            if found
            else "`store_key` holds no secret key",
            hint="make one: `python -m zipper store keygen --into key.txt`",
        )
    return f"{SECRET}{found[0]}"


def public_of(secret: str) -> str:
    """Return the public key of a secret one.

    Raises:
        UsageError: ENOCRYPTOGRAPHY.
    """
    return PUBLIC + _load(secret).public_key().public_bytes_raw().hex()


def sign(secret: str, body: bytes) -> bytes:
    """Return the signature of a claim.

    Raises:
        UsageError: ENOCRYPTOGRAPHY.
    """
    return _load(secret).sign(_CONTEXT + body)


def verify(public: str, body: bytes, signature: bytes) -> bool:
    """Return whether the owner of `public` has signed a claim.

    Raises:
        UsageError: ENOCRYPTOGRAPHY.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  (an extra)

    key = _library().Ed25519PublicKey.from_public_bytes(bytes.fromhex(public[len(PUBLIC) :]))
    try:
        key.verify(signature, _CONTEXT + body)
    except InvalidSignature:
        return False
    return True


def _load(secret: str) -> Ed25519PrivateKey:
    raw = bytes.fromhex(secret[len(SECRET) :])
    key: Ed25519PrivateKey = _library().Ed25519PrivateKey.from_private_bytes(raw)
    return key


def _library() -> Any:  # noqa: ANN401  (a module, which may be absent)
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415  (an extra)
    except ImportError:
        raise UsageError(
            "ENOCRYPTOGRAPHY",
            "claims of a shared store are signed, which needs the package `cryptography`",
            hint="install it: `pip install zipper-nodejs[store]`",
        ) from None
    return ed25519
