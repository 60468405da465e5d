"""ELF files as small as the specification allows, for what reads them."""

from __future__ import annotations

import struct

__all__ = ["NEEDED", "RPATH", "RUNPATH", "SONAME", "make_elf", "make_header"]

LOAD, DYNAMIC, INTERP = 1, 2, 3
NEEDED, STRTAB, SONAME, RPATH, RUNPATH = 1, 5, 14, 15, 29
HEADER, SEGMENT = 64, 56


def make_elf(
    *entries: tuple[int, str], interpreter: str = "", beyond: int = 0, kind: int = 3
) -> bytes:
    """Return a 64-bit file for x86_64 with these dynamic entries, and no sections.

    Source: the System V ABI, chapters 4 and 5; the numbers are those of elf.h.

    Args:
        entries: tags, and the texts that they mean.
        interpreter: of PT_INTERP.
        beyond: so many bytes of the loaded segment are not there.
        kind: e_type, 2 of a program and 3 of a library.
    """
    texts = b"\0" + b"".join(text.encode() + b"\0" for _, text in entries)
    dynamic_at = HEADER + 3 * SEGMENT
    texts_at = dynamic_at + 16 * (len(entries) + 2)
    interpreter_at = texts_at + len(texts)
    size = interpreter_at + len(interpreter) + 1
    rows, at = [], 1
    for tag, text in entries:
        rows.append((tag, at))
        at += len(text) + 1
    dynamic = b"".join(struct.pack("<QQ", *row) for row in [*rows, (STRTAB, texts_at), (0, 0)])
    kinds = (
        (LOAD, 0, size + beyond),
        (DYNAMIC, dynamic_at, len(dynamic)),
        (INTERP if interpreter else 0, interpreter_at, len(interpreter) + 1),
    )
    segments = b"".join(
        struct.pack("<IIQQQQQQ", name, 4, start, start, start, length, length, 8)
        for name, start, length in kinds
    )
    return make_header(kind, segments=3) + segments + dynamic + texts + interpreter.encode() + b"\0"


def make_header(kind: int, *, segments: int = 0) -> bytes:
    """Return a file's header, of a file of this e_type and with so many segments."""
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    sizes = (HEADER, SEGMENT, segments, 64, 0, 0)
    return ident + struct.pack("<HHIQQQIHHHHHH", kind, 0x3E, 1, 0, HEADER, 0, 0, *sizes)
