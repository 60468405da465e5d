"""Integrity strings (SRI): what a tarball's bytes must hash to.

In: the `integrity` of a packument or lockfile; bytes. Out: an `Integrity`, a verdict. Fetching the
bytes is not this module's work.

Source: ssri 13 lib/index.js, the one of npm 11.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import unhexlify
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from zipper.errors import IntegrityError
from zipper.named_tuple import NamedTuple
from zipper.npm.ecmascript import collapse_spaces

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "Hash",
    "Integrity",
    "IntegrityHasher",
    "check_data",
    "from_data",
    "from_hex",
    "parse_integrity",
]

_STRENGTH: Final = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
"""The algorithms that count, weakest first, in npm's order.

Deviation: Node's OpenSSL also offers ripemd160, sm3, shake and blake2, which Python has or lacks
by its build; no registry publishes them, so here they are unknown algorithms everywhere.
"""
_STANDARD: Final = ("sha512", "sha384", "sha256")
"""The algorithms of the standard, which strict reading admits."""
_HASH: Final = r"(?s)([a-z0-9]+)-([^?]+)(\?.*)?"
_NOT_BASE64: Final = "[^A-Za-z0-9+/]"


class _Digest(Protocol):
    def update(self, data: bytes, /) -> object: ...
    def digest(self) -> bytes: ...


class Hash(NamedTuple):
    """One hash: algorithm, base64 digest, and options that are not interpreted."""

    algorithm: str
    digest: str
    options: tuple[str, ...] = ()

    @property
    def hex_digest(self) -> str:
        """The digest in hexadecimal digits; what is no base64 ends it, as in Node."""
        text = self.digest.replace("-", "+").replace("_", "/")
        end = re.search(_NOT_BASE64, text)
        text = text[: end.start()] if end else text
        text = text[:-1] if len(text) % 4 == 1 else text
        return b64decode(text + "=" * (-len(text) % 4)).hex()

    def __str__(self) -> str:
        return "?".join((f"{self.algorithm}-{self.digest}", *self.options))


class Integrity(NamedTuple):
    """Hashes by algorithm, in the order of the text; never empty."""

    hashes: Mapping[str, tuple[Hash, ...]]

    @property
    def strongest(self) -> str:
        """The algorithm that decides; weaker ones beside it do not count."""
        return _strongest(self.hashes)

    @property
    def hex_digest(self) -> str:
        """The first hash in hexadecimal digits."""
        return next(iter(self.hashes.values()))[0].hex_digest

    def match(self, other: Integrity) -> Hash | None:
        """Return our hash that `other` has too, by the strongest algorithm of both; else None."""
        shared = [name for name in other.hashes if name in self.hashes]
        if not shared:
            return None
        algorithm = _strongest(shared)
        digests = {item.digest for item in other.hashes[algorithm]}
        return next((item for item in self.hashes[algorithm] if item.digest in digests), None)

    def hasher(self) -> IntegrityHasher:
        """Return an object that takes the bytes as they come and then compares."""
        return IntegrityHasher(self)

    def __str__(self) -> str:
        return " ".join(str(item) for items in self.hashes.values() for item in items)


class IntegrityHasher:
    """Hash a stream by the strongest algorithm of `wanted`: `update` each piece, then `verify`."""

    __slots__ = ("_digest", "algorithm", "size_bytes", "wanted")

    def __init__(self, wanted: Integrity) -> None:
        self.wanted = wanted
        self.algorithm = wanted.strongest
        self.size_bytes = 0
        self._digest = _new_digest(self.algorithm)

    def update(self, data: bytes) -> None:
        """Add the next piece."""
        self.size_bytes += len(data)
        self._digest.update(data)

    def verify(self) -> Hash:
        """Return the hash that the bytes have.

        Raises:
            IntegrityError: EINTEGRITY, with what was wanted and what was found.
        """
        found = Hash(self.algorithm, b64encode(self._digest.digest()).decode())
        match = Integrity({self.algorithm: (found,)}).match(self.wanted)
        if match is not None:
            return match
        wanted = " ".join(map(str, self.wanted.hashes[self.algorithm]))
        raise IntegrityError(
            "EINTEGRITY",
            "the bytes differ from their integrity",
            facts=(
                ("wanted", wanted),
                ("found", str(found)),
                ("size", f"{self.size_bytes} bytes"),
            ),
            hint="the tarball changed after the lockfile was written, or was damaged on its way; "
            "compare with the registry's `dist.integrity` before you trust it",
        )


def parse_integrity(text: object, *, strict: bool = False) -> Integrity | None:
    """Return the usable hashes in `text`, or None where there is none.

    Hashes of unknown algorithms and broken ones are left out, as in the standard.

    Args:
        text: hashes, separated by white space.
        strict: only the standard's algorithms, and only digests of a possible length.
    """
    if not isinstance(text, str):
        return None
    hashes: dict[str, list[Hash]] = {}
    for word in collapse_spaces(text).split(" "):
        found = _parse_hash(word, strict=strict)
        if found is not None:
            hashes.setdefault(found.algorithm, []).append(found)
    whole = {algorithm: tuple(found) for algorithm, found in hashes.items()}
    return Integrity(MappingProxyType(whole)) if whole else None


def check_data(data: bytes, integrity: Integrity | None) -> Hash:
    """Return the hash of `integrity` that `data` has.

    Raises:
        IntegrityError: EINTEGRITY, the bytes differ or there is nothing to compare with.
    """
    if integrity is None:
        raise IntegrityError(
            "EINTEGRITY",
            "there is no usable integrity to check against",
            hint="only md5, sha1, sha224, sha256, sha384 and sha512 are understood",
        )
    hasher = integrity.hasher()
    hasher.update(data)
    return hasher.verify()


def from_data(data: bytes, *, algorithms: Iterable[str] = ("sha512",)) -> Integrity:
    """Return the integrity of `data` by each of `algorithms`, in their order."""
    hashes: dict[str, tuple[Hash, ...]] = {}
    for algorithm in algorithms:
        digest = _new_digest(algorithm)
        digest.update(data)
        hashes[algorithm] = (Hash(algorithm, b64encode(digest.digest()).decode()),)
    return Integrity(MappingProxyType(hashes))


def from_hex(hex_digest: str, *, algorithm: str) -> Integrity | None:
    """Return the integrity for a digest in hexadecimal digits, such as a packument's `shasum`.

    None where it is no such digest.
    """
    try:
        digest = b64encode(unhexlify(hex_digest)).decode()
    except ValueError:
        return None
    return parse_integrity(f"{algorithm}-{digest}")


def _parse_hash(word: str, *, strict: bool) -> Hash | None:
    match = re.fullmatch(_HASH, word)
    if match is None or match[1] not in _STRENGTH:
        return None
    algorithm, digest, options = match.groups()
    if strict and not _is_standard(algorithm, digest, options or ""):
        return None
    return Hash(algorithm, digest, tuple(options[1:].split("?")) if options else ())


def _is_standard(algorithm: str, digest: str, options: str) -> bool:
    return (
        algorithm in _STANDARD
        and re.fullmatch("[A-Za-z0-9+/=]{44,88}", digest) is not None
        and all("!" <= character <= "~" for character in options)
    )


def _strongest(algorithms: Iterable[str]) -> str:
    return max(algorithms, key=_STRENGTH.index)


def _new_digest(algorithm: str) -> _Digest:
    import hashlib  # noqa: PLC0415 (loads OpenSSL; a warm build hashes nothing)

    return hashlib.new(algorithm, usedforsecurity=False)
