"""npm's versions and ranges: the functions that the rest of zipper calls.

In: texts. Out: booleans, canonical texts, or one of the given versions as it was written. Input
that is no version, no range or no text at all is never an error here: it satisfies nothing, is
None, and sorts below every version.

Source: node-semver 7.8, the semver of npm 11.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.npm.ecmascript import trim
from zipper.npm.semver_range import Comparator, Range, parse_range
from zipper.npm.semver_version import Version, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Comparator",
    "Range",
    "Version",
    "clean",
    "compare",
    "diff",
    "intersects",
    "max_satisfying",
    "min_satisfying",
    "parse",
    "parse_range",
    "satisfies",
    "valid",
    "valid_range",
]

_DECORATION: Final = re.compile("[=v]+")


def valid(version: object, *, loose: bool = False) -> str | None:
    """Return the canonical form of `version`, or None when it is no version."""
    parsed = parse(version, loose=loose)
    return None if parsed is None else parsed.text


def clean(version: object, *, loose: bool = False) -> str | None:
    """Return the canonical form of `version`, `=` and `v` before it forgiven, or None."""
    if not isinstance(version, str):
        return None
    text = trim(version)
    match = _DECORATION.match(text)
    return valid(text[match.end() :] if match else text, loose=loose)


def valid_range(
    range_: object, *, loose: bool = False, include_prerelease: bool = False
) -> str | None:
    """Return the canonical form of `range_` (`*` for any version), or None when it is no range."""
    parsed = parse_range(range_, loose=loose, include_prerelease=include_prerelease)
    return None if parsed is None else parsed.text or "*"


def satisfies(
    version: object, range_: object, *, loose: bool = False, include_prerelease: bool = False
) -> bool:
    """Return whether `version` is in `range_`.

    A prerelease is in a range only where the range names a prerelease of the same major, minor and
    patch, unless `include_prerelease`.
    """
    parsed = parse_range(range_, loose=loose, include_prerelease=include_prerelease)
    return parsed is not None and isinstance(version, str | Version) and parsed.test(version)


def compare(a: object, b: object, *, loose: bool = False) -> int:
    """Return -1, 0 or 1 as `a` is below, equal to or above `b`; build metadata does not count.

    Deviation: node-semver raises for what is no version; here it is below every version, so that
    a list that holds one still has an order.
    """
    left, right = parse(a, loose=loose), parse(b, loose=loose)
    if left is None or right is None:
        return (left is not None) - (right is not None)
    return (left.key > right.key) - (left.key < right.key)


def max_satisfying(
    versions: Iterable[str],
    range_: object,
    *,
    loose: bool = False,
    include_prerelease: bool = False,
) -> str | None:
    """Return the highest of `versions` in `range_`, as written; the first among equals."""
    parsed = parse_range(range_, loose=loose, include_prerelease=include_prerelease)
    if parsed is None:
        return None
    best_text: str | None = None
    low, high = parsed.low, parsed.high
    # Registries list versions in ascending order, so the answer is usually near the end.
    for text in reversed(list(versions)):
        version = parse(text, loose=loose)
        if version is None or not low <= (key := version.key) <= high:
            continue
        if parsed.test(version):
            low, best_text = key, text
    return best_text


def min_satisfying(
    versions: Iterable[str],
    range_: object,
    *,
    loose: bool = False,
    include_prerelease: bool = False,
) -> str | None:
    """Return the lowest of `versions` in `range_`, as written; the first among equals."""
    parsed = parse_range(range_, loose=loose, include_prerelease=include_prerelease)
    if parsed is None:
        return None
    best: Version | None = None
    best_text: str | None = None
    for text in versions:
        version = parse(text, loose=loose)
        if version is None or not (best is None or version.key < best.key):
            continue
        if parsed.test(version):
            best, best_text = version, text
    return best_text


def intersects(
    a: object, b: object, *, loose: bool = False, include_prerelease: bool = False
) -> bool:
    """Return whether some version may be in both ranges; False where one is no range.

    npm compares comparators in pairs, so ranges that only prereleases share may not intersect.
    """
    left = parse_range(a, loose=loose, include_prerelease=include_prerelease)
    right = parse_range(b, loose=loose, include_prerelease=include_prerelease)
    if left is None or right is None:
        return False
    mine = [item.comparators for item in left.alternatives if _possible(item.comparators, left)]
    theirs = [item.comparators for item in right.alternatives if _possible(item.comparators, left)]
    return any(
        all(_meet(one, other, left) for one in first for other in second)
        for first in mine
        for second in theirs
    )


def diff(a: object, b: object) -> str | None:
    """Return the greatest part in which two versions differ, such as `major` or `prepatch`.

    None where they are equal or one is no version. Source: node-semver functions/diff.js.
    """
    left, right = parse(a), parse(b)
    if left is None or right is None or left.key == right.key:
        return None
    low, high = sorted((left, right))
    if low.prerelease and not high.prerelease:
        if not low.patch and not low.minor:
            return "major"
        if low.main == high.main:
            return "minor" if low.minor and not low.patch else "patch"
    prefix = "pre" if high.prerelease else ""
    for part in ("major", "minor", "patch"):
        if getattr(low, part) != getattr(high, part):
            return f"{prefix}{part}"
    return "prerelease"


def _possible(comparators: tuple[Comparator, ...], options: Range) -> bool:
    """Return whether the comparators of one alternative may hold together."""
    return all(
        _meet(one, other, options)
        for index, one in enumerate(comparators)
        for other in comparators[:index]
    )


def _meet(one: Comparator, other: Comparator, options: Range) -> bool:
    """Return whether two comparators may hold for the same version.

    Source: node-semver classes/comparator.js `intersects`, for which the order may matter.
    """
    if not one.operator or not other.operator:
        exact, rest = (one, other) if not one.operator else (other, one)
        return exact.version is None or satisfies(
            exact.version,
            rest.text,
            loose=options.loose,
            include_prerelease=options.include_prerelease,
        )
    bottom = "<0.0.0-0" if options.include_prerelease else "<0.0.0"
    for text in (one.text, other.text):
        if text == bottom or (not options.include_prerelease and text.startswith(bottom)):
            return False  # nothing can be lower
    if one.operator[0] == other.operator[0]:
        return True
    low, high = (one, other) if one.operator[0] == ">" else (other, one)
    assert low.version is not None
    assert high.version is not None
    if low.version.key == high.version.key:
        return low.operator == ">=" and high.operator == "<="
    return low.version.key < high.version.key
