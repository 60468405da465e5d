"""From a tarball's bytes to the members of a store zip, by npm's rules of unpacking.

In: a verified .tgz in memory. Out: `PlannedEntry`s, deflated and sorted. Nothing here touches the
disk; `zipper.store.files` does.

Source: pacote 21 lib/fetcher.js (the first folder is cut off, links are dropped, `.gitignore`
becomes `.npmignore` where there is none, modes are widened to 0644/0755), bin-links 6 (the files
that `bin` names are executable, and a carriage return after their `#!` line goes).
"""

from __future__ import annotations

import json
import re
import threading
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Final, Protocol

import deflate

from zipper.archive.plan import DEFLATED, STORED, PlannedEntry, make_entry
from zipper.errors import ArchiveError
from zipper.npm.package_json import parse_bin
from zipper.store.tar import TarMember, read_tar

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LEVEL", "MAX_BYTES", "MAX_MEMBERS", "claimed_bytes", "compress", "extract"]

LEVEL: Final = 6
MAX_BYTES: Final = 1 << 30
"""Most unpacked bytes of one package: four times what Lambda takes in all."""
MAX_MEMBERS: Final = 200_000
"""Most members of one tarball; a package needs fewer than 65,535 files to fit a zip."""
_WHOLE_BYTES: Final = 24 << 20
"""Up to this size a tarball is inflated in one piece, which is 2.5 times faster than in chunks."""
_LARGE_MEMBER_BYTES: Final = 16 << 20
_LARGE_MEMBER: Final = threading.Lock()
"""Held while a member above that size is in memory: one at a time, in all threads together."""
_DOS_HASHBANG: Final = re.compile(rb"^(#![^\n]+)\r\n")


def extract(tarball: bytes, *, label: str) -> list[PlannedEntry]:
    """Return the package's files as deflated entries, sorted by name.

    Args:
        tarball: the .tgz, its integrity verified by the caller.
        label: `name@version` for messages.

    Raises:
        ArchiveError: ETARBALL, naming `label` and the member, for bytes that are no gzip or no
            tar, are truncated or too large, or have names that leave the package or clash.
    """
    try:
        with closing(_open(tarball)) as tar:
            files = _collect(read_tar(tar.read, max_members=MAX_MEMBERS, max_bytes=MAX_BYTES))
    except ArchiveError as error:
        raise ArchiveError(
            error.code, f"{label}: {error.message}", facts=error.facts, hint=_HINT
        ) from error
    return files


_HINT: Final = (
    "npm unpacks such a package in part or elsewhere; ask its publisher, or use another version"
)


def compress(name: str, data: bytes | bytearray | memoryview, *, executable: bool) -> PlannedEntry:
    """Return the entry for one file: deflated, or stored where deflate would not shrink it."""
    packed = deflate.deflate_compress(data, LEVEL)
    crc = deflate.crc32(data, 0)
    if len(packed) >= len(data):
        return make_entry(
            name, bytes(data), method=STORED, crc=crc, size=len(data), executable=executable
        )
    return make_entry(name, packed, method=DEFLATED, crc=crc, size=len(data), executable=executable)


def _collect(members: Iterable[TarMember]) -> list[PlannedEntry]:
    """Apply npm's rules in the order of the archive: a later member replaces an earlier one."""
    entries: dict[str, PlannedEntry] = {}
    hashbangs: dict[str, bytes] = {}
    manifest = b""
    for member in members:
        name = _place(member.name)
        if name is None:
            continue
        if name.rpartition("/")[2] == ".gitignore":
            name = name.removesuffix(".gitignore") + ".npmignore"
            if name in entries:
                continue
        if name == "package.json":
            manifest = bytes(member.data)
        if bytes(member.data[:2]) == b"#!" and _DOS_HASHBANG.match(member.data[:2048]):
            hashbangs[name] = bytes(member.data)
        entries[name] = compress(name, member.data, executable=bool(member.mode & 0o111))
    _refuse_clashes(entries)
    for name in _bin_targets(manifest, entries):
        data = hashbangs.get(name)
        if data is None:
            entries[name] = entries[name]._replace(mode=0o100755)
        else:
            entries[name] = compress(name, _DOS_HASHBANG.sub(rb"\1\n", data), executable=True)
    return sorted(entries.values())


def _place(name: str) -> str | None:
    """Return where a member goes, its first folder cut off; None for the folder itself.

    Raises:
        ArchiveError: ETARBALL for a name that is absolute, has `..`, NUL or a backslash.

    Deviation: npm drops such members with a warning; a package that has one is not worth trusting.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or "\0" in name or "\\" in name:
        raise ArchiveError("ETARBALL", f"the tarball has a member named {name!r}")
    return "/".join(parts[1:]) or None


def _refuse_clashes(entries: Iterable[str]) -> None:
    names = set(entries)
    for name in names:
        folder = name
        while (cut := folder.rfind("/")) > 0:
            folder = folder[:cut]
            if folder in names:
                raise ArchiveError(
                    "ETARBALL", f"the tarball has `{folder}` as a file and as a folder"
                )


def _bin_targets(manifest: bytes, entries: Iterable[str]) -> list[str]:
    """Return the files that package.json's `bin`, or else its `directories.bin`, names."""
    try:
        raw = json.loads(manifest) if manifest else None
    except ValueError:
        return []
    if not isinstance(raw, dict):
        return []
    targets = set(parse_bin(raw.get("bin"), str(raw.get("name", ""))).values())
    folders = raw.get("directories")
    if not raw.get("bin") and isinstance(folders, dict) and isinstance(folders.get("bin"), str):
        folder = folders["bin"].removeprefix("./").strip("/") + "/"
        targets |= {name for name in entries if name.startswith(folder) and "/." not in name}
    return [name for name in entries if name in targets]


def claimed_bytes(tarball: bytes) -> int:
    """Return the unpacked size that a gzip file claims; wrong where somebody lies, or below."""
    return int.from_bytes(tarball[-4:], "little")


class _Tar(Protocol):
    """Decompressed bytes, read in order."""

    def read(self, count: int, /) -> bytes | bytearray | memoryview:
        """Return `count` bytes, or fewer at the end."""

    def close(self) -> None:
        """Give back what is held."""


def _open(tarball: bytes) -> _Tar:
    """Return a reader over the decompressed bytes, in one piece where that is cheap."""
    if tarball[:2] != b"\x1f\x8b":
        if len(tarball) >= 512 and tarball[257:262] == b"ustar":
            return _Whole(memoryview(tarball))
        raise ArchiveError("ETARBALL", "this is no gzip file")
    claimed = claimed_bytes(tarball)
    if claimed <= _WHOLE_BYTES:
        try:
            return _Whole(memoryview(deflate.gzip_decompress(tarball, claimed)))
        except (deflate.DeflateError, ValueError):
            pass  # trailing bytes, several members or a wrong size: the chunked reader decides
    return _Inflater(tarball)


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

    def close(self) -> None:
        """Do nothing: what was read may still be in use."""


class _Inflater:
    """A gzip stream read in chunks: several members are one, bytes after the last are ignored."""

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
        rest = self._stream.unused_data
        start = self._position - len(rest)
        if bytes(self._data[start : start + 2]) != b"\x1f\x8b":
            return False
        self._position = start
        self._stream = zlib.decompressobj(wbits=31)
        return True
