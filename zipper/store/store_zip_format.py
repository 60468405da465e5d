"""The form of a store zip: an ordinary zip, and what the store adds in its comment.

It ends with the CRC-32 of all bytes before, which is checked at each use (19 GB/s). Before that
is the one of the directory: linking the files beside a store zip reads nothing but
its names. Before both comes the SHA-256 of all that comes before it, which is checked where others
can write to the store, and when it is verified.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, Final

import deflate

from zipper.archive.entries import CENTRAL_SIZE, DEFLATED, FIELDS, PlannedEntry, put_below
from zipper.archive.plan import Plan
from zipper.archive.splice import END, splice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zipper.file_bytes import FileBytes

__all__ = [
    "END_BYTES",
    "body_size",
    "first_name_offset",
    "format_store_zip",
    "has_crc",
    "has_own_digest",
    "inflate",
    "is_sound",
    "read_comment",
    "read_tail",
]

_ABOUT: Final = struct.Struct("<11sHI")
"""What the comment begins with: mark, length of the folder's name, size of all members unpacked."""

_SUMS: Final = struct.Struct("<32sII")
"""What it ends with: SHA-256 of all before; CRC-32 from the directory up to here; CRC-32 of all up
to here, the other one left out."""

_DIGEST_BYTES: Final = 32

_FOLDER_MAX_BYTES: Final = 300
"""npm allows names of 214 characters."""

_MARK: Final = b"zipper crc\x00"

_DIRECTORY_BYTES: Final = 1 << 13
"""What is read of a store zip at first for its names: enough for a hundred of them."""

END_BYTES: Final = 22 + _ABOUT.size + _SUMS.size


def format_store_zip(
    entries: Sequence[PlannedEntry], package_name: str
) -> list[bytes | memoryview]:
    """Return the pieces of a store zip, and a comment with its sums."""
    folder = f"node_modules/{package_name}/".encode("utf-8", "surrogateescape")
    if not package_name or not folder.isascii() or len(folder) > _FOLDER_MAX_BYTES:
        # A name that is not ASCII would flag all of its members as UTF-8.
        folder = b""
    plan = Plan([put_below(entry, folder) for entry in entries])
    *body, directory, end = (piece for chunk in splice(plan) for piece in chunk)
    about = _ABOUT.pack(_MARK, len(folder), plan.unzipped_size_bytes)
    last = [directory, end[:-2], struct.pack("<H", _ABOUT.size + _SUMS.size), about]
    before = [*body, *last]
    digest = hashlib.sha256()
    for piece in before:
        digest.update(piece)
    sums = digest.digest()
    return [*before, _SUMS.pack(sums, _sum([*last, sums]), _sum([*before, sums]))]


def _directory_size(data: memoryview | bytes) -> int:
    (size,) = struct.unpack_from("<I", data, len(data) - END_BYTES + 12)
    return int(size)


def read_comment(data: memoryview) -> tuple[int, int]:
    """Return the length of the folder's name, and the size of all members unpacked."""
    _, length, size = _ABOUT.unpack_from(data, len(data) - END_BYTES + 22)
    return length, size


def first_name_offset(data: memoryview, end: int) -> int:
    """Return where the first central record's name begins."""
    return end - _directory_size(data) + CENTRAL_SIZE


def _sum(pieces: Iterable[bytes | memoryview]) -> int:
    crc = 0
    for piece in pieces:
        crc = deflate.crc32(piece, crc)
    return crc


def inflate(entry: PlannedEntry) -> bytes:
    """Return the content of a member of a sound store zip."""
    _, _, method, _, _, _, size = FIELDS.unpack(entry.fields)
    packed = entry.data[entry.start : entry.start + entry.length]
    return bytes(deflate.deflate_decompress(packed, size) if method == DEFLATED else packed)


def is_sound(data: memoryview, *, names_only: bool = False) -> bool:
    """Return whether `data` is a whole store zip: its end record is there and its CRC-32 agrees.

    With `names_only`, the CRC-32 of its directory: nothing else is read.
    """
    end = len(data) - END_BYTES
    if end < 0 or bytes(data[end : end + 4]) != END:
        return False
    crcs = len(data) - _SUMS.size + _DIGEST_BYTES
    _, names_crc, crc = _SUMS.unpack_from(data, len(data) - _SUMS.size)
    start = end - _directory_size(data)
    if start < 0 or deflate.crc32(data[start:crcs], 0) != names_crc:
        return False
    if bytes(data[end + 22 : end + 22 + len(_MARK)]) != _MARK:
        return False
    return bool(names_only or deflate.crc32(data[:crcs], 0) == crc)


def has_own_digest(data: memoryview) -> bool:
    """Return whether the SHA-256 of a sound store zip is the one that it bears."""
    sums = len(data) - _SUMS.size
    return hashlib.sha256(data[:sums]).digest() == data[sums : sums + _DIGEST_BYTES]


def read_tail(file: FileBytes) -> memoryview | None:
    """Return the end of a store zip, from its directory on; None where it is none."""
    size = len(file)
    if size < END_BYTES:
        return None
    data = file[-_DIRECTORY_BYTES:]
    wanted = _directory_size(data) + END_BYTES
    if wanted > len(data):
        data = file[-wanted:]
    data = data[-wanted:]
    is_whole = len(data) == wanted and is_sound(data, names_only=True)
    # The body ends where the directory says that it begins.
    return data if is_whole and body_size(data) + wanted == size else None


def body_size(data: memoryview) -> int:
    """Return where the directory begins; `data` may be the end of a store zip alone."""
    (start,) = struct.unpack_from("<I", data, len(data) - END_BYTES + 16)
    return int(start)


def has_crc(crc_of_body: int, tail: memoryview) -> bool:
    """Return whether a store zip's bytes before its `tail` have the CRC-32 that it says."""
    crcs = len(tail) - _SUMS.size + _DIGEST_BYTES
    _, _, crc = _SUMS.unpack_from(tail, len(tail) - _SUMS.size)
    return bool(deflate.crc32(tail[:crcs], crc_of_body) == crc)
