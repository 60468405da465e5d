"""What names a tarball in the store: its strongest hash, or a hash of several."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest

from zipper.errors import LockfileError
from zipper.store.keys import git_key, parse_key


def sri(algorithm: str, data: bytes) -> str:
    """Return a Subresource Integrity hash."""
    return f"{algorithm}-{b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def digest(algorithm: str, data: bytes) -> str:
    return hashlib.new(algorithm, data).hexdigest()


ONE, TWO = (sri("sha512", data) for data in (b"1", b"2"))
BOTH = hashlib.sha256("".join(sorted(digest("sha512", d) for d in (b"1", b"2"))).encode())


@pytest.mark.parametrize(
    ("integrity", "expected"),
    [
        (ONE, ("sha512", digest("sha512", b"1"))),
        (f" {ONE} ", ("sha512", digest("sha512", b"1"))),
        (f"{ONE} {ONE}", ("sha512", digest("sha512", b"1"))),
        (sri("sha1", b"1"), ("sha1", digest("sha1", b"1"))),
        (f"{sri('sha1', b'1')} {ONE} {sri('sha1', b'2')}", ("sha512", digest("sha512", b"1"))),
        (f"{ONE} {TWO}", ("sha512-any", BOTH.hexdigest())),
        (f"{TWO} {ONE}", ("sha512-any", BOTH.hexdigest())),
    ],
)
def test_the_strongest_hash_names_a_tarball(integrity: str, expected: tuple[str, str]) -> None:
    """Of several of one strength it is one of them all, in any order."""
    assert expected == parse_key(integrity, what="a@1.0.0")


def test_a_digest_that_is_too_long_names_no_file() -> None:
    """No file can be called so; it is hashed like several."""
    long = b"x" * 65
    integrity = f"sha512-{b64encode(long).decode()}"

    expected = hashlib.sha256(long.hex().encode()).hexdigest()
    assert ("sha512-any", expected) == parse_key(integrity, what="a@1.0.0")


@pytest.mark.parametrize("text", ["", "sha512", "nothing-AAAA", "sha512-"])
def test_what_is_no_integrity_is_refused(text: str) -> None:
    """The error has the package, and how a new lockfile is made."""
    with pytest.raises(LockfileError, match=r"`a@1\.0\.0` has an integrity") as raised:
        parse_key(text, what="a@1.0.0")

    assert "ELOCKFILE" == raised.value.code
    assert "zipper resolve" in (raised.value.hint or "")


def test_a_commit_names_what_is_in_it() -> None:
    """Any text is one, also what is no UTF-8."""
    address = "git+ssh://h.example/x.git#é\udcff"

    key = git_key(address)

    assert ("git", hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()) == key
