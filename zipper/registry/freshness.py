"""How long a cached packument may be used without asking again. Pure.

Source: make-fetch-happen 15 lib/cache/policy.js and http-cache-semantics 4, with a private cache,
as npm 11.19.1 uses them.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["fresh_seconds", "is_storable"]

_HEURISTIC: Final = 0.1
"""Share of a document's age for which it counts as fresh, where the registry says nothing."""


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
