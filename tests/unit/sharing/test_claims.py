"""Names and bytes of what a shared store holds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.sharing.claims import (
    Claim,
    SignerScope,
    claim_folder,
    claim_name,
    decode_claim,
    encode_claim,
    split_signed,
    tarball_name,
    zip_name,
)
from zipper.store.keys import StoreKey

KEY = StoreKey("sha512", "3c" + "0" * 126)
SCOPE = SignerScope("acme/app", "refs/heads/main", "release.yml")
CLAIM = Claim(KEY, "a", "1.0.0", "4-x-6", "9a" + "1" * 62, 10, 0.5, SCOPE, 100, 200)


def test_names_say_the_hash() -> None:
    """A blob is named after its algorithm and digest, below the first two digits."""
    assert tarball_name(KEY) == f"tarball/sha512/3c/{KEY.digest}"
    assert zip_name(CLAIM.digest) == f"zip/sha256/9a/{CLAIM.digest}"


@pytest.mark.parametrize("algorithm", ["sha1", "md5", "git", "sha512-any"])
def test_weak_keys_have_no_name(algorithm: str) -> None:
    """What a weak hash, or none of the bytes, names is not shared."""
    assert tarball_name(StoreKey(algorithm, "0" * 40)) is None


@pytest.mark.parametrize(
    "other",
    [
        {"label": "a@1.0.1"},
        {"signer": "q"},
        {"scope": SCOPE._replace(ref="refs/pull/1/merge")},
        {"scope": SCOPE._replace(repository="evil/app")},
        {"scope": SCOPE._replace(workflow="x.yml")},
    ],
)
def test_each_claim_has_its_own_name(other: dict) -> None:
    """Claims of other packages, signers and scopes lie beside each other."""
    whole = {"label": "a@1.0.0", "signer": "p", "scope": SCOPE}

    names = {claim_name("c", KEY, **whole), claim_name("c", KEY, **{**whole, **other})}

    assert len(names) == 2
    assert all(name.startswith(claim_folder("c", KEY)) for name in names)


@given(st.text(), st.text(), st.integers(0), st.floats(0, 1e9))
def test_a_claim_comes_back(package: str, ref: str, size: int, seconds: float) -> None:
    """Whatever its texts and numbers are, a claim is what was encoded."""
    claim = CLAIM._replace(
        package=package, scope=SCOPE._replace(ref=ref), size_bytes=size, seconds=seconds
    )

    assert decode_claim(encode_claim(claim)) == claim


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"size_bytes": "10"},
        {"size_bytes": True},
        {"seconds": 1},
        {"scope": ["a", "b"]},
        {"scope": ["a", "b", 3]},
        {"tarball": "sha512"},
        {"more": 1},
        {"package": None},
    ],
)
def test_other_forms_are_no_claims(change: dict) -> None:
    """A field that is another than it should be makes it no claim."""
    row = {**json.loads(encode_claim(CLAIM)), **change}

    assert decode_claim(json.dumps(row).encode()) is None


@pytest.mark.parametrize("data", [b"", b"[", b"[]", b"1", b"\xff", b"[" * 100_000])
def test_other_texts_are_no_claims(data: bytes) -> None:
    """What is no JSON object is no claim."""
    assert decode_claim(data) is None


@pytest.mark.parametrize("data", [b"", b"ab\n{}", b"zz" * 64 + b"\n{}", b"\xff\n"])
def test_what_has_no_signature_is_not_split(data: bytes) -> None:
    """The first line has to be a signature's 64 bytes."""
    assert split_signed(data) is None
    assert split_signed(b"ab" * 64 + b"\n{}") == (b"\xab" * 64, b"{}")
