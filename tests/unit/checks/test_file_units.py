"""Where a large file is cut, by sizes that decide."""

from __future__ import annotations

import pytest

from zipper.checks.file_units import Unit, count_signs, cut, is_large, may_be_large, spans

DEEP = b"[[[0]]];"
"""Brackets of three levels, so that what is around them is looked at."""


def statement(size: int) -> bytes:
    """Return a statement of so many bytes."""
    return b"a".ljust(size - 1) + b";"


def function(size: int) -> bytes:
    """Return a function whose body, with the bracket before it, has so many bytes."""
    return b"function f(){" + DEEP + statement(size - 1 - len(DEEP)) + b"}\n"


def pieces(content: bytes) -> list[tuple[int, int]]:
    """Return where the units begin and end, but empty ones, and those of functions."""
    units = cut(content)
    assert units is not None
    return [(unit.start, unit.end) for unit in units if unit.parent < 0 < unit.end - unit.start]


def holes(content: bytes) -> list[int]:
    """Return the sizes of what is in pieces of its own."""
    units = cut(content)
    assert units is not None
    return [end - start for unit in units for start, end in unit.holes]


@pytest.mark.parametrize("sign", b";,(){}[]=.+-*/<>!&|?:`'\"")
def test_signs_of_punctuation(sign: int) -> None:
    """Each makes a node of a syntax tree, in which letters and spaces are parts of nodes."""
    assert 1 == count_signs(b"a " + bytes([sign]) + b"_1")


@pytest.mark.parametrize(("count", "expected"), [(150_000, False), (150_001, True)])
def test_which_files_are_large(count: int, expected: bool) -> None:
    """By their punctuation, and so by their size as well."""
    assert expected == is_large(b";" * count)
    assert expected == may_be_large(b"a" * count)
    assert not is_large(b"a;" * 75_000)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (statement(5_000) + statement(2_999), [(0, 7_999)]),
        (statement(1_000) * 8, [(0, 8_000)]),
        (statement(2_000) * 10, [(0, 8_000), (8_000, 16_000), (16_000, 20_000)]),
        (statement(7_000) + statement(5_000), [(0, 7_000), (7_000, 12_000)]),
        (statement(9_000) + statement(3_000), [(0, 9_000), (9_000, 12_000)]),
        (statement(3_000) * 3, [(0, 6_000), (6_000, 9_000)]),
        (b"a" * 9_000, [(0, 9_000)]),
    ],
)
def test_runs_of_statements(content: bytes, expected: list[tuple[int, int]]) -> None:
    """Between two statements, before a piece has more than 8,000 bytes."""
    assert expected == pieces(content)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (statement(7_000) + function(2_000), [1_999]),
        (statement(7_000) + function(1_999), []),
        (statement(5_000) + function(2_000), []),
        (function(3_000) * 3, [2_999] * 3),
        (
            b"if (x){" + DEEP + function(1_500) * 2 + statement(6_000) + b"}\n",
            [9_036, 1_499, 1_499],
        ),
        (b"x(" + function(1_500) * 6 + b");", [1_499] * 6),
        (b"x(" + function(900) * 10 + b");", []),
        (function(9_000) + statement(3_000), [8_999]),
    ],
)
def test_bodies_that_are_pieces_of_their_own(content: bytes, expected: list[int]) -> None:
    """A body of 2,000 bytes, or a smaller one where its piece would be too large with it."""
    assert expected == holes(content)


def test_pieces_of_a_body() -> None:
    """They are behind the piece around them, and know it and the whole block."""
    body = DEEP + statement(2_992) + statement(3_000) * 3
    content = statement(2_000) + b"function f(){" + body + b"}\n"
    units = [unit for unit in cut(content) or [] if unit.start < unit.end]

    start = 2_000 + len("function f(){")
    block = (start - 1, start + 12_000)
    assert units == [
        Unit(0, 2_000, (), -1, (-1, len(content))),
        Unit(2_000, len(content), ((start, start + 12_000),), -1, (-1, len(content))),
        Unit(start, start + 6_000, (), 1, block),
        Unit(start + 6_000, start + 12_000, (), 1, block),
    ]
    assert [(0, 2_000)] == list(spans(units[0]))
    assert [(2_000, start), (start + 12_000, len(content))] == list(spans(units[1]))


@pytest.mark.parametrize(("count", "is_cut"), [(399_996, True), (399_997, False)])
def test_data_that_cannot_be_cut(count: int, is_cut: bool) -> None:
    """A piece of more than 400,000 signs is parsed by nothing."""
    assert is_cut == (cut(b"a=[" + b"0," * count + b"];") is not None)


@pytest.mark.parametrize("content", [b"(", b")", b"{]", b"`"])
def test_brackets_that_do_not_match(content: bytes) -> None:
    """Where they end is not known then."""
    assert cut(content) is None
