"""What zipper tells while it works: small frozen values for a progress display.

Output only: nothing in zipper reads them back. A callback may be called from several threads, one
call at a time for each thread; an exception that it raises ends the work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from zipper.registry.events import BytesReceived, FetchFinished, FetchRetried, FetchStarted

__all__ = [
    "BytesReceived",
    "Event",
    "FetchFinished",
    "FetchRetried",
    "FetchStarted",
    "OnEvent",
    "PackageStored",
    "StageStarted",
    "TarballsMissing",
]


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


Event = (
    StageStarted
    | TarballsMissing
    | PackageStored
    | FetchStarted
    | BytesReceived
    | FetchRetried
    | FetchFinished
)
OnEvent = Callable[[Event], None]
