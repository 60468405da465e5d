"""What an ELF file is, and what it needs, is read from a file that is made by the specification."""

from __future__ import annotations

import struct

import pytest
from support.elf_files import NEEDED, RPATH, RUNPATH, SONAME, make_elf, make_header

from zipper.checks.elf import Binary, recognize, scan_binary


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x7fELF", "elf"),
        (b"\x7fEL", "other"),
        (bytes.fromhex("cffaedfe"), "mach-o"),
        (bytes.fromhex("cefaedfe"), "mach-o"),
        (bytes.fromhex("feedfacf"), "mach-o"),
        (bytes.fromhex("cafebabe"), "mach-o"),
        (b"MZ\x90\0", "pe"),
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "git-lfs"),
        (b"version 2", "other"),
    ],
)
def test_first_bytes(head: bytes, kind: str) -> None:
    """The numbers are those of elf.h, of mach-o/loader.h and fat.h, and of git-lfs."""
    assert kind == recognize(head)
    assert Binary(kind, bits=32 if kind == "elf" else 0).format == scan_binary(head).format


def test_what_a_library_names() -> None:
    """Libraries, folders and the own name come from the dynamic entries."""
    entries = (
        (NEEDED, "liba.so"), (SONAME, "libq.so.1"), (RPATH, "$ORIGIN/a:/b"), (NEEDED, "libb.so"),
        (RUNPATH, "/c::$ORIGIN"), (RUNPATH, ""),
    )  # fmt: skip

    assert Binary(
        "elf", 64, "x86_64", needed=("liba.so", "libb.so"), soname="libq.so.1",
        rpath=("$ORIGIN/a", "/b"), runpath=("/c", "$ORIGIN"),
    ) == scan_binary(make_elf(*entries))  # fmt: skip


def test_a_table_without_end() -> None:
    """Of so many entries as only a hostile file has, the first 4,096 are read."""
    names = [f"lib{number}.so" for number in range(4_100)]
    binary = scan_binary(make_elf(*((NEEDED, name) for name in names)))

    assert names[:4_096] == list(binary.needed)


@pytest.mark.parametrize(
    ("content", "interpreter"),
    [
        (make_elf(interpreter="/lib64/ld-linux-x86-64.so.2"), "/lib64/ld-linux-x86-64.so.2"),
        (make_elf(kind=2), ""),
    ],
)
def test_programs(content: bytes, interpreter: str) -> None:
    """A program has its type, or asks for an interpreter, as what can be placed anywhere does."""
    assert Binary("elf", 64, "x86_64", is_program=True, interpreter=interpreter) == scan_binary(
        content
    )


def test_where_a_file_is_cut_off() -> None:
    """A header alone is whole; what is loaded may end where the file ends, and not behind it."""
    assert Binary("elf", 64, "x86_64") == scan_binary(make_header(3))
    assert Binary("elf", is_truncated=True) == scan_binary(make_header(3)[:-1])
    assert Binary("elf", 64, "x86_64") == scan_binary(make_elf())
    assert Binary("elf", 64, "x86_64", is_truncated=True) == scan_binary(make_elf(beyond=1))


def test_the_order_of_bytes() -> None:
    """The machine's number is read in the order that the header names."""
    big = b"\x7fELF\x02\x02\x01" + bytes(9) + struct.pack(">HH", 3, 0x15)

    assert "ppc64" == scan_binary(big + bytes(44)).machine
    assert "machine 5376" == scan_binary(big[:5] + b"\1" + big[6:] + bytes(44)).machine


@pytest.mark.parametrize(
    ("binary", "is_musl"),
    [
        (Binary("elf", needed=("libc.musl-x86_64.so.1",)), True),
        (Binary("elf", needed=("libdl.so.2", "ld-musl-aarch64.so.1")), True),
        (Binary("elf", interpreter="/lib/ld-musl-x86_64.so.1"), True),
        (Binary("elf", needed=("libmusl.so",), interpreter="/lib64/ld-linux-x86-64.so.2"), False),
    ],
)
def test_what_needs_musl(binary: Binary, is_musl: bool) -> None:
    """Alpine's C library and its loader have musl in their names."""
    assert is_musl == binary.is_musl
