"""Source maps: columns after specifiers that changed, names in the package, where a map goes.

In: esbuild's map of one file. Out: the map of the file as it is packed.

Source: ECMA-426, Source map format; "mappings" are Base64 VLQ fields.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.bundling.specifiers import Edit

__all__ = ["adapt_map", "link_map", "read_vlq"]

_DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)}


def adapt_map(text: str, code: bytes, edits: Sequence[Edit], *, source: str, output: str) -> str:
    """Return a map for code in which `edits` were made.

    Args:
        text: esbuild's map of `code`.
        code: as esbuild wrote it.
        edits: in order; none of them holds a line end.
        source: the name of the source beside the output.
        output: the name of the output.
    """
    value = json.loads(text)
    shifts = _find_shifts(code, edits)
    lines = value["mappings"].split(";")
    for number, row in shifts.items():
        if number < len(lines):
            lines[number] = ",".join(_shift(lines[number].split(","), row))
    changed = {**value, "file": output, "sources": [source], "mappings": ";".join(lines)}
    return json.dumps(changed, separators=(",", ":"), ensure_ascii=False)


def link_map(code: str, text: str, *, output: str, inline: bool) -> str:
    """Return code with the comment that leads to its map: a file beside it, or the map itself."""
    place = f"{output}.map"
    if inline:
        encoded = b64encode(text.encode("utf-8", "surrogatepass")).decode()
        place = f"data:application/json;base64,{encoded}"
    return f"{code}//# sourceMappingURL={place}\n"


def _find_shifts(code: bytes, edits: Sequence[Edit]) -> Mapping[int, list[tuple[int, int]]]:
    """Return by line: the column at which each edit ends, and by how much what follows moves."""
    shifts: dict[int, list[tuple[int, int]]] = {}
    for start, end, new in edits:
        line = code.count(b"\n", 0, start)
        column = _width(code[code.rfind(b"\n", 0, start) + 1 : end])
        shifts.setdefault(line, []).append((column, _width(new) - _width(code[start:end])))
    return shifts


def _width(data: bytes) -> int:
    """Return how many columns `data` takes: units of UTF-16, which maps count."""
    if data.isascii():
        return len(data)
    return len(data.decode("utf-8", "replace").encode("utf-16-le")) // 2


def _shift(segments: Sequence[str], row: Sequence[tuple[int, int]]) -> Iterator[str]:
    column = moved = 0
    for segment in segments:
        if not segment:
            yield segment
            continue
        distance, rest = read_vlq(segment)
        column += distance
        now = sum(delta for end, delta in row if end <= column)
        yield _write_vlq(distance + now - moved) + rest
        moved = now


def read_vlq(text: str) -> tuple[int, str]:
    """Return the first number of a segment, and the rest of it."""
    value = shift = 0
    for place, digit in enumerate(text):
        part = _VALUES[digit]
        value |= (part & 31) << shift
        shift += 5
        if not part & 32:
            return (-(value >> 1) if value & 1 else value >> 1), text[place + 1 :]
    raise ValueError(f"half a number: {text[:40]!r}")


def _write_vlq(number: int) -> str:
    value = (-number << 1) | 1 if number < 0 else number << 1
    digits = ""
    while True:
        value, part = value >> 5, value & 31
        digits += _DIGITS[part | (32 if value else 0)]
        if not value:
            return digits
