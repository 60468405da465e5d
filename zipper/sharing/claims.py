"""What a shared store holds: blobs, which their own hash verifies, and claims, which a key signs.

In: values. Out: the names and the bytes of objects, and the values again. Pure.

    tarball/sha512/3c/3cf6...e1                      a tarball, by its integrity
    zip/sha256/9a/9a41...07                          a store zip, by its own SHA-256
    claim/4-libdeflate-0.25-6/sha512/3c/3cf6...e1/5d10...   this tarball gives that store zip

A tarball proves itself: the lockfile has its hash. That a store zip was made of this tarball cannot
be seen by it, so that a claim says so, and for whom it was made. A claim is two lines: the
signature in hexadecimal, and what is signed, as JSON.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from zipper.named_tuple import NamedTuple
from zipper.store.keys import StoreKey

__all__ = [
    "CLAIM_MAX_BYTES",
    "Claim",
    "SignerScope",
    "claim_folder",
    "claim_name",
    "claim_root",
    "decode_claim",
    "encode_claim",
    "split_signed",
    "tarball_name",
    "zip_name",
]

_FORMAT: Final = 1

CLAIM_MAX_BYTES: Final = 1 << 14
"""A longer object is no claim: a name has 214 characters, a ref a few hundred."""

_SIGNATURE_BYTES: Final = 64

_SHARED: Final = frozenset({"sha512", "sha384", "sha256"})
"""Hashes that prove a tarball: of sha1, collisions can be made; commits have names, no hashes."""


class SignerScope(NamedTuple):
    """Who signs: a repository, a ref of it, and the workflow that runs. No part is empty."""

    repository: str
    ref: str
    workflow: str


class Claim(NamedTuple):
    """That a tarball gives a store zip."""

    tarball: StoreKey
    package: str
    version: str
    codec: str
    """The folder of the store: its format, the codec with its version, and the level."""
    digest: str
    """SHA-256 of the store zip, in hexadecimal."""
    size_bytes: int
    seconds: float
    """Processor time that fetching, unpacking and deflating took the signer."""
    scope: SignerScope
    made: int
    """Unix time."""
    expires: int


def tarball_name(key: StoreKey) -> str | None:
    """Return the name of a tarball's blob; None where its key proves nothing."""
    if key.algorithm not in _SHARED:
        return None
    return f"tarball/{key.algorithm}/{key.digest[:2]}/{key.digest}"


def zip_name(digest: str) -> str:
    """Return the name of a store zip's blob."""
    return f"zip/sha256/{digest[:2]}/{digest}"


def claim_root(codec: str) -> str:
    """Return the folder of all claims about one codec's store zips, with a slash at its end."""
    return f"claim/{codec}/"


def claim_folder(codec: str, key: StoreKey) -> str:
    """Return the folder of all claims about one tarball, with a slash at its end."""
    return f"{claim_root(codec)}{key.algorithm}/{key.digest[:2]}/{key.digest}/"


def claim_name(codec: str, key: StoreKey, *, label: str, signer: str, scope: SignerScope) -> str:
    """Return the name of the claim of one signer for one scope; `label` is `name@version`."""
    text = "\n".join((signer, label, *scope)).encode("utf-8", "surrogatepass")
    return claim_folder(codec, key) + hashlib.sha256(text).hexdigest()[:32]


def encode_claim(claim: Claim) -> bytes:
    """Return what is signed."""
    row = {**claim._asdict(), "format": _FORMAT, "tarball": [*claim.tarball]}
    row["scope"] = [*claim.scope]
    return json.dumps(row, sort_keys=True, separators=(",", ":")).encode("ascii")


def split_signed(data: bytes) -> tuple[bytes, bytes] | None:
    """Return the signature and what is signed; None where `data` is no claim."""
    line, _, body = data.partition(b"\n")
    try:
        signature = bytes.fromhex(line.decode("ascii"))
    except ValueError:
        return None
    return (signature, body) if len(signature) == _SIGNATURE_BYTES else None


def decode_claim(body: bytes) -> Claim | None:
    """Return the claim in what is signed; None where it has another form."""
    try:
        row = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict) or row.pop("format", None) != _FORMAT:
        return None
    kinds = {"tarball": list, "scope": list, "size_bytes": int, "made": int, "expires": int}
    kinds["seconds"] = float
    if set(row) != set(Claim._fields) or not all(
        type(row[name]) is kinds.get(name, str) for name in row
    ):
        return None
    tarball, scope = row.pop("tarball"), row.pop("scope")
    if not (_are_texts(tarball, 2) and _are_texts(scope, 3)):
        return None
    return Claim(tarball=StoreKey(*tarball), scope=SignerScope(*scope), **row)


def _are_texts(values: list[object], count: int) -> bool:
    return len(values) == count and all(isinstance(value, str) for value in values)
