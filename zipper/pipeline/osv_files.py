"""Reads a database of advisories in the OSV format from disk: no network is asked.

In: a zip of records, or a JSON file with one record, a list of them, or `vulns`. Out: the
advisories about certain names. What a record means is decided in `zipper.supply.osv`.
"""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, Final

import msgspec

from zipper.errors import UsageError
from zipper.supply.osv import parse_record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from zipper.supply.advisories import Advisory

__all__ = ["read_osv"]

_UNREADABLE: Final = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What `zipfile` raises for a zip that is damaged, encrypted or packed in a way of its own."""
_MAX_RECORD_BYTES: Final = 16 << 20
_MAX_FILE_BYTES: Final = 512 << 20


def read_osv(path: Path, names: Collection[str]) -> tuple[Advisory, ...]:
    """Return the advisories about the packages called `names`.

    Raises:
        UsageError: EOSV where the file is absent, too large, or no such database.
    """
    try:
        return tuple(_find(path, names))
    except _UNREADABLE as cause:
        raise UsageError(
            "EOSV",
            f"`{path}` cannot be read as a database of advisories: {cause}",
            hint="it has to be a zip of records in the OSV format, or JSON of them",
        ) from cause


def _find(path: Path, names: Collection[str]) -> Iterator[Advisory]:
    # A whole database has hundreds of thousands of records: one at a time is kept.
    for text in _read_zip(path) if zipfile.is_zipfile(path) else [_read_json(path)]:
        for record in _split(msgspec.json.decode(text)):
            yield from (found for found in parse_record(record) if found.name in names)


def _read_json(path: Path) -> bytes:
    with path.open("rb") as file:
        return _within(file.read(_MAX_FILE_BYTES + 1), _MAX_FILE_BYTES)


def _read_zip(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.filename.endswith(".json"):
                with archive.open(member) as file:
                    yield _within(file.read(_MAX_RECORD_BYTES + 1), _MAX_RECORD_BYTES)


def _within(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise ValueError(f"it is longer than {limit} bytes")
    return data


def _split(document: object) -> list[object]:
    """Return the records of a document."""
    if isinstance(document, dict) and isinstance(document.get("vulns"), list):
        return list(document["vulns"])
    return document if isinstance(document, list) else [document]
