"""What a client has once something must be fetched: the way to the registries.

Input: asks with their addresses. Output: bytes, verified. Whether somebody may be asked at all, and
what lies in a cache or a vendored folder, is `zipper.registry.client`. Imported on demand: most
builds fetch nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from zipper.errors import IntegrityError
from zipper.events import BytesReceived, FetchFinished, FetchStarted, OnEvent
from zipper.npm.credentials import redact_url
from zipper.registry.address import registry_url
from zipper.registry.download import Download, decode_body
from zipper.registry.exchange import Ask
from zipper.registry.packument_fetch import PackumentFetcher
from zipper.registry.packuments import MAX_PACKUMENT_BYTES
from zipper.registry.requester import Asker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from zipper.npm.npm_settings import NpmSettings
    from zipper.registry.exchange import Reply
    from zipper.registry.keyring_tokens import KeyringTokens
    from zipper.registry.packument_cache import PackumentCache
    from zipper.registry.vendor_folder import TarballAsk

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
        settings: NpmSettings,
        *,
        environ: Mapping[str, str],
        folder: Path,
        cache: PackumentCache | None,
        on_event: OnEvent,
        keyring: KeyringTokens | None,
        max_packument_bytes: int,
    ) -> None:
        self._settings = settings
        self._on_event = on_event
        self._asker = Asker(
            settings, environ=environ, folder=folder, on_event=on_event, keyring=keyring
        )
        self.packuments = PackumentFetcher(
            self._asker, settings, cache=cache, on_event=on_event, max_bytes=max_packument_bytes
        )

    def stop(self) -> None:
        """End all exchanges and waits at once; whoever waits for one gets an error."""
        self._asker.stop()

    def close(self) -> None:
        """Close the connections, when no exchange is under way any more."""
        self._asker.close()

    def fetch_tarball(self, ask: TarballAsk, url: str) -> bytes:
        """Return the tarball at `url`, its integrity verified where one is given.

        Raises:
            RegistryError: as `Asker.ask`.
            IntegrityError: EINTEGRITY; nothing of it is kept.
        """
        wanted = Ask(
            url=url,
            label=ask.label,
            registry=registry_url(self._settings, ask.name),
            max_bytes=_MAX_TARBALL_BYTES,
            headers={"accept-encoding": "identity"},
        )
        download = Download(
            ask.integrity, lambda size: self._on_event(BytesReceived(ask.label, size))
        )

        def receive(reply: Reply, pieces: Iterator[bytes]) -> bytes:
            self._on_event(FetchStarted(ask.label, reply.size_bytes))
            return download.receive(reply, pieces, max_bytes=wanted.max_bytes)

        try:
            body = self._asker.ask(wanted, receive, name=ask.name, headers=download.headers)
        except IntegrityError as error:
            raise _name_tarball(error, ask.label, url) from None
        self._on_event(FetchFinished(ask.label, len(body)))
        return body

    def fetch_document(
        self, path: str, *, registry: str, body: Mapping[str, object] | None
    ) -> bytes:
        """Return the JSON text at `path` below a registry; see `RegistryClient.fetch_document`.

        Raises:
            RegistryError: as `Asker.ask`.
        """
        headers = {"accept": "application/json", "accept-encoding": "gzip"}
        posted = None if body is None else json.dumps(body).encode()
        if posted is not None:
            headers["content-type"] = "application/json"
        ask = Ask(
            url=registry + path,
            label=path,
            registry=registry,
            max_bytes=MAX_PACKUMENT_BYTES,
            headers=headers,
            body=posted,
        )
        return self._asker.ask(ask, _read_whole, name="")


def _read_whole(reply: Reply, pieces: Iterator[bytes]) -> bytes:
    encoding = reply.headers.get("content-encoding")
    return decode_body(b"".join(pieces), encoding, max_bytes=MAX_PACKUMENT_BYTES)


def _name_tarball(error: IntegrityError, label: str, url: str) -> IntegrityError:
    facts = (("tarball", label), ("address", redact_url(url)), *error.facts)
    return IntegrityError(error.code, f"{label}: {error.message}", facts=facts, hint=error.hint)
