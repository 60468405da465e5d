"""A semver range: text to comparators, and whether a version is among them.

In: the text of a range. Out: a `Range`, or None when the text is none. A range is alternatives
(`||`), each a list of comparators that must all hold; every other notation (hyphen, x, tilde,
caret) is shorthand for comparators and is written out while parsing.

Source: node-semver 7.8 (classes/range.js, classes/comparator.js, internal/re.js).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from zipper.named_tuple import NamedTuple
from zipper.npm.ecmascript import collapse_spaces
from zipper.npm.semver_shorthand import expand_alternative
from zipper.npm.semver_version import FULL, FULL_LOOSE, Key, Version, parse, parse_plain

__all__ = ["Comparator", "Range", "parse_range"]

MAX_COMPARATOR_LENGTH: Final = 2_048
"""Characters.

Deviation: node-semver sets no limit and may need quadratic time; a version has 256 at most, so
only notations such as two thousand `v` before a number are lost.
"""
_CACHED_LENGTH: Final = 512  # characters; longer ranges are hostile and would fill the cache
_OPERATOR: Final = "([<>]?=?)"
_OPERATORS: Final = ("", "<", "<=", "=", ">", ">=")
_LOWEST: Final[Key] = ()
_HIGHEST: Final[Key] = (float("inf"),)
_NOTHING: Final = "<0.0.0-0"


class Comparator(NamedTuple):
    """An operator and a version; without a version it admits any.

    `operator` is one of `<`, `<=`, `>`, `>=` and the empty text (equal).
    """

    operator: str
    version: Version | None

    @property
    def text(self) -> str:
        """The canonical form, empty for any version."""
        return "" if self.version is None else f"{self.operator}{self.version.text}"


class Interval(NamedTuple):
    """The versions that all comparators of one alternative admit, as one stretch of the order."""

    comparators: tuple[Comparator, ...]
    low: Key
    low_included: bool
    high: Key
    high_included: bool
    prerelease_of: frozenset[Key]
    """Major, minor, patch for which prereleases are admitted even where they are not asked for."""

    def covers(self, key: Key) -> bool:
        """Return whether `key` lies between the bounds, prereleases not treated specially."""
        if not (self.low <= key if self.low_included else self.low < key):
            return False
        return key <= self.high if self.high_included else key < self.high


class Range(NamedTuple):
    """A parsed range. `alternatives` is never empty."""

    raw: str
    alternatives: tuple[Interval, ...]
    loose: bool
    include_prerelease: bool

    @property
    def text(self) -> str:
        """The canonical form; empty where any version will do."""
        return "||".join(
            " ".join(comparator.text for comparator in alternative.comparators)
            for alternative in self.alternatives
        )

    @property
    def low(self) -> Key:
        """No version of this range has a smaller key."""
        return min(alternative.low for alternative in self.alternatives)

    @property
    def high(self) -> Key:
        """No version of this range has a greater key."""
        return max(alternative.high for alternative in self.alternatives)

    @property
    def admits_prereleases(self) -> bool:
        """Whether a prerelease can be in this range."""
        return self.include_prerelease or any(one.prerelease_of for one in self.alternatives)

    def test(self, version: Version | str) -> bool:
        """Return whether `version` is in the range; text that is no version is not."""
        parsed = parse(version, loose=self.loose)
        if parsed is None:
            return False
        key = parsed.key
        lenient = self.include_prerelease or not parsed.prerelease
        for alternative in self.alternatives:
            if alternative.covers(key) and (lenient or key[:3] in alternative.prerelease_of):
                return True
        return False


def parse_range(
    text: object, *, loose: bool = False, include_prerelease: bool = False
) -> Range | None:
    """Return the range in `text`, or None when it is none (or not text at all).

    Args:
        text: as in package.json; the empty text admits any version.
        loose: leave out what cannot be read, as long as something remains.
        include_prerelease: count prereleases as ordinary versions.
    """
    if not isinstance(text, str):
        return None
    if len(text) > _CACHED_LENGTH:
        return _parse_range(text, loose, include_prerelease)
    return _cached(text, loose, include_prerelease)


def _parse_range(text: str, loose: bool, include_prerelease: bool) -> Range | None:  # noqa: FBT001
    raw = collapse_spaces(text)
    seen: dict[str, Interval | None] = {}
    try:
        for part in raw.split("||"):
            if part not in seen:
                seen[part] = _parse_alternative(part, loose, include_prerelease)
    except ValueError:
        return None
    alternatives = [found for part in raw.split("||") if (found := seen[part]) is not None]
    if not alternatives:
        return None
    return Range(raw, tuple(_reduce(alternatives)), loose, include_prerelease)


_cached = lru_cache(maxsize=1 << 14)(_parse_range)


def _reduce(alternatives: list[Interval]) -> list[Interval]:
    """Leave out alternatives that admit nothing; one that admits anything stands for all."""
    useful = [item for item in alternatives if item.comparators[0].text != _NOTHING]
    if not useful:
        return alternatives[:1]
    for item in useful:
        if len(item.comparators) == 1 and item.comparators[0].version is None:
            return [item]
    return useful


def _parse_alternative(text: str, loose: bool, include_prerelease: bool) -> Interval | None:  # noqa: FBT001
    """Return one alternative; None where loose reading leaves nothing of it.

    Raises:
        ValueError: a comparator cannot be read.
    """
    tokens = expand_alternative(text, loose=loose, include_prerelease=include_prerelease)
    found: dict[str, Comparator] = {}
    empty = False
    for token in tokens:
        comparator = _parse_comparator(token, loose)
        if comparator is None:
            continue
        found[comparator.text] = comparator
        empty = empty or comparator.text == _NOTHING
    if empty:
        return _interval((found[_NOTHING],))
    if len(found) > 1:
        found.pop("", None)
    return _interval(tuple(found.values())) if found else None


def _parse_comparator(token: str, loose: bool) -> Comparator | None:  # noqa: FBT001
    """Return the comparator in `token`; None where loose reading leaves it out.

    Raises:
        ValueError: it cannot be read.
    """
    if not token:
        return Comparator("", None)
    bare = token.lstrip("<>=")
    operator, plain = token[: len(token) - len(bare)], parse_plain(bare)
    if plain is not None and operator in _OPERATORS:
        return Comparator("" if operator == "=" else operator, plain)
    match = (
        _comparator_pattern(loose).fullmatch(token) if len(token) <= MAX_COMPARATOR_LENGTH else None
    )
    if match is None:
        if loose:
            return None
        raise ValueError(f"invalid comparator `{token[:80]}`")
    version = parse(match[2], loose=loose)
    if version is None:
        raise ValueError(f"invalid version `{match[2][:80]}`")
    return Comparator("" if match[1] == "=" else match[1], version)


@cache
def _comparator_pattern(loose: bool) -> re.Pattern[str]:  # noqa: FBT001
    """Return the grammar of a comparator, compiled when it is first needed."""
    return re.compile(f"{_OPERATOR}([v=]*+{FULL_LOOSE})" if loose else f"{_OPERATOR}({FULL})")


def _interval(comparators: tuple[Comparator, ...]) -> Interval:
    """Return the stretch that all `comparators` admit; it may be empty."""
    low, low_included, high, high_included = _LOWEST, True, _HIGHEST, True
    for comparator in comparators:
        if comparator.version is None:
            continue
        key, included = comparator.version.key, comparator.operator in ("", ">=", "<=")
        if not comparator.operator.startswith("<") and (key > low or (key == low and not included)):
            low, low_included = key, included
        if not comparator.operator.startswith(">") and (
            key < high or (key == high and not included)
        ):
            high, high_included = key, included
    prerelease_of = frozenset(
        comparator.version.key[:3]
        for comparator in comparators
        if comparator.version is not None and comparator.version.prerelease
    )
    return Interval(comparators, low, low_included, high, high_included, prerelease_of)
