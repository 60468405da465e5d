"""YAML that people write."""

from __future__ import annotations

import pytest

from zipper.npm.yaml_settings import parse_settings
from zipper.npm.yaml_text import YamlFaultError


def test_anchors_and_merge_keys_mean_what_they_do_in_yaml() -> None:
    """What stands in a map wins over what is merged, and the first of several over the others."""
    text = "\ufeffa: &x {k: 1, on: 010}\nb: *x\nc: {<<: [*x, {k: 2, l: 3}], on: no}\n"

    assert {
        "a": {"k": "1", "on": "010"},
        "b": {"k": "1", "on": "010"},
        "c": {"k": "1", "l": "3", "on": "no"},
    } == parse_settings(text)


@pytest.mark.parametrize("text", ["", "# nothing\n", "just a text", "- a list"])
def test_what_is_no_map_says_nothing(text: str) -> None:
    """A file may be empty."""
    assert {} == parse_settings(text)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: [", 2, "flow"),
        ("a: 1\na: 2", 2, "twice"),
        ("? [a]\n: b", 1, "no text"),
        ("a: &x [*x]", 1, "levels"),
        ("a: 1\n---\nb: 2", 2, "document"),
        ("a: \x00", 1, "character"),
        (
            "\n".join(
                ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 30))]
            ),
            None,
            "values",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, line: int | None, word: str) -> None:
    """With its line; a file that would become a billion values stops at a hundred thousand."""
    with pytest.raises(YamlFaultError) as caught:
        parse_settings(text)

    assert word in caught.value.message
    assert line in (None, caught.value.line)


@pytest.mark.parametrize(("more", "is_refused"), [(97, False), (98, True)])
def test_a_hundred_thousand_values_are_read(more: int, *, is_refused: bool) -> None:
    """Each time that an alias stands for some they count."""
    shared, often = ", ".join("x" * 998), ", ".join(["*a"] * 99)
    text = f"a: &a [{shared}]\nb: [{often}]\nc: [{', '.join('x' * more)}]\n"
    try:
        assert more == len(parse_settings(text)["c"])
    except YamlFaultError as error:
        assert (is_refused, "100,000" in error.message) == (True, True)  # noqa: PT017
    else:
        assert not is_refused


@pytest.mark.parametrize(("levels", "is_refused"), [(100, False), (101, True)])
def test_a_hundred_levels_are_read(levels: int, *, is_refused: bool) -> None:
    """The map is above the first."""
    text = f"a: {'[' * levels}{']' * levels}"
    try:
        assert parse_settings(text)
    except YamlFaultError as error:
        assert (is_refused, 1, 3 + levels) == (True, error.line, error.column)  # noqa: PT017
    else:
        assert not is_refused


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\nb: {c: 1, c: 2}", (2, 11)),
        ("a:\n  ? [x]\n  : 1", (2, 5)),
        ("a: b: c", (1, 5)),
        ("a: *b", (1, 4)),
        ("a: \ud800", (1, 1)),
    ],
)
def test_a_fault_has_its_place(text: str, place: tuple[int, int]) -> None:
    """Lines and columns count from 1."""
    with pytest.raises(YamlFaultError) as caught:
        parse_settings(text)

    assert place == (caught.value.line, caught.value.column)


@pytest.mark.parametrize("value", ["x", "[x]", "[[]]"])
def test_what_is_merged_is_a_map(value: str) -> None:
    """Anything else is passed over."""
    assert {"a": {"b": "1"}} == parse_settings(f"a: {{b: 1, <<: {value}}}")
