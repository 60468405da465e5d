"""Integrity strings and streams: what the table does not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.errors import IntegrityError
from zipper.npm.integrity import check_data, from_data, from_hex, parse_integrity


@given(st.binary(max_size=200), st.integers(1, 50))
def test_pieces_hash_as_the_whole(data, size):
    """A stream in pieces of any size has the integrity of the whole."""
    hasher = from_data(data).hasher()
    for start in range(0, len(data), size):
        hasher.update(data[start : start + size])

    assert str(hasher.verify()) == str(from_data(data))
    assert hasher.size_bytes == len(data)


@given(st.binary(max_size=50))
def test_text_form_parses_back(data):
    """Writing an integrity and parsing it gives the same value."""
    integrity = from_data(data, algorithms=("sha1", "sha512"))

    assert str(parse_integrity(str(integrity))) == str(integrity)


@given(st.text() | st.none() | st.integers())
def test_junk_is_none_or_an_integrity(junk):
    """Whatever a registry calls an integrity is read or ignored, never an error."""
    integrity = parse_integrity(junk)

    assert integrity is None or integrity.strongest in integrity.hashes


def test_difference_names_both_values():
    """The error tells what was wanted and what was found, and how much of it."""
    wanted = from_data(b"right")
    with pytest.raises(IntegrityError) as caught:
        check_data(b"wrong", wanted)

    assert caught.value.code == "EINTEGRITY"
    assert dict(caught.value.facts) == {
        "wanted": str(wanted),
        "found": str(from_data(b"wrong")),
        "size": "5 bytes",
    }


def test_only_the_strongest_algorithm_decides():
    """A matching sha1 does not excuse a different sha512."""
    weak, strong = from_data(b"a", algorithms=["sha1"]), from_data(b"b")
    with pytest.raises(IntegrityError):
        check_data(b"a", parse_integrity(f"{weak} {strong}"))


def test_nothing_usable_is_an_error_when_checked():
    """Bytes are never taken for verified because there was nothing to verify them with."""
    with pytest.raises(IntegrityError):
        check_data(b"a", parse_integrity("sha9-abc"))


def test_bad_hexadecimal_digest_is_none():
    """A `shasum` that is no hexadecimal text gives no integrity."""
    assert from_hex("xyz", algorithm="sha1") is None
