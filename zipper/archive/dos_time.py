"""Dates as a zip tells them: DOS time and date."""

from __future__ import annotations

import struct
from typing import Final

__all__ = ["parse_dos_time"]

_FIRST: Final = 315_532_800
"""1980-01-01 00:00:00, the oldest date a zip can tell."""
_LAST: Final = 4_354_819_198
"""2107-12-31 23:59:58, the newest."""


def parse_dos_time(epoch_seconds: int) -> bytes:
    """Return a SOURCE_DATE_EPOCH as DOS time and date in UTC, kept within 1980 to 2107.

    Source: https://reproducible-builds.org/specs/source-date-epoch/ for the meaning; APPNOTE.TXT
    4.4.6 for the form (two-second steps).
    """
    from datetime import UTC, datetime  # noqa: PLC0415  (2 ms, and few builds have a date)

    moment = datetime.fromtimestamp(min(max(epoch_seconds, _FIRST), _LAST), UTC)
    time = moment.hour << 11 | moment.minute << 5 | moment.second >> 1
    date = (moment.year - 1980) << 9 | moment.month << 5 | moment.day
    return struct.pack("<HH", time, date)
