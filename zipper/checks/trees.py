"""The syntax trees of a file: one, or one for each piece of a large file.

In: bytes. Out: `Trees`: the nodes that lead to an offset, across pieces as if there were one tree.
Parsing is tree-sitter's work. A piece is parsed when something in it is looked up, so that most of
a large file is never. Errors are repaired where the grammar is known to lack something.
"""

from __future__ import annotations

from bisect import bisect_right
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import TYPE_CHECKING, Final

from tree_sitter import Language, Node, Parser, Point, Range

from zipper.checks.file_units import Unit, cut, is_large, spans
from zipper.checks.source_text import find_word
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.known_stretches import KnownStretches

__all__ = ["PieceTree", "TooLargeError", "Trees"]

_REPAIRS: Final = (
    (
        late_pattern(
            rb"(?m)^([ \t]*(?:(?:static|let|var)[ \t]+)?#?[A-Za-z_$][\w$]*)"
            rb"([ \t]*\r?\n\s*(?:[*\[]|static\b))"
        ),
        rb"\1;\2",
    ),
    (late_pattern(rb"\bas[ \t]+([a-z]+)(?=\s*[,}])"), rb'as "\1"'),
    (
        late_pattern(
            rb"(?<=[{,])(\s*)(do|if|in|for|new|try|var|case|else|enum|null|this|true|void|with|break"
            rb"|catch|class|const|false|super|throw|while|delete|export|import|return|switch|typeof"
            rb"|default|extends|finally|continue|debugger|function|instanceof)(?=\s+as\b)"
        ),
        rb'\1"\2"',
    ),
    (late_pattern(rb"(?m)\b(break|continue)(?=[ \t]*\r?\n\s*[(\[])"), rb"\1;"),
    (late_pattern(rb"(?<![.\w$])using(?=\s*[^\w\s$])"), rb"us1ng"),
    (late_pattern(rb"(?m)^([ \t]*)(?=in(?:stanceof)?[0-9_$])"), rb"\1;"),
    (late_pattern(rb"(?<=['\"])\0(?=['\"])"), rb" "),
)
"""What tree-sitter-javascript 0.25 does not read, and the same in a form that it reads: a field or
a variable that is alone on its line before `[`, `*` or `static`; `export { a as null }` and
`import { do as a }`; `break` at a line's end before a parenthesis; a variable called `using`; a
line that begins with a name such as `in5`; a string of one NUL. Lines stay."""
_WORDS: Final = (b"require", b"import", b"export")
"""What every file is searched for: the pieces that have it are parsed first, and mended."""
_DEPTH_MAX: Final = 400
"""Nested nodes that are followed; deeper code counts as lazy."""
_KEPT_NODES_MAX: Final = 1_300_000
"""Nodes of the pieces whose trees are kept: 130 MB."""
_PASSING_MAX: Final = 2
"""Trees of other pieces that are kept at a time."""
_LEAPS_MAX: Final = 2
"""How often a file's size may be parsed again for places that are looked up out of order."""


def _load_language() -> Language:
    """Return the grammar, without all that its package imports for queries that are not used here.

    That is a third of what a check imports.
    """
    package = PathFinder.find_spec("tree_sitter_javascript")
    places = None if package is None else package.submodule_search_locations
    found = PathFinder.find_spec("tree_sitter_javascript._binding", places)
    if found is None or found.loader is None:
        from tree_sitter_javascript import language  # noqa: PLC0415  (where it is packed otherwise)

        return Language(language())
    binding = module_from_spec(found)
    found.loader.exec_module(binding)
    return Language(binding.language())


_LANGUAGE: Final = _load_language()


class TooLargeError(Exception):
    """A file is too large for one tree and cannot be cut surely."""


class PieceTree:
    """The tree of one piece."""

    __slots__ = ("_has_top", "_top", "_top_start", "prefix", "root")

    def __init__(self, root: Node, prefix: list[Node]) -> None:
        self.root = root
        self.prefix = prefix
        """The nodes of other pieces that lead to the block which this is a run of."""
        self._top = root.walk()
        self._has_top = False
        self._top_start = 0

    def path_to(self, offset: int) -> list[Node]:
        """Return the nodes from the file's root to the token at `offset`, the token last.

        One descent: asking each node for its parent would start at the root every time. The
        statement of the top level is kept, because a minified file has a million of them and
        offsets mostly ascend.
        """
        if not self._has_top or offset < self._top_start:
            self._top = self.root.walk()
            self._has_top = self._top.goto_first_child()
        top = self._top
        node = top.node if self._has_top else None  # each look makes a value
        while node is not None and node.end_byte <= offset and top.goto_next_sibling():
            node = top.node
        path = self.prefix or [self.root]
        if node is None:
            return path
        start = self._top_start = node.start_byte
        if not start <= offset < node.end_byte:
            return path
        path = [*path, node]
        cursor = node.walk()
        while cursor.goto_first_child_for_byte(offset) is not None:
            node = cursor.node
            if node is None or node.start_byte > offset or len(path) > _DEPTH_MAX:
                break
            path.append(node)
        return path


class Trees:
    """All trees of a file."""

    def __init__(self, content: bytes, known: KnownStretches | None = None) -> None:
        """Parse `content`, piece by piece where it is large.

        Args:
            content: the file's text.
            known: as for `zipper.checks.brackets.find_layout`.

        Raises:
            TooLargeError: if it cannot be cut.
        """
        self.content = content
        self._known = known
        self._parse()
        if self.has_error:
            self.content = self._repair()
            self._parse()

    def _repair(self) -> bytes:
        """Return the content with the pieces mended that have errors."""
        parts: list[bytes] = []
        at = 0
        for start, end, repairs in sorted(
            (start, end, repairs)
            for number in self._failing
            for repairs in [_find_repairs(self.content, self.units[number])]
            for start, end in spans(self.units[number])
        ):
            parts += [self.content[at:start], _mend(self.content[start:end], repairs)]
            at = end
        return b"".join([*parts, self.content[at:]])

    def _parse(self) -> None:
        self._kept: dict[int, PieceTree] = {}
        self._passing: dict[int, PieceTree] = {}
        self._kept_nodes = 0
        self._leapt = 0
        self.units = _units_of(self.content, self._known)
        self._parts = _parts_of(self.units)
        self._runs: dict[int, list[int]] = {}
        for number, unit in enumerate(self.units):
            if unit.parent >= 0:
                self._runs.setdefault(unit.scope[0], []).append(number)
        self._points = _points_of(self.content, self.units)
        self._failing: dict[int, int] = {}
        self.root = self._load(0).root
        """Of the first piece; a path that leads nowhere ends there."""
        if len(self.units) > 1:
            words = (at for word in _WORDS for at in find_word(self.content, word))
            for number in sorted(set(map(self._number_at, words))):
                self._tree(number)

    @property
    def has_error(self) -> bool:
        """Whether the parser fails in a piece that was looked at."""
        return bool(self._failing)

    @property
    def error_line(self) -> int:
        """The line of the first syntax error that was seen, counted from 1; 0 for none."""
        return min(self._failing.values(), default=0)

    def at(self, offset: int, *, is_leap: bool = False) -> PieceTree | None:
        """Return the tree that has the code at `offset`.

        Args:
            offset: in bytes.
            is_leap: whether it is looked up out of order. Then the answer is None where that has
                cost too much already.
        """
        number = self._number_at(offset) if len(self.units) > 1 else 0
        tree = self._kept.get(number) or self._passing.get(number)
        if tree is not None:
            return tree
        if is_leap:
            unit = self.units[number]
            self._leapt += unit.end - unit.start
            if self._leapt > _LEAPS_MAX * len(self.content):
                return None
        return self._load(number)

    def is_outermost(self, offset: int) -> bool:
        """Return whether the piece that holds an offset is one of the top level."""
        return len(self.units) == 1 or self.units[self._number_at(offset)].parent < 0

    def statements(self) -> Iterator[Node]:
        """Yield the statements of the top level."""
        for number, unit in enumerate(self.units):
            if unit.parent < 0:
                yield from _named_children(self._tree(number).root)

    def inside(self, opening: int) -> Iterator[Node] | None:
        """Return the statements of the block that opens at an offset, if it has its own trees."""
        numbers = self._runs.get(opening)
        if numbers is None:
            return None
        return (node for number in numbers for node in _named_children(self._tree(number).root))

    def _number_at(self, offset: int) -> int:
        return self._parts[max(0, bisect_right(self._parts, (offset, len(self.units))) - 1)][1]

    def _tree(self, number: int) -> PieceTree:
        return self._kept.get(number) or self._passing.get(number) or self._load(number)

    def _load(self, number: int) -> PieceTree:
        unit = self.units[number]
        root = Parser(_LANGUAGE, included_ranges=self._ranges(unit)).parse(self.content).root_node
        prefix: list[Node] = []
        if unit.parent >= 0:
            prefix = self._tree(unit.parent).path_to(unit.scope[0])[:-1]
        tree = PieceTree(root, prefix)
        if root.has_error and number not in self._failing:
            self._failing[number] = _find_error_line(root)
        nodes = root.descendant_count
        if self._kept_nodes + nodes <= _KEPT_NODES_MAX:
            self._kept_nodes += nodes
            self._kept[number] = tree
        else:
            if len(self._passing) >= _PASSING_MAX:
                del self._passing[next(iter(self._passing))]
            self._passing[number] = tree
        return tree

    def _ranges(self, unit: Unit) -> list[Range]:
        if len(self.units) == 1:
            return []
        return [
            Range(self._points[start], self._points[end], start, end)
            for start, end in spans(unit)
            if end > start
        ] or [Range(self._points[unit.start], self._points[unit.end], unit.start, unit.end)]


def _units_of(content: bytes, known: KnownStretches | None) -> list[Unit]:
    if not is_large(content):
        return [Unit(0, len(content), (), -1, (-1, len(content)))]
    units = cut(content, known)
    if units is None:
        raise TooLargeError
    return units


def _parts_of(units: list[Unit]) -> list[tuple[int, int]]:
    """Return the offset from which each unit holds the code, with the unit's number."""
    return sorted(
        (start, n) for n, unit in enumerate(units) for start, end in spans(unit) if end > start
    ) or [(0, 0)]


def _points_of(content: bytes, units: list[Unit]) -> dict[int, Point]:
    """Return line and column of each border of a unit."""
    offsets = sorted({at for unit in units for span in spans(unit) for at in span})
    points: dict[int, Point] = {}
    row = last = 0
    for at in offsets:
        row += content.count(b"\n", last, at)
        last = at
        points[at] = Point(row, at - content.rfind(b"\n", 0, at) - 1)
    return points


def _find_repairs(content: bytes, unit: Unit) -> int:
    """Return how many of the repairs it takes until a piece parses; all where none helps."""
    text = b"".join(content[start:end] for start, end in spans(unit))
    for number, (pattern, replacement) in enumerate(_REPAIRS, 1):
        mended = pattern.sub(replacement, text)
        if mended != text and not Parser(_LANGUAGE).parse(mended).root_node.has_error:
            return number
        text = mended
    return len(_REPAIRS)


def _mend(text: bytes, repairs: int) -> bytes:
    for pattern, replacement in _REPAIRS[:repairs]:
        text = pattern.sub(replacement, text)
    return text


def _named_children(root: Node) -> Iterator[Node]:
    cursor = root.walk()
    has_next = cursor.goto_first_child()
    while has_next:
        node = cursor.node  # each look makes a value
        if node is not None and node.is_named:
            yield node
        has_next = cursor.goto_next_sibling()


def _find_error_line(node: Node) -> int:
    for _ in range(_DEPTH_MAX):
        if node.type == "ERROR" or node.is_missing:
            break
        child = _find_error(node)
        if child is None:
            break
        node = child
    return int(node.start_point[0]) + 1


def _find_error(node: Node) -> Node | None:
    """Return the first child that has a syntax error inside."""
    cursor = node.walk()
    has_next = cursor.goto_first_child()
    while has_next:
        child = cursor.node
        if child is not None and (child.has_error or child.is_missing):
            return child
        has_next = cursor.goto_next_sibling()
    return None
