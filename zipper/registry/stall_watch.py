"""Ends exchanges that no longer move, from outside the thread that waits for them.

A socket's own timeout starts anew with each byte, so one byte a second would hold a thread for
ever, and reading in small pieces to look at the clock doubles the work of a download. So one
thread looks at all exchanges, and shuts down the sockets of one that got too little for too long,
or whose thing takes too long in all: attempts, redirects and waits together.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Final

__all__ = ["Patience", "Watch", "Watchdog"]

_MAX_PAUSE_SECONDS: Final = 1.0
_LIMITS: Final = 10
"""One thing may take so many times `fetch-timeout`, and more while it comes."""
_SLOWEST_BYTES: Final = 4096
"""A second: a sixteenth of what the slowest lines give, for sixteen connections at once."""
_MOST_SECONDS: Final = 7200.0


class Patience:
    """How long one thing may take, whatever a registry does; begins when it is made.

    Attributes:
        received_bytes: of all attempts.
    """

    def __init__(self, limit_seconds: float) -> None:
        self.received_bytes = 0
        self._began = time.monotonic()
        self._least = _LIMITS * limit_seconds

    @property
    def ends_at(self) -> float:
        """By the monotonic clock."""
        allowed = self._least + self.received_bytes / _SLOWEST_BYTES
        return self._began + min(allowed, max(_MOST_SECONDS, self._least))

    @property
    def seconds(self) -> float:
        """Since it was begun."""
        return time.monotonic() - self._began

    @property
    def is_over(self) -> bool:
        """Whether nothing more is waited for."""
        return time.monotonic() > self.ends_at


class Watch:
    """One session's exchange: its sockets, and when it must have moved on.

    Attributes:
        expired: the watchdog ended it; what was read is incomplete, whatever it looks like.
    """

    def __init__(self, limit_seconds: float) -> None:
        self.limit_seconds = limit_seconds
        self.expired = False
        self._deadline: float | None = None
        self._patience: Patience | None = None
        self._stopped = False
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._answering: list[socket.socket] = []

    def begin(self, patience: Patience | None = None) -> None:
        """Start the clock of a new exchange, an attempt at what `patience` is for."""
        self.expired = False
        self._patience = patience
        self.touch()

    def touch(self, size_bytes: int = 0) -> None:
        """Something was received: the exchange may take `limit_seconds` until the next."""
        self._deadline = time.monotonic() + self.limit_seconds
        if self._patience is not None:
            self._patience.received_bytes += size_bytes
            self._deadline = min(self._deadline, self._patience.ends_at)

    def end(self) -> None:
        """Stop the clock; idle connections may wait for their next use."""
        self._deadline = None
        while self._answering:
            self.discard(self._answering.pop())

    def add(self, connected: socket.socket) -> socket.socket:
        """Remember a socket and return the handle that `discard` takes.

        The handle is a duplicate: it stays usable when TLS takes over the socket's own descriptor,
        and shutting it down from another thread touches no Python object of the exchange.
        """
        handle = connected.dup()
        with self._lock:
            self._sockets.add(handle)
            if self._stopped:
                _shut_down(handle)
        return handle

    def discard(self, handle: socket.socket) -> None:
        """Forget a socket whose connection is closed."""
        with self._lock:
            self._sockets.discard(handle)
            handle.close()

    def discard_at_end(self, handle: socket.socket) -> None:
        """Forget a socket whose connection is closed, when the answer that still uses it is read.

        An answer without a length takes the socket over from its connection.
        """
        self._answering.append(handle)

    def expire(self) -> None:
        """Shut down the sockets: a thread that waits for them sees the stream end."""
        self.expired = True
        with self._lock:
            for handle in self._sockets:
                _shut_down(handle)

    def stop(self) -> None:
        """Do so for good: a socket that is still being connected is shut down once it is."""
        with self._lock:
            self._stopped = True
        self.expire()

    def is_due(self, now: float) -> bool:
        """Return whether the exchange has been still for too long."""
        return self._deadline is not None and now > self._deadline


def _shut_down(handle: socket.socket) -> None:
    with contextlib.suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


class Watchdog:
    """The thread that looks at all watches of a client; started with the first one."""

    def __init__(self, limit_seconds: float) -> None:
        self._limit_seconds = limit_seconds
        self._watches: list[Watch] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self) -> Watch:
        """Return a new watch, for one session."""
        watch = Watch(self._limit_seconds)
        with self._lock:
            self._watches.append(watch)
            if self._stopped.is_set():
                watch.stop()
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._look, name="zipper-watchdog", daemon=True
                )
                self._thread.start()
        return watch

    def stop(self) -> None:
        """End all exchanges and the thread."""
        self._stopped.set()
        with self._lock:
            watches = list(self._watches)
        for watch in watches:
            watch.stop()

    def _look(self) -> None:
        pause = min(_MAX_PAUSE_SECONDS, self._limit_seconds / 4)
        while not self._stopped.wait(pause):
            now = time.monotonic()
            with self._lock:
                due = [watch for watch in self._watches if watch.is_due(now)]
            for watch in due:
                watch.expire()
