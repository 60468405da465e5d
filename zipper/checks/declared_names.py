"""The names that statements declare.

In: nodes of a syntax tree. Out: names, and whether one is hidden. What each of them means is
`zipper.checks.bindings`' work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.checks.patterns import binds_in_head
from zipper.checks.source_text import find_word

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["is_hidden", "list_declared"]


def list_declared(statement: Node) -> list[bytes]:
    """Return the plain names that a declaration or an import binds; patterns are left out."""
    names = [statement.child_by_field_name("name")]
    for child in statement.named_children:
        if child.type == "variable_declarator":
            names.append(child.child_by_field_name("name"))
        elif child.type == "import_clause":
            names += _imported_names(child)
    return [name.text or b"" for name in names if name is not None and name.type == "identifier"]


def _imported_names(clause: Node) -> list[Node | None]:
    names: list[Node | None] = []
    for item in clause.named_children:
        if item.type == "identifier":
            names.append(item)
        elif item.type == "namespace_import":
            names += item.named_children
        else:
            names += [
                child.child_by_field_name("alias") or child.child_by_field_name("name")
                for child in item.named_children
            ]
    return names


def is_hidden(source: Source, path: list[Node]) -> bool:
    """Return whether code around the name at the end of `path` declares it, and as no module."""
    name = source.text_of(path[-1])
    for node in reversed(path[:-1]):
        left = node.child_by_field_name("left") if node.type == "for_in_statement" else None
        if binds_in_head(node, name) or (left is not None and _has_word(source, left, name)):
            return True
        place = node.start_byte, name
        if place not in source.hiding:
            source.hiding[place] = _hides(source, node, name)
        is_hiding = source.hiding[place]
        if is_hiding is not None:
            return is_hiding
    return False


def _hides(source: Source, block: Node, name: bytes) -> bool | None:
    """Return whether a statement of a block declares a name as no module; None for no such one."""
    for statement in source.inside(block):
        if _declares(source, statement, name):
            text = source.text_of(statement)
            return b"require" not in text and b"import" not in text
    return None


def _declares(source: Source, statement: Node, name: bytes) -> bool:
    bound = (
        item.child_by_field_name("name")
        for item in statement.named_children
        if item.type == "variable_declarator"
    )
    return name in list_declared(statement) or any(
        pattern is not None and _has_word(source, pattern, name) for pattern in bound
    )


def _has_word(source: Source, node: Node, word: bytes) -> bool:
    return next(find_word(source.text_of(node), word), None) is not None
