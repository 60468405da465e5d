"""Brace expansion, as shells do it: `a{b,c}` is `ab` and `ac`, `{1..3}` is `1`, `2` and `3`.

In: a pattern. Out: the patterns that it stands for. Source: brace-expansion 5, the one of npm 11.
Deviation: at most 10,000 patterns are made, where npm allows 100,000; no package needs either.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["expand_braces"]

_MOST: Final = 10_000
_NUMBERS: Final = re.compile(r"(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?", re.ASCII)
_LETTERS: Final = re.compile(r"([a-zA-Z])\.\.([a-zA-Z])(?:\.\.(-?\d+))?", re.ASCII)
_MORE: Final = re.compile(r",[^,].*\}|,\}", re.DOTALL)
"""Behind braces that stay as they are npm expands others only where a list is among them."""
_PADDED: Final = re.compile(r"-?0\d")


def expand_braces(pattern: str) -> list[str]:
    """Return the patterns that `pattern` stands for, itself where it has no braces to expand.

    Those that are empty are left out: they match nothing.
    """
    if "{" not in pattern:
        return [pattern]
    return list(filter(None, dict.fromkeys(_expand(pattern))))


def _expand(pattern: str) -> list[str]:
    """Expand group after group from the left; what cannot be expanded stays as it is."""
    done = [""]
    start = 0
    while True:
        group = _find_group(pattern, start)
        if group is None:
            return [head + pattern[start:] for head in done]
        opening, closing = group
        body = pattern[opening + 1 : closing]
        options = _expand_body(body)
        if options is None and not _MORE.search(pattern, closing + 1):
            return [head + pattern[start:] for head in done]
        if options is None or pattern[:opening].endswith("$"):
            options = [f"{{{body}}}"]
        literal = pattern[start:opening]
        done = [head + literal + option for head in done for option in options][:_MOST]
        start = closing + 1


def _find_group(pattern: str, start: int) -> tuple[int, int] | None:
    """Return the places of the first brace that is closed, and of the one that closes it."""
    opened: list[int] = []
    first: tuple[int, int] | None = None
    index = start
    while index < len(pattern):
        character = pattern[index]
        if character == "\\":
            index += 1
        elif character == "{":
            opened.append(index)
        elif character == "}" and opened:
            first = (opened.pop(), index)
            if not opened:
                return first
        index += 1
    return first


def _expand_body(body: str) -> list[str] | None:
    """Return what stands for the group; None where it is no group but plain text."""
    sequence = _expand_sequence(body)
    if sequence is not None:
        return sequence
    parts = _split_at_commas(body)
    if len(parts) > 1:
        return [option for part in parts for option in _expand(part)][:_MOST]
    inner = _expand(body) if "," in body else []
    return [f"{{{option}}}" for option in inner] or None


def _split_at_commas(body: str) -> list[str]:
    parts, depth, start, index = [], 0, 0, 0
    while index < len(body):
        character = body[index]
        if character == "\\":
            index += 1
        elif character in "{}":
            depth += 1 if character == "{" else -1
        elif character == "," and depth == 0:
            parts.append(body[start:index])
            start = index + 1
        index += 1
    return [*parts, body[start:]]


def _expand_sequence(body: str) -> list[str] | None:
    if match := _NUMBERS.fullmatch(body):
        first, last, step = match.groups()
        width = max(len(first), len(last)) if any(map(_PADDED.match, (first, last))) else 0
        return [f"{number:0{width}d}" for number in _count(int(first), int(last), step)]
    if match := _LETTERS.fullmatch(body):
        first, last, step = match.groups()
        letters = [chr(code) for code in _count(ord(first), ord(last), step)]
        return ["" if letter == "\\" else letter for letter in letters]
    return None


def _count(first: int, last: int, step: str | None) -> range:
    by = max(abs(int(step)), 1) if step else 1
    numbers = range(first, last + 1, by) if first <= last else range(first, last - 1, -by)
    return numbers[:_MOST]
