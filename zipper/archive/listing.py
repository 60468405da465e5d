"""A zip's members as values.

In: the bytes of a zip that the caller has mapped or read. Out: a `Listing`: one `Entry` a member
in the order of the central directory, what is wrong with the structure, and members' contents on
request. Nothing here opens a file, and nothing is made normal: names, modes and sizes are those
of the zip. What a fault means for Lambda is not this module's work; see `zipper.checks`.
"""

from __future__ import annotations

import mmap
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.archive.directory import ENTRIES_MAX, Buffer, Entry, Fault, parse_directory
from zipper.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "DEFLATED",
    "ENTRIES_MAX",
    "STORED",
    "Buffer",
    "Entry",
    "Fault",
    "Listing",
    "read_listing",
    "release",
]

STORED: Final = 0
DEFLATED: Final = 8

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_LOCAL_FIELDS: Final = ((3, "method"), (6, "crc"), (7, "compressed_size"), (8, "size"))
"""What a local header repeats of the directory, by its place in `_LOCAL`."""
_DESCRIPTOR_FLAG: Final = 0x8
_UNKNOWN_32: Final = 0xFFFFFFFF
_PIECE_BYTES: Final = 256 * 1024
_EXPANSION_MAX: Final = 1032
"""Bytes that one byte of deflated data gives at most: 258 from two bits, Huffman's tables aside."""


class Listing(NamedTuple):
    """The members of one zip, in the order of its central directory."""

    entries: tuple[Entry, ...]
    source: Buffer
    comment: bytes
    faults: tuple[Fault, ...]
    by_name: dict[str, Entry]
    """The last member of each name, the one that an extraction in order leaves behind."""

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
        with memoryview(self.source) as whole, self._data(entry, whole) as data:
            content = _inflate(entry, data)
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
        with memoryview(self.source) as whole, self._data(entry, whole) as data:
            for chunk in _pieces(data) if entry.method == STORED else _inflate_pieces(entry, data):
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
        with memoryview(self.source) as whole, self._data(entry, whole) as data:
            if entry.method == STORED:
                return bytes(data[:size_bytes])
            try:
                return zlib.decompressobj(-15).decompress(data[: size_bytes + 4096], size_bytes)
            except zlib.error:
                raise _damaged(entry, "does not inflate") from None

    def compressed(self, entry: Entry) -> bytes:
        """Return the member's bytes as they stand in the zip.

        Raises:
            ArchiveError: EZIP if they lie outside of the zip.
        """
        with memoryview(self.source) as whole, self._data(entry, whole) as data:
            return bytes(data)

    def find_header_faults(self) -> tuple[Fault, ...]:
        """Return where a local header differs from the directory, and which members overlap.

        Reads one page of the zip for each member. O(n log n) in the number of members.
        """
        faults: list[Fault] = []
        spans: list[tuple[int, int, str]] = []
        with memoryview(self.source) as whole:
            for entry in self.entries:
                problem = _compare_header(whole, entry)
                if problem is not None:
                    faults.append(Fault("local-header", entry.name, problem))
                    continue
                end = _data_start(whole, entry) + entry.compressed_size
                if end > len(whole):
                    faults.append(
                        Fault("local-header", entry.name, "ends after the end of the zip")
                    )
                spans.append((entry.header_offset, end, entry.name))
        return (*faults, *_find_overlaps(spans))

    def _data(self, entry: Entry, whole: memoryview) -> memoryview:
        start = _data_start(whole, entry)
        end = start + entry.compressed_size
        if end > len(whole):
            raise _damaged(entry, "ends after the end of the zip")
        return whole[start:end]


def read_listing(source: Buffer) -> Listing:
    """Return the members of the zip in `source`.

    A damaged zip gives a listing too, with what could be read and `faults` that say the rest.
    O(members). The listing keeps `source`, and reads members from it later.

    Raises:
        Nothing: every byte string has a listing.
    """
    directory = parse_directory(source)
    by_name = {entry.name: entry for entry in directory.entries}
    return Listing(directory.entries, source, directory.comment, directory.faults, by_name)


def release(source: Buffer) -> None:
    """Let the system take back the memory of a mapped zip; it is read again where it is needed."""
    mapped = source.obj if isinstance(source, memoryview) else source
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def _data_start(whole: memoryview, entry: Entry) -> int:
    """Return where the content begins; the local header has a name and extra fields of its own."""
    try:
        mark, *_, name_size, extra_size = _LOCAL.unpack_from(whole, entry.header_offset)
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


def _pieces(data: memoryview) -> Iterator[bytes]:
    for start in range(0, len(data), _PIECE_BYTES):
        yield bytes(data[start : start + _PIECE_BYTES])


def _inflate_pieces(entry: Entry, data: memoryview) -> Iterator[bytes]:
    import zlib  # noqa: PLC0415 - as above

    inflater = zlib.decompressobj(-15)
    try:
        for piece in _pieces(data):
            pending = piece
            while pending and not inflater.eof:
                yield inflater.decompress(pending, _PIECE_BYTES)
                pending = inflater.unconsumed_tail
        while not inflater.eof and (rest := inflater.decompress(b"", _PIECE_BYTES)):
            yield rest
    except zlib.error:
        raise _damaged(entry, "does not inflate") from None


def _crc32(content: bytes | bytearray) -> int:
    import deflate  # noqa: PLC0415 - as above

    value: int = deflate.crc32(content)
    return value


def _compare_header(whole: memoryview, entry: Entry) -> str | None:
    """Return how the local header of `entry` differs from the directory, or None."""
    try:
        header = _LOCAL.unpack_from(whole, entry.header_offset)
    except struct.error:
        return "begins after the end of the zip"
    mark, _, flags, *_, name_size, _ = header
    if mark != b"PK\x03\x04":
        return "has no local header where the directory says"
    name_start = entry.header_offset + _LOCAL.size
    name = bytes(whole[name_start : name_start + name_size])
    if name != entry.raw_name:
        return f"is called `{name.decode('utf-8', 'replace')}` in its local header"
    # With a descriptor, sizes and CRC follow the content.
    fields = _LOCAL_FIELDS[:1] if flags & _DESCRIPTOR_FLAG else _LOCAL_FIELDS
    for index, label in fields:
        local, central = header[index], getattr(entry, label)
        if local not in (central, _UNKNOWN_32):
            what = label.replace("_", " ")
            return f"has {what} {local:,} by its local header and {central:,} by the directory"
    return None


def _find_overlaps(spans: list[tuple[int, int, str]]) -> list[Fault]:
    faults = []
    furthest, owner = 0, ""
    for start, end, name in sorted(spans):
        if start < furthest:
            faults.append(Fault("overlap", name, f"shares bytes with `{owner}`"))
        if end > furthest:
            furthest, owner = end, name
    return faults


def _damaged(entry: Entry, problem: str) -> ArchiveError:
    return ArchiveError("EZIP", f"`{entry.name}` {problem}", facts=(("member", entry.name),))
