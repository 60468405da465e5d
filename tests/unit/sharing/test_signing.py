"""Keys that sign claims."""

from __future__ import annotations

import pytest

from zipper.errors import UsageError
from zipper.sharing.signing import make_key, public_of, read_secret, sign, verify


def test_only_what_was_signed_is_verified() -> None:
    """Another text, another key and another signature are none."""
    pair, other = make_key(), make_key()
    signature = sign(pair.secret, b"claim")

    assert verify(pair.public, b"claim", signature)
    assert not verify(pair.public, b"claims", signature)
    assert not verify(other.public, b"claim", signature)
    assert not verify(pair.public, b"claim", bytes(64))
    assert pair.public == public_of(pair.secret) != other.public


def test_a_key_is_found_in_its_file() -> None:
    """A line's end, and what stands around it, do not matter."""
    secret = make_key().secret

    assert read_secret(f"# main\n{secret}\r\n") == secret


@pytest.mark.parametrize("text", ["", "zipper-secret-abc", "zipper-public-" + "ab" * 32])
def test_what_is_no_key_is_not_shown(text: str) -> None:
    """An error about a key shows nothing of what was there."""
    with pytest.raises(UsageError, match="no secret key") as caught:
        read_secret(text)

    assert text == "" or text not in str(caught.value)


def test_two_keys_are_none() -> None:
    """Which of two is meant is not guessed."""
    with pytest.raises(UsageError, match="2 secret keys"):
        read_secret(f"{make_key().secret}\n{make_key().secret}")
