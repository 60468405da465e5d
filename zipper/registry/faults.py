"""One attempt that failed, and whether to try again.

Raised where a fault arises, caught by the retry loop (`zipper.registry.retry_loop`), which makes
another attempt or lets it become a `RegistryError`. Nothing here imports an HTTP client.
"""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["StatusRetry", "TransportFault", "find_retry", "parse_retry_after"]


class StatusRetry(NamedTuple):
    """How a status is tried again; None is as the policy has it."""

    most_retries: int | None = None
    wait_seconds: float | None = None
    """Where no Retry-After says it."""


_RETRIES: Final = {
    408: StatusRetry(),
    420: StatusRetry(),
    425: StatusRetry(),
    429: StatusRetry(),
}
"""Besides all from 500; make-fetch-happen retries these but 425 (too early)."""


def find_retry(status: int) -> StatusRetry | None:
    """Return how a status is tried again, or None for one that would be the same again."""
    return _RETRIES.get(status, StatusRetry() if status >= 500 else None)


class TransportFault(Exception):  # noqa: N818 - no error until no attempt is left
    """One attempt failed.

    Attributes:
        code: what the `RegistryError` will have if nothing helps.
        reason: one clause without a full stop, without addresses and secrets.
        most_retries: attempts after this one that make sense; None for as many as are allowed.
        wait_seconds: what the registry asked for.
        usual_wait_seconds: how long to wait where it asked for nothing; None for the policy's.
        hint: what a person can do.
    """

    def __init__(
        self,
        code: str,
        reason: str,
        *,
        most_retries: int | None = None,
        wait_seconds: float | None = None,
        usual_wait_seconds: float | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.most_retries = most_retries
        self.wait_seconds = wait_seconds
        self.usual_wait_seconds = usual_wait_seconds
        self.hint = hint


def parse_retry_after(text: str | None, *, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks for, from a number or an HTTP date.

    Args:
        text: the header.
        now: seconds since 1970.
    """
    if text is None:
        return None
    digits = text.strip()
    if digits.isascii() and digits.isdigit():
        return float(digits) if len(digits) < 10 else None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - a rare form

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None
