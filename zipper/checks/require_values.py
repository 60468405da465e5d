"""Where the value of `require` goes, and what a name that it is called with means.

In: the path to a name. Out: the path to the outermost expression of the same value; the texts that
a parameter or a loop's variable takes, each with the level at which it does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.checks.calls import find_calls, name_function
from zipper.checks.file_facts import CONDITIONAL, EAGER
from zipper.checks.levels import FUNCTIONS, WALKS, is_called_in_place, is_field
from zipper.checks.source_text import WRITE, count_declarations, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from zipper.checks.conditions import Conditions
    from zipper.checks.syntax import Source

__all__ = ["find_outermost", "find_walked", "list_given"]

_ITEMS_MAX: Final = 500
_STOPPING: Final = (b"some", b"every", b"find")
"""The walks that may end before the last item."""


def find_outermost(path: list[Node], conditions: Conditions) -> list[Node]:
    """Return the path to the outermost expression that is sure to have the value of the last."""
    end = len(path)
    while end > 1 and _passes_on(path[end - 2], path[end - 1], conditions):
        end -= 1
    return path[:end]


def _passes_on(parent: Node, child: Node, conditions: Conditions) -> bool:
    """Return whether an expression has the value of a part of it, which counts as true."""
    kind = parent.type
    if kind in ("parenthesized_expression", "sequence_expression"):
        return bool(parent.named_children) and parent.named_children[-1].id == child.id
    if kind == "ternary_expression":
        condition = parent.child_by_field_name("condition")
        holds = None if condition is None else conditions.find_sure_truth(condition)
        field = "consequence" if holds else "alternative"
        return holds is not None and is_field(parent, field, child)
    if kind != "binary_expression":
        return False
    operator, left = parent.child_by_field_name("operator"), parent.child_by_field_name("left")
    if operator is None or left is None or operator.type not in ("&&", "||", "??"):
        return False
    if left.id == child.id:
        return operator.type != "&&"
    truth = conditions.find_sure_truth(left)
    return truth is not None and operator.type != "??" and truth is (operator.type == "&&")


def find_walked(path: list[Node], content: bytes) -> Iterator[tuple[str, int]]:
    """Yield the texts of an array each of which a function gets, and when: `["a"].map(require)`.

    Args:
        path: the nodes that lead to the function.
        content: the file's text.
    """
    call = path[-3] if len(path) > 2 and path[-2].type == "arguments" else None
    function = None if call is None else call.child_by_field_name("function")
    name = None if function is None else function.child_by_field_name("property")
    walked = None if function is None else function.child_by_field_name("object")
    is_first = path[-2].named_children[:1] == [path[-1]] if call is not None else False
    if walked is None or walked.type != "array" or name is None or name.text not in WALKS:
        return
    if is_first:
        first = walked.named_children[0].id if walked.named_children else 0
        for item, text in _texts_of(walked, content):
            is_sure = item.id == first or name.text not in _STOPPING
            yield text, EAGER if is_sure else CONDITIONAL


def list_given(source: Source, path: list[Node], name: Node) -> list[tuple[str, int]]:
    """Return the texts that a name inside a function or a loop takes, and when.

    Args:
        source: the file.
        path: the nodes that lead to where the name is used.
        name: the name, an identifier.
    """
    text = source.text_of(name)
    for index in range(len(path) - 1, -1, -1):
        node = path[index]
        if node.type == "for_in_statement":
            left, walked = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and walked is not None and left.text == text:
                body = source.text_of(node)[walked.end_byte - node.start_byte :]
                texts = [] if count_declarations(body, text) else _texts_of(walked, source.content)
                return [(one, source.level_of(path)) for _, one in texts]
        elif node.type in FUNCTIONS:
            place = _place_of(node, text, source)
            if place is not None:
                return _list_of_parameter(source, path, index, place)
    return []


def _place_of(function: Node, name: bytes, source: Source) -> int | None:
    """Return which parameter a name is; None where it is none, or may get another value."""
    one = function.child_by_field_name("parameter")
    many = function.child_by_field_name("parameters")
    nodes = [one] if one is not None else [] if many is None else many.named_children
    names = [source.text_of(node) for node in nodes if node.type != "comment"]
    if name not in names:
        return None
    own = re.escape(name)
    writes = rb"(?<![\w$.])%s\s*%s" % (own, WRITE)
    inner = source.text_of(function)
    is_changed = re.search(writes, inner) or count_declarations(inner, name)
    return None if is_changed else names.index(name)


def _list_of_parameter(
    source: Source, path: list[Node], index: int, place: int
) -> list[tuple[str, int]]:
    level = source.level_of(path)
    if is_called_in_place(path, index):
        texts = find_walked(path[: index + 1], source.content) if place == 0 else ()
        return [(one, max(level, when)) for one, when in texts]
    named = name_function(source, path, index)
    found: list[tuple[str, int]] = []
    for called in () if named is None else find_calls(source, named):
        arguments = called[-2].child_by_field_name("arguments")
        given = [] if arguments is None else arguments.named_children
        given = [node for node in given if node.type != "comment"]
        value = literal(given[place], source.content) if place < len(given) else None
        is_spread = any(node.type == "spread_element" for node in given[:place])
        if value is not None and not is_spread:
            found.append((value, max(level, source.level_of(called))))
    return found


def _texts_of(array: Node, content: bytes) -> list[tuple[Node, str]]:
    """Return the items of an array's literal that are texts."""
    items = array.named_children[:_ITEMS_MAX] if array.type == "array" else []
    found = ((item, literal(item, content)) for item in items)
    return [(item, text) for item, text in found if text is not None]
