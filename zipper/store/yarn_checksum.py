"""yarn's own checksum of a package, from the members of its tarball.

In: members in the order of the archive. Out: the SHA-512 of the zip that yarn's cache has, which is
never made. Since yarn 4 its members are stored, so that its bytes follow from the tarball; those
that older ones deflate follow from one version of one library, and are not verified.

Source: `@yarnpkg/core` tgzUtils.ts (`extractArchiveTo`), Cache.ts (`10c0`: cache version 10,
compression level 0), `@yarnpkg/libzip` (what a header holds).
"""

from __future__ import annotations

import hashlib
import posixpath
import struct
from typing import TYPE_CHECKING, Final

import deflate

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["VERIFIABLE", "YarnChecksum"]

VERIFIABLE: Final = "10c0/"
"""How a checksum begins whose zip follows from the tarball alone."""

_LOCAL: Final = struct.Struct("<IHHHHHIIIHH")

_CENTRAL: Final = struct.Struct("<IBBHHHHHIIIHHHHHII")

_END: Final = struct.Struct("<IHHHHIIH")

_DATE: Final = ((1984 - 1980) << 9) | (6 << 5) | 22
"""1984-06-22 21:50, yarn's own date for every file."""

_TIME: Final = (21 << 11) | (50 << 5)

_NEEDED: Final = {True: 20, False: 10}
"""The version that reads a folder, and a stored file."""


class YarnChecksum:
    """Takes members one by one, and is asked for the checksum at the end."""

    def __init__(self, package_name: str) -> None:
        self._prefix = f"node_modules/{package_name}"
        self._digest = hashlib.sha512()
        self._seen: dict[str, tuple[int, int]] = {}
        """Each member's mode, and which it is in the archive."""
        self._before: list[hashlib._Hash] = []
        """What was digested before each member."""
        self._central: list[bytes] = []
        self._offset = 0
        self._is_odd = not package_name.isascii()

    def add_file(self, name: str, mode: int, data: bytes | bytearray | memoryview) -> None:
        """Take a regular file."""
        path = self._place(name)
        if path is None:
            return
        mode = 0o100755 if mode & 0o111 else 0o100644
        if path in self._seen:
            self._is_odd = self._is_odd or not self._is_same(path, data, mode)
            return
        self._add_folders(posixpath.dirname(path))
        self._add(path, data, mode)

    def add_other(self, name: str, is_folder: bool) -> None:  # noqa: FBT001  (as it is called)
        """Take what is no file: of a link or a special file yarn makes something else."""
        path = self._place(name) if is_folder else None
        self._is_odd = self._is_odd or not is_folder
        if path is not None:
            self._add_folders(path)

    def finish(self) -> str | None:
        """Return the checksum as yarn.lock has it; None for an archive that is not understood."""
        if self._is_odd:
            return None
        count, size = len(self._central), sum(map(len, self._central))
        for record in self._central:
            self._digest.update(record)
        end = (0x06054B50, 0, 0, count & 0xFFFF, count & 0xFFFF, size, self._offset, 0)
        self._digest.update(_END.pack(*end))
        return VERIFIABLE + self._digest.hexdigest()

    def _place(self, name: str) -> str | None:
        """Return where yarn puts a member; None for one that it leaves out."""
        if name.startswith("/"):
            return None
        parts = posixpath.normpath(name).split("/")
        if ".." in parts or len(parts) < 2:
            return None
        return "/".join((self._prefix, *parts[1:]))

    def _add_folders(self, path: str) -> None:
        for folder in _list_folders(path):
            if folder not in self._seen:
                self._add(folder, b"", 0o40755)

    def _is_same(self, path: str, data: bytes | bytearray | memoryview, mode: int) -> bool:
        """Return whether a file that comes again is as it was, as it is in some of pnpm's tarballs.

        Another one would take the place of the first, which has been digested.
        """
        known_mode, at = self._seen[path]
        again = self._before[at].copy()
        self._digest_local(again, path, data)
        after = [*self._before, self._digest][at + 1]
        return mode == known_mode and again.digest() == after.digest()

    def _add(self, path: str, data: bytes | bytearray | memoryview, mode: int) -> None:
        self._seen[path] = (mode, len(self._before))
        self._before.append(self._digest.copy())
        if not path.isascii() or len(self._central) >= 0xFFFF:
            self._is_odd = True
        name, shared = self._digest_local(self._digest, path, data)
        tail = (len(name), 0, 0, 0, 0, mode << 16, self._offset)
        self._central.append(_CENTRAL.pack(0x02014B50, 63, 3, *shared, *tail) + name)
        self._offset += _LOCAL.size + len(name) + len(data)

    @staticmethod
    def _digest_local(
        digest: hashlib._Hash, path: str, data: bytes | bytearray | memoryview
    ) -> tuple[bytes, tuple[int, ...]]:
        """Digest a member; return its name, and what its two headers share."""
        name = path.encode("utf-8", "surrogatepass")
        needed, size = _NEEDED[path.endswith("/")], len(data)
        shared = (needed, 0, 0, _TIME, _DATE, deflate.crc32(data, 0) if size else 0, size, size)
        digest.update(_LOCAL.pack(0x04034B50, *shared, len(name), 0))
        digest.update(name)
        digest.update(data)
        return name, shared


def _list_folders(path: str) -> Iterator[str]:
    """Yield a folder and those above it, the outermost first, each with a slash at its end."""
    at = path.find("/")
    while at > 0:
        yield path[: at + 1]
        at = path.find("/", at + 1)
    yield f"{path}/"
