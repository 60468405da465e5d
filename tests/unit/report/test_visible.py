"""Hidden characters in what is shown."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.report.visible import _HIDDEN, escape_json, show

HIDDEN = {
    "escape": "\x1b",
    "delete": "\x7f",
    "a control sequence in one byte": "\x9b",
    "next line": "\x85",
    "right to left override": "\u202e",
    "isolate": "\u2066",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "no width": "\u200b",
    "byte order mark": "\ufeff",
    "tag letter": "\U000e0041",
}


@pytest.mark.parametrize("letter", HIDDEN.values(), ids=HIDDEN)
def test_hidden_letters_are_seen(letter: str) -> None:
    """Each is a replacement character on a terminal, and an escape in JSON."""
    text = f"a{letter}b\tc"

    assert "a\ufffdb\tc" == show(text)
    escaped = escape_json(json.dumps([text], indent=1, ensure_ascii=False))
    assert letter not in escaped
    assert [text] == json.loads(escaped)


@pytest.mark.parametrize("text", ["é", "日本", "a\u00a0b", "\ue000", "😀", "\udc80", ""])
def test_what_can_be_seen_stays(text: str) -> None:
    """Letters of any script, spaces, and the marks of bytes that are no text are not touched."""
    assert text == show(text)
    assert f'"{text}"' == escape_json(f'"{text}"')


@given(st.text())
def test_any_document_means_the_same(text: str) -> None:
    """Whatever a string holds, the document is read back equal and shows nothing hidden."""
    document = {text: [text]}

    escaped = escape_json(json.dumps(document, indent=2, ensure_ascii=False))

    assert document == json.loads(escaped)
    hidden = {letter for letter in escaped if unicodedata.category(letter) in _HIDDEN}
    assert hidden <= {"\n"}
