"""Packages from a store that many machines share, and to it.

In: a tarball's key and what it is. Out: the tarball or its store zip, verified; or None. Effects:
those of `zipper.sharing.objects`. A tarball is verified by its key, which the lockfile has; a store
zip by a claim whose signer and scope are accepted. What is unknown, foreign, old or damaged is a
miss. A store that fails again and again is left alone for the rest of the build.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from zipper.named_tuple import NamedTuple
from zipper.sharing.acceptance import is_current
from zipper.sharing.claims import (
    CLAIM_MAX_BYTES,
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
from zipper.sharing.objects import UnreachableError
from zipper.sharing.signing import public_of, sign, verify
from zipper.sharing.store_report import StoreReport
from zipper.store.store_zip_format import has_own_digest, is_sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from zipper.sharing.acceptance import Accepted
    from zipper.sharing.objects import Objects
    from zipper.store.keys import StoreKey

__all__ = ["CLAIM_DAYS", "TARBALL_MAX_BYTES", "SharedPackage", "SharedStore", "Signer"]

CLAIM_DAYS: Final = 90
"""How long a claim holds. A signer to whom it is no hit any more makes it anew."""


TARBALL_MAX_BYTES: Final = 1 << 29
"""What a registry may send, too."""


class Signer(NamedTuple):
    """Who signs what this machine makes."""

    secret: str
    scope: SignerScope


class SharedPackage(NamedTuple):
    """What is asked for."""

    key: StoreKey
    name: str
    version: str

    @property
    def label(self) -> str:
        """`name@version`."""
        return f"{self.name}@{self.version}"


class SharedStore:
    """One shared store, for one build. Safe for many threads.

    Args:
        objects: where it is.
        codec: the folder's name of the local store: zips of other codecs are not asked for.
        accepted: whose claims count.
        signer: who signs what is made here; None puts tarballs alone.
        clock: Unix time.

    Attributes:
        report: what happened.
    """

    def __init__(
        self,
        objects: Objects,
        *,
        codec: str,
        accepted: Sequence[Accepted],
        signer: Signer | None,
        clock: Callable[[], float],
    ) -> None:
        self._objects = objects
        self._codec = codec
        self._accepted = accepted
        self._signer = signer
        self._public = None if signer is None else public_of(signer.secret)
        self._clock = clock
        self.report = StoreReport(objects.url)

    @property
    def signs(self) -> bool:
        """Whether store zips are put there, with claims."""
        return self._signer is not None

    def find_zip(self, wanted: SharedPackage) -> tuple[bytes, float] | None:
        """Return the store zip of a package, and the seconds that it took its signer; or None."""
        for name in self._list_claims(wanted):
            claim = self._read_claim(name, wanted)
            if claim is None:
                continue
            data = self._get(zip_name(claim.digest), claim.size_bytes)
            if data is None:
                continue
            if not _is_claimed(data, claim):
                self.report.wrong(zip_name(claim.digest), _tell_wrong(claim, name))
                continue
            self.report.count(zips=1, read_bytes=len(data))
            return data, claim.seconds
        return None

    def find_tarball(self, wanted: SharedPackage) -> bytes | None:
        """Return a tarball that has the hash in its key; None where there is none."""
        name = tarball_name(wanted.key)
        data = None if name is None else self._get(name, TARBALL_MAX_BYTES)
        if name is None or data is None:
            return None
        if hashlib.new(wanted.key.algorithm, data).hexdigest() != wanted.key.digest:
            self.report.wrong(
                name, f"`{name}` in the shared store is not the tarball of {wanted.label}"
            )
            return None
        self.report.count(tarballs=1, read_bytes=len(data))
        return data

    def offer_tarball(self, wanted: SharedPackage, data: bytes) -> None:
        """Put a tarball that was fetched elsewhere, and verified."""
        name = tarball_name(wanted.key)
        # Another hash may have verified it: the name has to be right by itself.
        if name is not None and (
            hashlib.new(wanted.key.algorithm, data).hexdigest() == wanted.key.digest
        ):
            self._put(name, data)

    def offer_zip(self, wanted: SharedPackage, data: bytes, seconds: float) -> None:
        """Put a store zip that was made here, and sign that it is the tarball's."""
        if self._signer is None or self._public is None or tarball_name(wanted.key) is None:
            return
        digest, now = hashlib.sha256(data).hexdigest(), int(self._clock())
        claim = Claim(
            tarball=wanted.key,
            package=wanted.name,
            version=wanted.version,
            codec=self._codec,
            digest=digest,
            size_bytes=len(data),
            seconds=round(float(seconds), 3),
            scope=self._signer.scope,
            made=now,
            expires=now + CLAIM_DAYS * 86_400,
        )
        body = encode_claim(claim)
        signed = sign(self._signer.secret, body).hex().encode("ascii") + b"\n" + body
        name = zip_name(digest)
        if self._put(name, data):
            self._put(self._own_claim(wanted), signed, replace=True)

    def _list_claims(self, wanted: SharedPackage) -> Iterator[str]:
        """Yield the names that claims about `wanted` may have."""
        if tarball_name(wanted.key) is None:
            return
        names: dict[str, None] = {}
        folder = claim_folder(self._codec, wanted.key)
        for accepted in self._accepted:
            if accepted.is_exact:
                name = claim_name(
                    self._codec, wanted.key,
                    label=wanted.label, signer=accepted.public, scope=accepted.scope,
                )  # fmt: skip
                names[name] = None
            elif folder not in names:
                names[folder] = None
        for name in names:
            if name.endswith("/"):
                yield from (one for one in self._list(name) if one not in names)
            else:
                yield name

    def _read_claim(self, name: str, wanted: SharedPackage) -> Claim | None:
        """Return the claim in an object where it counts for `wanted`, here and now."""
        data = self._get(name, CLAIM_MAX_BYTES)
        parts = None if data is None else split_signed(data)
        if parts is None:
            return None
        signature, body = parts
        claim = decode_claim(body)
        if claim is None or not is_current(claim, self._clock()):
            return None
        about = (claim.tarball, claim.package, claim.version, claim.codec)
        if about != (wanted.key, wanted.name, wanted.version, self._codec):
            return None
        for accepted in self._accepted:
            if accepted.takes(claim.scope) and verify(accepted.public, body, signature):
                return claim
        return None

    def _own_claim(self, wanted: SharedPackage) -> str:
        assert self._signer is not None
        assert self._public is not None
        return claim_name(
            self._codec, wanted.key,
            label=wanted.label, signer=self._public, scope=self._signer.scope,
        )  # fmt: skip

    def _get(self, name: str, max_bytes: int) -> bytes | None:
        if self.report.is_gone:
            return None
        try:
            data = self._objects.get(name, max_bytes=max_bytes)
        except UnreachableError as cause:
            self.report.failed(str(cause))
            return None
        self.report.answered()
        return data

    def _list(self, folder: str) -> list[str]:
        if self.report.is_gone:
            return []
        try:
            return sorted(self._objects.list_names(folder))
        except UnreachableError as cause:
            self.report.failed(str(cause))
            return []

    def _put(self, name: str, data: bytes, *, replace: bool = False) -> bool:
        """Return whether the object is there now."""
        report = self.report
        if not self._objects.can_write or report.is_gone or report.cannot_write:
            return False
        try:
            # Nothing that is there is replaced, unless it was seen to be wrong.
            is_new = self._objects.put(name, data, replace=replace or report.was_wrong(name))
        except UnreachableError as cause:
            report.refused(str(cause))
            return False
        if is_new:
            report.count(put=1, put_bytes=len(data))
        return True


def _tell_wrong(claim: Claim, name: str) -> str:
    scope = " ".join(f"{part}={text}" for part, text in claim.scope._asdict().items())
    return (
        f"the store zip of {claim.package}@{claim.version} in the shared store is not what the "
        f"claim `{name}` says ({scope})"
    )


def _is_claimed(data: bytes, claim: Claim) -> bool:
    view = memoryview(data)
    return (
        len(data) == claim.size_bytes
        and hashlib.sha256(data).hexdigest() == claim.digest
        and is_sound(view)
        and has_own_digest(view)
    )
