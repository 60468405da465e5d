"""How many parameters the handler's function declares.

In: the handler's file and the name of the export. Out: the function's `length`, or None where the
text does not tell. Whether that is too many for a runtime is `zipper.checks.handler_exports`' work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.search import is_too_large
from zipper.checks.syntax import FUNCTIONS, Source, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

__all__ = ["find_length"]

_NAMES_MAX: Final = 8
"""Variables that lead to one another, from the export to its function."""


def find_length(content: bytes, name: str) -> int | None:
    """Return `length` of the function that is exported as `name`.

    None for a value that is computed (a wrapped handler), or that is not found.
    """
    if is_too_large(content):
        return None
    source = Source(content)
    for value in _exported_values(source, name):
        function = _find_function(source, value)
        return None if function is None else _length_of(function)
    return None


def _exported_values(source: Source, name: str) -> Iterator[Node]:
    """Yield what is exported as `name`, in each of the common forms."""
    for statement in source.statements:
        if statement.type == "export_statement":
            yield from _values_of_export(source, statement, name)
        elif statement.type == "expression_statement" and statement.named_children:
            yield from _values_of_assignment(source, statement.named_children[0], name)


def _values_of_export(source: Source, statement: Node, name: str) -> Iterator[Node]:
    declaration = statement.child_by_field_name("declaration")
    if declaration is not None:
        yield from _declared(source, declaration, name)
    for clause in statement.named_children:
        if clause.type != "export_clause" or statement.child_by_field_name("source") is not None:
            continue
        for item in clause.named_children:
            own = item.child_by_field_name("name")
            shown = item.child_by_field_name("alias") or own
            if own is not None and shown is not None and _text(source, shown) == name:
                yield own


def _values_of_assignment(source: Source, node: Node, name: str) -> Iterator[Node]:
    """Yield the value of `exports.name = value`, and of the property in `module.exports = {}`."""
    while node.type == "assignment_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        target = _text(source, left)
        value = right
        while value.type == "assignment_expression":
            value = value.child_by_field_name("right") or right
        if target in (f"exports.{name}", f"module.exports.{name}"):
            yield value
        elif target == "module.exports" and value.type == "object":
            yield from _properties(source, value, name)
        node = right


def _properties(source: Source, value: Node, name: str) -> Iterator[Node]:
    for item in value.named_children:
        if item.type == "shorthand_property_identifier" and _text(source, item) == name:
            yield item
        key = item.child_by_field_name("key") or item.child_by_field_name("name")
        if key is not None and (literal(key, source.content) or _text(source, key)) == name:
            yield (
                item
                if item.type == "method_definition"
                else item.child_by_field_name("value") or item
            )


def _declared(source: Source, declaration: Node, name: str) -> Iterator[Node]:
    own = declaration.child_by_field_name("name")
    if own is not None and _text(source, own) == name:
        yield declaration
    for declarator in declaration.named_children:
        bound = declarator.child_by_field_name("name")
        value = declarator.child_by_field_name("value")
        if bound is not None and value is not None and _text(source, bound) == name:
            yield value


def _find_function(source: Source, value: Node) -> Node | None:
    """Return the function that `value` is or names."""
    for _ in range(_NAMES_MAX):
        if value.type in FUNCTIONS:
            return value
        if value.type == "parenthesized_expression" and value.named_children:
            value = value.named_children[0]
            continue
        if value.type not in ("identifier", "shorthand_property_identifier"):
            return None
        name = _text(source, value)
        found = next(
            (node for top in source.statements for node in _declared(source, top, name)),
            None,
        )
        if found is None:
            return None
        value = found
    return None


def _length_of(function: Node) -> int:
    """Return the number of parameters before the first default or rest, as `length` does."""
    if function.child_by_field_name("parameter") is not None:
        return 1
    parameters = function.child_by_field_name("parameters")
    count = 0
    for parameter in [] if parameters is None else parameters.named_children:
        if parameter.type in ("assignment_pattern", "rest_pattern"):
            break
        if parameter.type != "comment":
            count += 1
    return count


def _text(source: Source, node: Node) -> str:
    return source.text_of(node).decode("utf-8", "replace")
