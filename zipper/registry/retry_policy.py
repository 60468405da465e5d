"""How often and after how long to try again. Pure: the clock and the dice are handed in.

Source: npm's `fetch-retries`, `fetch-retry-factor`, `fetch-retry-mintimeout` and
`fetch-retry-maxtimeout`, as make-fetch-happen 15 hands them to its retry loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zipper.npm.npm_settings import NpmSettings

__all__ = ["RetryPolicy", "policy_from_settings"]

_MAX_RETRIES: Final = 50

_MAX_WAIT_SECONDS: Final = 120.0
"""Longest total of all waits for one thing, whatever a registry or a setting asks for."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits grow by `factor` up to `max_seconds`; `total_seconds` bounds their sum."""

    retries: int
    factor: float
    min_seconds: float
    max_seconds: float
    total_seconds: float = _MAX_WAIT_SECONDS

    def wait_seconds(
        self, attempt: int, *, asked_seconds: float | None, waited_seconds: float, chance: float
    ) -> float | None:
        """Return how long to wait before attempt `attempt + 1`, or None to give up.

        Args:
            attempt: 1 after the first failure.
            asked_seconds: what Retry-After said; honoured up to what remains of the total.
            waited_seconds: the sum of the waits so far.
            chance: from 0 to 1; takes away up to half of the wait, so that many clients which
                failed together do not come back together.
        """
        if attempt > self.retries:
            return None
        remaining = self.total_seconds - waited_seconds
        if asked_seconds is not None:
            return asked_seconds if asked_seconds <= remaining else None
        exponent = min(attempt - 1, 32)
        wait = min(self.max_seconds, self.min_seconds * self.factor**exponent)
        wait *= 1 - chance / 2
        return wait if wait <= remaining else None


def policy_from_settings(settings: NpmSettings) -> RetryPolicy:
    """Return the policy that npm's four settings describe, kept within sane bounds."""
    return RetryPolicy(
        retries=int(min(max(settings.fetch_retries, 0), _MAX_RETRIES)),
        factor=min(max(settings.fetch_retry_factor, 1), 100),
        min_seconds=max(settings.fetch_retry_mintimeout, 0) / 1000,
        max_seconds=max(settings.fetch_retry_maxtimeout, 0) / 1000,
    )
