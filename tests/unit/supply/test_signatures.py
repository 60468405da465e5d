"""Registry signatures, against keys that are made here."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.support.signing import Signer, ec
from zipper.errors import IntegrityError, RegistryError
from zipper.supply.signatures import Signed, parse_keys, verify_signatures

SIGNER = Signer()
GOOD = Signed(
    name="a",
    version="1.0.0",
    integrity="sha512-abc",
    published="2024-01-01T00:00:00.000Z",
    signatures=[SIGNER.sign("a@1.0.0:sha512-abc")],
)


def keys_of(*signers: Signer, expires: str | None = None):
    text = json.dumps({"keys": [signer.describe(expires) for signer in signers]})
    return {key.keyid: key for key in parse_keys(text.encode())}


def test_signature_of_name_version_and_integrity_is_good():
    """What the registry signed passes, also where a key has expired since."""
    verify_signatures(GOOD, keys_of(SIGNER))
    verify_signatures(GOOD, keys_of(SIGNER, expires="2025-01-01T00:00:00.000Z"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": "1.0.1"}, "EINTEGRITYSIGNATURE"),
        ({"name": "b"}, "EINTEGRITYSIGNATURE"),
        ({"integrity": "sha512-abd"}, "EINTEGRITYSIGNATURE"),
        ({"signatures": [{"keyid": "SHA256:test", "sig": "AAAA"}]}, "EINTEGRITYSIGNATURE"),
        ({"signatures": [{"keyid": "SHA256:test", "sig": None}]}, "EINTEGRITYSIGNATURE"),
        ({"signatures": [*GOOD.signatures, {"keyid": "other"}]}, "EMISSINGSIGNATUREKEY"),
        ({"signatures": ["text"]}, "EMISSINGSIGNATUREKEY"),
        ({"signatures": []}, "EUNSIGNED"),
        ({"signatures": None}, "EUNSIGNED"),
        ({"signatures": "text"}, "EUNSIGNED"),
    ],
)
def test_everything_else_is_refused(change, code):
    """Each other name, version, integrity and signature has npm's own code."""
    with pytest.raises(IntegrityError) as caught:
        verify_signatures(replace(GOOD, **change), keys_of(SIGNER))

    assert code == caught.value.code


def test_key_that_had_expired():
    """A version that was published after its key expired is refused."""
    with pytest.raises(IntegrityError) as caught:
        verify_signatures(GOOD, keys_of(SIGNER, expires="2023-12-31T00:00:00.000Z"))

    assert "EEXPIREDSIGNATUREKEY" == caught.value.code


def test_key_of_another_curve():
    """Only P-256 counts, although the signature is right."""
    signer = Signer(curve=ec.SECP384R1())
    signed = replace(GOOD, signatures=[signer.sign("a@1.0.0:sha512-abc")])
    with pytest.raises(IntegrityError) as caught:
        verify_signatures(signed, keys_of(signer))

    assert "EINTEGRITYSIGNATURE" == caught.value.code


def test_odd_keys_are_left_out():
    """An entry that is no key is as if it were not there; what is no list at all is refused."""
    rows = [1, {}, {"keyid": "a"}, {"keyid": "a", "key": "no base64 !"}, SIGNER.describe()]

    assert ["SHA256:test"] == [key.keyid for key in parse_keys(json.dumps({"keys": rows}).encode())]
    for text in (b"", b"[]", b'{"keys": 1}', b'"keys"', b"[" * 100_000):
        with pytest.raises(RegistryError, match="EKEYS"):
            parse_keys(text)
