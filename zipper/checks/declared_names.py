"""The names that a statement of the top level declares.

In: a node of a syntax tree. Out: names. What each of them means is `zipper.checks.bindings`' work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["list_declared"]


def list_declared(statement: Node) -> list[bytes]:
    """Return the plain names that a declaration or an import binds; patterns are left out."""
    own = statement.child_by_field_name("name")
    names: list[Node | None] = [own] if own is not None else []
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
            specifiers = [
                child for child in item.named_children if child.type == "import_specifier"
            ]
            names += [
                s.child_by_field_name("alias") or s.child_by_field_name("name") for s in specifiers
            ]
    return names
