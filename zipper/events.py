"""What zipper tells while it works: small frozen values for a progress display.

Output only: nothing in zipper reads them back. A callback may be called from several threads, one
call at a time for each thread; an exception that it raises ends the work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

__all__ = [
    "BytesReceived",
    "Event",
    "FetchFinished",
    "FetchRetried",
    "FetchStarted",
    "FunctionsBuilt",
    "OnEvent",
    "PackageStored",
    "StageStarted",
    "TarballsMissing",
]


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
    unreachable: str = ""
    """The registry's host, where no answer came at all; empty where it answered."""


class FetchFinished(NamedTuple):
    """All of `label` is there; `from_cache` says that the body came from the disk."""

    label: str
    size_bytes: int
    from_cache: bool = False


class StageStarted(NamedTuple):
    """A stage began: `read`, `resolve`, `select`, `fetch`, `plan`, `write` or `check`.

    `total` is the number of things in it (tarballs for `fetch`), or None.
    """

    stage: str
    total: int | None = None


class TarballsMissing(NamedTuple):
    """The store lacks `total` tarballs, which are fetched now."""

    total: int


class PackageStored(NamedTuple):
    """A tarball was fetched, verified, deflated anew and kept in the store."""

    label: str


class FunctionsBuilt(NamedTuple):
    """Of `total` functions that workers build, `done` are built, or have failed."""

    done: int
    total: int


Event = (
    StageStarted
    | TarballsMissing
    | PackageStored
    | FetchStarted
    | BytesReceived
    | FetchRetried
    | FetchFinished
    | FunctionsBuilt
)

OnEvent = Callable[[Event], None]
