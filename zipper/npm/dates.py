"""Dates as npm compares them: text to milliseconds since 1970.

In: an ISO date, as registries and `--before` have them. Out: a number, NaN where it is no date,
which compares as neither earlier nor later, as in JavaScript.

Deviation: a time without zone is UTC here and local time in JavaScript; the answer must not
depend on the machine.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

__all__ = ["parse_date"]

_MONTH_OR_YEAR: Final = re.compile(r"\d{4}(?:-\d{2})?")


def parse_date(value: str | float) -> float:
    """Return milliseconds since 1970; a number is returned as it is."""
    return _parse(value) if isinstance(value, str) else float(value)


@lru_cache(maxsize=1 << 12)
def _parse(text: str) -> float:
    if _MONTH_OR_YEAR.fullmatch(text):
        text += "-01" if "-" in text else "-01-01"
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return float("nan")
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return date.timestamp() * 1000
