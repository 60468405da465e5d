"""How long a cached packument may be used without asking again. Pure.

Source: make-fetch-happen 15 lib/cache/policy.js and http-cache-semantics 4, with a private cache,
as npm 11.19.1 uses them.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.npm.npm_settings import NpmSettings

__all__ = ["Terms", "fresh_seconds", "is_storable", "may_use"]

_HEURISTIC: Final = 0.1
"""Share of a document's age for which it counts as fresh, where the registry says nothing."""


class Terms(NamedTuple):
    """Under which terms a document may be used.

    Attributes:
        is_full: it has all that the registry knows; an abbreviated one leaves out the times.
        lacks_libc: an abbreviated one that may leave out for which libc a version is.
        fresh_seconds: how long it needs no revalidation after it was confirmed.
        confirmed_at: seconds since 1970 when the registry last sent or confirmed it.
    """

    is_full: bool
    lacks_libc: bool = False
    etag: str | None = None
    last_modified: str | None = None
    fresh_seconds: float = 0.0
    confirmed_at: float = 0.0

    def is_fresh(self, now: float) -> bool:
        """Return whether it may be used unasked; a time in the future is not believed."""
        return 0 <= now - self.confirmed_at < self.fresh_seconds

    def validators(self) -> dict[str, str]:
        """Return the headers that ask whether it changed; none where the registry gave none."""
        headers = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


def may_use(
    terms: Terms, settings: NpmSettings, *, offline: bool, began: float, now: float
) -> bool:
    """Return whether an entry may be used unasked.

    Args:
        terms: the entry's.
        settings: npm's; `prefer-offline` takes what is there, `prefer-online` asks always.
        offline: no request is allowed.
        began: when this run began; what the registry has said since is never asked again.
        now: seconds since 1970, like `began`.
    """
    if offline or settings.prefer_offline:
        return True
    is_said_now = began <= terms.confirmed_at <= now
    return not settings.prefer_online and (is_said_now or terms.is_fresh(now))


def is_storable(headers: Mapping[str, str]) -> bool:
    """Return whether the registry allows to keep the answer at all."""
    return "no-store" not in _directives(headers)


def fresh_seconds(headers: Mapping[str, str], *, now: float) -> float:
    """Return for how many seconds from now the answer needs no revalidation; 0 for at once.

    Args:
        headers: of the answer, looked up in lower case.
        now: seconds since 1970, for answers without a Date.
    """
    directives = _directives(headers)
    if "no-cache" in directives or "no-store" in directives or headers.get("vary") == "*":
        return 0.0
    return max(0.0, _lifetime(headers, directives, now) - _number(headers.get("age")))


def _lifetime(headers: Mapping[str, str], directives: Mapping[str, str], now: float) -> float:
    if "max-age" in directives:
        return _number(directives["max-age"])
    date = _moment(headers.get("date"))
    date = now if date is None else date
    if "expires" in headers:
        expires = _moment(headers["expires"])
        return 0.0 if expires is None else expires - date
    modified = _moment(headers.get("last-modified"))
    return 0.0 if modified is None else max(0.0, date - modified) * _HEURISTIC


def _directives(headers: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in headers.get("cache-control", "").split(","):
        name, _, value = part.partition("=")
        found[name.strip().lower()] = value.strip().strip('"')
    return found


def _number(text: str | None) -> float:
    text = (text or "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0.0


def _moment(text: str | None) -> float | None:
    """Return the seconds since 1970 of an HTTP date."""
    if not text:
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - only for such headers

    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
