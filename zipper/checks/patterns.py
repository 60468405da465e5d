"""Which names a pattern binds or assigns to: `[a, { b: c = 1 }]`.

In: nodes of a syntax tree. Out: the names in a pattern, and what a name in one is assigned by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.levels import FUNCTIONS
from zipper.checks.source_text import find_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

__all__ = ["binds_in_head", "find_assigner", "list_bound"]

_NAMES: Final = frozenset({"identifier", "shorthand_property_identifier_pattern"})
_PARTS: Final = {
    "pair_pattern": "value",
    "assignment_pattern": "left",
    "object_assignment_pattern": "left",
}
"""The field of a pattern with a default, or of a property, that binds."""
_GROUPS: Final = frozenset(
    {
        "formal_parameters",
        "object_pattern",
        "array_pattern",
        "rest_pattern",
        "parenthesized_expression",
    }
)
_ASSIGNED: Final = {
    "assignment_expression": "left",
    "augmented_assignment_expression": "left",
    "for_in_statement": "left",
    "variable_declarator": "name",
}
"""The field of what gives a value that is given one."""
_NAMED: Final = ("function_expression", "generator_function")
_HEADED: Final = FUNCTIONS | {"catch_clause", "for_in_statement"}
_NODES_MAX: Final = 10_000
"""Parts of one pattern that are looked at."""
_HEAD_BYTES_MAX: Final = 2_000
"""A longer head that has a name counts as one that binds it: each mention looks at the whole."""


def list_bound(pattern: Node) -> Iterator[Node]:
    """Yield the names that a pattern, or the parameters of a function, bind, in their order."""
    pending = [pattern]
    for _ in range(_NODES_MAX):
        if not pending:
            break
        node = pending.pop()
        if node.type in _NAMES:
            yield node
        elif node.type in _PARTS:
            part = node.child_by_field_name(_PARTS[node.type])
            pending += [] if part is None else [part]
        elif node.type in _GROUPS:
            pending += reversed(node.named_children)


def binds_in_head(node: Node, name: bytes) -> bool:
    """Return whether the parameters of a function, of a `catch` or a `for (let ...)` bind a name.

    So does an expression that is a function its own name. A `for (var ...)` binds it in the
    function around the loop.
    """
    if node.type not in _HEADED:
        return False
    own = node.child_by_field_name("name") if node.type in _NAMED else None
    if own is not None and own.text == name:
        return True
    if node.type == "for_in_statement":
        kind = node.child_by_field_name("kind")
        head = None if kind is None or kind.type == "var" else node.child_by_field_name("left")
    else:
        head = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
    text = b"" if head is None else head.text or b""
    if head is None or name not in text:
        return False
    if len(text) > _HEAD_BYTES_MAX:
        return next(find_word(text, name), None) is not None
    return any(one.text == name for one in list_bound(head))


def find_assigner(path: list[Node]) -> int | None:
    """Return where in the path to a name what gives it a value is, also by a pattern."""
    for at in range(len(path) - 2, -1, -1):
        node, inner = path[at], path[at + 1]
        field = _PARTS.get(node.type) or _ASSIGNED.get(node.type)
        if field is not None:
            found = node.child_by_field_name(field)
            if found is None or found.id != inner.id:
                return None
        elif node.type not in _GROUPS:
            return None
        if node.type in _ASSIGNED:
            return at
    return None
