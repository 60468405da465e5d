"""From a tarball's bytes to the members of a store zip, by npm's rules of unpacking.

In: a verified .tgz in memory. Out: `PlannedEntry`s, deflated and sorted. Nothing here touches the
disk; `zipper.store.store_zips` does.

Source: pacote 21 lib/fetcher.js (the first folder is cut off, links are dropped, `.gitignore`
becomes `.npmignore` where there is none, modes are widened to 0644/0755), bin-links 6 (the files
that `bin` names are executable, and a carriage return after their `#!` line goes).
"""

from __future__ import annotations

import re
import threading
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Final, Protocol

import deflate

from zipper.archive.compress import compress
from zipper.errors import ArchiveError
from zipper.store.package_commands import find_commands
from zipper.store.tar import TarMember, read_tar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zipper.archive.entries import PlannedEntry
    from zipper.store.yarn_checksum import YarnChecksum

__all__ = [
    "MAX_BYTES",
    "MAX_MEMBERS",
    "claimed_bytes",
    "extract",
    "mend_hashbang",
]

MAX_BYTES: Final = 1 << 30
"""Most unpacked bytes of one package: four times what Lambda takes in all."""
MAX_MEMBERS: Final = 100_000
"""Most members of one tarball; a package needs fewer than 65,535 files to fit a zip."""
_WHOLE_BYTES: Final = 24 << 20
"""Up to this size a tarball is inflated in one piece, which is 2.5 times faster than in chunks."""
_DEFLATE_RATIO_MAX: Final = 1032
"""A byte of deflated data becomes as many at most: 258 for two bits."""
_LARGE_MEMBER_BYTES: Final = 16 << 20
_LARGE_MEMBER: Final = threading.Lock()
"""Held while a member above that size is in memory: one at a time, in all threads together."""
_DOS_HASHBANG: Final = re.compile(rb"^(#![^\n]+)\r\n")
_HASHBANG_BYTES: Final = 2048
"""Where a `#!` line that is mended ends at the latest. Source: bin-links 6 lib/fix-bin.js."""


def extract(
    tarball: bytes, *, label: str, checksum: YarnChecksum | None = None
) -> list[PlannedEntry]:
    """Return the package's files as deflated entries, sorted by name.

    Args:
        tarball: the .tgz, its integrity verified by the caller.
        label: `name@version` for messages.
        checksum: given each member as the tarball has it, where yarn's is to be verified.

    Raises:
        ArchiveError: ETARBALL, naming `label` and the member, for bytes that are no gzip or no
            tar, are truncated or too large, or have names that leave the package or clash.
    """
    try:
        with closing(_open(tarball)) as tar:
            members = read_tar(
                tar.read,
                max_members=MAX_MEMBERS,
                max_bytes=MAX_BYTES,
                on_other=None if checksum is None else checksum.add_other,
            )
            files = _collect(members, checksum)
            tar.finish()
    except ArchiveError as error:
        raise ArchiveError(
            error.code, f"{label}: {error.message}", hint=error.hint or _HINT
        ) from error
    return files


_HINT: Final = (
    "npm unpacks such a package in part or elsewhere; ask its publisher, or use another version"
)
_NO_TARBALL: Final = "make one of the package's folder with `npm pack`, or fetch it again"


def _collect(members: Iterable[TarMember], checksum: YarnChecksum | None) -> list[PlannedEntry]:
    """Apply npm's rules in the order of the archive: a later member replaces an earlier one."""
    entries: dict[str, PlannedEntry] = {}
    ignores: set[str] = set()
    hashbangs: dict[str, bytes] = {}
    manifests: dict[str, bytes] = {}
    for member in members:
        if checksum is not None:
            checksum.add_file(member.name, member.mode, member.data)
        name = _rename(_place(member.name), ignores)
        if name is None:
            continue
        if name == "package.json" or (name.endswith("/package.json") and "node_modules/" in name):
            manifests[name.removesuffix("package.json")] = bytes(member.data)
        if _DOS_HASHBANG.match(member.data, 0, _HASHBANG_BYTES):
            hashbangs[name] = bytes(member.data)
        entries[name] = compress(name, member.data, executable=bool(member.mode & 0o111))
    if not entries:
        raise ArchiveError("ETARBALL", "this is not a tar, or has no files", hint=_NO_TARBALL)
    _refuse_clashes(entries)
    for name in find_commands(manifests, entries):
        data = hashbangs.get(name)
        if data is None:
            entries[name] = entries[name]._replace(mode=0o100755)
        else:
            entries[name] = compress(name, mend_hashbang(data), executable=True)
    return sorted(entries.values())


def mend_hashbang(data: bytes) -> bytes:
    """Return a command's bytes without a carriage return at the end of its `#!` line.

    Linux takes it for a part of the interpreter's name. Source: bin-links 6 lib/fix-bin.js.
    """
    return _DOS_HASHBANG.sub(rb"\1\n", data)


def _place(name: str) -> str | None:
    """Return where a member goes, its first folder cut off; None for the folder itself.

    Raises:
        ArchiveError: ETARBALL for a name that is absolute, has `..`, here or where a backslash is a
            separator.

    A backslash is a part of the name, as for npm on Linux, where Lambda runs.
    Deviation: npm drops such members with a warning; a package that has one is not worth trusting.
    """
    parts = name.split("/")
    is_odd = name.startswith("/") or ".." in parts
    if not is_odd and "\\" in name:
        there = name.split("/", 1)[-1].replace("\\", "/")
        is_odd = there.startswith("/") or "//" in there or ":" in there or ".." in there.split("/")
    if is_odd:
        raise ArchiveError("ETARBALL", f"the tarball has a member named {name!r}")
    return "/".join(part for part in parts[1:] if part not in ("", ".")) or None


def _rename(name: str | None, ignores: set[str]) -> str | None:
    """Return what npm calls the file, None for one that it leaves out; `ignores` it saw before.

    `.gitignore` becomes `.npmignore`, except where the package has that file already.
    """
    base = name.rpartition("/")[2] if name is not None else ""
    if name is None or base not in (".gitignore", ".npmignore"):
        return name
    if base == ".npmignore":
        ignores.add(name)
        return name
    renamed = name.removesuffix(".gitignore") + ".npmignore"
    return None if renamed in ignores else renamed


def _refuse_clashes(entries: Iterable[str]) -> None:
    names = set(entries)
    for name in names:
        folder = name
        while "/" in folder:
            folder = folder.rpartition("/")[0]
            if folder in names:
                raise ArchiveError(
                    "ETARBALL", f"the tarball has `{folder}` as a file and as a folder"
                )


def claimed_bytes(tarball: bytes) -> int:
    """Return the unpacked size that a gzip file claims; wrong where somebody lies, or below."""
    return int.from_bytes(tarball[-4:], "little")


class _Tar(Protocol):
    """Decompressed bytes, read in order."""

    def read(self, count: int, /) -> bytes | bytearray | memoryview:
        """Return `count` bytes, or fewer at the end."""

    def finish(self) -> None:
        """Read to the end: a file that is cut off or damaged behind the last member is so too."""

    def close(self) -> None:
        """Give back what is held."""


def _open(tarball: bytes) -> _Tar:
    """Return a reader over the decompressed bytes, in one piece where that is cheap."""
    if tarball[:2] != b"\x1f\x8b":
        if len(tarball) >= 512 and tarball[257:262] == b"ustar":
            return _Whole(memoryview(tarball))
        raise ArchiveError("ETARBALL", "this is not a gzip file", hint=_NO_TARBALL)
    data = _inflate_whole(tarball)
    return _Inflater(tarball) if data is None else _Whole(data)


def _inflate_whole(tarball: bytes) -> memoryview | None:
    """Return the bytes of a gzip file of one member, or None: then the chunked reader decides.

    The library stops where the first member ends; only where its bytes are those of which the
    last eight of the file tell size and CRC-32 was it the only one.
    """
    claimed = claimed_bytes(tarball)
    if not 0 < claimed <= _WHOLE_BYTES:
        return None
    try:
        data = deflate.gzip_decompress(tarball, claimed)
    except (deflate.DeflateError, ValueError):
        return None
    crc = int.from_bytes(tarball[-8:-4], "little")
    return memoryview(data) if len(data) == claimed and deflate.crc32(data, 0) == crc else None


class _Whole:
    """Bytes that are all in memory."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._position = 0

    def read(self, count: int) -> memoryview:
        """Return `count` bytes, or fewer at the end; nothing is copied."""
        start = self._position
        self._position = min(start + count, len(self._data))
        return self._data[start : self._position]

    def finish(self) -> None:
        """Do nothing: all was read before."""

    def close(self) -> None:
        """Do nothing: what was read may still be in use."""


class _Inflater:
    """A gzip stream read in chunks: several members are one, zeros after the last are ignored."""

    _CHUNK: Final = 1 << 20

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._position = 0
        self._stream = zlib.decompressobj(wbits=31)
        self._buffer = memoryview(b"")
        self._holds_lock = False

    def read(self, count: int) -> bytes | bytearray | memoryview:
        """Return `count` bytes, or fewer at the end.

        Where they are many, no other thread gets many until this one reads on or closes.

        Raises:
            ArchiveError: ETARBALL for a stream that is damaged or truncated.
        """
        self.close()
        if count <= len(self._buffer):
            piece, self._buffer = self._buffer[:count], self._buffer[count:]
            return piece
        # What a header claims is not given memory for where the bytes cannot become as many.
        count = min(count, len(self._buffer) + len(self._data) * _DEFLATE_RATIO_MAX)
        if count > _LARGE_MEMBER_BYTES:
            self._holds_lock = _LARGE_MEMBER.acquire()
        target = bytearray(count)
        filled = 0
        while filled < count and (self._buffer or self._inflate()):
            piece = self._buffer[: count - filled]
            target[filled : filled + len(piece)] = piece
            filled += len(piece)
            self._buffer = self._buffer[len(piece) :]
        return target if filled == count else target[:filled]

    def finish(self) -> None:
        """Inflate what is left, and check it.

        Raises:
            ArchiveError: ETARBALL, also where too much follows the end of the tar.
        """
        left = len(self._buffer)
        self._buffer = memoryview(b"")
        while self._inflate():
            left += len(self._buffer)
            self._buffer = memoryview(b"")
            if left > MAX_BYTES:
                raise ArchiveError("ETARBALL", f"more than {MAX_BYTES:,} bytes follow the tar")

    def close(self) -> None:
        """Let other threads read a large member."""
        if self._holds_lock:
            self._holds_lock = False
            _LARGE_MEMBER.release()

    def _inflate(self) -> bool:
        """Fill the buffer with the next bytes, at least one; False at the end."""
        while not self._buffer:
            if self._stream.eof and not self._next_member():
                return False
            pending = self._stream.unconsumed_tail
            if not pending:
                pending = self._data[self._position : self._position + self._CHUNK].tobytes()
                self._position += len(pending)
            if not pending:
                raise ArchiveError("ETARBALL", "the gzip stream is cut off")
            try:
                self._buffer = memoryview(self._stream.decompress(pending, self._CHUNK))
            except zlib.error as error:
                raise ArchiveError("ETARBALL", f"the gzip stream is damaged ({error})") from error
        return True

    def _next_member(self) -> bool:
        """Begin with the next gzip member; False where there is none, but zeros at most.

        Source: minizlib 3, through which npm reads: other bytes than zeros are an error.
        """
        start = self._position - len(self._stream.unused_data)
        if bytes(self._data[start : start + 2]) == b"\x1f\x8b":
            self._position = start
            self._stream = zlib.decompressobj(wbits=31)
            return True
        if bytes(self._data[start:]).strip(b"\0"):
            raise ArchiveError("ETARBALL", "the gzip stream is followed by other bytes")
        return False
