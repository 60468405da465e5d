"""YAML as package managers write it: text only, and a place for each complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from zipper.npm.yaml_text import YamlFaultError, locate_yaml, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_every_scalar_is_text() -> None:
    """What YAML 1.1 takes for booleans, numbers, dates and nothing stays as it is written."""
    text = "on: 1:20\nb: 010\nc: 2026-01-01\nd: ~\ne:\nf: 'x'\n? long\n: [yes, {no: 1e3}]\n"

    assert [
        {
            "on": "1:20",
            "b": "010",
            "c": "2026-01-01",
            "d": "~",
            "e": "",
            "f": "x",
            "long": ["yes", {"no": "1e3"}],
        }
    ] == parse_yaml(text)


def test_documents_are_told_apart() -> None:
    """Each document is a value; none is an empty list."""
    assert [{"a": "1"}, "", {"b": "2"}] == parse_yaml("a: 1\n---\n---\nb: 2\n")
    assert [] == parse_yaml("# nothing\n")


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("a: &x 1", (1, 4), "anchor"),
        ("a: 1\nb: *x", (2, 4), "alias"),
        ("a: !!str 1", (1, 4), "tag"),
        ("a: !<x> [1]", (1, 4), "tag"),
        ("a: 1\nb: 2\na: 3", (3, 1), "twice"),
        ("<<: {a: 1}", (1, 1), "merge key"),
        ("? [a]\n: b", (1, 3), "no text"),
        ("a: [", (2, 1), "flow"),
        ("a: b: c", (1, 5), "mapping values"),
        ("a: 1\nb: \x00", (2, 4), "character"),
        ("a: 1\nb: \udc80", (2, 1), "character"),
        ("a: 1\n=======\n", (2, 1), "merge conflict"),
        ("[" * 100_000, None, "depth"),
        ("\n".join(" " * at + "a:" for at in range(600)), None, "deep"),
    ],
)
def test_what_no_lockfile_has_is_refused(text: str, place: tuple[int, int], word: str) -> None:
    """An attacker's YAML and a broken one end with line and column, never with a guess."""
    with pytest.raises(YamlFaultError) as caught:
        parse_yaml(text)

    assert word in caught.value.message
    assert place in (None, (caught.value.line, caught.value.column))


TEXT = "a:\n  b: [x, {c: 1}]\n  d:\n    - e\n    - f: g\n---\na:\n  z: 1\n"


@pytest.mark.parametrize(
    ("document", "keys", "expected"),
    [
        (0, (), (1, 1)),
        (0, ("a", "b"), (2, 3)),
        (0, ("a", "b", 1), (2, 10)),
        (0, ("a", "b", 1, "c"), (2, 11)),
        (0, ("a", "d", 1, "f"), (5, 7)),
        (0, ("a", "gone", "x"), (1, 1)),
        (1, ("a", "z"), (8, 3)),
    ],
)
def test_an_entry_is_located(
    document: int, keys: tuple[str | int, ...], expected: tuple[int, int]
) -> None:
    """Keys and positions lead to a line and a column; what is not there, to what is."""
    assert expected == locate_yaml(TEXT, document, keys)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@`? \n\t,<=\x00\ud800é", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_value_or_a_fault(text: str) -> None:
    """Nothing else escapes, and a fault's place lies in the text or behind it."""
    try:
        parse_yaml(text)
    except YamlFaultError as fault:
        assert 1 <= fault.line <= text.count("\n") + 2  # noqa: PT017  (both ends are right)


_TEXTS = st.text("ab:#- ,é'\"1\n", max_size=4)
_TREES = st.recursive(
    _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


def _list_places(node: yaml.Node, path: tuple[str | int, ...] = ()) -> Iterator[object]:
    """Yield where PyYAML has each key and each item, with the way to it."""
    if isinstance(node, yaml.MappingNode):
        rows = [(key.value, key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        rows = [(at, one, one) for at, one in enumerate(node.value)]
    else:
        return
    for step, mark, below in rows:
        yield (*path, step), (mark.start_mark.line + 1, mark.start_mark.column + 1)
        yield from _list_places(below, (*path, step))


@settings(max_examples=60, deadline=None)
@given(_TREES, st.sampled_from([True, False, None]))
def test_values_and_their_places_are_pyyaml_s(value: object, flow: bool | None) -> None:
    """Whatever PyYAML writes is read as its plainest reader does, and each entry is where it is."""
    text = yaml.dump(["first"]) + "---\n" + yaml.dump(value, default_flow_style=flow)
    text = text.replace("\n...\n", "\n")

    assert [["first"], yaml.load(text.partition("---\n")[2], yaml.BaseLoader)] == parse_yaml(text)
    _, node = yaml.compose_all(text, yaml.BaseLoader)
    for path, place in _list_places(node):
        assert place == locate_yaml(text, 1, path)
        assert place == locate_yaml(text, 1, (*path, "absent"))
