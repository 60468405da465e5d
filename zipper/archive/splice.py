"""Splicing: members that are already deflated become a new zip, without inflating anything.

In: a `Plan`. Out: chunks of bytes for the caller to write. A member's deflated bytes are copied as
they are, and all of a store zip whose members keep their names; only offsets and the directory are
new.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from zipper.archive.entries import CENTRAL_SIZE, ENTRIES_MAX, LOCAL_SIZE, PlannedZip
from zipper.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.archive.entries import PlannedEntry
    from zipper.archive.plan import Plan

__all__ = ["BATCH", "END", "splice"]

LOCAL: Final = b"PK\x03\x04"
CENTRAL: Final = b"PK\x01\x02"
END: Final = b"PK\x05\x06"
_CREATE_SYSTEM_UNIX: Final = b"\x14\x03"
_LOCAL_HEADER: Final = struct.Struct("<4s22sHH")
"""Mark, the shared fields, and the lengths of name and extra field."""
_CENTRAL_RECORD: Final = struct.Struct("<4s2s22sHHHHHII")
"""Mark, creator, the shared fields, lengths of name, extra field and comment, disk, internal and
external attributes, offset."""
_END_FIELDS: Final = struct.Struct("<HHHHIIH")
_END64_FIELDS: Final = "<4sQBBHIIQQQQ"
"""Mark, size of what follows, creator, version that is needed, disks, entries twice, the
directory's size and offset. Source: PKZIP application note 4.3.14."""
_LOCATOR64_FIELDS: Final = "<4sIQI"
_VERSION_ZIP64: Final = 45
_UNIX: Final = 3
_WIDE: Final = 0xFFFF
"""Where so many entries are, the end record has this, as Python and Info-ZIP write it."""
MAX_OFFSET: Final = 0xFFFF_FFFF - 1
BATCH: Final = 1_000
"""Buffers in a chunk: few enough for one `writev`, of which IOV_MAX allows 1,024."""
_CHUNK_BYTES: Final = 1 << 23
"""A chunk of whole store zips is not much longer: hashing follows chunk by chunk."""


def splice(plan: Plan) -> Iterator[list[bytes | memoryview]]:
    """Yield the zip of `plan` in chunks of at most `BATCH` buffers, to be written in order.

    What is read from a file is good until the next chunk.

    Raises:
        StoreError: ESTORE where a store zip turns out to be damaged while it is read.
        ArchiveError: EZIP where the zip has more entries than are read (1,000,000) or 4 GiB.

    From 65,535 entries on, the zip has a zip64 end record, which nothing says Lambda reads: the
    checks say so.
    """
    count, whole = plan.files, sum([_size_of(part) for part in plan.parts])
    if count > ENTRIES_MAX:
        raise _too_large(f"{count:,} entries; at most {ENTRIES_MAX:,} are read")
    if whole > MAX_OFFSET:
        raise _too_large(f"{whole:,} bytes; at most {MAX_OFFSET:,} fit")
    chunk: list[bytes | memoryview] = []
    directory: list[bytes | bytearray] = []
    pack_local, pack_central = _LOCAL_HEADER.pack, _CENTRAL_RECORD.pack
    offset = written = 0
    for part in plan.parts:
        if isinstance(part, PlannedZip):
            if part.source.data is not None:
                chunk.append(part.source.data[: part.body_size])
            else:
                for piece in part.source.read_body():
                    yield [*chunk, piece]
                    chunk = []
            directory.append(part.directory(offset))
            offset += part.body_size
        else:
            name, fields, mode, data, start, length = part
            name_length = len(name)
            chunk.append(pack_local(LOCAL, fields, name_length, 0) + name)
            chunk.append(data[start : start + length])
            shared = (fields, name_length, 0, 0, 0, 0, mode << 16, offset)
            directory.append(pack_central(CENTRAL, _CREATE_SYSTEM_UNIX, *shared) + name)
            offset += LOCAL_SIZE + name_length + length
        if len(chunk) >= BATCH or offset - written >= _CHUNK_BYTES:
            yield chunk
            chunk, written = [], offset
    central = b"".join(directory)
    chunk.append(central)
    chunk.append(_end_record(count, len(central), offset))
    yield chunk


def _size_of(part: PlannedEntry | PlannedZip) -> int:
    """Return how many bytes a part takes in the zip, directory included."""
    if isinstance(part, PlannedZip):
        return part.body_size + part.directory_size
    return LOCAL_SIZE + CENTRAL_SIZE + 2 * len(part[0]) + part[5]


def _end_record(count: int, central_size: int, offset: int) -> bytes:
    narrow = min(count, _WIDE)
    end = END + _END_FIELDS.pack(0, 0, narrow, narrow, central_size, offset, 0)
    if count < _WIDE:
        return end
    versions = (_VERSION_ZIP64, _UNIX, _VERSION_ZIP64)
    numbers = (0, 0, count, count, central_size, offset)
    following = struct.calcsize(_END64_FIELDS) - 12
    wide = struct.pack(_END64_FIELDS, b"PK\x06\x06", following, *versions, *numbers)
    locator = struct.pack(_LOCATOR64_FIELDS, b"PK\x06\x07", 0, offset + central_size, 1)
    return wide + locator + end


def _too_large(what: str) -> ArchiveError:
    return ArchiveError(
        "EZIP",
        f"the package is too large for a zip: {what}",
        hint="Lambda takes at most 262,144,000 unzipped bytes; leave out what the function "
        "does not need",
    )
