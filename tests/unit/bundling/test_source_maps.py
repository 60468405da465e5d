"""Source maps: columns after a change, and what leads to a map."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.bundling.source_maps import _write_vlq, adapt_map, link_map, read_vlq


def positions(mappings: str) -> list[list[int]]:
    """Return the columns of the generated code that each line's segments begin at."""
    lines = []
    for line in mappings.split(";"):
        column, columns = 0, []
        for segment in filter(None, line.split(",")):
            column += read_vlq(segment)[0]
            columns.append(column)
        lines.append(columns)
    return lines


def mappings_of(lines: list[list[int]]) -> str:
    rows = []
    for line in lines:
        before, segments = 0, []
        for column in line:
            segments.append(f"{_write_vlq(column - before)}AAA")
            before = column
        rows.append(",".join(segments))
    return ";".join(rows)


@given(st.integers(min_value=-(2**40), max_value=2**40))
def test_numbers_come_back(number: int) -> None:
    """What is written is what is read, and nothing after it is taken."""
    assert (number, "AAAA") == read_vlq(f"{_write_vlq(number)}AAAA")


@pytest.mark.parametrize(
    ("number", "text"), [(0, "A"), (1, "C"), (-1, "D"), (16, "gB"), (511, "+f")]
)
def test_numbers_are_the_standards(number: int, text: str) -> None:
    """The digits are those of other tools."""
    assert text == _write_vlq(number)


def test_columns_after_a_change_move() -> None:
    """Segments behind a longer specifier move, those before it and on other lines do not."""
    code = b'a();\nlet b = require("./x"); b();\nc();\n'
    start = code.index(b'"./x"')
    text = json.dumps(
        {"version": 3, "sources": ["../0.ts"], "mappings": mappings_of([[0], [0, 8, 24], [0]])}
    )
    edits = [(start, start + 5, b'"./x/index.js"')]
    adapted = json.loads(adapt_map(text, code, edits, source="a.ts", output="a.js"))

    assert [[0], [0, 8, 33], [0]] == positions(adapted["mappings"])
    assert (["a.ts"], "a.js") == (adapted["sources"], adapted["file"])


def test_columns_count_units_of_utf_16() -> None:
    """A character outside of the basic plane is two columns."""
    code = '"\U0001f600"; require("./x"); b();\n'.encode()
    start = code.index(b'"./x"')
    text = json.dumps({"version": 3, "sources": ["x"], "mappings": mappings_of([[0, 21]])})
    adapted = json.loads(
        adapt_map(text, code, [(start, start + 5, b'"./y.js"')], source="a", output="b")
    )

    assert [[0, 24]] == positions(adapted["mappings"])


def test_comment_leads_to_the_map() -> None:
    """A linked map has the output's name; an inline one is the map."""
    assert "x;\n//# sourceMappingURL=a.js.map\n" == link_map(
        "x;\n", "{}", output="a.js", inline=False
    )
    inline = link_map("x;\n", '{"a":1}', output="a.js", inline=True)
    assert b'{"a":1}' == b64decode(inline.rstrip().rpartition("base64,")[2])
