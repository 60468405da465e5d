"""From options to a shared store: everything about trust is judged before anything is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zipper.errors import UsageError
from zipper.sharing.claims import SignerScope
from zipper.sharing.opening import Sharing, read_sharing
from zipper.sharing.signing import make_key

if TYPE_CHECKING:
    from pathlib import Path

PAIR = make_key()
TEXT = f"{PAIR.public} repository=acme/app ref=refs/heads/main workflow=release.yml"
SCOPE = "repository=acme/app ref=refs/heads/main workflow=release.yml"
RUNNER = {
    "GITHUB_REPOSITORY": "acme/other",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_WORKFLOW_REF": "acme/other/.github/workflows/x.yml@refs/heads/main",
}


def read(url: str = "s3://b/f", **changes: object) -> Sharing:
    given = {"accept": (TEXT,), "key": None, "scope": None, "environ": {}}
    return read_sharing(url, **{**given, **changes})


def test_a_reader_signs_nothing() -> None:
    """Without a key there is no signer, whatever runner it is."""
    found = read(environ=RUNNER)

    assert (found.secret, found.scope, len(found.accepted)) == (None, None, 1)


def test_the_scope_that_is_said_counts(tmp_path: Path) -> None:
    """What is said wins over what the runner's variables say; the key may be in a file."""
    file = tmp_path / "key"
    file.write_text(PAIR.secret + "\n")

    assert read(key=PAIR.secret, environ=RUNNER).scope == SignerScope(
        "acme/other", "refs/heads/main", "x.yml"
    )
    found = read(key=str(file), scope=SCOPE, environ=RUNNER)
    assert found.scope == SignerScope("acme/app", "refs/heads/main", "release.yml")
    assert found.secret == PAIR.secret


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"accept": (TEXT, "x")}, "public key"),
        ({"key": PAIR.secret}, "nothing says what it signs for"),
        ({"key": PAIR.secret, "scope": "ref=x"}, "does not say its repository and workflow"),
        ({"key": "/nowhere/key", "scope": SCOPE}, "cannot read `store_key`"),
        ({"key": "zipper-secret-12", "scope": SCOPE}, "no secret key"),
        ({"url": "https://a.example/", "accept": (TEXT.replace("main", "*"),)}, "nothing can be"),
    ],
)
def test_what_cannot_be_used_is_an_error(changes: dict, words: str) -> None:
    """A setting about trust is right or an error."""
    with pytest.raises(UsageError) as caught:
        read(**changes)

    assert words in caught.value.message
