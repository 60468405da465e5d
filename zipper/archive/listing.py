"""A zip's members as values.

In: the bytes of a zip, which the caller has read or opened to be read from. Out: a `Listing`: one
`Entry` a member in the order of the central directory, what is wrong with the structure, and
members' contents on request. Nothing here opens a file, and nothing is made normal: names, modes
and sizes are those of the zip. What a fault means for Lambda is not this module's work; see
`zipper.checks`.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import TYPE_CHECKING, Any, Final

from zipper.archive.directory import (
    Buffer,
    Entry,
    ZipFault,
    ZipSource,
    parse_directory,
)
from zipper.errors import ArchiveError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zipper.archive.runs import Run

__all__ = [
    "DEFLATED",
    "STORED",
    "Buffer",
    "Entry",
    "Listing",
    "ZipFault",
    "ZipSource",
    "read_listing",
]

STORED: Final = 0
DEFLATED: Final = 8

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_LOCAL_FIELDS: Final = ((3, "method"), (6, "crc"), (7, "compressed_size"), (8, "size"))
"""What a local header repeats of the directory, by its place in `_LOCAL`."""
_DESCRIPTOR_FLAG: Final = 0x8
_UNKNOWN_32: Final = 0xFFFFFFFF
_FIELDS_BYTES: Final = 256
"""Of name and extra fields, more than most members have: their content is read with the header."""
_PIECE_BYTES: Final = 256 * 1024
_HASHED_BYTES: Final = 64 * 1024
_NEIGHBOURS_BYTES: Final = 64 * 1024
_EXPANSION_MAX: Final = 1032
"""Bytes that one byte of deflated data gives at most: 258 from two bits, Huffman's tables aside."""


class Listing(NamedTuple):
    """The members of one zip, in the order of its central directory."""

    entries: tuple[Entry, ...]
    source: ZipSource
    comment: bytes
    faults: tuple[ZipFault, ...]
    by_name: dict[str, Entry]
    """The last member of each name, the one that an extraction in order leaves behind."""
    directory_start: int = 0
    """Where in the zip the directory begins; 0 where it cannot be read."""
    runs: Mapping[int, Run] = {}
    """Those of its directory that were known before, by the number of their first entry."""
    memory: dict[str, Any] | None = None
    """What is kept of the members in none of the runs, see `zipper.archive.runs.gather`."""

    def find(self, name: str) -> Entry | None:
        """Return the member called `name`, which is the whole path, or None."""
        return self.by_name.get(name)

    def read(self, entry: Entry, *, limit_bytes: int, check_crc: bool = False) -> bytes:
        """Return the content of `entry`.

        Never takes more than `limit_bytes` of memory for it: a size that the compressed bytes
        cannot reach is refused before anything is inflated.

        Raises:
            ArchiveError: EZIP if the member is larger than the limit, encrypted, of another method
                than 0 and 8, damaged, or of another size or CRC than the directory says.
        """
        return bytes(self.inflate(entry, limit_bytes=limit_bytes, check_crc=check_crc))

    def inflate(
        self, entry: Entry, *, limit_bytes: int, check_crc: bool = False
    ) -> bytes | bytearray:
        """Return what `read` returns, without a copy of it: for members of many megabytes.

        Raises:
            ArchiveError: EZIP as for `read`.
        """
        if entry.size > limit_bytes:
            raise _damaged(entry, f"has {entry.size:,} bytes, more than the {limit_bytes:,} read")
        if entry.is_encrypted:
            raise _damaged(entry, "is encrypted")
        if entry.compressed_size > 2 * entry.size + _PIECE_BYTES and entry.method == DEFLATED:
            return b"".join(self.read_chunks(entry))  # and no more of it than is needed
        content = _inflate(entry, self._data(entry))
        if check_crc and _crc32(content) != entry.crc:
            raise _damaged(entry, "has another CRC than the directory says")
        return content

    def read_chunks(self, entry: Entry) -> Iterator[bytes]:
        """Yield the content of `entry` in pieces of 256 KB at most, its size and CRC checked.

        For members that are too large to be held twice; slower than `read`.

        Raises:
            ArchiveError: EZIP as for `read`, when the piece that is wrong is reached.
        """
        import zlib  # noqa: PLC0415 - see `_inflate`

        if entry.is_encrypted or entry.method not in (STORED, DEFLATED):
            raise _damaged(entry, "is encrypted, or compressed by an unknown method")
        crc = size = 0
        data = self._data_in_pieces(entry)
        for chunk in data if entry.method == STORED else _inflate_pieces(entry, data):
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
            if size > entry.size:
                raise _damaged(entry, f"has more than the {entry.size:,} bytes it should have")
            yield chunk
        if size != entry.size or crc != entry.crc:
            raise _damaged(entry, "has another size or CRC than the directory says")

    def read_head(self, entry: Entry, size_bytes: int) -> bytes:
        """Return the first bytes of `entry`, fewer where it is shorter; its CRC is not checked.

        Raises:
            ArchiveError: EZIP as for `read`.
        """
        import zlib  # noqa: PLC0415 - see `_inflate`

        if entry.is_encrypted or entry.method not in (STORED, DEFLATED):
            raise _damaged(entry, "is encrypted, or compressed by an unknown method")
        if entry.method == STORED:
            return bytes(self._data(entry, size_bytes))
        try:
            data = self._data(entry, size_bytes + 4096)
            return zlib.decompressobj(-15).decompress(data, size_bytes)
        except zlib.error:
            raise _damaged(entry, "does not inflate") from None

    def find_header_faults(self, *, end: int | None = None) -> tuple[ZipFault, ...]:
        """Return where a local header differs from the directory, and which members overlap.

        Reads one page of the zip for each member. O(n log n) in the number of members.

        Args:
            end: where the last member has to end, by default the end of the zip.
        """
        limit = len(self.source) if end is None else end
        faults: list[ZipFault] = []
        spans: list[tuple[int, int, str]] = []
        headers = _Headers(self.source, limit)
        for entry in self.entries:
            start = _compare_header(headers, entry)
            if isinstance(start, str):
                faults.append(ZipFault("local-header", entry.name, start))
                continue
            last = start + entry.compressed_size
            if last > limit:
                faults.append(ZipFault("local-header", entry.name, "ends after the end of the zip"))
            spans.append((entry.header_offset, last, entry.name))
        return (*faults, *_find_overlaps(spans))

    def _data(self, entry: Entry, size_max: int | None = None) -> memoryview:
        """Return the member's bytes as they are in the zip, the first `size_max` at most."""
        size = entry.compressed_size if size_max is None else min(entry.compressed_size, size_max)
        at = entry.header_offset
        window = memoryview(self.source[at : at + _LOCAL.size + _FIELDS_BYTES + size])
        start = _data_start(window, entry) - at
        if start + size <= len(window):
            return window[start : start + size]
        start, end = self._span(entry)
        return memoryview(self.source[start : min(end, start + size)])

    def _data_in_pieces(self, entry: Entry) -> Iterator[bytes]:
        start, end = self._span(entry)
        for at in range(start, end, _PIECE_BYTES):
            yield bytes(self.source[at : min(end, at + _PIECE_BYTES)])

    def _span(self, entry: Entry) -> tuple[int, int]:
        at = entry.header_offset
        start = _data_start(self.source[at : at + _LOCAL.size], entry)
        end = start + entry.compressed_size
        if end > len(self.source):
            raise _damaged(entry, "ends after the end of the zip")
        return start, end


class _Headers:
    """The local headers of a zip, neighbours read together."""

    def __init__(self, source: ZipSource, end: int) -> None:
        self._source = source
        self._end = end
        self._window = memoryview(b"")
        self._start = 0

    def read(self, start: int, size: int) -> memoryview:
        """Return `size` bytes from `start` on, fewer at the end of the zip."""
        at = start - self._start
        if at < 0 or at + size > len(self._window):
            ahead = min(_NEIGHBOURS_BYTES, max(self._end - start, 0))
            self._window = memoryview(self._source[start : start + max(size, ahead)])
            self._start, at = start, 0
        return self._window[at : at + size]


def hash_zip(source: ZipSource) -> str:
    """Return the SHA-256 of a zip in base64, as Lambda reports it."""
    digest = hashlib.sha256()
    for start in range(0, len(source), _HASHED_BYTES):
        digest.update(source[start : start + _HASHED_BYTES])
    return base64.b64encode(digest.digest()).decode("ascii")


def read_listing(source: ZipSource, known: Mapping[bytes, Sequence[Run]] | None = None) -> Listing:
    """Return the members of the zip in `source`, those in `known` runs at once.

    A damaged zip gives a listing too, with what could be read and `faults` that say the rest.
    O(members). The listing keeps `source`, and reads members from it later.

    Raises:
        Nothing: every byte string has a listing.
    """
    directory = parse_directory(source, known)
    by_name = {entry.name: entry for entry in directory.entries}
    found = (directory.comment, directory.faults, by_name, directory.start, directory.runs)
    return Listing(directory.entries, source, *found, memory={})


def _data_start(header: Buffer, entry: Entry) -> int:
    """Return where the content begins; the local header has a name and extra fields of its own."""
    try:
        mark, *_, name_size, extra_size = _LOCAL.unpack_from(header)
    except struct.error:
        raise _damaged(entry, "begins after the end of the zip") from None
    if mark != b"PK\x03\x04":
        raise _damaged(entry, "has no local header where the directory says")
    start: int = entry.header_offset + _LOCAL.size + name_size + extra_size
    return start


def _inflate(entry: Entry, data: memoryview) -> bytes | bytearray:
    if entry.method == STORED:
        if entry.size != len(data):
            raise _damaged(
                entry, f"is stored in {len(data):,} bytes but should have {entry.size:,}"
            )
        return bytes(data)
    if entry.method != DEFLATED:
        raise _damaged(entry, f"is compressed by method {entry.method}")
    if entry.size > len(data) * _EXPANSION_MAX:
        raise _damaged(entry, f"cannot have {entry.size:,} bytes: {len(data):,} are compressed")
    import deflate  # noqa: PLC0415 - a warm build lists members and inflates none

    try:
        # One byte more than none, because the package answers b"" to a bound of 0 without reading.
        content: bytearray = deflate.deflate_decompress(data, max(entry.size, 1))
    except deflate.DeflateError:
        raise _damaged(
            entry, f"does not inflate to the {entry.size:,} bytes it should have"
        ) from None
    if len(content) != entry.size:
        raise _damaged(entry, f"has {len(content):,} bytes, the directory says {entry.size:,}")
    return content


def _inflate_pieces(entry: Entry, pieces: Iterable[bytes]) -> Iterator[bytes]:
    import zlib  # noqa: PLC0415 - as above

    inflater = zlib.decompressobj(-15)
    try:
        for piece in pieces:
            pending = piece
            while pending and not inflater.eof:
                yield inflater.decompress(pending, _PIECE_BYTES)
                pending = inflater.unconsumed_tail
            if inflater.eof:
                break
        while not inflater.eof and (rest := inflater.decompress(b"", _PIECE_BYTES)):
            yield rest
    except zlib.error:
        raise _damaged(entry, "does not inflate") from None


def _crc32(content: bytes | bytearray) -> int:
    import deflate  # noqa: PLC0415 - as above

    value: int = deflate.crc32(content)
    return value


def _compare_header(headers: _Headers, entry: Entry) -> int | str:
    """Return where the content begins, or how the header of `entry` differs from the directory."""
    at, expected = entry.header_offset, entry.raw_name
    window = headers.read(at, _LOCAL.size + len(expected))
    try:
        header = _LOCAL.unpack_from(window)
    except struct.error:
        return "begins after the end of the zip"
    mark, _, flags, *_, name_size, extra_size = header
    if mark != b"PK\x03\x04":
        return "has no local header where the directory says"
    if name_size != len(expected) or window[_LOCAL.size :] != expected:
        name = bytes(headers.read(at + _LOCAL.size, name_size))
        return f"is called `{name.decode('utf-8', 'replace')}` in its local header"
    start: int = at + _LOCAL.size + name_size + extra_size
    if (header[3], *header[6:9]) == (entry.method, entry.crc, entry.compressed_size, entry.size):
        return start
    # With a descriptor, sizes and CRC follow the content.
    for index, label in _LOCAL_FIELDS[: 1 if flags & _DESCRIPTOR_FLAG else None]:
        local, central = header[index], getattr(entry, label)
        if local not in (central, _UNKNOWN_32):
            what = label.replace("_", " ")
            return f"has {what} {local:,} by its local header and {central:,} by the directory"
    return start


def _find_overlaps(spans: list[tuple[int, int, str]]) -> list[ZipFault]:
    faults = []
    furthest, owner = 0, ""
    for start, end, name in sorted(spans):
        if start < furthest:
            faults.append(ZipFault("overlap", name, f"shares bytes with `{owner}`"))
        if end > furthest:
            furthest, owner = end, name
    return faults


def _damaged(entry: Entry, problem: str) -> ArchiveError:
    return ArchiveError("EZIP", f"`{entry.name}` {problem}", facts=(("member", entry.name),))
