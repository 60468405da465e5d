"""One look into each member: whether it is whole, and what it is and needs if it is a binary.

In: the members of a part of a zip. Out: a row for each that is damaged and for each binary. Each
member is inflated once, one at a time, because the largest have a hundred megabytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zipper.archive.listing import DEFLATED, STORED
from zipper.checks.elf import Binary, recognize, scan_binary
from zipper.checks.parts import find_in_parts
from zipper.errors import ArchiveError
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.archive.listing import Entry, Listing
    from zipper.checks.subject import Subject

__all__ = ["find_binaries", "find_damaged"]

_LIBRARY: Final = late_pattern(r"\.(?:node|so(?:\.[0-9]+)*)$")
_WHOLE_BYTES: Final = 160 * 1024 * 1024
"""Members above it are checked in pieces, which takes longer and little memory."""
_BINARY_MAX_BYTES: Final = 192 * 1024 * 1024
"""The largest binary that is looked into; it is held in memory once."""
_ALL_BYTES: Final = 1 << 30
"""What is inflated of a zip in all; more exceeds every quota."""
_HEAD_BYTES: Final = 64


def find_damaged(subject: Subject) -> Iterator[tuple[str, str]]:
    """Yield name and problem of each member that does not inflate to the directory's size and CRC.

    Sizes that the compressed bytes cannot reach are refused unread.
    """
    for kind, name, problem in find_in_parts(subject, "contents", _read_members):
        if kind == "damaged":
            yield name, problem


def find_binaries(subject: Subject) -> Iterator[tuple[str, Binary]]:
    """Yield each binary by its name."""
    for kind, name, row in find_in_parts(subject, "contents", _read_members):
        if kind == "binary":
            binary = Binary._make(row)
            lists = (binary.needed, binary.rpath, binary.runpath)
            needed, rpath, runpath = map(tuple, lists)
            yield name, binary._replace(needed=needed, rpath=rpath, runpath=runpath)


def _read_members(listing: Listing) -> Iterator[list[Any]]:
    budget = _ALL_BYTES
    for entry in listing.entries:
        budget -= entry.size
        content: bytes | bytearray | None = None
        if budget >= 0 and not entry.is_encrypted and entry.method in (STORED, DEFLATED):
            try:
                content = _read_whole(listing, entry)
            except ArchiveError as error:
                yield ["damaged", entry.name, error.message]
        if _may_be_binary(entry):
            try:
                binary = _recognize(listing, entry, content)
            except ArchiveError:
                continue
            if binary is not None:
                yield ["binary", entry.name, binary]


def _read_whole(listing: Listing, entry: Entry) -> bytes | bytearray | None:
    """Return the content of a member, None of one that is too large to be held.

    Raises:
        ArchiveError: EZIP where it is damaged.
    """
    if entry.size <= _WHOLE_BYTES:
        return listing.inflate(entry, limit_bytes=_WHOLE_BYTES, check_crc=True)
    for _ in listing.read_chunks(entry):
        pass
    return None


def _may_be_binary(entry: Entry) -> bool:
    name = entry.name.rpartition("/")[2]
    if not name or entry.is_symlink:
        return False
    is_plain = "." not in name or bool(entry.mode & 0o111)
    return is_plain or ((".node" in name or ".so" in name) and _LIBRARY.search(name) is not None)


def _recognize(listing: Listing, entry: Entry, content: bytes | bytearray | None) -> Binary | None:
    """Return what a member is if it is a binary; `content` is None where it was not inflated.

    Raises:
        ArchiveError: EZIP where what has to be read is damaged.
    """
    head = listing.read_head(entry, _HEAD_BYTES) if content is None else content[:_HEAD_BYTES]
    kind = recognize(bytes(head)) if entry.size else "empty"
    is_library = _LIBRARY.search(entry.name) is not None
    if kind not in ("elf", "mach-o", "pe") and not is_library:
        return None
    if kind != "elf" or entry.size > _BINARY_MAX_BYTES:
        return Binary(kind)
    if content is None:
        content = listing.inflate(entry, limit_bytes=_BINARY_MAX_BYTES)
    return scan_binary(content)
