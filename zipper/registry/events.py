"""What a client of a registry tells about its work: small values for a progress display.

Output only: nothing in zipper reads them back. The callback runs in the thread that fetches.
Named tuples, because a build without any fetching imports them too, and dataclasses take 3 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

__all__ = ["BytesReceived", "Event", "FetchFinished", "FetchRetried", "FetchStarted", "OnEvent"]


class FetchStarted(NamedTuple):
    """A document or tarball was asked for; `size_bytes` is None where the registry does not say."""

    label: str
    size_bytes: int | None


class BytesReceived(NamedTuple):
    """So many more bytes of the body of `label` have come."""

    label: str
    size_bytes: int


class FetchRetried(NamedTuple):
    """The registry did not answer as it should; it is asked again after `wait_seconds`."""

    label: str
    reason: str
    attempt: int
    wait_seconds: float


class FetchFinished(NamedTuple):
    """All of `label` is there; `from_cache` says that the body came from the disk."""

    label: str
    size_bytes: int
    from_cache: bool = False


Event = FetchStarted | BytesReceived | FetchRetried | FetchFinished
OnEvent = Callable[[Event], None]
