"""A packument on disk as a `Packument`: what is asked for is read when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from zipper.npm.packument import Packument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zipper.registry.packument_cache import IndexedDocument

__all__ = ["open_stored"]


def open_stored(name: str, document: IndexedDocument, again: Callable[[], Packument]) -> Packument:
    """Return the packument of `name` that is in `document`.

    Args:
        name: of the package.
        document: its entry in the cache.
        again: gives it whole, from wherever it is to be had, if the file has gone or changed since
            its index was read. Raises what says that it is not to be had.
    """
    index = document.contents.index

    def read_time() -> object:
        part = document.read_part(len(index.versions))
        return again().time if part is None else part

    return Packument(
        name=name,
        dist_tags=document.contents.tags,
        versions=_StoredManifests(document, lambda: again().versions),
        raw_time=read_time if index.has_time else None,
    )


class _StoredManifests(Mapping[str, object]):
    """Version to undecoded manifest."""

    def __init__(
        self, document: IndexedDocument, again: Callable[[], Mapping[str, object]]
    ) -> None:
        self._document = document
        self._again = again
        self._rows = {version: row for row, version in enumerate(document.contents.index.versions)}
        self._whole: Mapping[str, object] | None = None

    def __getitem__(self, version: str) -> object:
        row = self._rows[version]
        if self._whole is None:
            part = self._document.read_part(row)
            if part is not None:
                return part
            self._whole = self._again()
        return self._whole[version]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, version: object) -> bool:
        return version in self._rows
