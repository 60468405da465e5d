"""What a client has once something must be fetched: the way to the registries.

Input: asks with their addresses. Output: bytes, verified. Whether somebody may be asked at all, and
what lies in a cache or a vendored folder, is `zipper.registry.client`. Imported on demand: most
builds fetch nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from zipper.errors import IntegrityError
from zipper.events import BytesReceived, FetchFinished, FetchStarted
from zipper.npm.credentials import redact_url
from zipper.registry.address import registry_url
from zipper.registry.download import Download, decode_body
from zipper.registry.exchange import RegistryRequest
from zipper.registry.packument_fetch import PackumentFetcher
from zipper.registry.packuments import MAX_PACKUMENT_BYTES
from zipper.registry.requester import Requester

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.registry.exchange import RegistryAccess, Reply
    from zipper.registry.packument_cache import PackumentCache
    from zipper.registry.vendor_folder import TarballPlace

__all__ = ["Remote"]

_MAX_TARBALL_BYTES: Final = 512 * 1024 * 1024
"""Twice what Lambda takes unzipped."""


class Remote:
    """Fetches from all registries of one set of settings; see `RegistryClient` for the arguments.

    Attributes:
        packuments: fetches those, and keeps them in the cache.
    """

    def __init__(
        self,
        access: RegistryAccess,
        *,
        cache: PackumentCache | None,
        max_packument_bytes: int,
    ) -> None:
        self._settings = access.settings
        self._on_event = access.on_event
        self._requester = Requester(access)
        self.packuments = PackumentFetcher(
            self._requester,
            access.settings,
            cache=cache,
            on_event=access.on_event,
            max_bytes=max_packument_bytes,
        )

    def stop(self) -> None:
        """End all exchanges and waits at once; a thread that waits for one gets an error."""
        self._requester.stop()

    def close(self) -> None:
        """Close the connections, when no exchange is under way any more."""
        self._requester.close()

    def fetch_tarball(self, place: TarballPlace, url: str) -> bytes:
        """Return the tarball at `url`, its integrity verified where one is given.

        Raises:
            RegistryError: as `Requester.send`.
            IntegrityError: EINTEGRITY; nothing of it is kept.
        """
        wanted = RegistryRequest(
            url=url,
            label=place.label,
            registry=registry_url(self._settings, place.name),
            max_bytes=_MAX_TARBALL_BYTES,
            headers={"accept-encoding": "identity"},
        )
        download = Download(
            place.integrity, lambda size: self._on_event(BytesReceived(place.label, size))
        )

        def receive(reply: Reply, pieces: Iterator[bytes]) -> bytes:
            self._on_event(FetchStarted(place.label, reply.size_bytes))
            return download.receive(reply, pieces, max_bytes=wanted.max_bytes)

        try:
            body = self._requester.send(wanted, receive, name=place.name, headers=download.headers)
        except IntegrityError as error:
            raise _name_tarball(error, place.label, url) from None
        self._on_event(FetchFinished(place.label, len(body)))
        return body

    def fetch_document(
        self, path: str, *, registry: str, body: Mapping[str, object] | None
    ) -> bytes:
        """Return the JSON text at `path` below a registry; see `RegistryClient.fetch_document`.

        Raises:
            RegistryError: as `Requester.send`.
        """
        headers = {"accept": "application/json", "accept-encoding": "gzip"}
        posted = None if body is None else json.dumps(body).encode()
        if posted is not None:
            headers["content-type"] = "application/json"
        request = RegistryRequest(
            url=registry + path,
            label=path,
            registry=registry,
            max_bytes=MAX_PACKUMENT_BYTES,
            headers=headers,
            body=posted,
        )
        return self._requester.send(request, _read_whole, name="")


def _read_whole(reply: Reply, pieces: Iterator[bytes]) -> bytes:
    encoding = reply.headers.get("content-encoding")
    return decode_body(b"".join(pieces), encoding, max_bytes=MAX_PACKUMENT_BYTES)


def _name_tarball(error: IntegrityError, label: str, url: str) -> IntegrityError:
    facts = (("tarball", label), ("address", redact_url(url)), *error.facts)
    return IntegrityError(error.code, f"{label}: {error.message}", facts=facts, hint=error.hint)
