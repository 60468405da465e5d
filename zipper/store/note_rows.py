"""Small notes, many at a time: rows of one SQLite file.

In: keys, each the hash of a note's head. Out: what was noted, each row with a sum of its own.
Losing the file costs time and nothing else, so no error of it reaches a caller; a file that is
damaged is removed and begun again. Many processes may use it at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from typing import TYPE_CHECKING, Final

from zipper.folders import make_private_folders

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

__all__ = ["NoteRows"]

_TIMEOUT_SECONDS: Final = 5.0
"""How long one process waits while another one writes."""

_BATCH: Final = 500
"""Keys a query; SQLite allows 999 at least."""

_SIZE_MAX_BYTES: Final = 128 * 1024 * 1024
"""The file begins anew above it: a scan of 1,300 files takes 0.25 MB."""

_SUM_BYTES: Final = 16

_CREATE: Final = (
    "CREATE TABLE IF NOT EXISTS notes (key BLOB PRIMARY KEY, code TEXT, value BLOB) WITHOUT ROWID"
)


class NoteRows:
    """The rows in the file at `path`; `code` is the identity of the code that writes them."""

    def __init__(self, path: Path, code: str) -> None:
        self._path = path
        self._code = code

    def exists(self) -> bool:
        """Return whether there is a file of rows."""
        return os.path.exists(self._path)  # noqa: PTH110 - asked for each wave of files

    def get_many(self, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """Return what is known of `keys`; nothing where the file cannot be read."""
        wanted = list(keys)
        found: dict[bytes, bytes] = {}
        if not wanted or not self.exists():
            return found
        with self._guard(), self._open() as connection:
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                query = f"SELECT key, value FROM notes WHERE key IN ({marks})"  # noqa: S608 - question marks only  # nosec B608
                found.update(connection.execute(query, batch))
        return {key: row[_SUM_BYTES:] for key, row in found.items() if _is_sound(key, row)}

    def put_many(self, values: Mapping[bytes, bytes]) -> None:
        """Note `values`; a file that cannot be written is no error."""
        if not values:
            return
        rows = [(key, self._code, _sum(key, value) + value) for key, value in values.items()]
        with self._guard():
            make_private_folders(self._path.parent)
            if self.exists() and self._path.stat().st_size > _SIZE_MAX_BYTES:
                self._path.unlink(missing_ok=True)
            with self._open() as connection:
                connection.execute(_CREATE)
                connection.executemany("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", rows)

    def count(self) -> int:
        """Return how many rows there are."""
        if self.exists():
            with self._guard(), self._open() as connection:
                ((number,),) = connection.execute("SELECT count(*) FROM notes")
                return int(number)
        return 0

    def count_damaged(self) -> int:
        """Return how many rows have a wrong sum; 1 for a file that cannot be read as rows."""
        try:
            with self._open() as connection:
                rows = connection.execute("SELECT key, value FROM notes")
                return sum(not _is_sound(key, row) for key, row in rows)
        except sqlite3.OperationalError:
            return 0  # locked for too long
        except sqlite3.DatabaseError:
            return 1

    def remove_others(self) -> None:
        """Remove the rows of other code."""
        with self._guard(), self._open() as connection:
            connection.execute("DELETE FROM notes WHERE code IS NOT ?", [self._code])

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=_TIMEOUT_SECONDS)
        try:
            # What a crash loses is found again; waiting for the disk would cost more.
            connection.execute("PRAGMA synchronous=OFF")
            with connection:
                yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        """Turn a failure into "nothing known", and remove a file that is no database."""
        try:
            yield
        except sqlite3.OperationalError:
            return  # locked for too long, read-only, a full disk
        except sqlite3.DatabaseError:
            with contextlib.suppress(OSError):
                self._path.unlink()
        except OSError:
            return


def _sum(key: bytes, value: bytes) -> bytes:
    return hashlib.sha256(key + value).digest()[:_SUM_BYTES]


def _is_sound(key: object, row: object) -> bool:
    """Return whether a row is what was put; in a damaged file it may be of any type."""
    if not isinstance(key, bytes) or not isinstance(row, bytes):
        return False
    return row[:_SUM_BYTES] == _sum(key, row[_SUM_BYTES:])
