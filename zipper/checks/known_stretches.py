"""What the last look at a file found in each stretch of its statements, for the next version of it.

In: the text of a note, then stretches as they are found. Out: the stretch that a text goes on with,
if it is one of the last time. A stretch begins and ends at borders of the top level, and what is in
it follows from its own bytes, of which it has the hash: so a note can be of any file.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from zipper.named_tuple import NamedTuple

__all__ = ["KnownStretches", "Stretch"]

_START_BYTES: Final = 128
"""By so many bytes a stretch is looked for; no stretch is that short."""
_SIZES_MAX: Final = 8
"""Of stretches that begin alike: of so many sizes each takes a hash where one is looked for."""


class Stretch(NamedTuple):
    """A run of statements of the top level; offsets count from where it begins."""

    size: int
    digest: str
    """Of its bytes."""
    ends_by_brace: bool
    """Whether it ends there only for what follows."""
    blocks: tuple[tuple[int, int], ...]
    """As `zipper.checks.brackets.Nesting` has them."""
    borders: tuple[tuple[int, tuple[int, ...]], ...]
    """Those within its blocks, by where the block opens."""


class KnownStretches:
    """The stretches of the last time, and those of this time in their order."""

    def __init__(self, noted: bytes = b"") -> None:
        self._noted = noted
        self._by_start: dict[str, dict[int, dict[str, Stretch]]] = {}
        """Then by size and digest."""
        self._seen: dict[str, Stretch] = {}
        for start, row in _decode(noted):
            sizes = self._by_start.setdefault(start, {})
            if row.size in sizes or len(sizes) < _SIZES_MAX:
                sizes.setdefault(row.size, {})[row.digest] = row

    def find(self, content: bytes, at: int) -> Stretch | None:
        """Return the stretch that `content` goes on with at an offset, None for none of the last.

        Whether it ends there too is for the caller to see, where it ends by a brace.
        """
        if not self._by_start:
            return None
        start = _hash(content[at : at + _START_BYTES])
        for size, rows in self._by_start.get(start, {}).items():
            one = rows.get(_hash(content[at : at + size]))
            if one is not None:
                self._seen[start + one.digest] = one
                return one
        return None

    def add(self, content: bytes, at: int, stretch: Stretch) -> None:
        """Keep a stretch that was found in `content`; its digest is worked out here."""
        digest = _hash(content[at : at + stretch.size])
        start = _hash(content[at : at + _START_BYTES])
        self._seen[start + digest] = stretch._replace(digest=digest)

    def encode(self) -> bytes:
        """Return the note of what was seen this time; nothing where it would say the same."""
        rows = [[key[: -len(one.digest)], *one] for key, one in self._seen.items()]
        text = json.dumps(rows, separators=(",", ":")).encode("ascii")
        return b"" if text == self._noted else text


def _decode(noted: bytes) -> list[tuple[str, Stretch]]:
    try:
        return [
            (
                start,
                Stretch(
                    size,
                    digest,
                    brace,
                    tuple((a, b) for a, b in blocks),
                    tuple((a, tuple(inner)) for a, inner in borders),
                ),
            )
            for start, size, digest, brace, blocks, borders in json.loads(noted or b"[]")
        ]
    except (ValueError, TypeError, LookupError):
        return []


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
