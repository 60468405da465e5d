"""Which source each byte of a bundle comes from, as its source map or its metafile says.

In: the text of a bundle with its source map, or esbuild's metafile. Out: bytes by source. Reading
files is not done here.

Source: ECMA-426 (source maps), sections 9 and 10; esbuild 0.28, "Metafile".
"""

from __future__ import annotations

import json
from array import array
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["split_by_map", "split_by_metafile"]

_DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)}

_SEGMENT_MAX: Final = 64
"""Digits; five numbers of 32 bits have 35."""

_Segment = tuple[int, int | None]
"""The column where it begins, and the index of its source; None where it has none."""


def split_by_map(code: str, text: str | bytes) -> dict[str, int]:
    """Return the bytes of `code` (UTF-8) by source; what the map leaves out is under `""`.

    Args:
        code: the bundle.
        text: its source map, a plain one or one of sections.

    Raises:
        ValueError: for what is no source map.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as cause:
        raise _refuse(str(cause)) from cause
    sizes: dict[str, int] = {}
    lines = code.split("\n")
    spans: dict[int, list[_Segment]] = {}
    sources: list[str] = []
    for line, column, section in _list_sections(document):
        base = len(sources)
        sources += _list_sources(section)
        for number, segments in enumerate(_decode(section, len(sources) - base), line):
            shift = column if number == line else 0
            moved = [(at + shift, None if one is None else one + base) for at, one in segments]
            spans.setdefault(number, []).extend(moved)
    for number, content in enumerate(lines):
        # The last part of a line goes to its end, the line break included.
        ending = int(number < len(lines) - 1)
        for size, source in _measure(content, sorted(spans.get(number, ()), key=_column), ending):
            name = "" if source is None else sources[source]
            sizes[name] = sizes.get(name, 0) + size
    return {name: size for name, size in sizes.items() if size}


def split_by_metafile(document: object, files: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Return for each of `files` that esbuild's metafile describes its bytes by source.

    A file is the output whose path ends like it, and whose size is its size.

    Args:
        document: the metafile, decoded.
        files: name to size in bytes.

    Raises:
        ValueError: for what is no metafile.
    """
    outputs = document.get("outputs") if isinstance(document, dict) else None
    if not isinstance(outputs, dict):
        raise ValueError("it is no metafile: `outputs` is missing")  # noqa: TRY004  (of its text)
    found: dict[str, dict[str, int]] = {}
    for path, output in outputs.items():
        inputs = output.get("inputs") if isinstance(output, dict) else None
        size = output.get("bytes") if isinstance(output, dict) else None
        names = [name for name in files if f"/{path}".endswith(f"/{name}") and files[name] == size]
        if not isinstance(inputs, dict) or not names:
            continue
        parts = {source: _bytes_in(row) for source, row in inputs.items()}
        rest = files[names[0]] - sum(parts.values())
        found[max(names, key=len)] = {**parts, "": rest} if rest > 0 else parts
    return found


def _bytes_in(row: object) -> int:
    size = row.get("bytesInOutput") if isinstance(row, dict) else None
    return size if isinstance(size, int) and size > 0 else 0


def _column(segment: _Segment) -> int:
    return segment[0]


def _list_sections(document: Any) -> Iterator[tuple[int, int, dict[str, Any]]]:  # noqa: ANN401
    """Yield line, column and map of each section; a plain map is one section."""
    if not isinstance(document, dict):
        raise _refuse("it is no object")
    sections = document.get("sections")
    if not isinstance(sections, list):
        yield 0, 0, document
        return
    for section in sections:
        offset = section.get("offset") if isinstance(section, dict) else None
        inner = section.get("map") if isinstance(section, dict) else None
        if isinstance(offset, dict) and isinstance(inner, dict):
            line, column = offset.get("line"), offset.get("column")
            if isinstance(line, int) and isinstance(column, int):
                yield line, column, inner


def _list_sources(section: dict[str, Any]) -> list[str]:
    sources, root = section.get("sources"), section.get("sourceRoot")
    if not isinstance(sources, list):
        raise _refuse("`sources` is missing")
    start = f"{root.rstrip('/')}/" if isinstance(root, str) and root else ""
    return [f"{start}{one}" if isinstance(one, str) else "" for one in sources]


def _decode(section: dict[str, Any], sources: int) -> Iterator[list[_Segment]]:
    """Yield the segments of each line."""
    mappings = section.get("mappings")
    if not isinstance(mappings, str):
        raise _refuse("`mappings` is missing")
    known: dict[str, tuple[int, ...]] = {}
    source = 0
    for line in mappings.split(";"):
        column, segments = 0, []
        for text in filter(None, line.split(",")):
            fields = known.get(text)
            if fields is None:
                fields = known[text] = tuple(_decode_segment(text))
            column += fields[0]
            if len(fields) > 1:
                source += fields[1]
            is_known = len(fields) > 1 and 0 <= source < sources
            segments.append((column, source if is_known else None))
        yield segments


def _decode_segment(text: str) -> Iterator[int]:
    """Yield the numbers of a segment: base64 digits of five bits, the lowest first."""
    if len(text) > _SEGMENT_MAX:
        raise _refuse("a segment is too long")
    value = shift = 0
    for digit in text:
        bits = _VALUES.get(digit)
        if bits is None:
            raise _refuse(f"`{text}` is no segment")
        value |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
    if shift:
        raise _refuse(f"`{text}` ends in the middle of a number")


def _refuse(reason: str) -> ValueError:
    return ValueError(f"it is no source map: {reason}")


def _measure(line: str, segments: list[_Segment], ending: int) -> Iterator[tuple[int, int | None]]:
    """Yield the bytes of a line piece by piece, each with its source. Columns are UTF-16's."""
    offsets = None if line.isascii() else _offsets(line)
    end = len(line) if offsets is None else len(offsets) - 1
    columns = [(min(max(at, 0), end), source) for at, source in segments]
    for (start, source), (stop, _) in pairwise([(0, None), *columns, (end, None)]):
        if stop > start:
            yield (stop - start if offsets is None else offsets[stop] - offsets[start]), source
    if ending:
        yield ending, columns[-1][1] if columns else None


def _offsets(line: str) -> array[int]:
    """Return the byte at which each UTF-16 unit of `line` begins, and its length at the end."""
    offsets, at = array("Q"), 0
    for letter in line:
        offsets.append(at)
        code = ord(letter)
        at += 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
        if code >= 0x10000:
            offsets.append(at)
    offsets.append(at)
    return offsets
