"""How the names that an ES module imports and exports are bound.

In: a parsed file. Out: `ModuleBindings`: its local names with what they are, and where exports
come from. Whether a name has a value at some time is `zipper.checks.cycle_rules`' work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from zipper.checks.exported import declared_names
from zipper.checks.syntax import literal, plain_text
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["ModuleBindings", "NameBinding", "find_bindings"]


class NameBinding(NamedTuple):
    """What a name is bound to."""

    kind: Literal["lexical", "variable", "function", "import"]
    """`lexical` throws where it is read too early, `variable` is undefined, `function` is there."""
    specifier: str = ""
    """Of an import: the module."""
    name: str = ""
    """The name there; `*` for all of it."""


class ModuleBindings(NamedTuple):
    """The names of one module."""

    local: dict[str, NameBinding]
    exported: dict[str, NameBinding]
    stars: tuple[str, ...]
    """The specifiers of `export * from`."""


def find_bindings(source: Source) -> ModuleBindings:
    """Return how the names of an ES module are bound."""
    local: dict[str, NameBinding] = {}
    exported: dict[str, NameBinding] = {}
    listed: list[tuple[str, str]] = []
    stars: list[str] = []
    for statement in source.statements:
        if statement.type == "import_statement":
            local.update(_imported(source, statement))
        elif statement.type != "export_statement":
            local.update(_declared(source, statement))
        else:
            _add_export(source, statement, (local, exported, listed, stars))
    for shown, own in listed:
        if own in local:
            exported[shown] = local[own]
    return ModuleBindings(local, exported, tuple(stars))


def _declared(source: Source, statement: Node) -> dict[str, NameBinding]:
    if statement.type in ("lexical_declaration", "class_declaration"):
        return dict.fromkeys(declared_names(statement, source), NameBinding("lexical"))
    if statement.type == "variable_declaration":
        return dict.fromkeys(declared_names(statement, source), NameBinding("variable"))
    if statement.type.endswith("function_declaration"):
        return dict.fromkeys(declared_names(statement, source), NameBinding("function"))
    return {}


def _imported(source: Source, statement: Node) -> dict[str, NameBinding]:
    origin = statement.child_by_field_name("source")
    specifier = None if origin is None else literal(origin, source.content)
    found: dict[str, NameBinding] = {}
    for clause in statement.named_children if specifier is not None else ():
        for item in clause.named_children if clause.type == "import_clause" else ():
            if item.type == "identifier":
                found[plain_text(item, source)] = NameBinding("import", specifier or "", "default")
            elif item.type == "namespace_import":
                for name in item.named_children:
                    found[plain_text(name, source)] = NameBinding("import", specifier or "", "*")
            else:
                for part in item.named_children:
                    own = part.child_by_field_name("name")
                    shown = part.child_by_field_name("alias") or own
                    if own is not None and shown is not None:
                        taken = NameBinding("import", specifier or "", plain_text(own, source))
                        found[plain_text(shown, source)] = taken
    return found


_HOISTED: Final = frozenset(
    {
        *("function_declaration", "generator_function_declaration"),
        *("function_expression", "generator_function"),
    }
)
"""What `export default` declares before anything runs."""
_Tables = tuple[dict[str, NameBinding], dict[str, NameBinding], list[tuple[str, str]], list[str]]


def _add_export(source: Source, statement: Node, tables: _Tables) -> None:
    local, exported, listed, stars = tables
    origin = statement.child_by_field_name("source")
    specifier = "" if origin is None else literal(origin, source.content) or ""
    declaration = statement.child_by_field_name("declaration")
    kinds = [child.type for child in statement.children]
    if "default" in kinds:
        given = declaration or statement.child_by_field_name("value")
        is_function = given is not None and given.type in _HOISTED
        exported["default"] = NameBinding("function" if is_function else "lexical")
        local.update({} if declaration is None else _declared(source, declaration))
    elif declaration is not None:
        found = _declared(source, declaration)
        local.update(found)
        exported.update(found)
    elif "*" in kinds:
        stars.append(specifier)
    for clause in statement.named_children:
        for item in clause.named_children if clause.type == "export_clause" else ():
            own = item.child_by_field_name("name")
            shown = item.child_by_field_name("alias") or own
            if own is None or shown is None:
                continue
            if specifier:
                taken = NameBinding("import", specifier, plain_text(own, source))
                exported[plain_text(shown, source)] = taken
            else:
                listed.append((plain_text(shown, source), plain_text(own, source)))
