"""The store on disk: one zip of already deflated members for each tarball, named after its hash.

    <cache>/store/4-libdeflate-0.9.0-6/sha512/3c/3cf6...e1.zip

A store zip is written under a temporary name and renamed, so many processes may fill one store.
Its members are in the folder that most trees give the package, `node_modules/a/`: where this one
does too, a zip is made of it without looking at each. Its sums are checked at each use: a damaged
or truncated one is removed and counts as absent.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import deflate

from zipper.archive.compress import LEVEL
from zipper.errors import ReadError, StoreError
from zipper.file_bytes import FileBytes, open_file
from zipper.files import lock_file, remove_leftovers, write_error, write_file
from zipper.folders import list_level, make_private_folders
from zipper.store.notes import Notebook
from zipper.store.ownership import Ownership
from zipper.store.store_zip import SUFFIX, StoreZip, unreadable
from zipper.store.store_zip_format import format_store_zip, has_own_digest, is_sound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zipper.archive.entries import PlannedEntry
    from zipper.store.keys import StoreKey

__all__ = ["Store"]

_FORMAT: Final = 4
"""Raised when the comment or the rules of `zipper.store.extract` change: old zips are not used."""

_HELD_MAX_BYTES: Final = 1 << 27
"""Of store zips that a shared store holds: half of what the largest package may have."""

_FILE_MODE: Final = 0o644
"""Nothing but a whole new file takes a store zip's place, so no group need write to it."""

_WHOLE_MAX_BYTES: Final = 1 << 16
"""Of 613 store zips 533 are smaller: to read one whole costs less than to keep it open."""


class Store:
    """The packages under one cache folder. Safe for many threads and processes.

    With `is_shared`, store zips that were found are held for the next request, up to a bound.
    With `links`, a package whose files have been unpacked beside it is found unread: who links them
    reads its names, and a hundred megabytes less. With `defers`, the sum of a large one is checked
    while it is written. Without `recalls` its notebook recalls nothing.

    What others can write to is not used; see `zipper.store.ownership`. Where a group can, a store
    zip is read whole and has to have the SHA-256 that it bears.
    """

    def __init__(
        self,
        cache_dir: Path,
        *,
        is_shared: bool = False,
        links: bool = False,
        defers: bool = False,
        recalls: bool = True,
    ) -> None:
        self.cache_dir = cache_dir
        self.root = cache_dir / "store" / f"{_FORMAT}-libdeflate-{deflate.__version__}-{LEVEL}"
        self._top = os.fspath(self.root)
        self.notebook = Notebook(cache_dir, recalls=recalls)
        self.ownership = Ownership(cache_dir)
        self._links = links
        self._defers = defers
        self._held: dict[StoreKey, StoreZip] = {}
        self._room_bytes = _HELD_MAX_BYTES if is_shared else 0

    def path_of(self, key: StoreKey) -> Path:
        """Return where the store zip of `key` is or would be."""
        return Path(self._place_of(key))

    def _place_of(self, key: StoreKey) -> str:
        """Return the same as text: a Path for each package costs more than to open it."""
        return os.sep.join((self._top, key.algorithm, key.digest[:2], f"{key.digest}{SUFFIX}"))  # noqa: PTH118 - text

    def find(self, key: StoreKey) -> StoreZip | None:
        """Return the store zip of `key`, checked; None where it is absent or was damaged.

        With `links`, one with its files beside it is not read yet, and may turn out to be either.

        Raises:
            StoreError: ESTORE where it is there and cannot be read, or others can write to it.
        """
        if key in self._held:
            return self._held[key]
        place = self._place_of(key)
        is_unpacked = self._links and os.path.isdir(place[: -len(SUFFIX)])  # noqa: PTH112 - text
        if is_unpacked and self.may_link(place):
            found: StoreZip | None = StoreZip(place)
        else:
            found = self._find_checked(place)
        if found is not None:
            size = 0 if found.data is None else len(found.data)
            if size <= self._room_bytes:
                self._room_bytes -= size
                self._held[key] = found
        return found

    def may_link(self, place: str) -> bool:
        """Return whether files may be linked from the folder beside the store zip at `place`.

        Raises:
            StoreError: ESTORE where everyone can write to it, or another user owns it.
        """
        return self.ownership.group_of(place[: -len(SUFFIX)]) is None

    def _find_checked(self, place: str) -> StoreZip | None:
        try:
            file = open_file(place)
            above = self.ownership.group_of(place.rpartition(os.sep)[0])
            if file is None:
                return None
            group = self.ownership.examine(place, file.status, above)
            found = self._check(place, file, group)
        except OSError as cause:
            raise unreadable(cause, place) from cause
        except ReadError:
            found = None
        if found is None:
            with contextlib.suppress(OSError):
                os.unlink(place)  # noqa: PTH108 - text
        return found

    def _check(self, place: str, file: FileBytes, group: int | None) -> StoreZip | None:
        """Return the store zip in `file`; None where it is damaged."""
        if group is None and len(file) >= _WHOLE_MAX_BYTES and file.may_stay_open:
            found = StoreZip(place, file=file)
            return found if found.is_sound(names_only=self._defers) else None
        data = file.read_whole()
        if not is_sound(data) or (group is not None and not has_own_digest(data)):
            return None
        found = StoreZip(place, data)
        found.stamp = file.stamp if group is None else None
        found.may_link = group is None
        return found

    def add(
        self, key: StoreKey, entries: Sequence[PlannedEntry], *, package_name: str = ""
    ) -> StoreZip:
        """Write the store zip of `key` and return it; one that is there already is replaced.

        Args:
            key: the name that it gets.
            entries: named as the package itself names them.
            package_name: of a package, to have its members where most trees need them.

        Raises:
            StoreError: ESTORE where the store cannot be written.
        """
        return self._write(key, format_store_zip(entries, package_name))

    def add_whole(self, key: StoreKey, data: bytes) -> StoreZip:
        """Write `data` as the store zip of `key`, which the caller has verified, and return it.

        Raises:
            StoreError: as `add` does.
        """
        return self._write(key, [data])

    def hold_whole(self, key: StoreKey, data: bytes) -> StoreZip:
        """Return the store zip that `add_whole` would write, for this process alone."""
        return self._in_memory(self.path_of(key), [data])

    def _write(self, key: StoreKey, pieces: list[bytes | memoryview]) -> StoreZip:
        path = self.path_of(key)
        try:
            make_private_folders(path.parent)
        except OSError as cause:
            raise write_error(cause, path.parent, StoreError) from cause
        write_file(path, [pieces], error=StoreError, mode=_FILE_MODE)
        if self.ownership.group_of(os.fspath(path.parent)) is not None:
            return self._in_memory(path, pieces)
        del pieces
        found = self._find_checked(os.fspath(path))
        if found is None:
            raise StoreError("ESTORE", f"`{path}` vanished while it was written")
        return found

    def mark(self, key: StoreKey, label: str) -> None:
        """Note beside the store zip of `key` that it was fetched as `label`, which it hides.

        Losing it costs another fetch, no more.
        """
        with contextlib.suppress(OSError, StoreError):
            path = self._mark_path(key, label)
            make_private_folders(path.parent)
            write_file(path, [[b""]], error=StoreError, mode=_FILE_MODE)

    def is_marked(self, key: StoreKey, label: str) -> bool:
        """Return whether it was noted that the store zip of `key` was fetched as `label`.

        Where others may write too, anybody could have noted it.
        """
        path = self._mark_path(key, label)
        return path.is_file() and self.ownership.group_of(os.fspath(path.parent)) is None

    def _mark_path(self, key: StoreKey, label: str) -> Path:
        name = hashlib.sha256(label.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return self.path_of(key).with_name(f"{key.digest}.{name}.as")

    def keep_in_memory(
        self, key: StoreKey, entries: Sequence[PlannedEntry], *, package_name: str = ""
    ) -> StoreZip:
        """Return the store zip that `add` would write, for this process alone."""
        return self._in_memory(self.path_of(key), format_store_zip(entries, package_name))

    def _in_memory(self, path: Path, pieces: Sequence[bytes | memoryview]) -> StoreZip:
        made = StoreZip(os.fspath(path), memoryview(b"".join(pieces)))
        made.may_link = False
        return made

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
        return (Path(name) for name in list_level(self.root, 3) if name.endswith(SUFFIX))

    def remove_leftovers(self) -> None:
        """Remove the temporary files that killed processes left."""
        for folder in list_level(self.root, 2):
            remove_leftovers(Path(folder))
