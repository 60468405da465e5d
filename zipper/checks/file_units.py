"""A large file's pieces, each small enough for a syntax tree.

In: bytes. Out: `Unit`s that cover the file: runs of whole statements, and the bodies of large
functions, which are holes in the unit around them. A tree takes some 250 bytes for each sign of
punctuation, so that one for a whole bundle of 15 MB would take gigabytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.brackets import find_layout
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.brackets import Nesting
    from zipper.checks.known_stretches import KnownStretches

__all__ = ["Unit", "count_signs", "cut", "is_large", "may_be_large", "spans"]

_PUNCTUATION: Final = b";,(){}[]=.+-*/<>!&|?:`'\""
_PUNCTUATION_MAX: Final = 150_000
"""Signs up to which a file is parsed as a whole: 40 MB of syntax tree."""
_UNIT_BYTES: Final = 8_000
"""About the size of a piece: a small one is more often one that nothing is looked up in."""
_HOLE_BYTES: Final = 2_000
"""Size from which a block is a piece of its own wherever it is."""
_UNIT_SIGNS_MAX: Final = 400_000
"""Signs of the largest piece that is parsed, data that cannot be cut: 100 MB of syntax tree."""


class Unit(NamedTuple):
    """A run of statements."""

    start: int
    end: int
    holes: tuple[tuple[int, int], ...]
    """What of it is in other units: the insides of blocks, in order."""
    parent: int
    """The number of the unit around it, -1 for none."""
    scope: tuple[int, int]
    """The whole block that it is a run of: where it opens, -1 for the file, and where it closes."""


def may_be_large(content: bytes) -> bool:
    """Return whether a file is long enough to be parsed in pieces, at a glance."""
    return len(content) > _PUNCTUATION_MAX


def is_large(content: bytes) -> bool:
    """Return whether a file is parsed in pieces."""
    return may_be_large(content) and count_signs(content) > _PUNCTUATION_MAX


def cut(content: bytes, known: KnownStretches | None = None) -> list[Unit] | None:
    """Return the pieces of a file, each behind its parent; None where it cannot be cut surely.

    Args:
        content: the file's text.
        known: as for `zipper.checks.brackets.find_layout`.
    """
    layout = find_layout(content, known)
    if layout is None:
        return None
    units = _Cutter(layout).run(len(content))
    signs = (sum(count_signs(content[start:end]) for start, end in spans(u)) for u in units)
    return None if any(number > _UNIT_SIGNS_MAX for number in signs) else units


def spans(unit: Unit) -> Iterator[tuple[int, int]]:
    """Yield the parts of a unit between its holes."""
    start = unit.start
    for hole_start, hole_end in unit.holes:
        yield start, hole_start
        start = hole_end
    yield start, unit.end


def count_signs(content: bytes) -> int:
    """Return how many signs of punctuation a text has."""
    return len(content) - len(content.translate(None, _PUNCTUATION))


class _Cutter:
    """The state of one plan."""

    def __init__(self, layout: Nesting) -> None:
        self.borders = layout.borders
        self.inside: dict[int, list[tuple[int, int]]] = {}
        """The blocks directly in another one, by where that opens."""
        waiting: list[tuple[int, int]] = []
        for start, end in layout.blocks:
            inner: list[tuple[int, int]] = []
            while waiting and waiting[-1][0] > start:
                inner.append(waiting.pop())
            self.inside[start] = inner[::-1]
            waiting.append((start, end))
        self.inside[-1] = waiting
        self.units: list[Unit] = []

    def run(self, size: int) -> list[Unit]:
        pending = [(-1, size, -1)]
        while pending:
            start, end, parent = pending.pop()
            for unit in self._cut_block(start, end, parent):
                number = len(self.units)
                self.units.append(unit)
                pending += [(hole[0] - 1, hole[1], number) for hole in unit.holes]
        return self.units

    def _cut_block(self, start: int, end: int, parent: int) -> list[Unit]:
        """Return the units of one block's statements, holes excepted."""
        scope, children = (start, end), self.inside.get(start, [])
        if end - start <= _UNIT_BYTES:
            return [Unit(start + 1, end, (), parent, scope)]
        borders = [*(b for b in self.borders.get(start, []) if b > start + 1), end]
        units: list[Unit] = []
        begin, index, held = start + 1, 0, 0
        mine: list[tuple[int, int]] = []
        for number, border in enumerate(borders):
            while index < len(children) and children[index][1] < border:
                child = children[index]
                mine.append(child)
                held += child[1] - child[0] if child[1] - child[0] >= _HOLE_BYTES else 0
                index += 1
            following = borders[number + 1] if number + 1 < len(borders) else border
            if border == end or following - begin - held > _UNIT_BYTES:
                units.append(_make_unit(begin, border, mine, parent, scope))
                begin, held, mine = border, 0, []
        return units


def _make_unit(
    start: int,
    end: int,
    blocks: list[tuple[int, int]],
    parent: int,
    scope: tuple[int, int],
) -> Unit:
    """Return a unit with holes: for large blocks, and for all where it would be too large yet."""
    large = [block for block in blocks if block[1] - block[0] >= _HOLE_BYTES]
    rest = end - start - sum(block[1] - block[0] for block in large)
    holes = blocks if rest > _UNIT_BYTES else large
    return Unit(start, end, tuple((a + 1, b) for a, b in holes), parent, scope)
