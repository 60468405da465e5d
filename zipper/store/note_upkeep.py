"""Looking after the notes: how many there are of each kind, which are damaged, which may go.

In: the cache's folder. Out: figures and paths. Whatever goes is worked out again when it is wanted.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.folders import list_files, list_level
from zipper.store.code_identity import code_identity
from zipper.store.note_rows import NoteRows
from zipper.store.notes import KINDS, NOTES, is_usable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zipper.folders import Remover
    from zipper.store.notes import Kind

__all__ = ["KindSize", "find_damaged_notes", "measure_notes", "prune_notes"]

_FORMER: Final = ("resolutions", "facts.sqlite")
"""Where notes once were, in the cache; and in `notes` below each store."""


class KindSize(NamedTuple):
    """How many notes there are of a kind, and their bytes."""

    kind: str
    notes: int
    size_bytes: int


def measure_notes(cache_dir: Path) -> tuple[KindSize, ...]:
    """Return the figures of every kind, also of those without notes."""
    return tuple(_measure(cache_dir, kind) for kind in KINDS)


def find_damaged_notes(cache_dir: Path) -> Iterator[Path]:
    """Yield each note whose sum is wrong, and each file of rows in which a row's is."""
    for kind in KINDS:
        rows = _rows_of(cache_dir, kind)
        if rows.exists() and NoteRows(rows, code_identity(kind.part)).count_damaged():
            yield rows
        for path in _list_notes(cache_dir, kind):
            if is_usable(path, kind) is None and path.exists():
                yield path


def prune_notes(cache_dir: Path, oldest: float, remover: Remover) -> None:
    """Remove notes that were not used since `oldest`, and those that this code cannot use.

    `oldest` is in seconds since 1970. So go damaged ones, and those that another version of zipper
    or of a library has made, in whatever form.
    """
    known = {kind.name for kind in KINDS} | {_rows_of(cache_dir, kind).name for kind in KINDS}
    for name in list_level(cache_dir / NOTES, 1):
        if os.path.basename(name) not in known:  # noqa: PTH119 - text
            _remove(name, remover)
    for kind in KINDS:
        rows = _rows_of(cache_dir, kind)
        if rows.exists():
            NoteRows(rows, code_identity(kind.part)).remove_others()
        for path in _list_notes(cache_dir, kind):
            if _last_use(path) <= oldest or not is_usable(path, kind):
                remover.remove_file(path)
    for name in (*(f"{cache_dir}/{name}" for name in _FORMER), *_former_notes(cache_dir)):
        _remove(name, remover)


def _former_notes(cache_dir: Path) -> Iterator[str]:
    return (f"{store}/{NOTES}" for store in list_level(cache_dir / "store", 1))


def _remove(name: str, remover: Remover) -> None:
    if os.path.isdir(name):  # noqa: PTH112 - text
        remover.remove_folder(name)
    else:
        remover.remove_file(name)


def _measure(cache_dir: Path, kind: Kind) -> KindSize:
    rows = _rows_of(cache_dir, kind)
    if kind.is_small and rows.exists():
        count = NoteRows(rows, code_identity(kind.part)).count()
        return KindSize(kind.name, count, _size_of(rows))
    notes = _list_notes(cache_dir, kind)
    return KindSize(kind.name, len(notes), sum(map(_size_of, notes)))


def _list_notes(cache_dir: Path, kind: Kind) -> list[Path]:
    folder = cache_dir / NOTES / kind.name
    return sorted(folder / name for name in list_files(folder))


def _rows_of(cache_dir: Path, kind: Kind) -> Path:
    return cache_dir / NOTES / f"{kind.name}.sqlite"


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _last_use(path: Path) -> float:
    """Return when a note was read or written last; the end of time for one that is gone."""
    try:
        status = path.stat()
    except OSError:
        return float("inf")
    return max(status.st_atime, status.st_mtime)
