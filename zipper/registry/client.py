"""Packuments and tarballs of npm registries, fetched by many threads, verified, cached.

Input: settings, names, addresses, integrities. Output: bytes. What a packument says belongs to
`zipper.npm.packument`; tarballs are kept by `zipper.store`; the cache here holds packuments only.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypeVar

from zipper import __version__
from zipper.errors import IntegrityError
from zipper.registry import failures
from zipper.registry.address import packument_url, registry_url, rewrite_resolved, tarball_url
from zipper.registry.attempts import Attempts, GaveUpError
from zipper.registry.download import Download, decode_body
from zipper.registry.events import BytesReceived, Event, FetchFinished, FetchStarted, OnEvent
from zipper.registry.exchange import Ask, Reply
from zipper.registry.faults import RETRIABLE_STATUSES, Fault, parse_retry_after
from zipper.registry.freshness import fresh_seconds, is_storable
from zipper.registry.packument_cache import CachedDocument, PackumentCache
from zipper.registry.retry import policy_from_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    from zipper.npm.integrity import Integrity
    from zipper.npm.npmrc import NpmSettings
    from zipper.registry.transport import Transport

__all__ = ["RegistryClient", "TarballAsk"]

T = TypeVar("T")

MAX_TARBALL_BYTES: Final = 512 * 1024 * 1024
"""Twice what Lambda takes unzipped."""
MAX_PACKUMENT_BYTES: Final = 256 * 1024 * 1024
_DEFAULT_CONNECTIONS: Final = 16
_MAX_CONNECTIONS: Final = 128
_ABBREVIATED: Final = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*"


@dataclass(frozen=True, slots=True)
class TarballAsk:
    """A tarball of a lockfile or a packument: `resolved` is None for the standard address."""

    name: str
    version: str
    resolved: str | None = None
    integrity: Integrity | None = None

    @property
    def label(self) -> str:
        """`name@version`, as people write it."""
        return f"{self.name}@{self.version}"


class RegistryClient:
    """Fetches from all registries of one set of settings; a context manager.

    Leaving the block ends what is under way, also what other threads wait for.

    Args:
        settings: npm's; see `zipper.registry.npmrc_files.read_npm_settings`.
        environ: for proxies, certificates and the user agent.
        cache_dir: where packuments are kept; None for nowhere.
        folder: what relative paths in the settings are relative to.
        offline: ask nobody; the settings' `offline` counts too.
        on_event: told of each step, from the thread that does it; must not raise.
        insecure_hosts: hosts that may be sent a credential over plain HTTP.
    """

    def __init__(
        self,
        settings: NpmSettings,
        *,
        environ: Mapping[str, str],
        cache_dir: Path | None = None,
        folder: Path = Path(),
        offline: bool = False,
        on_event: OnEvent | None = None,
        insecure_hosts: frozenset[str] = frozenset(),
    ) -> None:
        self.settings = settings
        self._offline = offline or settings.offline
        self._cache = None if cache_dir is None else PackumentCache(cache_dir)
        self._on_event = on_event or _ignore
        self._stopped = threading.Event()
        self._attempts = Attempts(policy_from_settings(settings), self._on_event, self._stopped)
        self._environ = environ
        self._folder = folder
        self._insecure_hosts = insecure_hosts
        self._opened: Transport | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._pending: dict[tuple[str, bool], Future[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all exchanges and waits, and the threads."""
        self._stopped.set()
        if self._opened is not None:
            self._opened.stop()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        if self._opened is not None:
            self._opened.close()

    def tarball_url(self, name: str, version: str) -> str:
        """Return the standard address of a version's tarball in the registry of its scope."""
        return tarball_url(self.settings, name, version)

    def rewrite_resolved(self, resolved: str, *, name: str = "") -> str:
        """Return where npm would fetch a `resolved`; see `replace-registry-host`."""
        return rewrite_resolved(self.settings, resolved, name=name)

    def fetch_tarball(self, ask: TarballAsk) -> bytes:
        """Return the tarball, its integrity verified where one is given.

        Raises:
            RegistryError: E401, E403, E404, E429, E5xx, ENETWORK, ETIMEDOUT, ECERT, E2BIG,
                EMAXREDIRECT, EINVALIDREDIRECT, EINVALIDURL, EOFFLINE.
            IntegrityError: EINTEGRITY; nothing of it is kept.
        """
        if ask.resolved is None:
            url = self.tarball_url(ask.name, ask.version)
        else:
            url = self.rewrite_resolved(ask.resolved, name=ask.name)
        wanted = Ask(
            url=url,
            label=ask.label,
            registry=registry_url(self.settings, ask.name),
            max_bytes=MAX_TARBALL_BYTES,
            headers={"accept-encoding": "identity"},
        )
        if self._offline:
            raise failures.offline(ask.label, url)
        download = Download(
            ask.integrity, lambda size: self._on_event(BytesReceived(ask.label, size))
        )

        def receive(reply: Reply) -> bytes:
            self._on_event(FetchStarted(ask.label, reply.size_bytes))
            pieces = self._transport.read_pieces(reply, max_bytes=wanted.max_bytes)
            return download.receive(reply, pieces, max_bytes=wanted.max_bytes)

        try:
            body = self._ask(wanted, download.headers, receive, name=ask.name)
        except IntegrityError as error:
            raise _name_tarball(error, ask.label, url) from None
        self._on_event(FetchFinished(ask.label, len(body)))
        return body

    def fetch_each(
        self, asks: Iterable[TarballAsk], then: Callable[[TarballAsk, bytes], T]
    ) -> Iterator[T]:
        """Yield `then(ask, tarball)` for each ask as it is done, in no certain order.

        `then` runs in the thread that fetched, so a tarball's memory is free again before the
        thread takes its next; at most as many are in memory as there are threads.

        Raises:
            RegistryError, IntegrityError: the first that arises; the rest is not begun.
            Exception: what `then` raises.
        """
        from concurrent.futures import as_completed  # noqa: PLC0415 - beside the pool it belongs to

        futures = {self.submit(self._fetch_then, ask, then) for ask in asks}
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            for future in futures:
                future.cancel()

    def _fetch_then(self, ask: TarballAsk, then: Callable[[TarballAsk, bytes], T]) -> T:
        return then(ask, self.fetch_tarball(ask))

    def submit(self, work: Callable[..., T], *arguments: object) -> Future[T]:
        """Run `work` in one of the client's threads."""
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self.connections, thread_name_prefix="zipper-fetch")
        return self._pool.submit(work, *arguments)

    @property
    def connections(self) -> int:
        """How many exchanges go on at once: `maxsockets`, within reason."""
        wanted = self.settings.maxsockets
        if wanted is None or wanted != wanted or wanted < 1:  # noqa: PLR0124 - NaN
            return _DEFAULT_CONNECTIONS
        return int(min(wanted, _MAX_CONNECTIONS))

    def prefetch(self, names: Iterable[str], *, full: bool = False) -> None:
        """Begin to fetch packuments; a later `fetch_packument` takes up what is under way."""
        for name in names:
            key = (name, full)
            with self._lock:
                known = key in self._pending
            if not known:
                future = self.submit(self._load_packument, name, full)
                with self._lock:
                    self._pending.setdefault(key, future)

    def fetch_packument(self, name: str, *, full: bool = False) -> bytes:
        """Return the JSON text of a packument, as the registry sent it.

        Args:
            name: of the package, with its scope.
            full: the registry's whole document, which alone has `time`; else the abbreviated one
                where the registry has it.

        Raises:
            RegistryError: as `fetch_tarball`, and EPACKUMENT for an answer that is no JSON object.
        """
        with self._lock:
            future = self._pending.pop((name, full), None)
        if future is not None and not future.cancelled():
            return future.result()
        return self._load_packument(name, full)

    def _load_packument(self, name: str, full: bool) -> bytes:  # noqa: FBT001 - submitted
        url = packument_url(self.settings, name)
        cached = self._read_cached(url, full=full)
        if cached is not None and (self._offline or self._may_use(cached)):
            self._on_event(FetchFinished(name, len(cached.body), from_cache=True))
            return cached.body
        if self._offline:
            raise failures.offline(f"the packument of {name}", url)
        body = self._fetch_packument(name, url, cached, full=full)
        self._on_event(FetchFinished(name, len(body)))
        return body

    @property
    def _transport(self) -> Transport:
        """The transport, made when something must be fetched: its import costs 0.1 s."""
        if self._opened is not None:
            return self._opened
        from zipper.registry.transport import Transport  # noqa: PLC0415 - see above

        with self._lock:
            if self._opened is None:
                self._opened = Transport(
                    self.settings,
                    environ=self._environ,
                    folder=self._folder,
                    user_agent=self.settings.user_agent or f"zipper/{__version__} npm/11",
                    insecure_hosts=self._insecure_hosts,
                )
        return self._opened

    def _may_use(self, cached: CachedDocument) -> bool:
        if self.settings.prefer_offline:
            return True
        return not self.settings.prefer_online and cached.is_fresh(time.time())

    def _read_cached(self, url: str, *, full: bool) -> CachedDocument | None:
        """Return the entry of this form, or another that has all of it."""
        if self._cache is None:
            return None
        found = self._cache.read(url, full=full)
        if found is not None:
            return found
        other = self._cache.read(url, full=not full)
        return (
            other if other is not None and (other.is_full or (self._offline and not full)) else None
        )

    def _fetch_packument(
        self, name: str, url: str, cached: CachedDocument | None, *, full: bool
    ) -> bytes:
        accept = "application/json" if full else _ABBREVIATED
        ask = Ask(
            url=url,
            label=name,
            registry=registry_url(self.settings, name),
            max_bytes=MAX_PACKUMENT_BYTES,
            headers={"accept": accept, "accept-encoding": "gzip"},
        )
        validators = cached.validators() if cached is not None else {}

        def receive(reply: Reply) -> bytes:
            if reply.status == 304 and cached is not None:
                if self._cache is not None:
                    self._cache.confirm(url, full=full)
                return cached.body
            self._on_event(FetchStarted(name, reply.size_bytes))
            body = self._read_document(ask, reply)
            self._keep(url, body, reply, full=full)
            return body

        return self._ask(ask, lambda: validators, receive, name=name)

    def _read_document(self, ask: Ask, reply: Reply) -> bytes:
        pieces = []
        for piece in self._transport.read_pieces(reply, max_bytes=ask.max_bytes):
            pieces.append(piece)
            self._on_event(BytesReceived(ask.label, len(piece)))
        body = decode_body(
            b"".join(pieces), reply.headers.get("content-encoding"), max_bytes=ask.max_bytes
        )
        if not body[:64].lstrip().startswith(b"{") or not body[-64:].rstrip().endswith(b"}"):
            kind = reply.headers.get("content-type", "no type")
            raise Fault(
                "EPACKUMENT",
                f"the answer is no packument ({kind})",
                most_retries=1,
                hint="is the registry's address right, and no login page in between?",
            )
        return body

    def _keep(self, url: str, body: bytes, reply: Reply, *, full: bool) -> None:
        if self._cache is None or not is_storable(reply.headers):
            return
        is_abbreviated = "vnd.npm.install-v1" in reply.headers.get("content-type", "")
        document = CachedDocument(
            body=body,
            is_full=not is_abbreviated,
            etag=reply.headers.get("etag"),
            last_modified=reply.headers.get("last-modified"),
            fresh_seconds=fresh_seconds(reply.headers, now=time.time()),
        )
        self._cache.write(url, document, full=full)

    def _ask(
        self,
        ask: Ask,
        headers: Callable[[], Mapping[str, str]],
        receive: Callable[[Reply], T],
        *,
        name: str,
    ) -> T:
        """Return what `receive` makes of a good answer, after as many attempts as it takes."""

        def attempt() -> T:
            with self._transport.open(ask, headers()) as reply:
                self._check_status(reply, ask, name)
                return receive(reply)

        try:
            return self._attempts.run(ask.label, attempt)
        except GaveUpError as error:
            raise failures.given_up(error, ask, self.settings, name=name) from error.fault.__cause__

    def _check_status(self, reply: Reply, ask: Ask, name: str) -> None:
        status = reply.status
        if status in {200, 206, 304}:
            return
        if status in RETRIABLE_STATUSES or status >= 500:
            wait = parse_retry_after(reply.headers.get("retry-after"), now=time.time())
            raise Fault(
                "E5xx" if status >= 500 else f"E{status}",
                f"the registry answers with status {status}",
                wait_seconds=wait,
                hint="the registry is overloaded or out of order; try again later",
            )
        if status == 416:
            raise Fault("ENETWORK", "the server has no such part", most_retries=1)
        raise failures.refused(reply, ask, self.settings, name=name)


def _ignore(event: Event) -> None:
    """Tell nobody."""


def _name_tarball(error: IntegrityError, label: str, url: str) -> IntegrityError:
    from zipper.npm.credentials import redact_url  # noqa: PLC0415 - only for the message

    facts = (("tarball", label), ("address", redact_url(url)), *error.facts)
    return IntegrityError(error.code, f"{label}: {error.message}", facts=facts, hint=error.hint)
