"""Zips that no honest tool writes, for the commands that judge, explain and run a zip."""

from __future__ import annotations

import io
import stat
import struct
import zlib
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ARCHIVES"]

HANDLER = b"exports.handler = async () => 1\n"


def _zip(*members: tuple[str | ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("index.js", HANDLER)
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def _member(name: str, *, mode: int = 0o100644, extra: bytes = b"") -> ZipInfo:
    info = ZipInfo(name)
    info.external_attr, info.extra = mode << 16, extra
    return info


def _unicode_path(name: str, other: str) -> bytes:
    """Return the extra field 0x7075, which gives a member another name."""
    body = b"\1" + struct.pack("<I", zlib.crc32(name.encode())) + other.encode()
    return struct.pack("<HH", 0x7075, len(body)) + body


def _patched(data: bytes, old: bytes, new: bytes, *, count: int = -1) -> bytes:
    assert old in data
    assert len(old) == len(new)
    return data.replace(old, new, count)


def _overlapping() -> bytes:
    """Return a zip whose many members are one and the same compressed data."""
    data = _zip(("x" * 8, b"\0" * 10_000_000))
    at = data.index(b"PK\1\2", data.index(b"PK\1\2") + 4)
    end = data.index(b"PK\5\6")
    record, tail = data[at:end], bytearray(data[end:])
    copies = b"".join(record.replace(b"x" * 8, b"%08d" % n) for n in range(5000))
    begin = struct.unpack("<I", tail[16:20])[0]
    struct.pack_into("<HHI", tail, 8, 5002, 5002, end - begin + len(copies))
    return data[:end] + copies + bytes(tail)


def _archives() -> Iterator[tuple[str, bytes]]:
    yield "name-climbs", _zip(("../../outside/flag", b"x"))
    yield "name-is-absolute", _zip(("/etc/flag", b"x"))
    yield "name-backslash", _zip(("..\\..\\outside\\flag", b"x"))
    yield "name-drive", _zip(("C:\\flag", b"x"))
    yield "name-nul", _patched(_zip(("a!b.js", b"x")), b"a!b.js", b"a\0b.js")
    yield "name-escape", _zip(("\x1b]0;evil\x07\x1b[2J.js", b"x"), ("a\r\nb.js", b"x"))
    yield "name-in-markup", _zip(("<img src=x onerror=alert(1)>.js", b"x"))
    yield "name-twice", _zip(("a.js", b"1"), ("A.js", b"2"), ("a.js/b.js", b"3"))
    yield (
        "name-elsewhere",
        _zip((_member("a.js", extra=_unicode_path("a.js", "../../outside/flag")), b"x")),
    )
    yield "link", _zip((_member("link", mode=0o120777), b"../../outside/secret.txt"))
    yield (
        "link-then-through",
        _zip((_member("out", mode=stat.S_IFLNK | 0o777), b"../../outside"), ("out/flag", b"x")),
    )
    yield "device", _zip((_member("dev", mode=stat.S_IFCHR | 0o666), b""))
    yield "setuid", _zip((_member("su", mode=stat.S_IFREG | 0o6755), b"x"))
    yield "overlapping", _overlapping()
    yield "local-name-lies", _patched(_zip(("safe.js", b"x")), b"safe.js", b"../../a", count=1)
    yield "manifest-in-depth", _zip(("package.json", b'{"a":' * 100_000))
    yield "module-in-depth", _zip(("b.js", b"(" * 200_000), ("c.js", b"[" * 100_000))
    yield "many-names", _zip(*((f"{number}.js", b"") for number in range(3000)))
    yield "end-twice", _zip(("a.js", b"x")) + _zip()[-22:]
    yield "cut", _zip(("a.js", b"x"))[:-30]
    yield "nothing", b""
    yield "text", b"<html></html>"


ARCHIVES = dict(_archives())
