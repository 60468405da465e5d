"""Lines of outputs become lines of sources, where a map knows them, and nothing else changes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.bundling.output_places import SourceLines
from zipper.bundling.source_lines import name_sources, read_lines
from zipper.findings import Finding

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
SOURCES = {"src/a.js": SourceLines("src/a.ts", ((2, 5), (4, 9)))}


def _encode(number: int) -> str:
    value, text = (-number << 1) | 1 if number < 0 else number << 1, ""
    while True:
        value, part = value >> 5, value & 31
        text += DIGITS[part | (32 if value else 0)]
        if not value:
            return text


@given(st.lists(st.lists(st.integers(1, 200), max_size=4), max_size=30))
def test_each_line_is_that_of_its_first_segment(lines: list[list[int]]) -> None:
    """Whatever the segments of a line before are; a line without any is counted on."""
    before, rows = 1, []
    for places in lines:
        segments = []
        for place in places:
            segments.append("A" + "A" + _encode(place - before) + "A")
            before = place
        rows.append(",".join(segments))
    found = read_lines(json.dumps({"mappings": ";".join(rows)}))

    for number, places in enumerate(lines, 1):
        if places:
            finding = Finding("x", "info", "o.js", f"line {number} is odd", "mend it")
            (named,) = name_sources([finding], {"o.js": SourceLines("s.ts", found)})
            assert f"s.ts:{places[0]}" == named.source


@pytest.mark.parametrize(
    ("path", "message", "expected", "source"),
    [
        ("src/a.js", "`src/a.js` line 3 needs `b`", "`src/a.ts` line 6 needs `b`", "src/a.ts:6"),
        ("src/a.js", "see line 4: odd", "see line 9 of `src/a.ts`: odd", "src/a.ts:9"),
        ("b.js", "`b.js` line 3 uses `src/a.js` line 2", "`b.js` line 3 uses `src/a.ts` line 5",
         "src/a.ts:5"),
        ("b.js", "`b.js` line 3 needs `c`", "`b.js` line 3 needs `c`", ""),
        ("src/a.js", "`src/a.js` line 1 is esbuild's", "`src/a.js` line 1 is esbuild's", ""),
        ("src/a.js", "no handler", "no handler", ""),
        ("", "line 2 of nothing", "line 2 of nothing", ""),
    ],
)  # fmt: skip
def test_message_names_the_source(path: str, message: str, expected: str, source: str) -> None:
    """The path stays the output's; what no map knows stays as it is."""
    finding = Finding("x", "error", path, message, "mend it")
    (named,) = name_sources([finding], SOURCES)

    assert (path, expected, source) == (named.path, named.message, named.source)
    assert ("source" in named.printed) == bool(source)
