"""A registry's own key, with which it signs what it has published."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.registry_server import RegistryServer

__all__ = ["Signer"]

_crypto = pytest.importorskip("cryptography", reason="the extra `signatures` is not installed")

from cryptography.hazmat.primitives import serialization  # noqa: E402  (skips where it is absent)
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.hazmat.primitives.hashes import SHA256  # noqa: E402


class Signer:
    """A new P-256 key; `curve` for one of another kind."""

    def __init__(
        self, keyid: str = "SHA256:test", *, curve: ec.EllipticCurve | None = None
    ) -> None:
        self.keyid = keyid
        self._key = ec.generate_private_key(curve or ec.SECP256R1())

    def describe(self, expires: str | None = None) -> dict:
        """Return the public key as `-/npm/v1/keys` has it."""
        der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {
            "keyid": self.keyid,
            "keytype": "ecdsa-sha2-nistp256",
            "scheme": "ecdsa-sha2-nistp256",
            "key": base64.b64encode(der).decode(),
            "expires": expires,
        }

    def sign(self, text: str) -> dict:
        """Return one of `dist.signatures`."""
        signature = self._key.sign(text.encode(), ec.ECDSA(SHA256()))
        return {"keyid": self.keyid, "sig": base64.b64encode(signature).decode()}

    def sign_all(self, registry: RegistryServer, *, expires: str | None = None) -> None:
        """Publish the key, and sign every version of `registry`."""
        registry.documents["/-/npm/v1/keys"] = {"keys": [self.describe(expires)]}
        for name, packument in registry.packuments.items():
            for version, manifest in packument["versions"].items():
                text = f"{name}@{version}:{manifest['dist']['integrity']}"
                manifest["dist"]["signatures"] = [self.sign(text)]
