"""One semver version: text to an orderable value.

In: the text of a version. Out: a `Version`, or None. Ranges are in `semver_range`, the functions
that other modules call are in `semver`.

Source: node-semver 7.8 (classes/semver.js, internal/re.js), the semver of npm 11.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from zipper.npm.ecmascript import SPACES, trim

__all__ = [
    "MAX_LENGTH",
    "MAX_SAFE_INTEGER",
    "Key",
    "Version",
    "is_plain_number",
    "parse",
    "parse_key",
    "parse_plain",
]

MAX_LENGTH: Final = 256
"""Characters that a version may have, white space around it included."""
MAX_SAFE_INTEGER: Final = 2**53 - 1
"""No part of a version may be above the integers that a double can count."""

Key = tuple[object, ...]
"""What versions are compared by: major, minor, patch, and the rank of the prerelease."""

_RELEASE: Final = (1,)  # above every prerelease, whose rank begins with 0

NUMBER: Final = "(?:0|[1-9][0-9]{0,256})"
NUMBER_LOOSE: Final = "[0-9]{1,256}"
_WORD: Final = "[0-9]{0,256}[a-zA-Z-][a-zA-Z0-9-]{0,250}"
_ID: Final = f"(?:{_WORD}|{NUMBER})"
_ID_LOOSE: Final = f"(?:{_WORD}|{NUMBER_LOOSE})"
PRERELEASE: Final = rf"-({_ID}(?:\.{_ID})*)"
PRERELEASE_LOOSE: Final = rf"-?({_ID_LOOSE}(?:\.{_ID_LOOSE})*)"
BUILD: Final = r"\+([a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*)"
FULL: Final = rf"v?({NUMBER})\.({NUMBER})\.({NUMBER})(?:{PRERELEASE})?(?:{BUILD})?"
# Loose versions may begin with any mixture of `v`, `=` and white space, which is cut off first.
FULL_LOOSE: Final = (
    rf"({NUMBER_LOOSE})\.({NUMBER_LOOSE})\.({NUMBER_LOOSE})"
    rf"(?:{PRERELEASE_LOOSE})?(?:{BUILD})?"
)
_LOOSE_PREFIX: Final = f"v={SPACES}"


class Version:
    """A version; equal and ordered by precedence, so build metadata does not count.

    `key` is what it is compared by, `text` its canonical form: no `v`, no build metadata. Nothing
    changes it; a frozen dataclass takes ten times as long to define and twice as long to make.

    Deviation: two numeric identifiers above 2**53 that are the same double differ in their text
    and node-semver then calls the versions equal whatever follows; here the text decides, so that
    the order is total.
    """

    __slots__ = ("build", "key", "prerelease", "text")

    def __init__(
        self,
        key: Key,
        text: str,
        prerelease: tuple[int | str, ...] = (),
        build: tuple[str, ...] = (),
    ) -> None:
        self.key = key
        self.text = text
        self.prerelease = prerelease
        self.build = build

    @property
    def main(self) -> Key:
        """Major, minor and patch."""
        return self.key[:3]

    @property
    def major(self) -> object:
        """The first number."""
        return self.key[0]

    @property
    def minor(self) -> object:
        """The second number."""
        return self.key[1]

    @property
    def patch(self) -> object:
        """The third number."""
        return self.key[2]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<{self.text}>"

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return self.key == other.key if isinstance(other, Version) else NotImplemented

    def __lt__(self, other: Version) -> bool:
        return self.key < other.key

    def __gt__(self, other: Version) -> bool:
        return self.key > other.key


def parse(version: object, *, loose: bool = False) -> Version | None:
    """Return the version in `version`, or None when it is none (or not text at all).

    Args:
        version: text; a `Version` is returned as it is.
        loose: accept `=1.2.3`, `1.2.3beta` and leading zeros.
    """
    if isinstance(version, str):
        return _parse(version, loose) if len(version) <= MAX_LENGTH else None
    return version if isinstance(version, Version) else None


@cache
def _pattern(loose: bool) -> re.Pattern[str]:  # noqa: FBT001
    """Return the grammar, compiled when it is first needed: that takes milliseconds."""
    return re.compile(FULL_LOOSE if loose else FULL)


def is_plain_number(text: str) -> bool:
    """Return whether `text` is a number that every grammar here takes, and no limit is near."""
    if not text.isdecimal() or not text.isascii() or len(text) > 15:
        return False
    return text[0] != "0" or text == "0"


def parse_plain(text: str) -> Version | None:
    """Return the version in `1.2.3` or `1.2.3-0`, which nearly all are; None for anything else.

    These need no grammar, whose compiling takes milliseconds.
    """
    parts = text.removesuffix("-0").split(".")
    if len(parts) != 3:
        return None
    major, minor, patch = parts
    if not (is_plain_number(major) and is_plain_number(minor) and is_plain_number(patch)):
        return None
    main = (int(major), int(minor), int(patch))
    if text.endswith("-0"):
        return Version((*main, (0, _rank(0))), text, (0,))
    return Version((*main, _RELEASE), text)


def parse_key(text: str) -> Key | None:
    """Return the key of the version in `text`, loosely read; None where it is none.

    Thousands of versions are only put in order.
    """
    parts = text.split(".")
    if len(parts) == 3 and len(text) < 16 and text.isascii():
        major, minor, patch = parts
        if major.isdecimal() and minor.isdecimal() and patch.isdecimal():
            return (int(major), int(minor), int(patch), _RELEASE)
    parsed = parse(text, loose=True)
    return None if parsed is None else parsed.key


@lru_cache(maxsize=1 << 17)
def _parse(text: str, loose: bool) -> Version | None:  # noqa: FBT001 (positional: cheaper keys)
    plain = parse_plain(text)
    if plain is not None:
        return plain
    text = trim(text)
    match = _pattern(loose).fullmatch(text.lstrip(_LOOSE_PREFIX) if loose else text)
    if match is None:
        return None
    major, minor, patch, prerelease, build = match.groups()
    main = (int(major), int(minor), int(patch))
    if max(main) > MAX_SAFE_INTEGER:
        return None
    canonical = f"{main[0]}.{main[1]}.{main[2]}"
    builds = tuple(build.split(".")) if build else ()
    if not prerelease:
        return Version((*main, _RELEASE), canonical, (), builds)
    parts = tuple(_identifier(part) for part in prerelease.split("."))
    rank = (0, *(_rank(part) for part in parts))
    text = f"{canonical}-{'.'.join(map(str, parts))}"
    return Version((*main, rank), text, parts, builds)


def _identifier(text: str) -> int | str:
    """Return a number where npm keeps a number: below 2**53 - 1."""
    if text.isdigit() and int(text) < MAX_SAFE_INTEGER:
        return int(text)
    return text


def _rank(part: int | str) -> tuple[object, ...]:
    """Rank numbers below words; a large number stays text and compares as the double it is."""
    if isinstance(part, int):
        return (0, part)
    return (0, float(part), part) if part.isdigit() else (1, part)
