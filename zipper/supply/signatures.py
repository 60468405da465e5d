"""The registry's signatures of packages: ECDSA over P-256 of `name@version:integrity`.

In: a version's `dist.signatures` and the registry's published keys. Out: nothing, or the error
that npm has for it. Fetching both is the work of `zipper.supply.signature_check`. The
cryptography is that of the package `cryptography`, which the extra `signatures` brings.

Source: pacote 21 lib/registry.js `manifest`, as npm 11.19.1 ships it; npm's documentation of
registry signatures.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from zipper.errors import IntegrityError, RegistryError, UsageError
from zipper.npm.dates import parse_date

__all__ = ["Signed", "SigningKey", "parse_keys", "verify_signatures"]

_CUTOFF: Final = "2015-01-01T00:00:00.000Z"
"""When a version without a time counts as published; npm's constant."""
_MAX_SIGNATURES: Final = 16


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One of a registry's keys: `der` is its SubjectPublicKeyInfo; `expires` an ISO date."""

    keyid: str
    der: bytes
    expires: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A version as the registry vouches for it.

    Attributes:
        integrity: what was locked, or what the packument says: the text that was signed.
        published: an ISO date, from the packument's `time`.
        signatures: `dist.signatures` as the packument has it.
    """

    name: str
    version: str
    integrity: str
    published: str | None
    signatures: object

    @property
    def label(self) -> str:
        """`name@version`."""
        return f"{self.name}@{self.version}"


def parse_keys(text: bytes) -> tuple[SigningKey, ...]:
    """Return the keys in the answer of `-/npm/v1/keys`; entries of other kinds are left out.

    Raises:
        RegistryError: EKEYS for what is no list of keys.
    """
    try:
        rows = json.loads(text)["keys"]
        found = [row for row in rows if isinstance(row, Mapping)]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RegistryError("EKEYS", "the registry's list of keys cannot be read") from None
    keys = (_parse_key(row) for row in found)
    return tuple(key for key in keys if key is not None)


def verify_signatures(signed: Signed, keys: Mapping[str, SigningKey]) -> None:
    """Return if every signature is the registry's, of this name, version and integrity.

    Raises:
        IntegrityError: EUNSIGNED, EMISSINGSIGNATUREKEY, EEXPIREDSIGNATUREKEY, EINTEGRITYSIGNATURE.
        UsageError: ENOCRYPTOGRAPHY where the package `cryptography` is not installed.
    """
    rows = signed.signatures
    if not isinstance(rows, list) or not rows:
        raise IntegrityError(
            "EUNSIGNED",
            f"`{signed.label}` has no signature of its registry, which signs packages",
            hint="publish it again, or set `verify_signatures` to `warn`",
        )
    for row in rows[:_MAX_SIGNATURES]:
        _verify_one(signed, row if isinstance(row, Mapping) else {}, keys)


def _verify_one(signed: Signed, row: Mapping[str, object], keys: Mapping[str, SigningKey]) -> None:
    keyid = str(row.get("keyid"))
    key = keys.get(keyid)
    if key is None:
        raise _error("EMISSINGSIGNATUREKEY", signed, keyid, "is signed with a key that is unknown")
    published = parse_date(signed.published or _CUTOFF)
    if key.expires and not published < parse_date(key.expires):
        reason = f"was published after its key expired, on {key.expires[:10]}"
        raise _error("EEXPIREDSIGNATUREKEY", signed, keyid, reason)
    if not _is_valid(key, row.get("sig"), f"{signed.label}:{signed.integrity}".encode()):
        raise _error("EINTEGRITYSIGNATURE", signed, keyid, "has a signature that is not its own")


def _is_valid(key: SigningKey, signature: object, message: bytes) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  (an extra)
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            "ENOCRYPTOGRAPHY",
            "verifying signatures needs the package `cryptography`",
            hint="install it: `pip install zipper-nodejs[signatures]`",
        ) from None
    try:
        public = load_der_public_key(key.der)
        if not isinstance(public, ec.EllipticCurvePublicKey):
            return False
        public.verify(base64.b64decode(str(signature), validate=True), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return isinstance(public.curve, ec.SECP256R1)


def _parse_key(row: Mapping[str, object]) -> SigningKey | None:
    keyid, text, expires = row.get("keyid"), row.get("key"), row.get("expires")
    if not isinstance(keyid, str) or not isinstance(text, str):
        return None
    try:
        der = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return SigningKey(keyid, der, expires if isinstance(expires, str) else None)


def _error(code: str, signed: Signed, keyid: str, reason: str) -> IntegrityError:
    return IntegrityError(
        code,
        f"`{signed.label}` {reason}",
        facts=(("integrity", signed.integrity), ("key", keyid)),
        hint="do not use it before its registry has explained this: the tarball may be replaced",
    )
