"""Whose claims count."""

from __future__ import annotations

import pytest

from zipper.errors import UsageError
from zipper.sharing.acceptance import find_scope, is_current, parse_accepted, parse_scope
from zipper.sharing.claims import Claim, SignerScope
from zipper.store.keys import StoreKey

KEY = "zipper-public-" + "a1" * 32
MAIN = SignerScope("acme/app", "refs/heads/main", "release.yml")
TEXT = "repository=acme/app ref=refs/heads/main workflow=release.yml"


@pytest.mark.parametrize(
    ("pattern", "ref", "counts"),
    [
        ("refs/heads/main", "refs/heads/main", True),
        ("refs/heads/main", "refs/heads/main2", False),
        ("refs/heads/main", "refs/pull/1/merge", False),
        ("refs/heads/release/*", "refs/heads/release/1", True),
        ("refs/heads/release/*", "refs/heads/main", False),
        ("refs/heads/[m]ain", "refs/heads/main", False),
        ("refs/heads/mai?", "refs/heads/main", False),
        ("*", "refs/pull/1/merge", True),
    ],
)
def test_a_ref_counts_by_its_pattern(pattern: str, ref: str, *, counts: bool) -> None:
    """`*` stands for anything, and every other letter for itself."""
    found = parse_accepted(f"{KEY} repository=acme/app ref={pattern} workflow=release.yml")

    assert found.takes(MAIN._replace(ref=ref)) is counts
    assert found.is_exact is ("*" not in pattern)


@pytest.mark.parametrize("part", ["repository", "ref", "workflow"])
def test_every_part_counts(part: str) -> None:
    """A claim of another repository, ref or workflow does not count."""
    found = parse_accepted(f"{KEY} {TEXT}")

    assert found.takes(MAIN)
    assert not found.takes(MAIN._replace(**{part: "other"}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "public key"),
        ("abc " + TEXT, "public key"),
        (KEY[:-1] + " " + TEXT, "public key"),
        (KEY, "repository and ref and workflow"),
        (f"{KEY} repository=a ref=b", "workflow"),
        (f"{KEY} {TEXT} ref=x", "ref=x"),
        (f"{KEY} {TEXT} branch=x", "branch=x"),
        (f"{KEY} repository=a ref= workflow=c", "ref="),
        (f"{KEY} repository=a ref workflow=c", "ref"),
    ],
)
def test_what_cannot_be_read_is_an_error(text: str, words: str) -> None:
    """Nothing about trust is guessed."""
    with pytest.raises(UsageError) as caught:
        parse_accepted(text)

    assert caught.value.code == "EUSAGE"
    assert words in caught.value.message


def test_a_secret_key_is_not_shown() -> None:
    """Who lists the secret half by mistake learns so, and nobody else learns the key."""
    secret = "zipper-secret-" + "a1" * 32

    with pytest.raises(UsageError, match="secret key") as caught:
        parse_accepted(f"{secret} {TEXT}")

    assert "a1a1" not in str(caught.value)


def test_a_signer_has_one_scope() -> None:
    """What is signed for has no `*`."""
    assert parse_scope(TEXT) == MAIN
    with pytest.raises(UsageError, match=r"`\*`"):
        parse_scope("repository=acme/app ref=* workflow=release.yml")


@pytest.mark.parametrize(
    ("environ", "scope"),
    [
        (
            {
                "GITHUB_REPOSITORY": "acme/app",
                "GITHUB_REF": "refs/heads/main",
                "GITHUB_WORKFLOW_REF": "acme/app/.github/workflows/release.yml@refs/heads/main",
            },
            MAIN,
        ),
        (
            {
                "CI_PROJECT_PATH": "acme/app",
                "CI_COMMIT_REF_NAME": "main",
                "CI_CONFIG_PATH": ".gitlab-ci.yml",
            },
            SignerScope("acme/app", "main", ".gitlab-ci.yml"),
        ),
        ({"GITHUB_REPOSITORY": "acme/app", "GITHUB_REF": "refs/heads/main"}, None),
        ({}, None),
    ],
)
def test_a_runner_says_its_scope(environ: dict[str, str], scope: SignerScope | None) -> None:
    """The variables of CI runners give the scope, all of them together or not at all."""
    assert find_scope(environ) == scope


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (1_000_000, True),
        (1_000_000 - 86_400, True),
        (1_000_000 - 86_401, False),
        (2_000_000 + 86_399, True),
        (2_000_000 + 86_400, False),
    ],
)
def test_clocks_may_differ_by_a_day(now: int, *, holds: bool) -> None:
    """A claim holds from the day before it was made to the day after it ends."""
    key = StoreKey("sha512", "0" * 128)
    claim = Claim(key, "a", "1", "c", "d", 1, 0.0, MAIN, 1_000_000, 2_000_000)

    assert is_current(claim, now) is holds
