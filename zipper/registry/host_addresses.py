"""Host names -> addresses, each looked up once for all threads of a client.

Some resolvers drop questions that come at the same moment from many threads, and the system asks
again only after five seconds: with 32 connections every fetch took that much longer.
"""

from __future__ import annotations

import socket
import threading

__all__ = ["HostAddresses"]


class HostAddresses:
    """Remembers what was found for as long as a client lives; what was not found is asked anew."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, ...]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def find(self, host: str) -> tuple[str, ...]:
        """Return the addresses of `host` in the system's order, never none.

        Raises:
            OSError: the name cannot be resolved.
        """
        with self._lock:
            lock = self._locks.setdefault(host, threading.Lock())
        with lock:
            if host not in self._found:
                answers = _look_up(host)
                self._found[host] = tuple(dict.fromkeys(answers))
            return self._found[host]


def _look_up(host: str) -> list[str]:
    try:
        answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, "no host can have this name") from error
    return [str(answer[4][0]) for answer in answers]
