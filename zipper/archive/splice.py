"""Splicing: members that are already deflated become a new zip, without inflating anything.

In: store zips (mapped by the caller) and a `Plan`. Out: chunks of bytes for the caller to write.
A member's deflated bytes are copied as they are; only names, offsets and the directory are new.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from zipper.archive.plan import Plan, PlannedEntry, put_below
from zipper.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BATCH", "END", "read_members", "read_names", "splice"]

LOCAL: Final = b"PK\x03\x04"
CENTRAL: Final = b"PK\x01\x02"
END: Final = b"PK\x05\x06"
_LOCAL_SIZE: Final = 30
_CENTRAL_SIZE: Final = 46
_CREATE_SYSTEM_UNIX: Final = b"\x14\x03"
_LOCAL_HEADER: Final = struct.Struct("<4s22sHH")
"""Mark, the shared fields, and the lengths of name and extra field."""
_CENTRAL_RECORD: Final = struct.Struct("<4s2s22sHHHHHII")
"""Mark, creator, the shared fields, lengths of name, extra field and comment, disk, internal and
external attributes, offset."""
_STORED_RECORD: Final = struct.Struct("<6x22sH10xHI")
"""What is read of a central record: the shared fields, the name's length, mode and offset."""
_STORED_LENGTH: Final = struct.Struct("<I")
_STORED_NAME_LENGTH: Final = struct.Struct("<H")
_END_FIELDS: Final = struct.Struct("<HHHHIIH")
MAX_ENTRIES: Final = 0xFFFF - 1
MAX_OFFSET: Final = 0xFFFF_FFFF - 1
BATCH: Final = 1_000
"""Buffers in a chunk: below IOV_MAX (1,024), so that one chunk is one `writev`."""


def read_members(data: memoryview, *, prefix: str, end: int) -> list[PlannedEntry]:
    """Return the members of a store zip, their names put below `prefix` (`node_modules/a/`).

    Only zips that the store wrote and checked are read here: no extra fields, no comments, no
    zip64. Any other zip is `zipper.archive.listing`'s to read.

    Args:
        data: the whole store zip.
        prefix: goes before each name; ends with a slash, or is empty.
        end: offset of the end-of-central-directory record.
    """
    raw_prefix = prefix.encode("utf-8", "surrogateescape")
    count, size, position = struct.unpack_from("<HII", data, end + 10)
    directory = bytes(data[position : position + size])
    members: list[PlannedEntry] = []
    append = members.append
    read_record, read_length = _STORED_RECORD.unpack_from, _STORED_LENGTH.unpack_from
    new = tuple.__new__
    at = 0
    for _ in range(count):
        fields, name_length, mode, offset = read_record(directory, at)
        (length,) = read_length(directory, at + 20)
        after = at + _CENTRAL_SIZE + name_length
        name = raw_prefix + directory[at + _CENTRAL_SIZE : after]
        start = offset + _LOCAL_SIZE + name_length
        # What `PlannedEntry._make` does, without a call of a Python function for each member.
        append(new(PlannedEntry, (name, fields, mode, data, start, length)))
        at = after
    if raw_prefix.isascii():
        return members
    return [put_below(member, b"") for member in members]


def read_names(data: memoryview, *, end: int) -> list[bytes]:
    """Return the names of a store zip's members, in order; see `read_members`."""
    count, size, position = struct.unpack_from("<HII", data, end + 10)
    directory = bytes(data[position : position + size])
    names: list[bytes] = []
    append, read_length = names.append, _STORED_NAME_LENGTH.unpack_from
    at = _CENTRAL_SIZE
    for _ in range(count):
        (length,) = read_length(directory, at - 18)
        append(directory[at : at + length])
        at += length + _CENTRAL_SIZE
    return names


def splice(plan: Plan) -> Iterator[list[bytes | memoryview]]:
    """Yield the zip of `plan` in chunks of at most `BATCH` buffers, to be written in order.

    Raises:
        ArchiveError: EZIP where the zip would need zip64 (65,535 entries or 4 GiB), which
            nothing says Lambda reads.
    """
    entries = plan.entries
    if len(entries) > MAX_ENTRIES:
        raise _too_large(f"{len(entries):,} entries; at most {MAX_ENTRIES:,} fit")
    whole = sum([_LOCAL_SIZE + _CENTRAL_SIZE + 2 * len(entry[0]) + entry[5] for entry in entries])
    if whole > MAX_OFFSET:
        raise _too_large(f"{whole:,} bytes; at most {MAX_OFFSET:,} fit")
    chunk: list[bytes | memoryview] = []
    add = chunk.append
    directory: list[bytes] = []
    record = directory.append
    pack_local, pack_central = _LOCAL_HEADER.pack, _CENTRAL_RECORD.pack
    creator = _CREATE_SYSTEM_UNIX
    offset = 0
    for name, fields, mode, data, start, length in entries:
        name_length = len(name)
        add(pack_local(LOCAL, fields, name_length, 0) + name)
        add(data[start : start + length])
        attributes = mode << 16
        record(
            pack_central(CENTRAL, creator, fields, name_length, 0, 0, 0, 0, attributes, offset)
            + name
        )
        offset += _LOCAL_SIZE + name_length + length
        if len(chunk) >= BATCH:
            yield chunk
            chunk = []
            add = chunk.append
    central = b"".join(directory)
    chunk.append(central)
    chunk.append(_end_record(len(entries), len(central), offset))
    yield chunk


def _end_record(count: int, central_size: int, offset: int) -> bytes:
    return END + _END_FIELDS.pack(0, 0, count, count, central_size, offset, 0)


def _too_large(what: str) -> ArchiveError:
    return ArchiveError(
        "EZIP",
        f"the package would need zip64: {what}",
        hint="Lambda takes at most 262,144,000 unzipped bytes; leave out what the function "
        "does not need",
    )
