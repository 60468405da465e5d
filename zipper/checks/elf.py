"""What one binary file needs, as a value.

In: a file's bytes. Out: `Binary`: its format, machine, libraries and the versions it asks of the C
and C++ libraries. Reading ELF structures is pyelftools' work; whether the target has what is asked
for is `zipper.checks.binary_rules`'.
"""

from __future__ import annotations

from itertools import islice
from typing import IO, Final, Literal, cast

from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

__all__ = ["Binary", "BinaryFormat", "recognize", "scan_binary"]

BinaryFormat = Literal["elf", "mach-o", "pe", "empty", "git-lfs", "other"]

_MACH_O: Final = (
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa\xcf",
    b"\xca\xfe\xba\xbe",
)
_MACHINES: Final = {
    0x3E: "x86_64",
    0xB7: "arm64",
    0x28: "arm",
    0x03: "x86",
    0xF3: "riscv64",
    0x15: "ppc64",
}
_VERSIONS: Final = late_pattern(r"(GLIBC|GLIBCXX)_(\d+(?:\.\d+)*)")
_REGISTER: Final = late_pattern(rb"\0node_register_module_v(\d{2,4})\0")
_PROGRAM: Final = 2
_TABLES_MAX: Final = 4096
"""Entries of each table that are read; a hostile file may claim more."""


class Binary(NamedTuple):
    """One binary file."""

    format: BinaryFormat
    bits: int = 0
    machine: str = ""
    is_program: bool = False
    is_truncated: bool = False
    needed: tuple[str, ...] = ()
    """The libraries that the loader looks for, DT_NEEDED."""
    soname: str = ""
    interpreter: str = ""
    glibc: str = ""
    """The newest version of the C library that a symbol asks for."""
    glibcxx: str = ""
    node_modules_version: int = 0
    """NODE_MODULE_VERSION of an addon that is bound to one; 0 for Node-API, and where unknown."""
    rpath: tuple[str, ...] = ()
    """The folders of DT_RPATH, as they are written."""
    runpath: tuple[str, ...] = ()
    """The folders of DT_RUNPATH, as they are written."""

    @property
    def is_musl(self) -> bool:
        """Whether it was built for musl."""
        return "ld-musl" in self.interpreter or any(
            name.startswith(("libc.musl", "ld-musl")) for name in self.needed
        )


def recognize(head: bytes) -> BinaryFormat:
    """Return the format that the first bytes of a file show."""
    if head[:4] == b"\x7fELF":
        return "elf"
    if head[:4] in _MACH_O:
        return "mach-o"
    if head[:2] == b"MZ":
        return "pe"
    if not head:
        return "empty"
    return "git-lfs" if head.startswith(b"version https://git-lfs") else "other"


def scan_binary(content: bytes | bytearray) -> Binary:
    """Return what the binary in `content` is and needs.

    Raises:
        Nothing: an ELF file whose structures lie outside of it is `is_truncated`.
    """
    kind = recognize(bytes(content[:64]))
    if kind != "elf":
        return Binary(kind)
    if len(content) < 64:
        return Binary("elf", is_truncated=True)
    machine = int.from_bytes(content[18:20], "little" if content[5] == 1 else "big")
    found = Binary(
        "elf",
        bits=64 if content[4] == 2 else 32,
        machine=_MACHINES.get(machine, f"machine {machine}"),
        is_program=content[16] == _PROGRAM,
    )
    view = _View(content)
    try:
        return _read_elf(view, content, found)
    except Exception:  # noqa: BLE001 - pyelftools raises whatever its parsers meet in a damaged file
        return found._replace(is_truncated=True)
    finally:
        view.close()


def _read_elf(view: _View, content: bytes | bytearray, found: Binary) -> Binary:
    from elftools.elf.dynamic import DynamicSegment  # noqa: PLC0415 - only where a binary is
    from elftools.elf.elffile import ELFFile  # noqa: PLC0415
    from elftools.elf.gnuversions import GNUVerNeedSection  # noqa: PLC0415

    elf = ELFFile(cast("IO[bytes]", view))
    size = len(content)
    values: dict[str, list[str]] = {
        tag: [] for tag in ("DT_NEEDED", "DT_SONAME", "DT_RPATH", "DT_RUNPATH")
    }
    interpreter = ""
    for segment in elf.iter_segments():
        header = segment.header
        if header.p_type == "PT_LOAD" and header.p_offset + header.p_filesz > size:
            return found._replace(is_truncated=True)
        if header.p_type == "PT_INTERP":
            interpreter = str(segment.get_interp_name())  # type: ignore[attr-defined]
        if isinstance(segment, DynamicSegment):
            for tag in islice(segment.iter_tags(), _TABLES_MAX):
                if tag.entry.d_tag in values:
                    values[tag.entry.d_tag].append(getattr(tag, tag.entry.d_tag[3:].lower()))
    names = [
        version.name
        for section in elf.iter_sections()
        if isinstance(section, GNUVerNeedSection)
        for _, versions in section.iter_versions()
        for version in versions
    ]
    register = _REGISTER.search(content)
    return found._replace(
        needed=tuple(values["DT_NEEDED"]),
        soname=next(iter(values["DT_SONAME"]), ""),
        interpreter=interpreter,
        is_program=found.is_program or bool(interpreter),
        glibc=_newest(names, "GLIBC"),
        glibcxx=_newest(names, "GLIBCXX"),
        node_modules_version=int(register[1]) if register else 0,
        rpath=_folders_of(values["DT_RPATH"]),
        runpath=_folders_of(values["DT_RUNPATH"]),
    )


def _folders_of(paths: list[str]) -> tuple[str, ...]:
    return tuple(folder for path in paths for folder in path.split(":") if folder)


class _View:
    """A file over bytes that does not copy them, as `BytesIO` would: binaries have 130 MB."""

    def __init__(self, content: bytes | bytearray) -> None:
        self._content: bytes | bytearray = content
        self._position = 0

    def close(self) -> None:
        """Let go of the bytes: pyelftools' objects refer to each other, and so live on for long."""
        self._content = b""

    def seek(self, offset: int, whence: int = 0) -> None:
        """Go to an offset from the start, or from the end; pyelftools asks for no other."""
        self._position = offset + (len(self._content) if whence else 0)

    def tell(self) -> int:
        return self._position

    def read(self, size: int) -> bytes:
        piece = bytes(self._content[self._position : self._position + size])
        self._position += len(piece)
        return piece


def _newest(names: list[str], family: str) -> str:
    """Return the newest version of `family` among version names such as `GLIBC_2.28`."""
    from packaging.version import Version  # noqa: PLC0415 - as above

    matches = (_VERSIONS.fullmatch(name) for name in names[:_TABLES_MAX])
    versions = [match[2] for match in matches if match and match[1] == family]
    return max(versions, key=Version, default="")
