"""One GET with its redirects, and its body: the exchange that a retry repeats.

Input: a `RegistryRequest` (address, registry, how much is allowed). Output: a `Reply` whose body
has not been read, then its bytes. Decides which credential goes where; does not retry, does not
cache.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions

from zipper import __version__
from zipper.npm.credentials import Credential, credential_in, find_credential, registry_key
from zipper.registry.exchange import RegistryRequest, Reply
from zipper.registry.faults import TransportFault
from zipper.registry.http_faults import fault_from_exception, late_fault, timeout_fault
from zipper.registry.keyring_tokens import KeyringTokens
from zipper.registry.proxies import find_proxy, is_loopback
from zipper.registry.sessions import Sessions
from zipper.registry.stall_watch import Patience, Watch, Watchdog
from zipper.registry.tls import TlsContexts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.registry.exchange import RegistryAccess

__all__ = ["Transport"]

_HEADER: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS: Final = 20
_CONNECT_SECONDS: Final = 20.0
_MAX_LIMIT_SECONDS: Final = 86_400.0
"""Of `fetch-timeout`, where 0 means none; a longer one may not fit the system's clock."""
_PIECE_BYTES: Final = 65_536
"""What has to come within `fetch-timeout`; larger pieces would hide a slow exchange for longer."""
_MAX_DRAINED_BYTES: Final = 65_536


class Transport:
    """Sends requests for one set of settings; safe for many threads.

    Args:
        access: npm's settings, environment, folder and keyring.
    """

    def __init__(self, access: RegistryAccess) -> None:
        settings = access.settings
        self._settings = settings
        self._keyring = access.keyring or KeyringTokens(settings)
        self._environ = access.environ
        self._user_agent = settings.user_agent or f"zipper/{__version__} npm/11"
        wanted = settings.fetch_timeout / 1000 if settings.fetch_timeout > 0 else _MAX_LIMIT_SECONDS
        self.limit_seconds = min(wanted, _MAX_LIMIT_SECONDS)
        self._watchdog = Watchdog(self.limit_seconds)
        contexts = TlsContexts(settings, environ=access.environ, folder=access.folder)
        self._sessions = Sessions(contexts.context_for, self._watchdog)
        self._proxies: dict[tuple[str, str], str | None] = {}

    def make_patience(self) -> Patience:
        """Return how long one thing may take from now on, all attempts together."""
        return Patience(self.limit_seconds)

    def stop(self) -> None:
        """End all exchanges: a thread that waits for one gets a fault at once."""
        self._watchdog.stop()

    def close(self) -> None:
        """Close the connections that wait for their next use."""
        self._watchdog.stop()
        self._sessions.close()

    @contextmanager
    def open(
        self, request: RegistryRequest, headers: Mapping[str, str], patience: Patience
    ) -> Iterator[Reply]:
        """Send the request, follow redirects, and yield the answer, whatever its status.

        Within the block exceptions of reading become faults too, and what takes longer than
        `patience` in all is one that no attempt follows.

        Raises:
            Fault: the exchange failed, or a redirect cannot be followed.
            RegistryError: ECERT for certificates that cannot be loaded.
        """
        watch = self._sessions.watch()
        response: requests.Response | None = None
        watch.begin(patience)
        try:
            reply = self._follow(request, headers, watch)
            response = reply.response
            yield reply
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            if patience.is_over:
                raise late_fault(patience.received_bytes, patience.seconds) from error
            raise fault_from_exception(
                error, expired=watch.expired, limit_seconds=self.limit_seconds
            ) from error
        finally:
            if response is not None:
                _release(response)
            watch.end()

    def read_pieces(self, reply: Reply, patience: Patience, *, max_bytes: int) -> Iterator[bytes]:
        """Yield the body in pieces.

        Raises:
            Fault: E2BIG for more than `max_bytes`; ETIMEDOUT for an exchange that was ended.
        """
        total = 0
        raw = reply.response.raw
        while piece := raw.read(_PIECE_BYTES, decode_content=False):
            reply.watch.touch(len(piece))
            total += len(piece)
            if total > max_bytes:
                raise TransportFault(
                    "E2BIG", f"the body is longer than {max_bytes} bytes", most_retries=0
                )
            yield piece
        if reply.watch.expired:
            if patience.is_over:
                raise late_fault(patience.received_bytes, patience.seconds)
            raise timeout_fault(self.limit_seconds)

    def _follow(self, request: RegistryRequest, headers: Mapping[str, str], watch: Watch) -> Reply:
        url = request.url
        _check_address(url, "EINVALIDURL", "the address cannot be used")
        trusted = True
        for _ in range(_MAX_REDIRECTS + 1):
            reply = self._send(request, url, headers, watch, is_trusted=trusted)
            if reply.status not in _REDIRECTS:
                return reply
            _release(reply.response)
            url = _next_url(url, reply.headers.get("location"))
            # Once the way has led to another origin, no credential is sent any more, not even if
            # it leads back: the host that answered there chose the rest of it.
            trusted = trusted and _origin(url) == _origin(request.url)
            if request.body is not None and not trusted:
                reason = "a redirect to another host, which does not get the request's body"
                raise TransportFault("EINVALIDREDIRECT", reason, most_retries=0)
        raise TransportFault(
            "EMAXREDIRECT",
            f"more than {_MAX_REDIRECTS} redirects, one after the other",
            most_retries=0,
        )

    def _send(
        self,
        request: RegistryRequest,
        url: str,
        headers: Mapping[str, str],
        watch: Watch,
        *,
        is_trusted: bool,
    ) -> Reply:
        credential = self._credential(request, url) if is_trusted else None
        withheld = None
        if credential is not None and not self._is_private(url):
            credential, withheld = None, credential
        sent = {
            "user-agent": re.sub(r"[^\x20-\x7e]", "?", self._user_agent),
            "accept": "*/*",
            "connection": "keep-alive",
            **request.headers,
            **headers,
        }
        if credential is not None and (authorization := credential.authorization) is not None:
            sent["authorization"] = _fit_header(authorization.reveal(), credential)
        response = self._sessions.send(
            url,
            sent,
            credential=credential,
            proxy=self._proxy(url),
            timeout_seconds=(min(_CONNECT_SECONDS, self.limit_seconds), self.limit_seconds),
            body=request.body,
        )
        watch.touch()
        return Reply(
            response.status_code, response.headers, url, credential, withheld, response, watch
        )

    def _credential(self, request: RegistryRequest, url: str) -> Credential | None:
        """Return the credential of the address, else that of the registry on the same host.

        The .npmrc comes before the keyring, and both before what the address itself says.

        Source: npm-registry-fetch 19 lib/auth.js `getAuth`; minipass-fetch 4 lib/request.js.
        Deviation: a password in the address of a redirect is not sent.
        """
        credentials = self._settings.credentials
        found = find_credential(credentials, url)
        if found is None and _origin(url) == _origin(request.registry):
            found = find_credential(credentials, request.registry)
            found = found or self._keyring.find(request.registry)
        return found or (credential_in(url) if url == request.url else None)

    def _is_private(self, url: str) -> bool:
        parts = urlsplit(url)
        host = parts.hostname
        return parts.scheme == "https" or is_loopback(host) or host in self._settings.insecure_hosts

    def _proxy(self, url: str) -> str | None:
        parts = urlsplit(url)
        key = (parts.scheme, parts.netloc)
        if key not in self._proxies:
            self._proxies[key] = find_proxy(self._settings, self._environ, url)
        return self._proxies[key]


def _fit_header(value: str, credential: Credential) -> str:
    """Return the value where a header may hold it; else its text would end up in a traceback.

    Raises:
        Fault: ERR_INVALID_CHAR, Node's code, which shows nothing of the value.
    """
    if _HEADER.fullmatch(value):
        return value
    raise TransportFault(
        "ERR_INVALID_CHAR",
        f"the credential {credential.key} from {credential.source} has a line break, or a "
        "character that no header may hold",
        most_retries=0,
        hint="write the token without quotes, in one line; a variable may have a line too many",
    )


def _origin(url: str) -> tuple[str, str | None]:
    """Return scheme and `//host:port`."""
    key = registry_key(url)
    return urlsplit(url).scheme, key and key[: key.index("/", 2)]


def _next_url(url: str, location: str | None) -> str:
    if not location:
        raise TransportFault("EINVALIDREDIRECT", "a redirect without an address", most_retries=0)
    try:
        target = urljoin(url, location)
    except ValueError:
        target = ""
    _check_address(target, "EINVALIDREDIRECT", "a redirect to something that is not a web address")
    parts = urlsplit(target)
    if parts.scheme == "http" and urlsplit(url).scheme == "https":
        raise TransportFault(
            "EINVALIDREDIRECT",
            f"a redirect from an encrypted to an open connection, to {parts.hostname}",
            most_retries=0,
        )
    return target


def _check_address(url: str, code: str, reason: str) -> None:
    """Refuse what is no address of the web: another scheme, no host, a port of no sense."""
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise TransportFault(code, reason, most_retries=0)


def _release(response: requests.Response) -> None:
    """Give the connection back if the rest of the body is short, else close it."""
    raw = response.raw
    try:
        remaining = raw.length_remaining
        if remaining is not None and remaining <= _MAX_DRAINED_BYTES:
            raw.read(decode_content=False)
        if raw.closed or remaining == 0:
            raw.release_conn()
            return
    except (urllib3.exceptions.HTTPError, OSError):
        pass
    raw.close()
