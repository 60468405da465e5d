"""Lines of sources in place of lines of what they became, in what is found in the package.

In: esbuild's maps, findings. Out: the same findings, with the file and the line that were written.

Source: ECMA-426, Source map format: "mappings" are Base64 VLQ fields; the third is the line.
"""

from __future__ import annotations

import json
from bisect import bisect
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from zipper.bundling.source_maps import read_vlq
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Mapping

    from zipper.bundling.output_places import LineRows, SourceLines
    from zipper.findings import Finding, Unknown

__all__ = ["name_sources", "name_unknown", "read_lines"]

_LINE: Final = late_pattern(r"(?:`(?P<path>[^`]+)` )?line (?P<line>\d+)")


def read_lines(text: str) -> LineRows:
    """Return where the lines of an output come from, by its source map `text`."""
    rows: list[tuple[int, int]] = []
    line = 1
    moves = _LineMoves()
    for number, segments in enumerate(json.loads(text)["mappings"].split(";"), 1):
        if not segments:
            continue
        first, *others = segments.split(",")
        line += moves[first]
        if not rows or line - number != rows[-1][1] - rows[-1][0]:
            rows.append((number, line))
        line += sum(moves[one] for one in others)
    return tuple(rows)


class _LineMoves(dict[str, int]):
    """Segment to how many lines of the source it goes on; few differ, so each is read once."""

    def __missing__(self, segment: str) -> int:
        numbers, rest = [], segment
        while rest:
            number, rest = read_vlq(rest)
            numbers.append(number)
        move = self[segment] = numbers[2] if len(numbers) > 2 else 0
        return move


def name_sources(
    findings: Iterable[Finding], sources: Mapping[str, SourceLines]
) -> Iterator[Finding]:
    """Yield the findings; one that names a line of an output names the source's.

    Args:
        findings: about a package.
        sources: of its files, by their names in it.
    """
    for finding in findings:
        places: list[str] = []
        name = partial(_name, finding.path, sources, places)
        message = _LINE.sub(name, finding.message)
        yield finding._replace(message=message, source=places[0]) if places else finding


def _name(
    path: str, sources: Mapping[str, SourceLines], places: list[str], found: re.Match[str]
) -> str:
    """Return the words for a line; the place is put to `places` where it is a source's."""
    place = _find(found["path"] or path, int(found["line"]), sources)
    if place is None:
        return found[0]
    source, line = place
    places.append(f"{source}:{line}")
    return f"`{source}` line {line}" if found["path"] else f"line {line} of `{source}`"


def name_unknown(
    unknown: Iterable[Unknown], sources: Mapping[str, SourceLines]
) -> Iterator[Unknown]:
    """Yield the requests that cannot be followed, with their places in `sources`."""
    for one in unknown:
        place = _find(one.path, one.line, sources)
        yield one._replace(source=f"{place[0]}:{place[1]}") if place else one


def _find(path: str, line: int, sources: Mapping[str, SourceLines]) -> tuple[str, int] | None:
    """Return the source and its line that `line` of an output comes from."""
    source = sources.get(path)
    place = -1 if source is None else bisect(source.rows, line, key=itemgetter(0)) - 1
    if source is None or place < 0:
        return None
    start, of_source = source.rows[place]
    return source.path, line + of_source - start
