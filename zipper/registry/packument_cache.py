"""Packuments on disk: one file a document, written at once; read whole, or only what is asked for.

Input and output: documents with what is needed to ask whether they changed. A file is named after
its key, so no name can lead out of the folder; it holds no credential. A damaged file counts
as absent and is removed. Whether an entry may be used is `zipper.registry.freshness`.

A file is two lines (what it is; a head in JSON), an index of the manifests, and the text as the
registry sent it. Its modification time is the moment when the registry last confirmed it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import deflate

from zipper.files import lock_file
from zipper.folders import list_files, make_private_folders
from zipper.registry.cache_stamps import Stamp
from zipper.registry.freshness import Terms
from zipper.registry.packument_index import PackumentIndex, parse_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["CachedDocument", "Contents", "Document", "IndexedDocument", "PackumentCache"]

_MAGIC: Final = b"zipper packument 3\n"
_FIRST_BYTES: Final = 16_384
"""Read at once: head and index of nearly every packument."""


class CachedDocument(NamedTuple):
    """The JSON text of a packument, as the registry sent it, decoded from gzip."""

    body: bytes
    terms: Terms
    stored: IndexedDocument | None = None
    """Where it now is on disk, if it does, with an index."""

    @property
    def size_bytes(self) -> int:
        """Bytes of the text."""
        return len(self.body)


@dataclass(frozen=True, slots=True)
class Contents:
    """What is read of a packument before a version is picked."""

    tags: Mapping[str, str]
    index: PackumentIndex


class IndexedDocument(NamedTuple):
    """A packument on disk, of which only the contents have been read."""

    path: Path
    terms: Terms
    size_bytes: int
    contents: Contents
    text_offset: int

    def read_part(self, row: int) -> bytes | None:
        """Return the text of a row of the index; None where it is not what was written."""
        offset, length, crc = self.contents.index.row(row)
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(self.text_offset + offset)
                part = file.read(length)
        except OSError:
            return None
        return part if len(part) == length and deflate.crc32(part, 0) == crc else None


class _Head(NamedTuple):
    """The head of a file, and what follows it."""

    end: int
    """Where the index begins."""
    terms: Terms
    tags: Mapping[str, str] | None
    """None where there is no index."""
    rows: int
    index_bytes: int
    index_crc: int
    size_bytes: int
    crc: int


Document = CachedDocument | IndexedDocument


class PackumentCache:
    """The packuments below `folder`; many threads and processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str, *, full: bool) -> CachedDocument | None:
        """Return the whole entry for a key and form, or None; a damaged one is removed."""
        path = self._path(key, full=full)
        try:
            with path.open("rb") as file:
                confirmed_at = os.fstat(file.fileno()).st_mtime
                data = file.read()
        except OSError:
            return None
        head = _parse_head(data, key, confirmed_at)
        if head is not None:
            body = data[head.end + head.index_bytes :]
            if len(body) == head.size_bytes and deflate.crc32(body, 0) == head.crc:
                return CachedDocument(body, head.terms)
        _remove(path)
        return None

    def find(self, key: str, *, full: bool) -> IndexedDocument | CachedDocument | None:
        """Return the entry with its index read, or whole where it has none; None as `read`."""
        path = self._path(key, full=full)
        try:
            with path.open("rb", buffering=0) as file:
                status = os.fstat(file.fileno())
                data = file.read(_FIRST_BYTES)
                head = _parse_head(data, key, status.st_mtime)
                if head is not None and head.tags is not None:
                    missing = head.end + head.index_bytes - len(data)
                    data += file.read(missing) if missing > 0 else b""
        except OSError:
            return None
        if head is None or head.tags is None:
            return self.read(key, full=full)
        found = _parse_indexed(path, head, data, status.st_size)
        if found is None:
            _remove(path)
        return found

    def write(
        self, key: str, document: CachedDocument, *, full: bool, contents: Contents | None = None
    ) -> CachedDocument:
        """Keep a document, where the disk allows it; return it with the place where it is.

        One that cannot be written is no error.
        """
        path = self._path(key, full=full)
        index = b"" if contents is None else contents.index.to_bytes()
        head = _format_head(key, document, contents, index)
        try:
            make_private_folders(path.parent)
            written_at = _write_at_once(path, (_MAGIC, head, index, document.body))
        except OSError:
            return document
        if contents is None:
            return document
        start = len(_MAGIC) + len(head) + len(index)
        terms = document.terms._replace(confirmed_at=written_at)
        stored = IndexedDocument(path, terms, document.size_bytes, contents, start)
        return document._replace(stored=stored)

    def confirm(self, key: str, document: Document, *, full: bool) -> Document:
        """Remember that the registry just said that the entry is unchanged; return it so."""
        path = self._path(key, full=full)
        if isinstance(document, IndexedDocument):
            path = document.path  # that of the other form, where it says as much
        with contextlib.suppress(OSError):
            os.utime(path)
            terms = document.terms._replace(confirmed_at=path.stat().st_mtime)
            return document._replace(terms=terms)
        return document

    def stamp(self, key: str, document: Document, *, full: bool) -> tuple[Stamp, ...] | None:
        """Return by what it is known that this form of `key` is still answered by `document`.

        None where it is not in the cache, or without an index.
        """
        stored = document.stored if isinstance(document, CachedDocument) else document
        if stored is None:
            return None
        file, other = (_file(key, full=form) for form in (full, not full))
        size = stored.text_offset + stored.size_bytes
        terms = stored.terms
        if stored.path == self._folder / file:
            return (Stamp(file, size, terms.confirmed_at, terms.fresh_seconds),)
        return (
            Stamp(file, None),
            Stamp(other, size, terms.confirmed_at, terms.fresh_seconds),
        )

    @contextlib.contextmanager
    def lock(self, key: str, *, full: bool) -> Iterator[bool]:
        """Hold an entry's lock among processes and threads; yields False where it is taken."""
        path = self._folder / "locks" / _name(key, full=full)
        with lock_file(path) as held:
            try:
                yield held
            finally:
                if held:
                    _remove(path)

    def prune(self, oldest: float, remove: Callable[[str], bool]) -> int:
        """Remove what was neither used nor written since `oldest`; return how many bytes.

        So go the locks and half-written files of killed processes, which nothing uses. `remove`
        removes a file and tells whether it did.
        """
        size = 0
        for path in list_files(self._folder):
            with contextlib.suppress(OSError):
                status = os.stat(path)  # noqa: PTH116 - a Path costs more
                if max(status.st_atime, status.st_mtime) <= oldest and remove(path):
                    size += status.st_size
        return size

    def is_newer(self, key: str, confirmed_at: float, *, full: bool) -> bool:
        """Return whether the entry was written or confirmed after `confirmed_at`; costs a look."""
        try:
            return os.stat(self._path(key, full=full)).st_mtime > confirmed_at  # noqa: PTH116
        except OSError:
            return False

    def _path(self, key: str, *, full: bool) -> Path:
        return self._folder / _file(key, full=full)


def _name(key: str, *, full: bool) -> str:
    return hashlib.sha256(f"{'full' if full else 'abbreviated'} {key}".encode()).hexdigest()


def _file(key: str, *, full: bool) -> str:
    """Return where an entry is below the cache's folder."""
    name = _name(key, full=full)
    return f"{name[:2]}/{name[2:]}"


def _format_head(
    key: str, document: CachedDocument, contents: Contents | None, index: bytes
) -> bytes:
    """Return the second line of a file; see `_parse_head`."""
    terms = document.terms
    head = {
        "key": key,
        "full": terms.is_full,
        "libc": terms.lacks_libc,
        "etag": terms.etag,
        "modified": terms.last_modified,
        "fresh": terms.fresh_seconds,
        "size": document.size_bytes,
        "crc": deflate.crc32(document.body, 0),
        "tags": None if contents is None else dict(contents.tags),
        "rows": 0 if contents is None else len(contents.index.numbers) // 3,
        "index": len(index),
        "index_crc": deflate.crc32(index, 0),
    }
    return json.dumps(head, separators=(",", ":")).encode() + b"\n"


def _parse_head(data: bytes, key: str, confirmed_at: float) -> _Head | None:
    """Return what the first bytes of a file say of it; None where they do not."""
    end = data.find(b"\n", len(_MAGIC)) + 1
    if not data.startswith(_MAGIC) or not end:
        return None
    try:
        fields = json.loads(data[len(_MAGIC) : end])
        if fields["key"] != key:
            return None
        terms = Terms(
            is_full=fields["full"] is True,
            lacks_libc=fields["libc"] is True,
            etag=fields["etag"],
            last_modified=fields["modified"],
            fresh_seconds=float(fields["fresh"]),
            confirmed_at=confirmed_at,
        )
        numbers = (int(fields[name]) for name in ("rows", "index", "index_crc", "size", "crc"))
        return _Head(end, terms, fields["tags"], *numbers)
    except (ValueError, KeyError, TypeError):
        return None


def _parse_indexed(path: Path, head: _Head, data: bytes, size_bytes: int) -> IndexedDocument | None:
    start = head.end + head.index_bytes
    indexed = data[head.end : start]
    if size_bytes != start + head.size_bytes or deflate.crc32(indexed, 0) != head.index_crc:
        return None
    try:
        index = parse_index(indexed, head.rows)
    except ValueError:
        return None
    contents = Contents(head.tags or {}, index)
    return IndexedDocument(path, head.terms, head.size_bytes, contents, start)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _write_at_once(path: Path, pieces: tuple[bytes, ...]) -> float:
    """Write beside `path`, then rename, so that no reader sees half a file; return its time."""
    import tempfile  # noqa: PLC0415  (imports much, and most runs only read)

    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
        written_at = os.stat(name).st_mtime  # noqa: PTH116  (the same file after it is renamed)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    return written_at
