"""Auditing a shared store: are its store zips what its tarballs give?

In: the store's address, whose claims count, how many to look at. Out: figures, and each claim that
is wrong. A store zip follows from its tarball to the byte, so that every difference is an alarm.
"""

from __future__ import annotations

import hashlib
import os
import random
from typing import TYPE_CHECKING

from zipper.errors import StoreError, UsageError
from zipper.named_tuple import NamedTuple
from zipper.settings.cache_folder import find_cache_dir
from zipper.sharing.claims import (
    CLAIM_MAX_BYTES,
    Claim,
    claim_root,
    decode_claim,
    split_signed,
    tarball_name,
    zip_name,
)
from zipper.sharing.objects import Objects, UnreachableError, open_objects
from zipper.sharing.opening import read_sharing
from zipper.sharing.shared_store import TARBALL_MAX_BYTES
from zipper.sharing.signing import verify
from zipper.store.extract import extract
from zipper.store.store_zip_format import format_store_zip
from zipper.store.store_zips import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zipper.settings.values import Settings
    from zipper.sharing.acceptance import Accepted

__all__ = ["Audited", "WrongClaim", "audit_store"]


class WrongClaim(NamedTuple):
    """A claim that counts, and is not so."""

    name: str
    """Of the object in the store."""
    package: str
    version: str
    signer: str
    scope: str
    reason: str


class Audited(NamedTuple):
    """What an audit has seen of a shared store."""

    claims: int
    """All that are there for this zipper's store zips."""
    sampled: int
    foreign: int
    """Of the sample, those whose signer or scope does not count here: no build here uses them."""
    without_tarball: int
    """Of the sample, those that cannot be worked out again."""
    sound: int
    wrong: tuple[WrongClaim, ...]


def audit_store(settings: Settings, *, share: float, seed: int | None = None) -> Audited:
    """Work a sample of a shared store's store zips out again, and compare.

    Args:
        settings: with `store_url` and `store_accept`.
        share: of the claims, from 0 to 1; one at least.
        seed: of the choice; None for another one each time.

    Raises:
        UsageError: EUSAGE without an address, or for one that cannot be listed.
        StoreError: ESTORE where the store does not answer.
    """
    url = settings.store_url
    if not url:
        raise UsageError(
            "EUSAGE", "no shared store is named", hint="name it: `--store-url s3://BUCKET/FOLDER`"
        )
    sharing = read_sharing(
        url, accept=settings.store_accept or (), key=None, scope=None, environ=os.environ
    )
    objects = open_objects(url, environ=os.environ)
    if not objects.can_list:
        raise UsageError(
            "EUSAGE",
            "nothing can be listed at an `https://` address",
            hint="name the store by its own address, such as `s3://BUCKET/FOLDER`",
        )
    codec = Store(find_cache_dir(settings.cache_dir)).root.name
    try:
        names = sorted(objects.list_names(claim_root(codec)))
        count = min(len(names), max(1, round(len(names) * share)))
        chooser = random.Random(seed)  # noqa: S311  (a sample)  # nosec B311
        sample = sorted(chooser.sample(names, count))
        return _judge(objects, sharing.accepted, names, sample)
    except UnreachableError as cause:
        raise StoreError(
            "ESTORE",
            f"the shared store `{url}` does not answer: {cause}",
            hint="see `python -m zipper help store` for the variables with its credentials",
        ) from None


def _judge(
    objects: Objects, accepted: Sequence[Accepted], names: Sequence[str], sample: Sequence[str]
) -> Audited:
    foreign = without = sound = 0
    wrong: list[WrongClaim] = []
    for name in sample:
        found = _read_claim(objects, name, accepted)
        if found is None:
            foreign += 1
            continue
        claim, signer = found
        key = tarball_name(claim.tarball)
        tarball = None if key is None else objects.get(key, max_bytes=TARBALL_MAX_BYTES)
        reasons = list(_find_reasons(objects, claim, tarball))
        if reasons:
            scope = " ".join(f"{part}={text}" for part, text in claim.scope._asdict().items())
            wrong.append(
                WrongClaim(name, claim.package, claim.version, signer, scope, "; ".join(reasons))
            )
        elif tarball is None:
            without += 1
        else:
            sound += 1
    return Audited(len(names), len(sample), foreign, without, sound, tuple(wrong))


def _read_claim(
    objects: Objects, name: str, accepted: Sequence[Accepted]
) -> tuple[Claim, str] | None:
    """Return a claim that counts and its signer, expired or not; None for any other object."""
    data = objects.get(name, max_bytes=CLAIM_MAX_BYTES)
    parts = None if data is None else split_signed(data)
    claim = None if parts is None else decode_claim(parts[1])
    if parts is None or claim is None:
        return None
    for one in accepted:
        if one.takes(claim.scope) and verify(one.public, parts[1], parts[0]):
            return claim, one.public
    return None


def _find_reasons(objects: Objects, claim: Claim, tarball: bytes | None) -> Iterator[str]:
    data = objects.get(zip_name(claim.digest), max_bytes=claim.size_bytes)
    if data is not None and hashlib.sha256(data).hexdigest() != claim.digest:
        yield "the store zip there has another hash"
    if tarball is None:
        return
    key = claim.tarball
    if hashlib.new(key.algorithm, tarball).hexdigest() != key.digest:
        yield "the tarball there has another hash"
        return
    entries = extract(tarball, label=f"{claim.package}@{claim.version}")
    made = hashlib.sha256()
    for piece in format_store_zip(entries, claim.package):
        made.update(piece)
    if made.hexdigest() != claim.digest:
        yield "its tarball gives another store zip"
