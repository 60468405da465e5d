"""A packument from its registry: fetched or confirmed, looked at, and kept.

Input: a name, and what the cache has. Output: the document. Imported when something has to be
fetched; what needs no fetching is answered by `zipper.registry.packuments`.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from zipper.errors import RegistryError
from zipper.events import BytesReceived, FetchStarted, OnEvent
from zipper.npm.packument import parse_packument
from zipper.registry.address import packument_key, packument_url, registry_url
from zipper.registry.download import decode_body
from zipper.registry.exchange import RegistryRequest
from zipper.registry.faults import TransportFault
from zipper.registry.freshness import Terms, fresh_seconds, is_storable
from zipper.registry.packument_cache import CachedDocument, Contents, PackumentCache
from zipper.registry.packument_index import index_packument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.npm.npm_settings import NpmSettings
    from zipper.registry.exchange import Reply
    from zipper.registry.packument_cache import Document
    from zipper.registry.requester import Requester

__all__ = ["PackumentFetcher"]

_ABBREVIATED: Final = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*"
_FULL: Final = "application/json"
_LIBC: Final = re.compile(rb'"libc":\s*\[')
"""The field, not a dependency of that name."""
_TURN_SECONDS: Final = 20.0
"""For how long another process may fetch the same; after that both do."""
_LOOK_SECONDS: Final = 0.02


class PackumentFetcher:
    """Fetches the packuments of one set of settings, for any thread.

    Args:
        requester: asks the registries.
        settings: npm's.
        cache: where documents are kept; None for nowhere.
        on_event: called with each step.
        max_bytes: a longer document is refused, as sent and as decoded.
    """

    def __init__(
        self,
        requester: Requester,
        settings: NpmSettings,
        *,
        cache: PackumentCache | None,
        on_event: OnEvent,
        max_bytes: int,
    ) -> None:
        self._requester = requester
        self._settings = settings
        self._cache = cache
        self._on_event = on_event
        self._max_bytes = max_bytes

    @contextmanager
    def turn(self, name: str, *, full: bool) -> Iterator[None]:
        """Wait, though not for ever, while another process fetches the same for the same cache.

        A thread that has waited holds up no other: what came of it is in the cache by then, or is
        nothing that may be kept.
        """
        key = packument_key(self._settings, name)
        end = time.monotonic() + _TURN_SECONDS
        has_waited = False
        while self._cache is not None and not self._settings.prefer_online:
            with self._cache.lock(key, full=full) as held:
                if held and not has_waited:
                    yield
                    return
            if held or time.monotonic() > end or self._requester.pause(_LOOK_SECONDS):
                break
            has_waited = True
        yield

    def fetch(self, name: str, cached: Document | None, *, full: bool) -> Document:
        """Return the registry's answer, or the cached one that it confirms.

        A registry that does not know the abbreviated form may say that there is nothing: then the
        full one is asked for. Source: pacote 21 lib/registry.js `packument`.
        """
        try:
            return self._fetch_form(name, cached, full=full)
        except RegistryError as error:
            if full or error.code != "E404":
                raise
        return self._fetch_form(name, cached, full=True)

    def _fetch_form(self, name: str, cached: Document | None, *, full: bool) -> Document:
        request = RegistryRequest(
            url=packument_url(self._settings, name),
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
                return self._confirm(name, cached, full=full)
            self._on_event(FetchStarted(name, reply.size_bytes))
            body = self._read_document(name, reply, pieces)
            return self._keep(name, body, reply, full=full)

        return self._requester.send(request, receive, name=name)

    def _confirm(self, name: str, cached: Document | None, *, full: bool) -> Document:
        if cached is None or self._cache is None:
            raise TransportFault("EPACKUMENT", "the registry confirms what was not requested")
        return self._cache.confirm(packument_key(self._settings, name), cached, full=full)

    def _read_document(self, name: str, reply: Reply, pieces: Iterator[bytes]) -> bytes:
        gathered = []
        for piece in pieces:
            gathered.append(piece)
            self._on_event(BytesReceived(name, len(piece)))
        encoding = reply.headers.get("content-encoding")
        body = decode_body(b"".join(gathered), encoding, max_bytes=self._max_bytes)
        if not (body[:64].lstrip().startswith(b"{") and body[-64:].rstrip().endswith(b"}")):
            kind = reply.headers.get("content-type", "of no type")
            raise TransportFault(
                "EPACKUMENT",
                f"the answer is not a packument ({kind})",
                most_retries=1,
                hint="is the registry's address right, and no login page in between?",
            )
        return body

    def _keep(self, name: str, body: bytes, reply: Reply, *, full: bool) -> CachedDocument:
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
        key = packument_key(self._settings, name)
        return self._cache.write(key, document, full=full, contents=_index(name, body))


def _index(name: str, body: bytes) -> Contents | None:
    """Return what the cache keeps beside the text; None where the text says all."""
    try:
        packument = parse_packument(body, name)
    except RegistryError:
        return None
    index = index_packument(body, packument)
    return None if index is None else Contents(packument.dist_tags, index)


def _lacks_libc(body: bytes) -> bool:
    """Return whether some version is for certain platforms, and nothing is said of their libc."""
    return (b'"os":' in body or b'"cpu":' in body) and _LIBC.search(body) is None
