"""A folder with all that a build would fetch: packuments, tarballs, git commits, keys as files.

In and out: bytes by name. `zipper.pipeline.vendoring` fills one through the registry's client,
which reads it elsewhere. A tarball is verified like a fetched one; packuments and a registry's keys
are believed as a registry's are, so what a build without a lockfile chooses, and what signatures
prove, is only as good as the folder.

    DIR/packuments/@scope%2fname.json
    DIR/tarballs/@scope%2fname-1.0.0-<beginning of a hash of its integrity>.tgz
    DIR/documents/<hash of the address>.json
    DIR/git/<hash of the spec>.txt, <hash of the commit's URL>.tar
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from zipper.errors import OutputError, StoreError
from zipper.files import write_error, write_file
from zipper.folders import make_folders
from zipper.npm.integrity import check_data

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.npm.integrity import Integrity

__all__ = ["TarballPlace", "VendorFolder"]


class TarballPlace(NamedTuple):
    """What names a tarball: its integrity, or where there is none its address.

    `resolved` is None for the standard address.
    """

    name: str
    version: str
    resolved: str | None = None
    integrity: Integrity | None = None

    @property
    def label(self) -> str:
        """`name@version`, as people write it."""
        return f"{self.name}@{self.version}"


class VendorFolder:
    """The files below `root`. Safe for many threads.

    Args:
        root: the folder.
        is_recording: nothing is found in it, and all that is fetched is kept.
    """

    def __init__(self, root: Path, *, is_recording: bool = False) -> None:
        self.root = root
        self.is_recording = is_recording

    def find_packument(self, name: str) -> bytes | None:
        """Return the packument of `name`, if it is there."""
        return self._read(self._packument(name))

    def keep_packument(self, name: str, body: bytes) -> None:
        """Keep a packument where this folder records.

        Raises:
            OutputError: EOUTPUT.
        """
        self._write(self._packument(name), body)

    def find_tarball(self, place: TarballPlace) -> bytes | None:
        """Return the tarball, verified, if it is there.

        Raises:
            IntegrityError: EINTEGRITY where it has been changed.
        """
        data = self._read(self._tarball(place))
        if data is not None and place.integrity is not None:
            check_data(data, place.integrity)
        return data

    def keep_tarball(self, place: TarballPlace, data: bytes) -> None:
        """Keep a tarball where this folder records.

        Raises:
            OutputError: EOUTPUT.
        """
        self._write(self._tarball(place), data)

    def find_document(self, url: str) -> bytes | None:
        """Return what a registry has at an address, such as its keys, if it is there."""
        return self._read(self._document(url))

    def keep_document(self, url: str, body: bytes) -> None:
        """Keep a document where this folder records.

        Raises:
            OutputError: EOUTPUT.
        """
        self._write(self._document(url), body)

    def find_git(self, what: str) -> bytes | None:
        """Return what a git spec means (an URL with its commit), or what such an URL holds."""
        return self._read(self._git(what))

    def keep_git(self, what: str, data: bytes) -> None:
        """Keep what git has answered where this folder records.

        Raises:
            OutputError: EOUTPUT.
        """
        self._write(self._git(what), data)

    def _packument(self, name: str) -> Path:
        return self.root / "packuments" / f"{_file_name(name)}.json"

    def _tarball(self, place: TarballPlace) -> Path:
        told = place.resolved or "" if place.integrity is None else str(place.integrity)
        label = _file_name(f"{place.name}-{place.version}")
        return self.root / "tarballs" / f"{label}-{_hash(told)[:16]}.tgz"

    def _document(self, url: str) -> Path:
        return self.root / "documents" / f"{_hash(url)}.json"

    def _git(self, what: str) -> Path:
        return self.root / "git" / _hash(what)

    def _read(self, path: Path) -> bytes | None:
        if self.is_recording:
            return None
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as cause:
            raise StoreError(
                "ESTORE",
                f"cannot read `{path}`: {cause.strerror or cause}",
                hint="make the vendored folder again: `python -m zipper vendor`",
            ) from cause

    def _write(self, path: Path, data: bytes) -> None:
        if not self.is_recording:
            return
        try:
            make_folders(path.parent)
        except OSError as cause:
            raise write_error(cause, path.parent, OutputError) from cause
        write_file(path, [[data]])


def _file_name(text: str) -> str:
    """Return text as the name of a file on every system; long ones are cut and told apart."""
    name = quote(text, safe="@+ ").replace("%2F", "%2f")
    return name if len(name) <= 120 else f"{name[:100]}-{_hash(text)[:16]}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
