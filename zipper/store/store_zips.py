"""The store on disk: one zip of already deflated members for each tarball, named after its hash.

    <cache>/store/3-libdeflate-0.9.0-6/sha512/3c/3cf6...e1.zip

A store zip is written under a temporary name and renamed, so many processes may fill one store.
Its members stand in the folder that most trees give the package, `node_modules/a/`: where this one
does too, a zip is made of it without looking at each. Its sums are checked at each use: a damaged
or truncated one is removed and counts as absent.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import deflate

from zipper.archive.compress import LEVEL
from zipper.archive.entries import (
    PlannedEntry,
    PlannedZip,
    read_members,
    read_names,
)
from zipper.errors import StoreError
from zipper.files import lock_file, map_file, remove_leftovers, write_error, write_file
from zipper.folders import list_level, make_folders
from zipper.store.notes import Notebook
from zipper.store.store_zip_format import (
    END_BYTES,
    first_name_offset,
    format_store_zip,
    inflate,
    is_sound,
    read_comment,
    read_directory,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zipper.store.keys import StoreKey

__all__ = ["Store", "StoreZip", "folder_of"]

_FORMAT: Final = 3
"""Raised when the comment or the rules of `zipper.store.extract` change: old zips are not used."""

_HELD_MAX_BYTES: Final = 1 << 27
"""Of store zips that a shared store holds: half of what the largest package may have."""

_SUFFIX: Final = ".zip"


class StoreZip:
    """One package in the store, mapped into memory.

    Attributes:
        path: where it is.
        data: its bytes; empty where nothing has been read: then what is wanted is read and checked.
    """

    __slots__ = ("_placed", "data", "path")

    def __init__(self, path: Path, data: memoryview) -> None:
        self.path = path
        self.data = data
        self._placed: dict[str, list[PlannedEntry]] = {}

    def names(self) -> list[str]:
        """Return the names of the package's files, sorted bytewise; see `raw_names`."""
        return [name.decode("utf-8", "surrogateescape") for name in self.raw_names()]

    def raw_names(self) -> list[bytes]:
        """Return what `names` returns, as the bytes that stand in the zip.

        Raises:
            StoreError: ESTORE for a package of which nothing had been read, and that is damaged.
        """
        data = self._open(names_only=True)
        return read_names(data, skip=read_comment(data)[0], end=len(data) - END_BYTES)

    def read(self, name: str) -> bytes | None:
        """Return the content of one file; None where the package has no such file."""
        raw = name.encode("utf-8", "surrogateescape")
        found = next((member for member in self.members("") if member.name == raw), None)
        return None if found is None else inflate(found)

    def members(self, prefix: str) -> list[PlannedEntry]:
        """Return the package's files, their names put below `prefix`, sorted by name.

        Raises:
            StoreError: as `raw_names` does.
        """
        known = self._placed.get(prefix)
        if known is None:
            data = self._open()
            skip, _ = read_comment(data)
            known = read_members(data, prefix=prefix, skip=skip, end=len(data) - END_BYTES)
            self._placed[prefix] = known
        return known

    def whole(self, prefix: str) -> PlannedZip | None:
        """Return what `members` returns as one part of a plan; None where the names differ."""
        folder = prefix.encode("utf-8", "surrogateescape")
        data = self._open()
        end = len(data) - END_BYTES
        length, size = read_comment(data)
        begin = first_name_offset(data, end)
        if not length or data[begin : begin + length] != folder:
            return None
        return PlannedZip(folder, data, end, size)

    def _open(self, *, names_only: bool = False) -> memoryview:
        if self.data:
            return self.data
        try:
            data = read_directory(self.path) if names_only else map_file(self.path)
        except OSError as cause:
            raise _unreadable(cause, self.path) from cause
        if data is None or not is_sound(data, names_only=names_only):
            raise _damaged(self.path)
        return data


class Store:
    """The packages under one cache folder. Safe for many threads and processes.

    With `is_shared`, store zips that were found are held for whoever asks next, up to a bound.
    With `links`, a package whose files have been unpacked beside it is found unread: who links them
    reads its names, and a hundred megabytes less. Without `recalls` its notebook recalls nothing.
    """

    def __init__(
        self,
        cache_dir: Path,
        *,
        is_shared: bool = False,
        links: bool = False,
        recalls: bool = True,
    ) -> None:
        self.cache_dir = cache_dir
        self.root = cache_dir / "store" / f"{_FORMAT}-libdeflate-{deflate.__version__}-{LEVEL}"
        self.notebook = Notebook(cache_dir, recalls=recalls)
        self._links = links
        self._held: dict[StoreKey, StoreZip] = {}
        self._room_bytes = _HELD_MAX_BYTES if is_shared else 0

    def path_of(self, key: StoreKey) -> Path:
        """Return where the store zip of `key` is or would be."""
        return self.root.joinpath(key.algorithm, key.digest[:2], f"{key.digest}{_SUFFIX}")

    def find(self, key: StoreKey) -> StoreZip | None:
        """Return the store zip of `key`, checked; None where it is absent or was damaged.

        With `links`, one with its files beside it is not read yet, and may turn out to be either.

        Raises:
            StoreError: ESTORE where it is there and cannot be read.
        """
        if key in self._held:
            return self._held[key]
        path = self.path_of(key)
        # A second Path would cost more than the system's answer.
        if self._links and os.path.isdir(str(path)[: -len(_SUFFIX)]):  # noqa: PTH112
            return self._hold(key, StoreZip(path, memoryview(b"")))
        try:
            data = map_file(path)
        except OSError as cause:
            raise _unreadable(cause, path) from cause
        if data is None:
            return None
        if is_sound(data):
            return self._hold(key, StoreZip(path, data))
        with contextlib.suppress(OSError):
            path.unlink()
        return None

    def _hold(self, key: StoreKey, found: StoreZip) -> StoreZip:
        if len(found.data) <= self._room_bytes:
            self._room_bytes -= len(found.data)
            self._held[key] = found
        return found

    def add(
        self, key: StoreKey, entries: Sequence[PlannedEntry], *, package_name: str = ""
    ) -> StoreZip:
        """Write the store zip of `key` and return it; one that is there already is replaced.

        Args:
            key: the name that it gets.
            entries: named as the package itself names them.
            package_name: of a package, to have its members stand where most trees need them.

        Raises:
            StoreError: ESTORE where the store cannot be written.
        """
        path = self.path_of(key)
        try:
            make_folders(path.parent)
        except OSError as cause:
            raise write_error(cause, path.parent, StoreError) from cause
        write_file(path, [format_store_zip(entries, package_name)], error=StoreError)
        data = map_file(path)
        if data is None:
            raise StoreError("ESTORE", f"`{path}` vanished while it was written")
        return StoreZip(path, data)

    def keep_in_memory(
        self, key: StoreKey, entries: Sequence[PlannedEntry], *, package_name: str = ""
    ) -> StoreZip:
        """Return the store zip that `add` would write, for this process alone."""
        return StoreZip(
            self.path_of(key), memoryview(b"".join(format_store_zip(entries, package_name)))
        )

    @contextlib.contextmanager
    def lock(self, key: StoreKey) -> Iterator[bool]:
        """Hold the lock of `key` among processes; yields False where it is held elsewhere.

        There are 256 locks, by the first byte of the digest, in files that stay. In a store that
        cannot be written to there is nothing to lock: then the lock counts as held.
        """
        path = self.root / "locks" / key.digest[:2]
        with lock_file(path) as held:
            yield held

    def __iter__(self) -> Iterator[Path]:
        """Yield every store zip's path, sorted."""
        return (Path(name) for name in list_level(self.root, 3) if name.endswith(_SUFFIX))

    def remove_leftovers(self) -> None:
        """Remove the temporary files that killed processes left."""
        for folder in list_level(self.root, 2):
            remove_leftovers(Path(folder))


def folder_of(path: Path) -> Path:
    """Return the folder of unpacked files that belongs to a store zip, whether it exists or not."""
    return Path(str(path)[: -len(_SUFFIX)])


def _damaged(path: Path) -> StoreError:
    return StoreError(
        "ESTORE",
        f"`{path}` is damaged",
        hint="remove what is damaged, and have it fetched again: `python -m zipper cache repair`",
    )


def _unreadable(cause: OSError, path: Path) -> StoreError:
    return StoreError(
        "ESTORE",
        f"cannot read `{path}`: {cause.strerror or cause}",
        hint="check the permissions of the store, or name another with `--cache-dir`",
    )
