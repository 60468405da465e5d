"""What a shared store did for a build, and what was wrong with it, as findings.

In: what happened, from any thread. Out: counts, findings.
"""

from __future__ import annotations

import threading
from typing import Final

from zipper.findings import Finding
from zipper.named_tuple import NamedTuple

__all__ = ["SharedCounts", "StoreReport"]

_FAILURES_MAX: Final = 3
"""In a row: then the store is gone, and waiting for it at each package would take hours."""


class SharedCounts(NamedTuple):
    """What was taken from a shared store, and what was put there."""

    zips: int = 0
    tarballs: int = 0
    read_bytes: int = 0
    put: int = 0
    put_bytes: int = 0
    saved_seconds: float = 0.0


class StoreReport:
    """Collects what one build and its threads see of a shared store at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._guard = threading.Lock()
        self._failures = 0
        self._problem = ""
        self._refused = ""
        self._wrong: dict[str, str] = {}
        self.counts = SharedCounts()

    @property
    def is_gone(self) -> bool:
        """Whether it has failed so often that it counts as gone."""
        return self._failures >= _FAILURES_MAX

    @property
    def cannot_write(self) -> bool:
        """Whether it has refused to take something."""
        return bool(self._refused)

    def count(self, **more: float) -> None:
        """Add to the counts of these names."""
        with self._guard:
            sums = {name: getattr(self.counts, name) + value for name, value in more.items()}
            self.counts = self.counts._replace(**sums)

    def answered(self) -> None:
        """Note that it answers."""
        self._failures = 0

    def failed(self, reason: str) -> None:
        """Note that it did not answer."""
        with self._guard:
            self._failures += 1
            self._problem = reason

    def refused(self, reason: str) -> None:
        """Note that it takes nothing: who may only read still reads."""
        with self._guard:
            self._refused = reason

    def wrong(self, name: str, message: str) -> None:
        """Note that an object is not what it should be."""
        with self._guard:
            self._wrong[name] = message

    def was_wrong(self, name: str) -> bool:
        """Return whether that was noted of an object."""
        with self._guard:
            return name in self._wrong

    def findings(self) -> tuple[Finding, ...]:
        """Return what a person should know."""
        with self._guard:
            found = [
                Finding(
                    "shared-store-wrong",
                    "warning",
                    name,
                    message,
                    "it was not used: find out who can write to the shared store; a build that "
                    "may write puts the right one there",
                )
                for name, message in sorted(self._wrong.items())
            ]
            if self._problem:
                found.append(
                    Finding(
                        "shared-store-unreachable",
                        "info",
                        self._url,
                        f"the shared store did not always answer: {self._problem}",
                        "what it did not give came from the registry; see `python -m zipper help "
                        "store`",
                    )
                )
            if self._refused:
                found.append(
                    Finding(
                        "shared-store-refused",
                        "info",
                        self._url,
                        f"the shared store takes nothing from this machine: {self._refused}",
                        "let it write there, or leave out `store_key` where only others should",
                    )
                )
            if self.counts != SharedCounts():
                found.append(
                    Finding(
                        "shared-store",
                        "info",
                        self._url,
                        _describe(self.counts),
                        "nothing to do; `python -m zipper help store` says what is shared",
                    )
                )
        return tuple(found)


def _describe(counts: SharedCounts) -> str:
    parts = []
    if counts.zips or counts.tarballs:
        parts.append(
            f"{counts.zips:,} store zips and {counts.tarballs:,} tarballs came from the shared "
            f"store ({counts.read_bytes:,} bytes; "
            f"{counts.saved_seconds:.1f} s of processor time saved)"
        )
    if counts.put:
        parts.append(f"{counts.put:,} objects were put there ({counts.put_bytes:,} bytes)")
    return "; ".join(parts)
