"""One pooled `requests` session a thread, reduced to what a registry needs.

Importing this module imports `requests` (0.1 s): it is imported when something must be fetched.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError

from zipper.registry.host_addresses import HostAddresses

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Mapping

    from urllib3.poolmanager import PoolManager
    from urllib3.response import HTTPResponse

    from zipper.npm.credentials import Credential
    from zipper.registry.stall_watch import Watch, Watchdog

__all__ = ["Sessions"]

_connecting = threading.local()
"""For the thread that connects: `watch`, and `addresses` of its client."""


class Sessions:
    """The sessions of all threads of one client.

    Args:
        context_for: makes the TLS context for a credential; see `zipper.registry.tls`.
        watchdog: ends what does not move.
    """

    def __init__(
        self, context_for: Callable[[Credential | None], ssl.SSLContext], watchdog: Watchdog
    ) -> None:
        self._context_for = context_for
        self._watchdog = watchdog
        self._addresses = HostAddresses()
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: list[requests.Session] = []

    def watch(self) -> Watch:
        """Return the watch of the calling thread's session."""
        if not hasattr(self._local, "watch"):
            self._local.watch = self._watchdog.watch()
        watch: Watch = self._local.watch
        return watch

    def send(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        credential: Credential | None,
        proxy: str | None,
        timeout_seconds: tuple[float, float],
        body: bytes | None = None,
    ) -> requests.Response:
        """Send one GET, or a POST of `body`, and return the response, unread and undecoded.

        The session's own `send` also looks for cookies, .netrc, environment and redirects: for
        hundreds of small documents that is a tenth of the time, and none of it is wanted.

        Raises:
            requests.RequestException: as `HTTPAdapter.send` raises it.
        """
        request = requests.PreparedRequest()
        request.method = "GET" if body is None else "POST"
        request.url = url
        request.headers = CaseInsensitiveDict(headers)
        if body is not None:
            request.body = body
            request.headers["content-length"] = str(len(body))
        _connecting.watch = self.watch()
        _connecting.addresses = self._addresses
        adapter = self._session(credential).get_adapter(url)
        proxies = {"all": proxy} if proxy else None
        return adapter.send(request, stream=True, timeout=timeout_seconds, proxies=proxies)

    def close(self) -> None:
        """Close the idle connections of all threads."""
        with self._lock:
            sessions, self._all = self._all, []
        for session in sessions:
            session.close()

    def _session(self, credential: Credential | None) -> requests.Session:
        """Return the thread's session; one with a client certificate has its own."""
        certificate = credential if credential is not None and credential.certfile else None
        if not hasattr(self._local, "sessions"):
            self._local.sessions = {}
        sessions: dict[Credential | None, requests.Session] = self._local.sessions
        if certificate not in sessions:
            session = requests.Session()
            session.trust_env = False
            session.mount("https://", _Adapter(self._context_for(certificate)))
            session.mount("http://", _Adapter(None))
            sessions[certificate] = session
            with self._lock:
                self._all.append(session)
        return sessions[certificate]


class _Watched:
    """Connections to shared addresses, that tell the thread's watch about their socket."""

    _dns_host: str
    _watch: Watch | None = None
    _handle: socket.socket | None = None
    _is_answering = False

    def _new_conn(self) -> socket.socket:
        connected = self._connect()
        self._watch = _connecting.watch
        self._handle = _connecting.watch.add(connected)
        return connected

    def _connect(self) -> socket.socket:
        """Connect to the first address that answers; the host's name still names the TLS server."""
        name = self._dns_host
        try:
            *others, last = _connecting.addresses.find(name.strip("[]"))
        except OSError as error:
            raise NameResolutionError(name, self, error) from error  # type: ignore[arg-type]
        try:
            for self._dns_host in others:
                with contextlib.suppress(ConnectTimeoutError):
                    return super()._new_conn()  # type: ignore[misc,no-any-return]
            self._dns_host = last
            return super()._new_conn()  # type: ignore[misc,no-any-return]
        finally:
            self._dns_host = name

    def getresponse(self) -> HTTPResponse:
        self._is_answering = True
        try:
            return super().getresponse()  # type: ignore[misc,no-any-return]
        finally:
            self._is_answering = False

    def close(self) -> None:
        if self._watch is not None and self._handle is not None:
            if self._is_answering:
                self._watch.discard_at_end(self._handle)
            else:
                self._watch.discard(self._handle)
            self._handle = None
        super().close()  # type: ignore[misc]


class _PlainConnection(_Watched, HTTPConnection):  # type: ignore[misc]
    pass


class _TlsConnection(_Watched, HTTPSConnection):  # type: ignore[misc]
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection

    def _validate_conn(self, conn: Any) -> None:  # noqa: ANN401 - as inherited
        """Connect, without urllib3's warning: `strict-ssl=false` is the user's own word."""
        if conn.is_closed:
            conn.connect()


class _Adapter(HTTPAdapter):
    """Uses our TLS context as it is, and watched connections."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context
        super().__init__(pool_connections=4, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as inherited
        super().init_poolmanager(*args, ssl_context=self._context, **options)
        _use_watched(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:  # noqa: ANN401 - as inherited
        is_new = proxy not in self.proxy_manager
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **options)
        if is_new and not proxy.lower().startswith("socks"):
            _use_watched(manager)
        return manager

    def build_connection_pool_key_attributes(
        self,
        request: requests.PreparedRequest,
        verify: Any,  # noqa: ANN401 - as inherited
        cert: Any = None,  # noqa: ANN401 - as inherited
    ) -> Any:  # noqa: ANN401 - as inherited
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ANN401
        """Leave the connection alone: requests would add its own list of certificates."""


def _use_watched(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
