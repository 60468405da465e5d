"""Packuments and tarballs of npm registries, fetched by many threads, verified, cached.

Input: settings, names, addresses, integrities. Output: bytes. Tarballs are kept by `zipper.store`;
the cache here holds packuments only. Nothing heavy is imported until something must be fetched.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypeVar

from zipper.npm.packument import parse_packument
from zipper.registry import registry_errors as failures
from zipper.registry.address import rewrite_resolved, tarball_url
from zipper.registry.packument_cache import PackumentCache
from zipper.registry.packuments import MAX_PACKUMENT_BYTES, Packuments
from zipper.registry.prefetched import Ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Future, ThreadPoolExecutor

    from zipper.events import Event, OnEvent
    from zipper.npm.npm_settings import NpmSettings
    from zipper.npm.packument import Packument
    from zipper.registry.cache_stamps import Stamp
    from zipper.registry.keyring_tokens import KeyringTokens
    from zipper.registry.network import Remote
    from zipper.registry.vendor_folder import TarballPlace, VendorFolder

__all__ = ["RegistryClient"]

T = TypeVar("T")

_DEFAULT_CONNECTIONS: Final = 16

_MAX_CONNECTIONS: Final = 128


class RegistryClient:
    """Fetches from all registries of one set of settings; a context manager.

    Leaving the block ends what is under way, also what other threads wait for.

    Args:
        settings: npm's; see `zipper.project.npmrc_files.read_npm_settings`.
        environ: for proxies and certificates.
        cache_dir: where packuments are kept; None for nowhere.
        folder: what relative paths in the settings are relative to.
        offline: send no request; the settings' `offline` counts too.
        on_event: called with each step, from the thread that does it; must not raise.
        max_packument_bytes: a longer packument is refused.
        vendor: a folder that is looked into first, or that records what is fetched.
        siblings: names of the workspace's members with their folders; none is ever requested.
        keyring: has credentials for registries that have none in the settings; by default the
            system's, where the extra `keyring` is installed.
    """

    def __init__(  # noqa: PLR0913  (keyword-only circumstances)
        self,
        settings: NpmSettings,
        *,
        environ: Mapping[str, str],
        cache_dir: Path | None = None,
        folder: Path = Path(),
        offline: bool = False,
        on_event: OnEvent | None = None,
        max_packument_bytes: int = MAX_PACKUMENT_BYTES,
        vendor: VendorFolder | None = None,
        keyring: KeyringTokens | None = None,
        siblings: Mapping[str, str] | None = None,
    ) -> None:
        self._siblings = siblings or {}
        self.settings = settings
        self.vendor = vendor
        self._offline = offline or settings.offline
        self._on_event = on_event or _tell_nobody
        self._cache = None if cache_dir is None else PackumentCache(cache_dir)

        def make_remote() -> Remote:
            # Most builds fetch nothing.
            from zipper.registry.exchange import RegistryAccess  # noqa: PLC0415
            from zipper.registry.network import Remote  # noqa: PLC0415

            access = RegistryAccess(settings, environ, folder, self._on_event, keyring)
            return Remote(access, cache=self._cache, max_packument_bytes=max_packument_bytes)

        self._make_remote = make_remote
        self._packuments = Packuments(
            lambda: self._open_remote().packuments,
            settings,
            cache=self._cache,
            offline=self._offline,
            on_event=self._on_event,
        )
        self._pool: ThreadPoolExecutor | None = None
        self._remote: Remote | None = None
        self._is_closed = False
        self._lock = threading.Lock()
        self._ahead = Ahead(find=self._find, fetch=self._open, submit=self.submit)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End all exchanges and waits, and the threads."""
        with self._lock:
            self._is_closed = True
            if self._remote is not None:
                self._remote.stop()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        if self._remote is not None:
            self._remote.close()

    def _open_remote(self) -> Remote:
        """Return the way to the registries, made when something must be fetched."""
        with self._lock:
            if self._remote is None:
                self._remote = self._make_remote()
                if self._is_closed:
                    self._remote.stop()
            return self._remote

    def stamps(self, *, but: frozenset[str] = frozenset()) -> tuple[Stamp, ...] | None:
        """Return by what it is known that the cache would give the same packuments again.

        Those of the names in `but` are left out.
        None where it might not, whatever is there: one was not to be had, or a folder that was
        vendored has been looked into.
        """
        return self._packuments.stamps(but=but) if self.vendor is None else None

    @property
    def is_offline(self) -> bool:
        """Whether no request is allowed."""
        return self._offline

    @property
    def connections(self) -> int:
        """How many exchanges go on at once: `maxsockets`, within reason."""
        wanted = self.settings.maxsockets
        if wanted is None or not wanted >= 1:
            return _DEFAULT_CONNECTIONS
        return int(min(wanted, _MAX_CONNECTIONS))

    def submit(self, work: Callable[..., T], *arguments: object) -> Future[T]:
        """Run `work` in one of the client's threads."""
        with self._lock:
            if self._pool is None:
                from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  (imports much)

                from zipper.malloc import share_memory  # noqa: PLC0415  (with the threads alone)

                share_memory()
                self._pool = ThreadPoolExecutor(self.connections, thread_name_prefix="zipper-fetch")
            return self._pool.submit(work, *arguments)

    def tarball_url(self, name: str, version: str) -> str:
        """Return the standard address of a version's tarball in the registry of its scope."""
        return tarball_url(self.settings, name, version)

    def rewrite_resolved(self, resolved: str) -> str:
        """Return where npm would fetch a `resolved`; see `replace-registry-host`."""
        return rewrite_resolved(self.settings, resolved)

    def fetch_tarball(self, place: TarballPlace) -> bytes:
        """Return the tarball, its integrity verified where one is given.

        Raises:
            RegistryError: as `Requester.send`; EOFFLINE.
            IntegrityError: EINTEGRITY; nothing of it is kept.
        """
        vendor = self.vendor
        if vendor is not None and (kept := vendor.find_tarball(place)) is not None:
            return kept
        if place.resolved is None:
            url = self.tarball_url(place.name, place.version)
        else:
            url = self.rewrite_resolved(place.resolved)
        if self._offline:
            raise failures.offline(place.label, url)
        body = self._open_remote().fetch_tarball(place, url)
        if vendor is not None:
            vendor.keep_tarball(place, body)
        return body

    def prefetch(
        self,
        names: Iterable[str],
        *,
        full: bool = False,
        then: Callable[[Packument], None] | None = None,
    ) -> list[Packument]:
        """Begin to fetch packuments; `open_packument` then takes up what is under way.

        A hint: where much waits to be taken already, nothing is fetched. Errors are raised when the
        name is opened.

        Args:
            names: of packages; those that were asked for before count no more.
            full: as in `open_packument`.
            then: called with each packument that is fetched, by the thread that fetched it.

        Returns:
            What is available already.
        """
        wanted = [name for name in names if name not in self._siblings]
        return self._ahead.begin(wanted, full=full, then=then)

    def open_packument(self, name: str, *, full: bool = False) -> Packument:
        """Return a packument, of which as little is read as possible.

        What was prefetched is handed out once, so that its memory is the caller's to free.

        Args:
            name: of the package, with its scope.
            full: the registry's whole document, which alone has `time`; else the abbreviated one
                where the registry has it.

        Raises:
            RegistryError: as `Requester.send`; EOFFLINE; EPACKUMENT for what is no packument.
            ResolutionError: EWORKSPACE for the name of a sibling.
        """
        self._refuse_sibling(name)
        return self._ahead.take(name, full=full)

    def _find(self, name: str, full: bool) -> Packument | None:  # noqa: FBT001 - for Ahead
        return self._packuments.find(name, full=full) if self.vendor is None else None

    def _open(self, name: str, full: bool) -> Packument:  # noqa: FBT001 - for Ahead
        if self.vendor is None:
            return self._packuments.open(name, full=full)
        return parse_packument(self.fetch_packument(name, full=full), name)

    def fetch_packument(self, name: str, *, full: bool = False) -> bytes:
        """Return the JSON text of a packument, as the registry sent it.

        Arguments and errors are those of `open_packument`.
        """
        self._refuse_sibling(name)
        vendor = self.vendor
        kept = None if vendor is None else vendor.find_packument(name)
        if kept is not None:
            return kept
        body = self._packuments.load(
            name, full=full or (vendor is not None and vendor.is_recording)
        )
        if vendor is not None:
            vendor.keep_packument(name, body)
        return body

    def _refuse_sibling(self, name: str) -> None:
        if name in self._siblings:
            raise failures.sibling(name, self._siblings[name])

    def fetch_document(
        self, path: str, *, registry: str, body: Mapping[str, object] | None = None
    ) -> bytes:
        """Return the JSON text at `path` below a registry; with `body`, of a POST.

        Args:
            path: such as `-/npm/v1/keys`.
            registry: its address, with its last slash; its credential is sent along.
            body: what is posted as JSON; sent again where an attempt fails, as it changes nothing.

        Raises:
            RegistryError: as `Requester.send`; EOFFLINE.
        """
        vendor = self.vendor if body is None else None
        kept = None if vendor is None else vendor.find_document(registry + path)
        if kept is not None:
            return kept
        if self._offline:
            raise failures.document_offline(path, registry + path)
        text = self._open_remote().fetch_document(path, registry=registry, body=body)
        if vendor is not None:
            vendor.keep_document(registry + path, text)
        return text


def _tell_nobody(event: Event) -> None:
    """Take the place of a callback that was not given."""
