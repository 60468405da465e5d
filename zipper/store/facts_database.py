"""What was found in files, remembered between checks.

One SQLite file beside the store: keys hold a content's hash and the scanner's version, values are
small and opaque. Losing the file costs time and nothing else, so no error of it reaches a caller;
a file that is damaged is removed and begun again. Many processes may use it at once.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["FileFactsCache"]

_TIMEOUT_SECONDS: Final = 5.0
"""How long one process waits while another one writes."""

_BATCH: Final = 500
"""Keys a query; SQLite allows 999 at least."""

_SIZE_MAX_BYTES: Final = 128 * 1024 * 1024
"""The file begins anew above it: a scan of 1,300 files takes 0.25 MB."""

_CREATE: Final = "CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID"


class FileFactsCache:
    """Keys and values in one file; see `zipper.checks.file_facts.FactsCache` for the contract."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get_many(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """Return what is known of `keys`; nothing where the file cannot be read."""
        wanted = list(keys)
        found: dict[str, bytes] = {}
        if not wanted or not self._path.exists():
            return found
        with self._guard(), self._open() as connection:
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                query = f"SELECT key, value FROM facts WHERE key IN ({marks})"  # noqa: S608 - question marks only  # nosec B608
                found.update(connection.execute(query, batch))
        return found

    def put_many(self, values: Mapping[str, bytes]) -> None:
        """Remember `values`; a file that cannot be written is nobody's error."""
        if not values:
            return
        with self._guard():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > _SIZE_MAX_BYTES:
                self._path.unlink(missing_ok=True)
            with self._open() as connection:
                connection.execute(_CREATE)
                connection.executemany(
                    "INSERT OR REPLACE INTO facts VALUES (?, ?)", list(values.items())
                )

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
                self._path.unlink(missing_ok=True)
        except OSError:
            return
