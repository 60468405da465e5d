"""Packuments on disk: one file a document, written at once and read whole.

Input and output: the bytes of a document with what is needed to ask whether it changed. A file is
named after its address, so no name can lead out of the folder; it holds no credential. A damaged
file counts as absent and is removed. Whether an entry may be used is `zipper.registry.freshness`.

The file's modification time is the moment when the registry last confirmed it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["CachedDocument", "PackumentCache"]

_MAGIC: Final = b"zipper packument 1"
_MAX_HEAD_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class CachedDocument:
    """A document with its validators.

    Attributes:
        body: the JSON text as the registry sent it, decoded from gzip.
        is_full: it has all that the registry knows; an abbreviated one leaves out the times.
        fresh_seconds: how long it needs no revalidation after it was confirmed.
        confirmed_at: seconds since 1970 when the registry last sent or confirmed it.
    """

    body: bytes
    is_full: bool
    etag: str | None = None
    last_modified: str | None = None
    fresh_seconds: float = 0.0
    confirmed_at: float = 0.0

    def is_fresh(self, now: float) -> bool:
        """Return whether it may be used unasked; a time in the future is not believed."""
        return 0 <= now - self.confirmed_at < self.fresh_seconds

    def validators(self) -> dict[str, str]:
        """Return the headers that ask whether it changed; none where the registry gave none."""
        headers = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


class PackumentCache:
    """The packuments below `folder`; many threads and processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, url: str, *, full: bool) -> CachedDocument | None:
        """Return the entry for an address and form, or None; a damaged one is removed."""
        path = self._path(url, full=full)
        try:
            with path.open("rb") as file:
                confirmed_at = os.fstat(file.fileno()).st_mtime
                magic, head = file.readline(_MAX_HEAD_BYTES), file.readline(_MAX_HEAD_BYTES)
                body = file.read()
        except OSError:
            return None
        document = _parse(magic, head, body, url, confirmed_at)
        if document is None:
            with contextlib.suppress(OSError):
                path.unlink()
        return document

    def write(self, url: str, document: CachedDocument, *, full: bool) -> None:
        """Keep a document, where the disk allows it; one that cannot be written fails nobody."""
        path = self._path(url, full=full)
        head = {
            "url": url,
            "full": document.is_full,
            "etag": document.etag,
            "modified": document.last_modified,
            "fresh": document.fresh_seconds,
            "size": len(document.body),
            "crc": zlib.crc32(document.body),
        }
        text = json.dumps(head, separators=(",", ":")).encode()
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_at_once(path, (_MAGIC, b"\n", text, b"\n", document.body))

    def confirm(self, url: str, *, full: bool) -> None:
        """Remember that the registry just said that the entry is unchanged."""
        with contextlib.suppress(OSError):
            os.utime(self._path(url, full=full))

    def _path(self, url: str, *, full: bool) -> Path:
        key = hashlib.sha256(f"{'full' if full else 'abbreviated'} {url}".encode()).hexdigest()
        return self._folder / key[:2] / key[2:]


def _parse(
    magic: bytes, head: bytes, body: bytes, url: str, confirmed_at: float
) -> CachedDocument | None:
    if magic != _MAGIC + b"\n":
        return None
    try:
        fields = json.loads(head)
        sound = fields["url"] == url and fields["size"] == len(body)
        if not sound or fields["crc"] != zlib.crc32(body):
            return None
        return CachedDocument(
            body=body,
            is_full=fields["full"] is True,
            etag=fields["etag"],
            last_modified=fields["modified"],
            fresh_seconds=float(fields["fresh"]),
            confirmed_at=confirmed_at,
        )
    except (ValueError, KeyError, TypeError):
        return None


def _write_at_once(path: Path, pieces: tuple[bytes, ...]) -> None:
    """Write beside `path`, then rename, so that nobody ever sees half a file."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
