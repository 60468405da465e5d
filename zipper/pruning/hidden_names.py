"""Whether a parameter hides a name: a default value, or a key, mentions it and hides nothing.

In: a place in a syntax tree. Out: yes or no.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.levels import FUNCTIONS
from zipper.checks.syntax import is_shadowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["is_hidden"]

_BINDING: Final = frozenset({"identifier", "shorthand_property_identifier_pattern"})
_WITH_DEFAULT: Final = ("assignment_pattern", "object_assignment_pattern")


def is_hidden(source: Source, path: list[Node]) -> bool:
    """Return whether a function around the name at the end of `path` binds it by a parameter."""
    if not is_shadowed(source, path):
        return False
    name, at = source.text_of(path[-1]), path[-1].start_byte
    for node in path:
        own = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        if node.type in FUNCTIONS and own is not None:
            bound = [one for one in _bound(own) if source.text_of(one) == name]
            is_inside = own.start_byte <= at < own.end_byte
            # What a default value mentions is the parameter only where one comes before it.
            if any(one.start_byte <= at for one in bound) if is_inside else bound:
                return True
    return False


def _bound(node: Node) -> Iterator[Node]:
    """Yield the nodes of a parameter list that bind names."""
    if node.type in _BINDING:
        yield node
    elif node.type in _WITH_DEFAULT:
        left = node.child_by_field_name("left")
        if left is not None:
            yield from _bound(left)
    elif node.type == "pair_pattern":
        value = node.child_by_field_name("value")
        if value is not None:
            yield from _bound(value)
    else:
        for child in node.named_children:
            yield from _bound(child)
