"""JSON text becomes an object, or npm's EJSONPARSE with the culprit."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zipper.errors import LockfileError, ProjectError, ZipperError
from zipper.npm.json_text import find_object, parse_json_object


def refused(text: str | bytes, *, error: type[ZipperError] = ProjectError) -> ZipperError:
    with pytest.raises(error) as raised:
        parse_json_object(text, path="package.json", error=error)
    assert "EJSONPARSE" == raised.value.code
    assert "`package.json`" in raised.value.message
    return raised.value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON: Expecting value at line 1, column 1"),
        ('{"a": 1,\n"b" 2}', "Expecting ':' delimiter at line 2, column 5"),
        ("{'a': 1}", "line 1, column 2"),
        ('{"a": 1} x', "Extra data at line 1, column 10"),
        ("// comment\n{}", "line 1, column 1"),
        ("[]", "holds no JSON object, but an array"),
        ('"x"', "but a string"),
        ("null", "but null"),
        ("true", "but true or false"),
        ("3", "but a number"),
        (b'{"a": "\xff"}', "is not UTF-8: byte 7 is 0xff"),
        (b"\xff\xfe{\x00", "is not UTF-8: byte 0 is 0xff"),
        ('{"a": ' + "[" * 100_000, "is nested too deep"),
        ('{"a": ' * 100_000, "is nested too deep"),
        ('{"a": ' + "1" * 5_000 + "}", "has a number of thousands of digits"),
        ('{"a": "\\ud800"}', "has half a character in a text: '\\ud800'"),
        ('{"\\uDFFF": 1}', "has half a character"),
    ],
    ids=range(17),
)
def test_what_is_no_object_is_told(text: str | bytes, message: str) -> None:
    """The message says what is wrong and where."""
    assert message in refused(text).message


def test_culprit_is_drawn() -> None:
    """The line is shown with a caret below the column, cut to a length that can be read."""
    error = refused('{\n\t"name": "fn"\n\t"version": "1"\n}')
    long = refused('{"a": ["' + "x" * 500 + '" 1]}')

    assert (("line", ' "version": "1"\n ^'),) == error.facts
    assert all(len(line) <= 100 for line in long.facts[0][1].split("\n"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"a": x}', '{"a": x}\n      ^'),
        (' {"a": x}\n', ' {"a": x}\n       ^'),
        ('{"a": 1,\n\n  b}', "  b}\n  ^"),
        ('{"a": "' + "y" * 80 + '", b: "' + "z" * 80 + '"}',
         "y" * 57 + '", b: "' + "z" * 36 + "\n" + " " * 60 + "^"),
    ],
)  # fmt: skip
def test_the_excerpt_ends_with_its_line(text: str, line: str) -> None:
    """It begins at most sixty characters before the culprit."""
    assert (("line", line),) == refused(text).facts


def test_hints_fit_the_file() -> None:
    """Conflict marks, lockfiles and package.json each have their own advice."""
    assert "conflict marks" in (refused('{\n<<<<<<< HEAD\n"a": 1').hint or "")
    assert "zipper resolve" in (refused("{", error=LockfileError).hint or "")
    assert "no comments" in (refused("{").hint or "")


@pytest.mark.parametrize("text", [b"\xef\xbb\xbf{}", b"{}", "{}", b" \r\n{ } "])
def test_byte_order_mark_and_spaces(text: str | bytes) -> None:
    """A byte order mark is taken, as npm takes it."""
    assert {} == parse_json_object(text, path="x")


def test_whole_characters_in_escapes_are_taken() -> None:
    """A pair of surrogates is one character."""
    assert {"a": "\U0001f600"} == parse_json_object('{"a": "\\ud83d\\ude00"}', path="x")


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=40) | st.binary(max_size=40))
def test_any_text_is_an_object_or_a_coded_error(text: str | bytes) -> None:
    """Nothing but ZipperError is ever raised, and what comes is an object that can be written."""
    try:
        value = parse_json_object(text, path="x")
    except ProjectError:
        value = {}

    assert isinstance(value, dict)
    assert json.dumps(value, ensure_ascii=False).encode()


@pytest.mark.parametrize("text", ["//registry.example/:_authToken=x", "-----BEGIN KEY-----", "[x"])
def test_nothing_is_shown_of_what_is_no_object(text: str) -> None:
    """The name may be a link to a file of tokens; only what looks like an object is quoted."""
    assert () == refused(text).facts
    assert "line" in dict(refused("{" + text).facts)


@pytest.mark.parametrize("data", [None, b"", b"[]", b"1", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_an_empty_one(data: bytes | None) -> None:
    """A text that is absent, damaged, nested without end or of another type has no keys."""
    assert {} == find_object(data)
    assert {"a": 1} == find_object(b'\xef\xbb\xbf{"a": 1}')


def test_what_mends_an_encoding_is_said() -> None:
    """Windows' editors write UTF-16 and code pages."""
    assert refused('{"a": "ä"}'.encode("latin-1")).hint == "save it as UTF-8"
