"""The bytes of one body, gathered over as many attempts as it takes.

Input: replies. Output: the whole body, its length and integrity verified. A second attempt goes on
where the first one ended if the server allows; what does not verify is not kept.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final

from zipper.errors import IntegrityError
from zipper.npm.integrity import Integrity, check_data
from zipper.registry.faults import TransportFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zipper.registry.exchange import Reply

__all__ = ["Download", "decode_body"]

_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)\Z")
_GZIP_WINDOW: Final = 31


class Download:
    """One body under way.

    Args:
        integrity: what the bytes must hash to; None for nothing.
        on_bytes: called with the length of each piece.
    """

    def __init__(self, integrity: Integrity | None, on_bytes: Callable[[int], None]) -> None:
        self._integrity = integrity
        self._on_bytes = on_bytes
        self._may_resume = True
        self._pieces: list[bytes] = []
        self._size = 0
        self._etag: str | None = None
        self._hasher = integrity.hasher() if integrity is not None else None

    def headers(self) -> dict[str, str]:
        """Return what asks for the rest, where the rest can be trusted to fit.

        With an integrity the result is verified anyway; without one a strong ETag must vouch.
        """
        is_strong = self._etag is not None and not self._etag.startswith("W/")
        if not self._size or not self._may_resume or not (self._integrity or is_strong):
            return {}
        condition = {"if-range": self._etag} if is_strong and self._etag else {}
        return {"range": f"bytes={self._size}-", **condition}

    def receive(self, reply: Reply, pieces: Iterator[bytes], *, max_bytes: int) -> bytes:
        """Return the whole body.

        Raises:
            Fault: the body is incomplete; what came is kept for the next attempt.
            IntegrityError: EINTEGRITY; nothing is kept.
        """
        if reply.status in {206, 416}:
            self._check_range(reply.headers.get("content-range", ""), is_part=reply.status == 206)
        else:
            self._restart()
        self._etag = reply.headers.get("etag")
        hasher = self._hasher
        for piece in pieces:
            self._pieces.append(piece)
            self._size += len(piece)
            if self._size > max_bytes:
                raise TransportFault(
                    "E2BIG", f"the body is longer than {max_bytes} bytes", most_retries=0
                )
            if hasher is not None:
                hasher.update(piece)
            self._on_bytes(len(piece))
        return self._finish(reply, max_bytes)

    def _finish(self, reply: Reply, max_bytes: int) -> bytes:
        body = b"".join(self._pieces)
        hasher, resumed = self._hasher, reply.status == 206
        if hasher is None or self._integrity is None:
            return body
        try:
            hasher.verify()
        except IntegrityError:
            if resumed:
                self._may_resume = False
                self._restart()
                raise TransportFault("ENETWORK", "the rest does not fit the first part") from None
            decoded = _decode_mislabelled(body, reply, max_bytes)
            self._restart()
            if decoded is None:
                raise
            check_data(decoded, self._integrity)
            return decoded
        return body

    def _check_range(self, text: str, *, is_part: bool) -> None:
        """Accept the part that was asked for; else the next attempt asks for the whole."""
        match = _CONTENT_RANGE.match(text)
        if is_part and match is not None and int(match.group(1)) == self._size:
            return
        self._may_resume = False
        self._restart()
        reason = "sent another part than requested" if is_part else "has no such part"
        raise TransportFault("ENETWORK", f"the server {reason}")

    def _restart(self) -> None:
        self._pieces = []
        self._size = 0
        self._etag = None
        self._hasher = self._integrity.hasher() if self._integrity is not None else None


def decode_body(body: bytes, encoding: str | None, *, max_bytes: int) -> bytes:
    """Return the body without its Content-Encoding; only gzip is ever asked for.

    Raises:
        Fault: EPACKUMENT for gzip that is broken or unknown, E2BIG for one that unpacks to more
            than `max_bytes`.
    """
    if encoding is None or encoding.strip().lower() in {"", "identity"}:
        return body
    if encoding.strip().lower() not in {"gzip", "x-gzip"}:
        raise TransportFault(
            "EPACKUMENT", "the body has an encoding that was not requested", most_retries=0
        )
    decoder = zlib.decompressobj(_GZIP_WINDOW)
    try:
        decoded = decoder.decompress(body, max_bytes + 1)
    except zlib.error:
        raise TransportFault("EPACKUMENT", "the body's gzip is broken", most_retries=2) from None
    if len(decoded) > max_bytes:
        raise TransportFault(
            "E2BIG", f"the body unpacks to more than {max_bytes} bytes", most_retries=0
        )
    if not decoder.eof:
        raise TransportFault("EPACKUMENT", "the body's gzip ends too early", most_retries=2)
    return decoded


def _decode_mislabelled(body: bytes, reply: Reply, max_bytes: int) -> bytes | None:
    """Return a tarball that the server wrapped in gzip once more, although it was not asked to."""
    encoding = reply.headers.get("content-encoding")
    if encoding is None:
        return None
    try:
        return decode_body(body, encoding, max_bytes=max_bytes)
    except TransportFault:
        return None
