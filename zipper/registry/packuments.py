"""Packuments by name: from the cache where it is fresh, else from the registry.

Input: names. Output: the JSON text as the registry sent it. What it says belongs to
`zipper.npm.packument`; how a registry is asked to `zipper.registry.asking`.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from zipper.errors import RegistryError
from zipper.registry import failures
from zipper.registry.address import packument_url, registry_url
from zipper.registry.download import decode_body
from zipper.registry.events import BytesReceived, FetchFinished, FetchStarted, OnEvent
from zipper.registry.exchange import Ask
from zipper.registry.faults import Fault
from zipper.registry.freshness import fresh_seconds, is_storable
from zipper.registry.packument_cache import CachedDocument, PackumentCache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.npm.npm_settings import NpmSettings
    from zipper.registry.asking import Asker
    from zipper.registry.exchange import Reply

__all__ = ["MAX_PACKUMENT_BYTES", "Packuments"]

MAX_PACKUMENT_BYTES: Final = 256 * 1024 * 1024
"""Several times the longest that the public registry has."""

_ABBREVIATED: Final = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*"
_FULL: Final = "application/json"
_LIBC: Final = re.compile(rb'"libc":\s*\[')
"""The field, not a dependency of that name."""


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

    def load(self, name: str, *, full: bool) -> bytes:
        """Return the packument of `name`, abbreviated where that says enough and not `full`.

        An abbreviated one says enough unless a version names an operating system or a processor
        and none names a libc: registries leave `libc` out of this form, and which variants are
        packed depends on it.

        Deviation: npm asks for the full form always. A package with `libc` and neither `os` nor
        `cpu` would be taken for one that fits every libc.

        Raises:
            RegistryError: as `Asker.ask`; EOFFLINE; EPACKUMENT for what is no JSON object.
        """
        if not full:
            document = self._load_form(name, full=False)
            if document.is_full or not _lacks_libc(document.body):
                return document.body
        return self._load_form(name, full=True).body

    def _load_form(self, name: str, *, full: bool) -> CachedDocument:
        url = packument_url(self._settings, name)
        cached = self._read_cached(url, full=full)
        if cached is not None and self._may_use(cached):
            self._on_event(FetchFinished(name, len(cached.body), from_cache=True))
            return cached
        if self._offline:
            raise failures.offline(f"the packument of {name}", url)
        document = self._fetch(name, url, cached, full=full)
        self._on_event(FetchFinished(name, len(document.body)))
        return document

    def _may_use(self, cached: CachedDocument) -> bool:
        settings = self._settings
        if self._offline or settings.prefer_offline:
            return True
        return not settings.prefer_online and cached.is_fresh(time.time())

    def _read_cached(self, url: str, *, full: bool) -> CachedDocument | None:
        """Return the entry of this form, else the other one if it has all that is asked for."""
        if self._cache is None:
            return None
        found = self._cache.read(url, full=full)
        if found is not None:
            return found
        other = self._cache.read(url, full=not full)
        return other if other is not None and other.is_full else None

    def _fetch(
        self, name: str, url: str, cached: CachedDocument | None, *, full: bool
    ) -> CachedDocument:
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

    def _fetch_form(
        self, name: str, url: str, cached: CachedDocument | None, *, full: bool
    ) -> CachedDocument:
        ask = Ask(
            url=url,
            label=name,
            registry=registry_url(self._settings, name),
            max_bytes=self._max_bytes,
            headers={
                "accept": _FULL if full else _ABBREVIATED,
                "accept-encoding": "gzip",
                **(cached.validators() if cached is not None else {}),
            },
        )

        def receive(reply: Reply, pieces: Iterator[bytes]) -> CachedDocument:
            if reply.status == 304:
                return self._confirm(url, cached, full=full)
            self._on_event(FetchStarted(name, reply.size_bytes))
            return self._keep(url, self._read_document(name, reply, pieces), reply, full=full)

        return self._asker.ask(ask, receive, name=name)

    def _confirm(self, url: str, cached: CachedDocument | None, *, full: bool) -> CachedDocument:
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

    def _keep(self, url: str, body: bytes, reply: Reply, *, full: bool) -> CachedDocument:
        """Return the document, kept for the next time where that is allowed."""
        is_abbreviated = "vnd.npm.install-v1" in reply.headers.get("content-type", "")
        document = CachedDocument(
            body=body,
            is_full=not is_abbreviated,
            etag=reply.headers.get("etag"),
            last_modified=reply.headers.get("last-modified"),
            fresh_seconds=fresh_seconds(reply.headers, now=time.time()),
        )
        if self._cache is not None and is_storable(reply.headers):
            self._cache.write(url, document, full=full)
        return document


def _lacks_libc(body: bytes) -> bool:
    """Tell whether some version is for certain platforms, and nothing is said of their libc."""
    return (b'"os":' in body or b'"cpu":' in body) and _LIBC.search(body) is None
