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

from zipper.checks.calls import Named, means, name_function
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
_LOADER_MAX_BYTES: Final = 2_000
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
    function, outer = path[index], path[index - 1]
    is_method = function.type == "method_definition"
    key = function.child_by_field_name("name") if is_method else outer.child_by_field_name("key")
    table, holder = path[index - 2 + is_method], path[index - 3 + is_method]
    name = holder.child_by_field_name("name") if holder.type == "variable_declarator" else None
    if key is None or key.type not in _KEYS or name is None:
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
        if path[-1].type == "identifier" and _loads(source, path, module):
            yield path


def _loads(source: Source, path: list[Node], module: Keyed) -> bool:
    """Return whether the name at the end of `path` is the function that loads by key."""
    name, table = source.text_of(path[-1]), module.table
    inner = (n for n in path if table.start_byte < n.start_byte and n.end_byte <= table.end_byte)
    own = next((node for node in inner if node.type in FUNCTIONS), None)
    named = None if own is None else _third_parameter(own, name)
    if named is None:
        key = (name, module.name)
        if key not in source.loaders:
            source.loaders[key] = _find_loader(source, name, module.name)
        named = source.loaders[key]
    # Minifiers use a name again and again; what nests around a call seldom declares it.
    return named is not None and means(source, path, named, unsure=True)


def _find_loader(source: Source, name: bytes, table: bytes) -> Named | None:
    """Return the function `name`, if it calls what it takes from a table by key."""
    found = re.search(rb"function\s+%s\s*\(" % re.escape(name), source.content)
    path = [] if found is None else source.leap_to(found.start())
    at = next((n for n, node in enumerate(path) if node.start_byte == path[-1].start_byte), 0)
    if at == 0 or path[at].type != "function_declaration":
        return None
    calls = rb"(?<![\w$.])%s\[\s*[\w$]+\s*\]\s*(?:\.\s*call\s*)?\(" % re.escape(table)
    is_loader = re.search(calls, source.text_of(path[at])[:_LOADER_MAX_BYTES]) is not None
    return name_function(source, path, at) if is_loader else None


def _third_parameter(function: Node, name: bytes) -> Named | None:
    """Return what a module gets as its third parameter, if that has the name."""
    parameters = function.child_by_field_name("parameters")
    names = [] if parameters is None else parameters.named_children
    is_third = len(names) > 2 and names[2].text == name
    return Named(name, function, names[2].start_byte) if is_third else None
