"""How the store's files are deflated: by libdeflate, at one level, which the store's path names."""

from __future__ import annotations

from typing import Final

import deflate

from zipper.archive.entries import DEFLATED, STORED, PlannedEntry, make_entry

__all__ = ["LEVEL", "compress"]

LEVEL: Final = 6


def compress(
    name: str, data: bytes | bytearray | memoryview, *, executable: bool, level: int = LEVEL
) -> PlannedEntry:
    """Return the entry for one file: deflated, or stored where deflate would not shrink it."""
    packed = deflate.deflate_compress(data, level) if data else b""
    crc = deflate.crc32(data, 0)
    if len(packed) >= len(data):
        return make_entry(
            name, bytes(data), method=STORED, crc=crc, size=len(data), executable=executable
        )
    return make_entry(name, packed, method=DEFLATED, crc=crc, size=len(data), executable=executable)
