"""Packuments by name: from the cache where it is fresh, else from the registry.

Input: names. Output: the JSON text as the registry sent it. What it says belongs to
`zipper.npm.packument`; how a registry is asked to `zipper.registry.packument_fetch`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from zipper.errors import ZipperError
from zipper.events import FetchFinished, OnEvent
from zipper.npm.packument import parse_packument
from zipper.registry import registry_errors as failures
from zipper.registry.address import packument_key, packument_url
from zipper.registry.freshness import may_use
from zipper.registry.packument_cache import (
    CachedDocument,
    Document,
    IndexedDocument,
    PackumentCache,
)
from zipper.registry.stored_packument import open_stored

if TYPE_CHECKING:
    from zipper.npm.npm_settings import NpmSettings
    from zipper.npm.packument import Packument
    from zipper.registry.cache_stamps import Stamp
    from zipper.registry.freshness import Terms
    from zipper.registry.packument_fetch import PackumentFetcher

__all__ = ["MAX_PACKUMENT_BYTES", "Packuments"]

MAX_PACKUMENT_BYTES: Final = 256 * 1024 * 1024
"""Several times the longest that the public registry has."""

_Read = Callable[..., Document | None]
"""A way to look into the cache: `PackumentCache.read` or `find`."""


class Packuments:
    """The packuments of one set of settings, for any thread.

    Args:
        fetcher: gives what asks the registries, when somebody must be asked.
        settings: npm's.
        cache: where documents are kept; None for nowhere.
        offline: send no request.
        on_event: called with each step.
    """

    def __init__(
        self,
        fetcher: Callable[[], PackumentFetcher],
        settings: NpmSettings,
        *,
        cache: PackumentCache | None,
        offline: bool,
        on_event: OnEvent,
    ) -> None:
        self._fetcher = fetcher
        self._settings = settings
        self._cache = cache
        self._offline = offline
        self._on_event = on_event
        self._began = time.time()
        self._stamps: dict[str, tuple[str, Stamp]] = {}
        self._is_all_kept = True

    def stamps(self, *, but: frozenset[str] = frozenset()) -> tuple[Stamp, ...] | None:
        """Return by what it is known that all answers so far would be given again.

        Those about the names in `but` are left out.
        None where one of them was an error, or is not in the cache.
        """
        if not self._is_all_kept:
            return None
        return tuple(stamp for name, stamp in self._stamps.values() if name not in but)

    def load(self, name: str, *, full: bool) -> bytes:
        """Return the text of the packument of `name`, abbreviated where that says enough.

        An abbreviated one says enough unless a version names an operating system or a processor
        and none names a libc: registries leave `libc` out of this form, and which variants are
        packed depends on it.

        Deviation: npm asks for the full form always. A package with `libc` and neither `os` nor
        `cpu` would be taken for one that fits every libc.

        Raises:
            RegistryError: as `Requester.send`; EOFFLINE; EPACKUMENT for what is no JSON object.
        """
        document = self._load_fitting(name, PackumentCache.read, full=full)
        assert isinstance(document, CachedDocument)
        return document.body

    def open(self, name: str, *, full: bool) -> Packument:
        """Return the packument that `load` returns, of which as little is read as possible.

        Raises:
            RegistryError: as `load`; EPACKUMENT for the packument of another name.
        """
        return self._parse(name, self._load_fitting(name, PackumentCache.find, full=full))

    def find(self, name: str, *, full: bool) -> Packument | None:
        """Return the packument if the cache has it and no request is needed, else None."""
        document = self._find_usable(name, full=full)
        if document is not None and not full and document.terms.lacks_libc:
            document = self._find_usable(name, full=True)
        if document is None:
            return None
        self._on_event(FetchFinished(name, document.size_bytes, from_cache=True))
        return self._parse(name, document)

    def _find_usable(self, name: str, *, full: bool) -> Document | None:
        cached = self._read_cached(name, PackumentCache.find, full=full)
        if cached is None or not self._may_use(cached.terms):
            return None
        self._note(name, cached, full=full)
        return cached

    def _parse(self, name: str, document: Document) -> Packument:
        if isinstance(document, CachedDocument):
            if document.stored is None:
                return parse_packument(document.body, name)
            document = document.stored
        return open_stored(name, document, lambda: self._fetch_again(name, document))

    def _fetch_again(self, name: str, document: IndexedDocument) -> Packument:
        """Return the whole packument where the disk has lost a part of it."""
        return parse_packument(self.load(name, full=document.terms.is_full), name)

    def _load_fitting(self, name: str, read: _Read, *, full: bool) -> Document:
        document = self._load_form(name, read, full=full)
        if not full and document.terms.lacks_libc:
            document = self._load_form(name, read, full=True)
        return document

    def _load_form(self, name: str, read: _Read, *, full: bool) -> Document:
        try:
            document = self._ask_form(name, read, full=full)
        except ZipperError:
            self._is_all_kept = False
            raise
        self._note(name, document, full=full)
        return document

    def _note(self, name: str, document: Document, *, full: bool) -> None:
        """Note where an answer is in the cache."""
        key = packument_key(self._settings, name)
        stamps = None if self._cache is None else self._cache.stamp(key, document, full=full)
        if stamps is None:
            self._is_all_kept = False
            return
        for stamp in stamps:
            self._stamps[stamp.file] = (name, stamp)

    def _ask_form(self, name: str, read: _Read, *, full: bool) -> Document:
        cached = self._read_cached(name, read, full=full)
        if cached is not None and self._may_use(cached.terms):
            self._on_event(FetchFinished(name, cached.size_bytes, from_cache=True))
            return cached
        if self._offline:
            url = packument_url(self._settings, name)
            raise failures.offline(f"the packument of {name}", url)
        fetcher = self._fetcher()
        with fetcher.turn(name, full=full):
            document = self._read_newer(name, read, cached, full=full)
            if document is None or not self._may_use(document.terms):
                document = fetcher.fetch(name, document, full=full)
        self._on_event(FetchFinished(name, document.size_bytes))
        return document

    def _read_newer(
        self, name: str, read: _Read, known: Document | None, *, full: bool
    ) -> Document | None:
        """Return what another process has fetched or confirmed meanwhile, else what is known."""
        told_at = 0.0 if known is None else known.terms.confirmed_at
        key = packument_key(self._settings, name)
        if self._cache is None or not self._cache.is_newer(key, told_at, full=full):
            return known
        return self._read_cached(name, read, full=full)

    def _may_use(self, terms: Terms) -> bool:
        """Return whether an entry is fresh, or what the registry has said since this run began."""
        return may_use(
            terms, self._settings, offline=self._offline, began=self._began, now=time.time()
        )

    def _read_cached(self, name: str, read: _Read, *, full: bool) -> Document | None:
        """Return the entry of this form, else the other one if it has all that is asked for."""
        if self._cache is None:
            return None
        key = packument_key(self._settings, name)
        found = read(self._cache, key, full=full)
        if found is not None:
            return found
        other = read(self._cache, key, full=not full)
        return other if other is not None and other.terms.is_full else None
