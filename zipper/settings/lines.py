"""Where a key is in the text of a TOML or JSON file, for error messages.

In: the text and the keys that lead to a value. Out: a line number, or None where the file is
written in a way that this reader does not follow; an error then names the file alone. The value
itself comes from a real parser, never from here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["find_line"]

Place = tuple[str | int, ...]


def find_line(text: str, place: Sequence[str | int]) -> int | None:
    """Return the line, counted from 1, at which `place` or the nearest table around it begins.

    Args:
        text: of a TOML file, or of a JSON file, which begins with a brace.
        place: keys, and indexes of lists: `("tool", "zipper", "functions", 0, "name")`.
    """
    is_json = text.lstrip("\ufeff \t\r\n").startswith("{")
    places = dict(_walk_json(text) if is_json else _walk_toml(text))
    for length in range(len(place), 0, -1):
        line = places.get(tuple(place[:length]))
        if line is not None:
            return line
    return None


_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]#]+?)\s*\]")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


def _walk_toml(text: str) -> Iterator[tuple[Place, int]]:
    """Yield tables and keys with their lines; keys of inline tables are not seen."""
    counts: dict[tuple[str, ...], int] = {}
    seen: set[tuple[str, ...]] = set()
    table: Place = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        key = None if header else _KEY.match(line)
        if header:
            names = _split_keys(header[2])
            # A table begins where it, or the first one inside of it, has its header.
            for length in range(1, len(names) + 1):
                if names[:length] not in seen:
                    seen.add(names[:length])
                    yield names[:length], number
            if header[1] == "[[":
                counts[names] = counts.get(names, -1) + 1
                table = (*names, counts[names])
            else:
                table = names
            yield table, number
        elif key:
            yield (*table, *_split_keys(key[1])), number


def _split_keys(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|[{}\[\],:]|\n|[^\s{}\[\],:"]+')


def _walk_json(text: str) -> Iterator[tuple[Place, int]]:
    """Yield keys with their lines. A stack holds, for each open brace or bracket, what is read."""
    line = 1
    stack: list[str | int] = []
    word = ""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark == "\n":
            line += 1
        elif mark == "{":
            stack.append("")
        elif mark == "[":
            stack.append(0)
            yield tuple(stack), line
        elif mark in "}]":
            del stack[-1:]
        elif mark == ":" and stack:
            stack[-1] = word
            yield tuple(stack), line
        elif mark == "," and stack and isinstance(stack[-1], int):
            stack[-1] += 1
            yield tuple(stack), line
        elif token[1] is not None:
            word = token[1]
