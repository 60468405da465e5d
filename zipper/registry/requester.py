"""Sends a request to a registry until it answers: transport, attempts and statuses in one place.

Input: a `RegistryRequest` and what to do with a good answer. Output: what that makes of it, or the
error that a person reads. `zipper.registry.client` and `packuments` decide what is requested.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final, TypeVar

from zipper.npm.web_url import parse_url
from zipper.registry import registry_errors as failures
from zipper.registry.faults import TransportFault, find_retry, parse_retry_after
from zipper.registry.proxies import describe_proxy
from zipper.registry.retry_loop import Attempts, GaveUpError
from zipper.registry.retry_policy import policy_from_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from zipper.registry.exchange import RegistryAccess, RegistryRequest, Reply
    from zipper.registry.transport import Transport

__all__ = ["Requester"]

T = TypeVar("T")

_GOOD: Final = frozenset({200, 206, 304})


class Requester:
    """Sends requests for one set of settings, from any thread.

    Args:
        access: npm's settings and the rest of what a request depends on.
    """

    def __init__(self, access: RegistryAccess) -> None:
        self._access = access
        self._settings = access.settings
        self._stopped = threading.Event()
        policy = policy_from_settings(access.settings)
        self._attempts = Attempts(policy, access.on_event, self._stopped)
        self._lock = threading.Lock()
        self._transport: Transport | None = None

    def stop(self) -> None:
        """End all exchanges and waits at once; a thread that waits for one gets an error."""
        self._stopped.set()
        if self._transport is not None:
            self._transport.stop()

    def pause(self, seconds: float) -> bool:
        """Wait; True where `stop` was called."""
        return self._stopped.wait(seconds)

    def close(self) -> None:
        """Close the connections, when no exchange is under way any more."""
        self.stop()
        if self._transport is not None:
            self._transport.close()

    def send(
        self,
        request: RegistryRequest,
        receive: Callable[[Reply, Iterator[bytes]], T],
        *,
        name: str,
        headers: Callable[[], Mapping[str, str]] = dict,
    ) -> T:
        """Return what `receive` makes of a good answer, after as many attempts as it takes.

        Args:
            request: what is wanted.
            receive: gets the head (status 200, 206 or 304, and 416 where a range was asked for) and
                the pieces of the body; a `TransportFault` that it raises costs an attempt.
            name: of the package, whose scope the error names.
            headers: asked before each attempt, for what changes from one to the next.

        Raises:
            RegistryError: E401, E403, E404, E429, E503 and other statuses, ENETWORK, ETIMEDOUT,
                ECERT, E2BIG, EMAXREDIRECT, EINVALIDREDIRECT, EINVALIDURL.
            Exception: what `receive` raises.
        """
        transport = self._open_transport()
        patience = transport.make_patience()

        def attempt() -> T:
            changing = headers()
            with transport.open(request, changing, patience) as reply:
                if reply.status != 416 or "range" not in changing:
                    self._check_status(reply, request, name)
                pieces = transport.read_pieces(reply, patience, max_bytes=request.max_bytes)
                return receive(reply, pieces)

        try:
            parsed = parse_url(request.url)
            host = (parsed and parsed.hostname) or ""
            return self._attempts.run(request.label, attempt, host=host)
        except GaveUpError as error:
            proxy = describe_proxy(self._settings, self._access.environ, request.url)
            raise failures.given_up(
                error, request, self._settings, name=name, proxy=proxy
            ) from None

    def _open_transport(self) -> Transport:
        """Return the transport, made when something must be fetched: its import costs 0.1 s."""
        if self._transport is not None:
            return self._transport
        from zipper.registry.transport import Transport  # noqa: PLC0415 - see above

        with self._lock:
            if self._transport is None:
                self._transport = Transport(self._access)
        return self._transport

    def _check_status(self, reply: Reply, request: RegistryRequest, name: str) -> None:
        status = reply.status
        if status in _GOOD:
            return
        retry = find_retry(status)
        if retry is not None:
            raise TransportFault(
                f"E{status}",
                f"the registry answers with status {status}",
                most_retries=retry.most_retries,
                wait_seconds=parse_retry_after(reply.headers.get("retry-after"), now=time.time()),
                usual_wait_seconds=retry.wait_seconds,
                hint="the registry is overloaded or out of order; try again later",
            )
        raise failures.refused(reply, request, self._settings, name=name)
