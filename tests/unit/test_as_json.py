"""Values become what JSON has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from zipper.as_json import as_json


class Point(NamedTuple):
    """A value that is a tuple."""

    x: int
    y: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """A value that is none."""

    name: str | None
    points: tuple[Point, ...]


def test_values_with_fields_become_objects() -> None:
    """Dataclasses and named tuples alike, inside of each other, of lists and of mappings."""
    shape = Shape(None, (Point(1, (2, 3)),))
    expected = {"name": None, "points": [{"x": 1, "y": [2, 3]}]}

    assert as_json({"shapes": [shape]}) == {"shapes": [expected]}


def test_what_json_has_stays() -> None:
    """Texts, numbers, truth values and nothing."""
    assert as_json(["a", 1, 2.5, True, None]) == ["a", 1, 2.5, True, None]
