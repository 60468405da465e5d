"""Tarballs written byte by byte, so that a test can make what no honest program would.

Nothing here depends on a clock, on the machine or on the version of zlib: the same call gives the
same bytes everywhere, which is why fixtures/hostile can be compared with what makes it.
"""

from __future__ import annotations

import json
import struct
import zlib

__all__ = [
    "END",
    "directory",
    "gzip",
    "gzip_zeros",
    "header",
    "make_package",
    "member",
    "pax",
    "tar",
]

BLOCK = 512
END = bytes(2 * BLOCK)
_STORED_MAX = 65_535


def header(
    name: bytes | str,
    *,
    size: int | bytes = 0,
    mode: int | bytes = 0o644,
    kind: bytes = b"0",
    link: bytes = b"",
    prefix: bytes = b"",
    magic: bytes = b"ustar\x0000",
    checksum: bytes | None = None,
) -> bytes:
    """Return the 512 bytes of a header; a field given as bytes is written as it is."""
    raw = name.encode() if isinstance(name, str) else name
    before = b"".join(
        (
            raw[:100].ljust(100, b"\0"),
            _octal(mode, 8),
            _octal(0, 8),
            _octal(0, 8),
            _octal(size, 12),
            _octal(499_162_500, 12),
        )
    )
    after = b"".join(
        (
            kind,
            link[:100].ljust(100, b"\0"),
            magic,
            bytes(32 + 32),
            _octal(0, 8),
            _octal(0, 8),
            prefix[:155].ljust(155, b"\0"),
            bytes(12),
        )
    )
    right = b"%06o\0 " % (sum(before) + sum(after) + 8 * 0x20)
    return before + (right if checksum is None else checksum) + after


def member(name: bytes | str, data: bytes = b"", **fields: object) -> bytes:
    """Return header, content and padding; `size` may lie about the content."""
    fields.setdefault("size", len(data))
    return header(name, **fields) + _padded(data)


def directory(name: bytes | str, **fields: object) -> bytes:
    """Return the header of a folder."""
    return header(name, kind=b"5", mode=0o755, **fields)


def pax(records: dict[str, str | bytes] | bytes, *, kind: bytes = b"x") -> bytes:
    """Return a pax header for the next member (`x`) or for all that follow (`g`)."""
    if isinstance(records, bytes):
        body = records
    else:
        body = b"".join(_pax_record(key, value) for key, value in records.items())
    return member(b"PaxHeader/x", body, kind=kind)


def _pax_record(key: str, value: str | bytes) -> bytes:
    text = value.encode() if isinstance(value, str) else value
    rest = b" " + key.encode() + b"=" + text + b"\n"
    length = len(rest)
    while length != len(rest) + len(str(length)):
        length = len(rest) + len(str(length))
    return str(length).encode() + rest


def tar(*members: bytes, end: bytes = END) -> bytes:
    """Return a tar of these members and the end mark."""
    return b"".join(members) + end


def gzip(data: bytes, *, size: int | None = None, crc: int | None = None) -> bytes:
    """Return `data` as gzip without compression; `size` and `crc` may lie."""
    blocks = []
    for start in range(0, max(len(data), 1), _STORED_MAX):
        piece = data[start : start + _STORED_MAX]
        last = start + _STORED_MAX >= len(data)
        blocks.append(struct.pack("<BHH", last, len(piece), len(piece) ^ 0xFFFF) + piece)
    told = zlib.crc32(data) if crc is None else crc
    length = len(data) & 0xFFFF_FFFF if size is None else size
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return head + b"".join(blocks) + struct.pack("<II", told, length)


def gzip_zeros(data: bytes, zeros: int) -> bytes:
    """Return `data` and so many zero bytes as gzip, the zeros compressed as far as they can be.

    Source: RFC 1951, 3.2.6: a zero, then copies of 258 bytes from one byte before.
    """
    copies, more = divmod(zeros - 1, 258)
    bits = "110" + "00110000" * (1 + more) + "1100010100000" * copies + "0000000"
    packed = int(bits[::-1], 2).to_bytes((len(bits) + 7) // 8, "little")
    stored = struct.pack("<BHH", 0, len(data), len(data) ^ 0xFFFF) + data
    crc = zlib.crc32(bytes(zeros), zlib.crc32(data))
    tail = struct.pack("<II", crc, len(data) + zeros)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + stored + packed + tail


def make_package(
    files: dict[str, bytes | str] | None = None, *, manifest: dict | None = None
) -> bytes:
    """Return an honest tarball: package.json and `files`, below `package/`."""
    told = {"name": "a", "version": "1.0.0"} if manifest is None else manifest
    contents = {"package.json": json.dumps(told), **(files or {})}
    members = [
        member(f"package/{name}", data.encode() if isinstance(data, str) else data)
        for name, data in contents.items()
    ]
    return gzip(tar(*members))


def _octal(value: int | bytes, width: int) -> bytes:
    if isinstance(value, bytes):
        return value[:width].ljust(width, b"\0")
    return b"%0*o\0" % (width - 1, value)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)
