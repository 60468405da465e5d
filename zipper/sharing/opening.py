"""From the options to a shared store: whose claims count, who signs, where it is.

In: the options' texts and the environment. Out: a `Sharing`, and the store itself when the first
package is missing. Effects: reads the key's file.
"""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import UsageError
from zipper.named_tuple import NamedTuple
from zipper.sharing.acceptance import Accepted, find_scope, parse_accepted, parse_scope
from zipper.sharing.signing import SECRET, read_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.sharing.claims import SignerScope
    from zipper.sharing.shared_store import SharedStore

__all__ = ["Sharing", "open_shared_store", "read_sharing"]

_NEEDED: Final = ("obstore", "cryptography")


class Sharing(NamedTuple):
    """How packages are shared."""

    url: str
    accepted: tuple[Accepted, ...]
    secret: str | None
    """The key that signs; None on machines that sign nothing."""
    scope: SignerScope | None
    """What is signed for; there where `secret` is."""


def read_sharing(
    url: str,
    *,
    accept: Sequence[str],
    key: str | None,
    scope: str | None,
    environ: Mapping[str, str],
) -> Sharing:
    """Return how to share; everything about trust is judged here, whether it is needed or not.

    Args:
        url: of the store.
        accept: whose claims count; see `zipper.sharing.acceptance`.
        key: the secret key, or the file that it is in.
        scope: what is signed for; None for what the CI runner's variables say.
        environ: the process's variables.

    Raises:
        UsageError: EUSAGE for what cannot be used, or a library that is not installed.
    """
    accepted = tuple(parse_accepted(text) for text in accept)
    absent = [name for name in _NEEDED if find_spec(name) is None]
    if absent:
        raise UsageError(
            "EUSAGE",
            f"`store_url` needs the package `{absent[0]}`, which is not installed",
            hint="install it: `pip install zipper-nodejs[store]`",
        )
    unlisted = [one for one in accepted if not one.is_exact] if url.startswith("https:") else []
    if unlisted:
        raise UsageError(
            "EUSAGE",
            "`store_accept` has a `*`, and nothing can be listed at an `https://` address",
            hint="write the scope out, or read the store at its own address, such as `s3://`",
        )
    if key is None:
        return Sharing(url, accepted, None, None)
    secret = _read_key(key)
    signs_for = find_scope(environ) if scope is None else parse_scope(scope)
    if signs_for is None:
        raise UsageError(
            "EUSAGE",
            "`store_key` is given, and nothing says what it signs for",
            hint='say it: `store_scope = "repository=acme/app ref=refs/heads/main '
            'workflow=release.yml"`',
        )
    return Sharing(url, accepted, secret, signs_for)


def _read_key(key: str) -> str:
    if key.startswith(SECRET):
        return read_secret(key)
    try:
        return read_secret(Path(key).read_text("utf-8", "replace"))
    except OSError as cause:
        raise UsageError(
            "EUSAGE",
            f"cannot read `store_key`: {cause.strerror or cause}",
            hint="give the key itself, or the path of the file that `zipper store keygen` wrote",
        ) from cause


def open_shared_store(sharing: Sharing, *, codec: str, environ: Mapping[str, str]) -> SharedStore:
    """Return the store; nothing is requested yet.

    Raises:
        UsageError: EUSAGE for an address that cannot be used.
    """
    from zipper.sharing.objects import open_objects  # noqa: PLC0415  (cold builds alone)
    from zipper.sharing.shared_store import SharedStore, Signer  # noqa: PLC0415  (the same)

    signer = None
    if sharing.secret is not None and sharing.scope is not None:
        signer = Signer(sharing.secret, sharing.scope)
    return SharedStore(
        open_objects(sharing.url, environ=environ),
        codec=codec,
        accepted=sharing.accepted,
        signer=signer,
        clock=time.time,
    )
