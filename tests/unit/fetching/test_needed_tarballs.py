"""What nodes want of the store, and under which key it is found."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest

from zipper.errors import LockfileError
from zipper.fetching.needed_tarballs import find_weak_integrity, want
from zipper.npm.integrity import parse_integrity
from zipper.store.keys import key_of, parse_key
from zipper.tree.model import Node

DATA = b"a tarball"


def integrity(algorithm: str, data: bytes = DATA) -> str:
    return f"{algorithm}-{b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def node(text: str | None, **fields: object) -> Node:
    return Node(location="node_modules/a", name="a", version="1.0.0", integrity=text, **fields)


def test_key_is_the_strongest_hash() -> None:
    """Of several algorithms the strongest names the package."""
    found = want(node(f"{integrity('sha1')} {integrity('sha512')} {integrity('sha256')}"))

    assert found is not None
    assert ("sha512", hashlib.sha512(DATA).hexdigest()) == found.key
    assert ("a@1.0.0", "a") == (found.label, found.package_name)


def test_several_hashes_of_one_strength_have_a_key_of_their_own() -> None:
    """What one hash of two vouches for is not found under that hash alone."""
    one, other = integrity("sha512"), integrity("sha512", b"other")
    keys = [want(node(text)) for text in (one, f"{one} {other}", f"{other} {one}")]

    first, both, again = (item.key for item in keys if item is not None)
    assert first != both
    assert both == again
    assert "sha512-any" == both.algorithm


@pytest.mark.parametrize("end", ["", "\n", " ", "?option", "==", f" {integrity('sha1')}"])
@pytest.mark.parametrize("digit", "AQgw+/z")
def test_usual_integrity_is_read_as_any(digit: str, end: str) -> None:
    """One sha512 in full length, the bits that its last digit has too many of included."""
    text = f"sha512-{integrity('sha512')[7:-3]}{digit}=={end}"
    parsed = parse_integrity(text)

    assert parsed is not None
    assert key_of(parsed) == parse_key(text, what="a")


def test_no_integrity_is_nothing_yet() -> None:
    """Without integrity nothing is wanted until somebody tells one."""
    assert None is want(node(None))
    told = want(node(None), integrity("sha512"))
    assert told is not None
    assert hashlib.sha512(DATA).hexdigest() == told.key.digest


@pytest.mark.parametrize("text", ["sha512", "crc32-AAAA", "sha512-", "../../etc/passwd", "?"])
def test_integrity_that_is_none(text: str) -> None:
    """A text that npm cannot read either is ELOCKFILE, and names the node."""
    with pytest.raises(LockfileError, match="node_modules/a") as raised:
        want(node(text))

    assert "ELOCKFILE" == raised.value.code


def test_commits_vouch_for_themselves() -> None:
    """A git dependency needs no integrity: the commit's name is one."""
    resolved = "git+ssh://git@host.example/a.git#" + "ab" * 20
    first = want(node(None, resolved=resolved))
    other = want(node(None, resolved=resolved.replace("ab", "cd")))

    assert first is not None
    assert other is not None
    assert "git" == first.key.algorithm
    assert first.key != other.key


@pytest.mark.parametrize("committish", ["", "#main", "#abc1234", "#semver:^1", "#" + "xy" * 20])
def test_a_branch_vouches_for_nothing(committish: str) -> None:
    """What a lockfile names must be a whole commit, or the store would keep a branch for ever."""
    with pytest.raises(LockfileError, match="names no commit of `a`") as raised:
        want(node(None, resolved=f"git+https://user:secret@host.example/a.git{committish}"))

    assert "ELOCKFILE" == raised.value.code
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("algorithm", "weak"), [("sha512", False), ("sha384", False), ("sha256", False), ("sha1", True)]
)
def test_weak_algorithms_are_told(algorithm: str, weak: bool) -> None:
    """Only sha1 and md5 give a finding."""
    found = want(node(integrity(algorithm)))

    assert found is not None
    finding = find_weak_integrity({"node_modules/a": found})
    assert weak == (finding is not None and finding.code == "integrity-weak")


def test_weak_algorithms_are_told_once() -> None:
    """However many packages there are, one finding names some and says what mends all."""
    found = want(node(integrity("sha1")))
    assert found is not None
    many = {
        f"node_modules/p{number}": found._replace(label=f"p{number}@1.0.0") for number in range(24)
    }

    finding = find_weak_integrity(many)

    assert finding is not None
    assert "p0@1.0.0, p10@1.0.0, p11@1.0.0, p12@1.0.0, p13@1.0.0 and 19 more" in finding.message
    assert "--update-all" in finding.hint
    one = find_weak_integrity({"node_modules/@s/a": found})
    assert one is not None
    assert "resolve --update @s/a`" in one.hint
