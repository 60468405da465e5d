"""Dates as a zip tells them: DOS time and date."""

from __future__ import annotations

import struct

from zipper.archive.entries import DOS_EPOCH

__all__ = ["parse_dos_time"]


def parse_dos_time(epoch_seconds: int) -> bytes:
    """Return a SOURCE_DATE_EPOCH as DOS time and date in UTC, kept within 1980 to 2107.

    Source: https://reproducible-builds.org/specs/source-date-epoch/ for the meaning; APPNOTE.TXT
    4.4.6 for the form (two-second steps).
    """
    days, seconds = divmod(max(epoch_seconds, 0), 86_400)
    year, month, day = _civil(days)
    if year < 1980:
        return DOS_EPOCH
    if year > 2107:
        year, month, day, seconds = 2107, 12, 31, 86_398
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    time = hour << 11 | minute << 5 | second >> 1
    date = (year - 1980) << 9 | month << 5 | day
    return struct.pack("<HH", time, date)


def _civil(days: int) -> tuple[int, int, int]:
    """Return year, month and day of a day count since 1970-01-01 (proleptic Gregorian)."""
    days += 719_468
    era, day_of_era = divmod(days, 146_097)
    year_of_era = (
        day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, day
