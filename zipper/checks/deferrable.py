"""Whether a file could load a module later: when something of it is used for the first time.

In: a parsed file and one of its requests. Out: the line that needs the module while the file loads,
0 where no line does, or None where that is not known.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.file_facts import LAZY
from zipper.checks.source_text import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from zipper.checks.file_facts import Request
    from zipper.checks.syntax import Source

__all__ = ["find_first_use"]

_DECLARATIONS: Final = ("lexical_declaration", "variable_declaration")
_USES_MAX: Final = 2_000
_NODES_MAX: Final = 5_000


def find_first_use(source: Source, request: Request) -> int | None:
    """Return the line that needs what `request` finds while the file loads.

    Args:
        source: the file.
        request: one that runs while the file loads.

    Returns:
        0 where its names are used by code that runs later alone; None where the request is no
        declaration of the top level, so that its value goes where the text does not show.
    """
    for statement in source.statements:
        first, last = statement.start_point[0] + 1, statement.end_point[0] + 1
        if not first <= request.line <= last:
            continue
        names = _find_names(source, statement, request)
        if names is None:
            continue
        if not names:
            return request.line  # it is loaded for what it does
        return _find_eager(source, names, statement)
    return None


def _find_names(source: Source, statement: Node, request: Request) -> list[bytes] | None:
    """Return the names that a statement gives what it requests; None where it is another's."""
    if statement.type == "import_statement":
        origin = statement.child_by_field_name("source")
        if origin is None or literal(origin, source.content) != request.specifier:
            return None
        return [source.text_of(node) for node in _bound(statement)]
    if statement.type == "expression_statement" and request.kind == "require":
        inner = statement.named_children
        is_call = bool(inner) and _requests(source, inner[0], request.specifier)
        return [] if is_call and inner[0].type == "call_expression" else None
    if statement.type not in _DECLARATIONS:
        return None
    for item in statement.named_children:
        value = item.child_by_field_name("value")
        name = item.child_by_field_name("name")
        if name is not None and value is not None and _requests(source, value, request.specifier):
            return [source.text_of(node) for node in _bound(name)]
    return None


def _requests(source: Source, value: Node, specifier: str) -> bool:
    """Return whether an expression requests a module, perhaps within a helper of a compiler."""
    return any(
        node.type == "string" and literal(node, source.content) == specifier
        for node in _inside(value)
    )


def _bound(node: Node) -> Iterator[Node]:
    """Yield the names that an import or a pattern binds."""
    for inner in _inside(node):
        if inner.type == "import_specifier":
            found = inner.child_by_field_name("alias") or inner.child_by_field_name("name")
            if found is not None:
                yield found
        elif inner.type == "shorthand_property_identifier_pattern":
            yield inner
        elif inner.type == "identifier":
            parent = inner.parent
            if parent is None or parent.type != "import_specifier":
                yield inner


def _inside(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, as far as a declaration is long."""
    pending, count = [node], 0
    while pending and count < _NODES_MAX:
        found = pending.pop()
        count += 1
        yield found
        pending += found.named_children


def _find_eager(source: Source, names: list[bytes], statement: Node) -> int:
    """Return the first line that uses one of the names while the file loads, or 0."""
    for path in islice(source.find_words(*names), _USES_MAX):
        node = path[-1]
        is_own = statement.start_byte <= node.start_byte < statement.end_byte
        if is_own or node.type not in ("identifier", "shorthand_property_identifier"):
            continue
        if source.level_of(path) < LAZY:
            return source.line_of(node)
    return 0
