"""JSON with comments and trailing commas."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.npm.jsonc_text import JsoncFaultError, blank_jsonc, parse_jsonc


def test_commas_and_comments_are_blanks() -> None:
    """They go, what only looks like them in a text stays, and every place is kept."""
    text = '{ // one\n "a": [1, 2,\n ], /* , */ "b": "//,}",\n}'

    assert {"a": [1, 2], "b": "//,}"} == parse_jsonc(text)
    assert len(text) == len(blank_jsonc(text))
    assert text.count("\n") == blank_jsonc(text).count("\n")


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ('{"a": 1 "b": 2}', (1, 9), "Expecting"),
        ('{\n"a": 1,\n"a": 2}', (3, 1), "twice"),
        ('{"x": [{"b": ":"}, "b"], "b": {}, // "b": 1\n  "c": 1, "\\u0062": 2}', (2, 11), "twice"),
        ('{"a": 1, "a": {"b": 1, "b": 2}}', (1, 10), "`a` appears twice"),
        ('{\n"a": \n', (3, 1), "Expecting"),
        ('{\n"a": 1,\n"b": 1, "c": {"d": 2,\n"e": 1,\n"e": 2}}', (5, 1), "`e` appears twice"),
        ('{"a": 1, "b": {"a": 1, "\u00e9": 1, "\u00e9": 2}}', (1, 32), "`\u00e9` appears twice"),
        ("{}\n>>>>>>> main\n", (2, 1), "merge conflict"),
        ("<<<<<<< main\n{}", (1, 1), "merge conflict"),
        ("\n\n=======\n{}", (3, 1), "merge conflict"),
        ("\n||||||| base\n{}", (2, 1), "merge conflict"),
        ('"\\ud800"', (1, 1), "half a character"),
        ("1" * 5_000, (1, 1), "digits"),
        ("[" * 200_000, (1, 1), "deep"),
    ],
)
def test_what_is_no_such_text_is_refused(text: str, place: tuple[int, int], word: str) -> None:
    """Line and column are those of the text as it is written."""
    with pytest.raises(JsoncFaultError) as caught:
        parse_jsonc(text)

    assert word in caught.value.message
    assert place == (caught.value.line, caught.value.column)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(_VALUES)
def test_json_is_read_as_it_is(value: object) -> None:
    """Whatever is JSON already means the same."""
    assert value == parse_jsonc(json.dumps(value))
    assert value == parse_jsonc(json.dumps(value, ensure_ascii=False, indent=1))
