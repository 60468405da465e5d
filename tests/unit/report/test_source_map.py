"""Bytes of a bundle by source: from source maps of every form, and from esbuild's metafile."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.report.source_map import split_by_map, split_by_metafile

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def encode(*numbers: int) -> str:
    """Return a segment of a source map, as ECMA-426 writes its numbers."""
    text = ""
    for number in numbers:
        rest = (abs(number) << 1) | (number < 0)
        while True:
            digit, rest = rest & 31, rest >> 5
            text += DIGITS[digit | 32 if rest else digit]
            if not rest:
                break
    return text


def make_map(mappings: str, *sources: str | None, **rest: object) -> str:
    return json.dumps({"version": 3, "sources": sources, "mappings": mappings, **rest})


def test_each_segment_goes_to_the_next() -> None:
    """What stands before the first, or has no source, belongs to none."""
    # "__aaaabbb..", then a line of b alone.
    line = ",".join([encode(2, 0, 0, 0), encode(4, 1, 0, 0), encode(3)])
    text = make_map(f"{line};{encode(0, 0, 0, 0)}", "a.js", "b.js")

    assert {"": 5, "a.js": 4, "b.js": 5} == split_by_map("__aaaabbb..\nbb", text)


def test_columns_are_those_of_utf_16_and_sizes_those_of_utf_8() -> None:
    """A letter beyond the first plane is two columns and four bytes."""
    text = make_map(",".join([encode(0, 0, 0, 0), encode(3, 1, 0, 0)]), "a.js", "b.js")

    assert {"a.js": 6, "b.js": 3} == split_by_map("é😀bbb", text)


def test_sections_are_maps_at_a_place() -> None:
    """A tool that joins bundles joins their maps; `sourceRoot` is before each source."""
    first = json.loads(make_map(encode(0, 0, 0, 0), "a.js", sourceRoot="lib/"))
    second = json.loads(make_map(encode(0, 0, 0, 0), "b.js"))
    text = json.dumps(
        {
            "version": 3,
            "sections": [
                {"offset": {"line": 0, "column": 0}, "map": first},
                {"offset": {"line": 1, "column": 2}, "map": second},
            ],
        }
    )

    assert {"lib/a.js": 4, "": 2, "b.js": 3} == split_by_map("aaa\n..bbb", text)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), max_size=8), st.text(max_size=80))
def test_nothing_is_lost(segments: list[tuple[int, int]], code: str) -> None:
    """Whatever the map says, the bytes add up to the bundle's."""
    columns = sorted(segments)
    steps, before = [], (0, 0)
    for column, source in columns:
        steps.append(encode(column - before[0], source - before[1], 0, 0))
        before = (column, source)
    text = make_map(",".join(steps), "a", "b", None)

    code = code.encode("utf-8", "replace").decode("utf-8")
    assert len(code.encode("utf-8")) == sum(split_by_map(code, text).values())


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", "{}", '{"sources": []}', '{"sources": [], "mappings": "!"}',
     '{"sources": [], "mappings": "g"}', '{"sources": 7, "mappings": ""}', "[" * 100_000,
     json.dumps({"sources": [], "mappings": "g" * 5_000_000})],
)  # fmt: skip
def test_what_is_no_source_map_is_refused(text: str) -> None:
    """Hostile text is an error of its own kind, at once."""
    with pytest.raises(ValueError, match="no source map"):
        split_by_map("x", text)


def test_a_metafile_names_the_bytes_of_its_outputs() -> None:
    """A file is an output by the end of its path and by its size; what esbuild adds is left."""
    rows = {"src/a.ts": {"bytesInOutput": 60}, "node_modules/b/b.js": {"bytesInOutput": 30}}
    document = {
        "inputs": {},
        "outputs": {
            "out/index.js": {"bytes": 100, "inputs": rows},
            "out/other.js": {"bytes": 7, "inputs": rows},
        },
    }

    found = split_by_metafile(document, {"index.js": 100, "other.js": 8})

    assert {"index.js": {"src/a.ts": 60, "node_modules/b/b.js": 30, "": 10}} == found


@pytest.mark.parametrize("document", [None, [], {}, {"outputs": []}])
def test_what_is_no_metafile_is_refused(document: object) -> None:
    """Any JSON may be named by mistake."""
    with pytest.raises(ValueError, match="no metafile"):
        split_by_metafile(document, {})
