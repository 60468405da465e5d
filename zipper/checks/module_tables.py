"""Modules in the tables of webpack, and of what is built on it: ncc, Next, Rspack.

In: the path to a function. Out: the calls that load it. Such a bundle is an object with a function
for each module by its key, and one function that calls them by key: `load(123)`. A module gets
that function as its third parameter.

Source: webpack 5, `JavascriptModulesPlugin`.
"""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING, Final

from zipper.checks.levels import FUNCTIONS
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["Keyed", "find_loads", "find_module", "index_loads"]

_KEYS: Final = ("number", "string", "property_identifier")
_CALLS_MAX: Final = 50
_NAME_MAX: Final = 100
_LITERAL: Final = late_pattern(rb"""\((?:(\d++)|"([^"\\\n]{1,200})"|'([^'\\\n]{1,200})')\)""")
_NAME: Final = late_pattern(rb"[\w$]+\Z")


class Keyed(NamedTuple):
    """One module of a table."""

    table: Node
    name: bytes
    """The variable that holds the table."""
    key: bytes
    """As a call writes it, quotes left out."""


def find_module(path: list[Node], index: int) -> Keyed | None:
    """Return the module that the function at `index` is, if it is in a table."""
    function, pair = path[index], path[index - 1]
    table, holder = (path[index - 2], path[index - 3]) if index > 2 else (pair, pair)
    if function.type == "method_definition":
        key = function.child_by_field_name("name")
        table, holder = pair, path[index - 2]
    else:
        key = pair.child_by_field_name("key") if pair.type == "pair" else None
    name = holder.child_by_field_name("name") if holder.type == "variable_declarator" else None
    if key is None or key.type not in _KEYS or table.type != "object" or name is None:
        return None
    return Keyed(table, name.text or b"", (key.text or b"").strip(b"'\""))


def index_loads(content: bytes) -> dict[bytes, array[int]]:
    """Return where a file calls something with one literal, by the literal's text: of `f(12)` f."""
    found: dict[bytes, array[int]] = {}
    for match in _LITERAL.finditer(content):
        places = found.setdefault(match[1] or match[2] or match[3], array("Q"))
        name = _NAME.search(content, max(0, match.start() - _NAME_MAX), match.start())
        if name is not None and len(places) < _CALLS_MAX:
            places.append(name.start())
    return found


def find_loads(source: Source, module: Keyed) -> Iterator[list[Node]]:
    """Yield the paths to the calls that load a module by its key."""
    for offset in source.loads.get(module.key, ()):
        path = source.leap_to(offset)
        is_call = len(path) > 1 and path[-2].type == "call_expression"
        if is_call and path[-1].type == "identifier" and _loads(source, path, module):
            yield path


def _loads(source: Source, path: list[Node], module: Keyed) -> bool:
    """Return whether the name at the end of `path` is the function that loads by key."""
    name = source.text_of(path[-1])
    inner = [node for node in path if node.type in FUNCTIONS]
    for depth, node in enumerate(path):
        if (node.start_byte, node.end_byte) != (module.table.start_byte, module.table.end_byte):
            continue
        own = [f for f in inner if f.start_byte >= node.start_byte]
        return bool(own) and depth > 0 and _third_parameter(own[0]) == name and len(own) == 1
    key = (name, module.name)
    if key not in source.loaders:
        source.loaders[key] = _reads_table(source, name, module.name)
    return source.loaders[key]


def _reads_table(source: Source, name: bytes, table: bytes) -> bool:
    """Return whether the function `name` takes from a table by key."""
    found = re.search(rb"function\s+%s\s*\(" % re.escape(name), source.content)
    declared = [] if found is None else source.leap_to(found.start())
    holders = [node for node in declared if node.type == "function_declaration"]
    return bool(holders) and table + b"[" in source.text_of(holders[-1])[:2000]


def _third_parameter(function: Node) -> bytes:
    parameters = function.child_by_field_name("parameters")
    names = [] if parameters is None else parameters.named_children
    return (names[2].text or b"") if len(names) > 2 else b""
