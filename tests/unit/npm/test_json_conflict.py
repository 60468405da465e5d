"""Conflict marks in JSON, merged as npm does: each answer is parse-conflict-json's."""

from __future__ import annotations

import pytest

from zipper.npm.json_conflict import has_conflict, merge_conflict

PLAIN = """{
  "a": {
<<<<<<< HEAD
    "version": "1.0.1",
=======
    "version": "1.0.2",
>>>>>>> theirs
    "dev": true
  }
}
"""


def conflict(ours: str, base: str, theirs: str) -> str:
    """Return the text of a conflict whose base is told, as `merge.conflictStyle=diff3` does."""
    return f"<<<<<<< HEAD\n{ours}\n||||||| base\n{base}\n=======\n{theirs}\n>>>>>>> theirs\n"


ROWS = {
    "ours wins": ('{"a":1}', '{"a":0}', '{"a":2}', {"a": 1}),
    "both add": ('{"a":1}', "{}", '{"b":2}', {"a": 1, "b": 2}),
    "ours removes": ("{}", '{"a":1}', '{"a":1,"b":2}', {"b": 2}),
    "both remove": ("{}", '{"a":1}', "{}", {}),
    "theirs removes, ours changes": ('{"a":{"b":2}}', '{"a":{"b":1}}', "{}", {"a": {"b": 2}}),
    "theirs alone changes": ('{"a":1}', '{"a":1}', '{"a":2}', {"a": 2}),
    "true is not one": ('{"a":true}', '{"a":1}', '{"a":1}', {"a": True}),
    "a list grows": ('{"a":["x","y"]}', '{"a":["x"]}', '{"a":["x"]}', {"a": ["x", "y"]}),
    "a list loses its first": ('{"a":["y"]}', '{"a":["x","y"]}', '{"a":["x","y"]}', {"a": ["y"]}),
    "a list loses its last": ('{"a":["x"]}', '{"a":["x","y"]}', '{"a":["x","y"]}', {"a": ["x"]}),
    "of another kind": ('{"a":{"b":1}}', '{"a":1}', '{"a":[1]}', {"a": {"b": 1}}),
    "theirs has a text there": (
        '{"a":{"b":{"c":2}}}',
        '{"a":{"b":{"c":1}}}',
        '{"a":"x"}',
        {"a": {"b": {"c": 2}}},
    ),
    "theirs has a text below": (
        '{"a":{"b":{"c":2}}}',
        '{"a":{"b":{"c":1}}}',
        '{"a":{"b":"x"}}',
        {"a": {"b": {"c": 2}}},
    ),
    "theirs has a list there": (
        '{"a":{"b":{"c":2}}}',
        '{"a":{"b":{"c":1}}}',
        '{"a":[1]}',
        {"a": {"b": {"c": 2}}},
    ),
    "theirs has a number there": (
        '{"a":{"b":{"c":2}}}',
        '{"a":{"b":{"c":1}}}',
        '{"a":7}',
        {"a": {"b": {"c": 2}}},
    ),
    "theirs has an empty list": (
        '{"a":[{"b":2}]}',
        '{"a":[{"b":1}]}',
        '{"a":[]}',
        {"a": [{"b": 2}]},
    ),
    "theirs lacks the one before": (
        '{"a":[{"b":1},{"b":2}]}',
        '{"a":[{"b":1},{"b":1}]}',
        '{"a":[]}',
        {"a": [None, {"b": 2}]},
    ),
    "theirs lacks a list in a list": ('{"a":[[2]]}', '{"a":[[1]]}', '{"a":[]}', {"a": [[2]]}),
    "ours removes, theirs has a text": (
        '{"a":{"b":{}}}',
        '{"a":{"b":{"c":1}}}',
        '{"a":{"b":"x"}}',
        {"a": {"b": {}}},
    ),
    "never a prototype": ('{"__proto__":{"b":1}}', "{}", "{}", {}),
}


@pytest.mark.parametrize(("ours", "base", "theirs", "expected"), ROWS.values(), ids=ROWS)
def test_both_sides_count(ours: str, base: str, theirs: str, expected: dict) -> None:
    """Our changes are laid over theirs."""
    assert expected == merge_conflict(conflict(ours, base, theirs))


def test_without_a_base() -> None:
    """What stands outside the marks is what both have in common."""
    assert has_conflict(PLAIN)
    assert {"a": {"version": "1.0.1", "dev": True}} == merge_conflict(PLAIN)


@pytest.mark.parametrize("text", ['{"a": "<<<<<<<"}', "{}", "<<<<<<<\n=======\n"])
def test_no_conflict(text: str) -> None:
    """All three marks make a conflict."""
    assert not has_conflict(text)


def test_sides_that_are_no_json() -> None:
    """A comma too many is for a person to see."""
    with pytest.raises(ValueError, match=r"Expecting|Illegal"):
        merge_conflict(conflict('{"a":1,}', "{}", "{}"))
