"""What is requested by a `require` that `createRequire` made for another place than the file's own.

In: a parsed file, and a call of `createRequire`. Out: `Read` values. Where such a function goes is
followed through names, and functions that return it; a name that it requests is known then, and
only its place is not. Anything else may request anything.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.levels import FUNCTIONS, is_field
from zipper.checks.syntax import literal
from zipper.pruning.file_reads import Read, shorten
from zipper.pruning.hidden_names import is_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source
    from zipper.pruning.require_names import RequireNames

__all__ = ["find_foreign"]

_MENTIONS_MAX: Final = 500
_DEPTH_MAX: Final = 6
_HARMLESS: Final = (b"cache", b"extensions")  # what all have in common
_NO_NAME: Final = (".", "/", "#")


class _LostError(Exception):
    """The function goes where it is not followed."""


def find_foreign(source: Source, names: RequireNames, path: list[Node]) -> tuple[Read, ...]:
    """Return what the function at the end of `path` requests, wherever it is called."""
    try:
        return tuple(_follow(source, names, path, _DEPTH_MAX))
    except _LostError:
        node = path[-1]
        return (Read("name", source.line_of(node), "", shorten(source.text_of(node))),)


def _follow(source: Source, names: RequireNames, path: list[Node], depth: int) -> Iterator[Read]:
    if len(path) < 3 or depth == 0:
        raise _LostError
    node, parent, above = path[-1], path[-2], path[-3]
    if parent.type == "expression_statement":
        return
    if parent.type == "call_expression" and is_field(parent, "function", node):
        yield from _requested(source, parent, "name")
        return
    if parent.type == "member_expression" and is_field(parent, "object", node):
        name = parent.child_by_field_name("property")
        if name is not None and name.text in _HARMLESS:
            return
        is_called = above.type == "call_expression" and is_field(above, "function", parent)
        if name is None or name.text != b"resolve" or not is_called:
            raise _LostError
        yield from _requested(source, above, "name")
        yield from _requested(source, above, "package")
        return
    alias = names.find_alias(path)
    if alias is not None:
        yield from _follow_name(source, names, alias, depth, is_called=False)
        return
    maker = _find_maker(source, names, path)
    if maker is None:
        raise _LostError
    yield from _follow_name(source, names, maker, depth, is_called=True)


def _follow_name(
    source: Source, names: RequireNames, name: bytes, depth: int, *, is_called: bool
) -> Iterator[Read]:
    """Follow each mention of a name that has the function, or of a function that returns it."""
    paths = source.find_words(name)
    for path in islice(paths, _MENTIONS_MAX):
        node, parent = path[-1], path[-2] if len(path) > 1 else path[-1]
        if node.type == "property_identifier" or is_hidden(source, path):
            continue
        if parent.type in ("variable_declarator", "function_declaration") and (
            is_field(parent, "name", node)
        ):
            if any(one.type == "export_statement" for one in path):
                raise _LostError
            continue
        if node.type != "identifier":
            raise _LostError
        if not is_called:
            yield from _follow(source, names, path, depth - 1)
        elif parent.type == "call_expression" and is_field(parent, "function", node):
            yield from _follow(source, names, path[:-1], depth - 1)
        else:
            raise _LostError
    if next(paths, None) is not None:
        raise _LostError


def _find_maker(source: Source, names: RequireNames, path: list[Node]) -> bytes | None:
    """Return the name of the function that returns what is at the end of `path`."""
    at = next((n for n in range(len(path) - 1, 0, -1) if path[n].type in FUNCTIONS), 0)
    function = path[at]
    is_returned = path[-2].type == "return_statement" or is_field(function, "body", path[-1])
    if not at or not is_returned:
        return None
    if function.type == "function_declaration":
        name = function.child_by_field_name("name")
        text = b"" if name is None else source.text_of(name)
        return text if names.is_declared_once(text) else None
    return names.find_alias(path[: at + 1]) if function.type == "arrow_function" else None


def _requested(source: Source, call: Node, kind: str) -> Iterator[Read]:
    arguments = call.child_by_field_name("arguments")
    given = [] if arguments is None else arguments.named_children
    first = next((child for child in given if child.type != "comment"), None)
    name = None if first is None else literal(first, source.content)
    if name is None or name.startswith(_NO_NAME):
        raise _LostError
    text = shorten(source.text_of(call))
    yield Read("package" if kind == "package" else "name", source.line_of(call), name, text)
