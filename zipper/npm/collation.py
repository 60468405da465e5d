"""The order in which npm visits names and paths: English collation, not code points.

In: a name or a location. Out: a key to sort by. npm's answer depends on this order, so a tree is
only npm's tree when names are visited in it.

Source: `localeCompare(_, "en")` as Node 20 has it (ICU 78, the root collation of CLDR): first
letters without case and accents, then accents, then case with lower case first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

__all__ = ["CollationKey", "collation_key"]

CollationKey = tuple[str, str, str]
"""Three levels, each compared only where the ones before are equal."""

_PUNCTUATION: Final = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
"""ASCII's characters before the digits, in their order."""
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_COMMON: Final = "\x01"  # the accent of a letter without accent
_JOINED: Final = "\x02"  # the accent of a ligature
_LOWER, _UPPER = "01"  # the third level

_PRIMARY: Final = dict.fromkeys((*range(9), *range(14, 32), 127)) | {
    ord(character): chr(rank)
    for rank, characters in enumerate(
        [*_PUNCTUATION, *"0123456789", *(letter + letter.upper() for letter in _LETTERS)], start=1
    )
    for character in characters
}
_CASE: Final = {
    code: None if weight is None else _UPPER if chr(code).isupper() else _LOWER
    for code, weight in _PRIMARY.items()
}
_EXPANSIONS: Final = {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}


@lru_cache(maxsize=1 << 16)
def collation_key(text: str) -> CollationKey:
    """Return what `text` is sorted by; texts that ICU calls equal have equal keys.

    Deviation: exact for ASCII, which is what npm admits in new names. Of other texts the accents
    are compared by code point and letters of other scripts come after `z` by code point.
    """
    if text.isascii():
        return (text.translate(_PRIMARY), "", text.translate(_CASE))
    return _fall_back(text)


def _fall_back(text: str) -> CollationKey:
    from unicodedata import combining, normalize  # noqa: PLC0415 (names are ASCII)

    primary, secondary, tertiary = [], [], []
    for character in normalize("NFD", text):
        if combining(character):
            secondary.append(character)
            continue
        for letter in _EXPANSIONS.get(character, character):
            lower = letter.lower()
            weight = lower.translate(_PRIMARY)
            if not weight:
                continue
            primary.append(weight)
            secondary.append(_JOINED if character in _EXPANSIONS else _COMMON)
            tertiary.append(_UPPER if letter != lower else _LOWER)
    # Texts without accents have no second level, so that they compare with ASCII ones.
    accents = "".join(secondary).rstrip(_COMMON)
    return "".join(primary), accents, "".join(tertiary)
