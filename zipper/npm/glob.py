"""Globs as the lines of ignore files: `dist/**`, `!/lib`, `*.{js,ts}`.

In: a rule. Out: whether a path matches it. Negation is reported, not applied.

Source: minimatch 10 with the options matchBase, dot, nocase and flipNegate, which are those of
ignore-walk 8 in npm 11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from zipper.npm.glob_braces import expand_braces
from zipper.npm.glob_part import PartTest, compile_part

__all__ = ["IgnoreRule", "parse_rule"]

MAX_LENGTH: Final = 65_536
"""Characters of a rule; npm refuses longer ones, here they match nothing."""

_SLASHES: Final = re.compile("/+")
_Part = PartTest | None
"""A test of a name; None for `**`, any number of folders."""


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One line of an ignore file."""

    negated: bool
    """It begins with `!` (an odd number of times)."""
    relative: bool
    """It is a single name, which counts in every folder."""
    alternatives: tuple[tuple[_Part, ...], ...]

    def match(self, path: str, *, partial: bool = False) -> bool:
        """Return whether `path` matches, whatever the negation.

        Args:
            path: `/`-separated; with a slash at its begin it is anchored.
            partial: a folder on the way to what may match is enough.
        """
        if path == "/" and partial:
            return True
        names = tuple(_SLASHES.split(path.lower()))
        last = next((name for name in reversed(names) if name), "")
        return any(
            _match((last,) if len(parts) == 1 else names, parts, partial=partial)
            for parts in self.alternatives
        )


@lru_cache(maxsize=1 << 12)
def parse_rule(text: str) -> IgnoreRule:
    """Return the rule in `text`, which is trimmed and no comment. Nothing is refused."""
    pattern = text.lstrip("!")
    if len(pattern) > MAX_LENGTH:
        return IgnoreRule(False, False, ())  # noqa: FBT003 (fields in order)
    split = [_optimize(_SLASHES.split(item)) for item in expand_braces(pattern)]
    return IgnoreRule(
        negated=(len(text) - len(pattern)) % 2 == 1,
        relative=any(len(parts) <= (1 if parts[-1] else 2) for parts in split),
        alternatives=tuple(
            tuple(None if part == "**" else compile_part(part) for part in parts) for parts in split
        ),
    )


def _optimize(parts: list[str]) -> list[str]:
    """Join doubled `**`, and let `..` take back the name before it."""
    kept: list[str] = []
    for part in parts:
        previous = kept[-1] if kept else ""
        if part == ".." and previous not in ("", "..", ".", "**"):
            kept.pop()
        elif not (part == "**" and previous == "**"):
            kept.append(part)
    return kept or [""]


def _match(names: tuple[str, ...], parts: tuple[_Part, ...], *, partial: bool) -> bool:
    if None not in parts:
        return _match_plain(names, parts, partial=partial)
    first = parts.index(None)
    if not _match_plain(names[:first], parts[:first], partial=partial):
        return False
    if partial:
        middle: tuple[_Part, ...] = parts[first + 1 :]
        tail_length = 0
    else:
        last = len(parts) - 1 - parts[::-1].index(None)
        middle = parts[first + 1 : last]
        found = _match_tail(names, parts[last + 1 :], first)
        if found is None:
            return False
        tail_length = found
    if not middle and first >= len(names) - tail_length:
        return partial or tail_length > 0
    return _match_middle(names, middle, first, tail_length, partial=partial)


def _match_tail(names: tuple[str, ...], tail: tuple[_Part, ...], first: int) -> int | None:
    """Return how many names the parts behind the last `**` take from the end; None: no match."""
    if not tail:
        return 0
    start = len(names) - len(tail)
    if start < first:
        return None
    if _match_plain(names[start:], tail, partial=False):
        return len(tail)
    if names[-1] != "" or start == first:
        return None
    return len(tail) + 1 if _match_plain(names[start - 1 :], tail, partial=False) else None


def _match_middle(
    names: tuple[str, ...], middle: tuple[_Part, ...], place: int, tail: int, *, partial: bool
) -> bool:
    """Find each run of parts between two `**`, the leftmost place first: more is left behind it."""
    end = len(names) - tail
    for section in _split_sections(middle):
        while place + len(section) <= end:
            if _match_plain(names[place : place + len(section)], section, partial=partial):
                break
            place += 1
        else:
            return partial
        place += len(section)
    return partial or tail > 0 or place < len(names)


def _split_sections(parts: tuple[_Part, ...]) -> list[tuple[PartTest, ...]]:
    sections: list[list[PartTest]] = [[]]
    for part in parts:
        if part is None:
            sections.append([])
        else:
            sections[-1].append(part)
    return [tuple(section) for section in sections]


def _match_plain(names: tuple[str, ...], parts: tuple[_Part, ...], *, partial: bool) -> bool:
    """Match name by name; a slash at the end of the path may be left over."""
    for name, part in zip(names, parts, strict=False):
        if part is None or not part(name):
            return False
    if len(names) < len(parts):
        return partial
    return len(names) == len(parts) or (len(names) == len(parts) + 1 and names[-1] == "")
