"""The names that an ES module exports, and those that an import takes.

In: a parsed file. Out: names, and the specifiers of `export * from`. What a CommonJS file exports
is `zipper.checks.commonjs_names`' work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.checks.patterns import list_bound
from zipper.checks.syntax import Source, literal, plain_text

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["declared_names", "find_module_exports", "imported_names", "namespace_name"]


def find_module_exports(source: Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names that an ES module exports, and the specifiers of its `export * from`."""
    names: list[str] = []
    stars: list[str] = []
    for path in source.find_words(b"export"):
        statement = path[-2] if len(path) > 1 else path[-1]
        if statement.type == "export_statement" and path[-1].type == "export":
            _add_statement(statement, source, names, stars)
    return tuple(dict.fromkeys(names)), tuple(dict.fromkeys(stars))


def _add_statement(statement: Node, source: Source, names: list[str], stars: list[str]) -> None:
    kinds = [child.type for child in statement.children]
    if "default" in kinds:
        names.append("default")
        return
    declaration = statement.child_by_field_name("declaration")
    if declaration is not None:
        names.extend(declared_names(declaration, source))
        return
    for child in statement.named_children:
        if child.type == "export_clause":
            for item in child.named_children:
                node = item.child_by_field_name("alias") or item.child_by_field_name("name")
                if node is not None:
                    names.append(plain_text(node, source))
        elif child.type == "namespace_export":
            names.append(namespace_name(child, source))
    origin = statement.child_by_field_name("source")
    if "*" in kinds and origin is not None:
        stars.append(literal(origin, source.content) or "")


def namespace_name(clause: Node, source: Source) -> str:
    """Return the name of an `* as name`; that of `* as default` is no node of its own."""
    return plain_text(clause.named_children[-1], source) if clause.named_children else "default"


def declared_names(declaration: Node, source: Source) -> list[str]:
    """Return the names that a declaration binds, in the order of the text."""
    name = declaration.child_by_field_name("name")
    if name is not None:
        return [plain_text(name, source)]
    names: list[str] = []
    for declarator in declaration.named_children:
        pattern = declarator.child_by_field_name("name")
        if pattern is not None:
            names += [plain_text(one, source) for one in list_bound(pattern)]
    return names


def imported_names(statement: Node, source: Source) -> list[str]:
    """Return the names that an import or a re-export takes from its module."""
    names: list[str] = []
    for clause in statement.named_children:
        if clause.type == "export_clause":
            names += [
                _name_of(item, source)
                for item in clause.named_children
                if item.type == "export_specifier"
            ]
        elif clause.type == "import_clause":
            for item in clause.named_children:
                if item.type == "identifier":
                    names.append("default")
                elif item.type == "named_imports":
                    names += [
                        _name_of(i, source)
                        for i in item.named_children
                        if i.type == "import_specifier"
                    ]
    return names


def _name_of(specifier: Node, source: Source) -> str:
    node = specifier.child_by_field_name("name") or specifier
    return plain_text(node, source)
