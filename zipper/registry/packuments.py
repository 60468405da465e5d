"""Packuments by name: from the cache where it is fresh, else from the registry.

Input: names. Output: the JSON text as the registry sent it. What it says belongs to
`zipper.npm.packument`; how a registry is asked to `zipper.registry.asking`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from zipper.errors import RegistryError
from zipper.npm.packument import parse_packument
from zipper.registry import failures
from zipper.registry.address import packument_url, registry_url
from zipper.registry.download import decode_body
from zipper.registry.events import BytesReceived, FetchFinished, FetchStarted, OnEvent
from zipper.registry.exchange import Ask
from zipper.registry.faults import Fault
from zipper.registry.freshness import fresh_seconds, is_storable
from zipper.registry.packument_cache import (
    CachedDocument,
    Contents,
    IndexedDocument,
    PackumentCache,
    Terms,
)
from zipper.registry.packument_index import index_packument
from zipper.registry.stored_packument import open_stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.npm.npm_settings import NpmSettings
    from zipper.npm.packument import Packument
    from zipper.registry.asking import Asker
    from zipper.registry.exchange import Reply

__all__ = ["MAX_PACKUMENT_BYTES", "Packuments"]

MAX_PACKUMENT_BYTES: Final = 256 * 1024 * 1024
"""Several times the longest that the public registry has."""

_ABBREVIATED: Final = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*"
_FULL: Final = "application/json"
_LIBC: Final = re.compile(rb'"libc":\s*\[')
"""The field, not a dependency of that name."""

_TURN_SECONDS: Final = 20.0
"""For how long another process may fetch the same; after that both do."""
_LOOK_SECONDS: Final = 0.02

Document = CachedDocument | IndexedDocument
_Read = Callable[..., Document | None]
"""A way to look into the cache: `PackumentCache.read` or `find`."""


class Packuments:
    """The packuments of one set of settings, for any thread.

    Args:
        asker: asks the registries.
        settings: npm's.
        cache: where documents are kept; None for nowhere.
        offline: ask nobody.
        on_event: told of each step.
        max_bytes: a longer document is refused, as sent and as decoded.
    """

    def __init__(
        self,
        asker: Asker,
        settings: NpmSettings,
        *,
        cache: PackumentCache | None,
        offline: bool,
        on_event: OnEvent,
        max_bytes: int = MAX_PACKUMENT_BYTES,
    ) -> None:
        self._asker = asker
        self._settings = settings
        self._cache = cache
        self._offline = offline
        self._on_event = on_event
        self._max_bytes = max_bytes
        self._began = time.time()

    def load(self, name: str, *, full: bool) -> bytes:
        """Return the text of the packument of `name`, abbreviated where that says enough.

        An abbreviated one says enough unless a version names an operating system or a processor
        and none names a libc: registries leave `libc` out of this form, and which variants are
        packed depends on it.

        Deviation: npm asks for the full form always. A package with `libc` and neither `os` nor
        `cpu` would be taken for one that fits every libc.

        Raises:
            RegistryError: as `Asker.ask`; EOFFLINE; EPACKUMENT for what is no JSON object.
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
        """Return the packument if the cache has it and nobody needs to be asked, else None."""
        document = self._find_usable(name, full=full)
        if document is not None and not full and document.terms.lacks_libc:
            document = self._find_usable(name, full=True)
        if document is None:
            return None
        self._on_event(FetchFinished(name, document.size_bytes, from_cache=True))
        return self._parse(name, document)

    def _find_usable(self, name: str, *, full: bool) -> Document | None:
        url = packument_url(self._settings, name)
        cached = self._read_cached(url, PackumentCache.find, full=full)
        return cached if cached is not None and self._may_use(cached.terms) else None

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
        url = packument_url(self._settings, name)
        cached = self._read_cached(url, read, full=full)
        if cached is not None and self._may_use(cached.terms):
            self._on_event(FetchFinished(name, cached.size_bytes, from_cache=True))
            return cached
        if self._offline:
            raise failures.offline(f"the packument of {name}", url)
        with self._turn(url, full=full):
            document = self._read_newer(url, read, cached, full=full)
            if document is None or not self._may_use(document.terms):
                document = self._fetch(name, url, document, full=full)
        self._on_event(FetchFinished(name, document.size_bytes))
        return document

    def _read_newer(
        self, url: str, read: _Read, known: Document | None, *, full: bool
    ) -> Document | None:
        """Return what another process has fetched or confirmed meanwhile, else what is known."""
        told_at = 0.0 if known is None else known.terms.confirmed_at
        if self._cache is None or not self._cache.is_newer(url, told_at, full=full):
            return known
        return self._read_cached(url, read, full=full)

    @contextmanager
    def _turn(self, url: str, *, full: bool) -> Iterator[None]:
        """Wait, though not for ever, while another process fetches the same for the same cache."""
        end = time.monotonic() + _TURN_SECONDS
        while self._cache is not None:
            with self._cache.lock(url, full=full) as held:
                if held or time.monotonic() > end:
                    yield
                    return
            if self._asker.pause(_LOOK_SECONDS):
                break
        yield

    def _may_use(self, terms: Terms) -> bool:
        """Tell whether an entry is fresh, or what the registry has said since this run began."""
        settings = self._settings
        if self._offline or settings.prefer_offline:
            return True
        now = time.time()
        is_said_now = self._began <= terms.confirmed_at <= now
        return not settings.prefer_online and (is_said_now or terms.is_fresh(now))

    def _read_cached(self, url: str, read: _Read, *, full: bool) -> Document | None:
        """Return the entry of this form, else the other one if it has all that is asked for."""
        if self._cache is None:
            return None
        found = read(self._cache, url, full=full)
        if found is not None:
            return found
        other = read(self._cache, url, full=not full)
        return other if other is not None and other.terms.is_full else None

    def _fetch(self, name: str, url: str, cached: Document | None, *, full: bool) -> Document:
        """Return the registry's answer, or the cached one that it confirms.

        A registry that does not know the abbreviated form may say that there is nothing: then the
        full one is asked for. Source: pacote 21 lib/registry.js `packument`.
        """
        try:
            return self._fetch_form(name, url, cached, full=full)
        except RegistryError as error:
            if full or error.code != "E404":
                raise
        return self._fetch_form(name, url, cached, full=True)

    def _fetch_form(self, name: str, url: str, cached: Document | None, *, full: bool) -> Document:
        ask = Ask(
            url=url,
            label=name,
            registry=registry_url(self._settings, name),
            max_bytes=self._max_bytes,
            headers={
                "accept": _FULL if full else _ABBREVIATED,
                "accept-encoding": "gzip",
                **(cached.terms.validators() if cached is not None else {}),
            },
        )

        def receive(reply: Reply, pieces: Iterator[bytes]) -> Document:
            if reply.status == 304:
                return self._confirm(url, cached, full=full)
            self._on_event(FetchStarted(name, reply.size_bytes))
            body = self._read_document(name, reply, pieces)
            return self._keep(name, url, body, reply, full=full)

        return self._asker.ask(ask, receive, name=name)

    def _confirm(self, url: str, cached: Document | None, *, full: bool) -> Document:
        if cached is None or self._cache is None:
            raise Fault("EPACKUMENT", "the registry confirms what it was not asked about")
        self._cache.confirm(url, full=full)
        return cached

    def _read_document(self, name: str, reply: Reply, pieces: Iterator[bytes]) -> bytes:
        gathered = []
        for piece in pieces:
            gathered.append(piece)
            self._on_event(BytesReceived(name, len(piece)))
        encoding = reply.headers.get("content-encoding")
        body = decode_body(b"".join(gathered), encoding, max_bytes=self._max_bytes)
        if not (body[:64].lstrip().startswith(b"{") and body[-64:].rstrip().endswith(b"}")):
            kind = reply.headers.get("content-type", "of no type")
            raise Fault(
                "EPACKUMENT",
                f"the answer is no packument ({kind})",
                most_retries=1,
                hint="is the registry's address right, and no login page in between?",
            )
        return body

    def _keep(
        self, name: str, url: str, body: bytes, reply: Reply, *, full: bool
    ) -> CachedDocument:
        """Return the document, kept for the next time where that is allowed."""
        is_full = "vnd.npm.install-v1" not in reply.headers.get("content-type", "")
        now = time.time()
        terms = Terms(
            is_full=is_full,
            lacks_libc=not is_full and _lacks_libc(body),
            etag=reply.headers.get("etag"),
            last_modified=reply.headers.get("last-modified"),
            fresh_seconds=fresh_seconds(reply.headers, now=now),
            confirmed_at=now,
        )
        document = CachedDocument(body, terms)
        if self._cache is None or not is_storable(reply.headers):
            return document
        return self._cache.write(url, document, full=full, contents=_index(name, body))


def _index(name: str, body: bytes) -> Contents | None:
    """Return what the cache keeps beside the text; None where the text says all."""
    try:
        packument = parse_packument(body, name)
    except RegistryError:
        return None
    index = index_packument(body, packument)
    return None if index is None else Contents(packument.dist_tags, index)


def _lacks_libc(body: bytes) -> bool:
    """Tell whether some version is for certain platforms, and nothing is said of their libc."""
    return (b'"os":' in body or b'"cpu":' in body) and _LIBC.search(body) is None
