"""What a statement, an expression or a function means for when its parts run.

In: nodes of a syntax tree. Out: levels, `EAGER` to `OPTIONAL`, for one step down the tree. The walk
along a whole path, and the calls of named functions, are `zipper.checks.syntax`' work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.file_facts import CONDITIONAL, EAGER, LAZY, OPTIONAL
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tree_sitter import Node

    from zipper.checks.conditions import Conditions

__all__ = [
    "COMPOUND",
    "FUNCTIONS",
    "WALKS",
    "ends_unhandled",
    "find_exit",
    "has_items",
    "is_called_in_place",
    "is_constructor",
    "is_field",
    "level_of_child",
    "rejects",
]

FUNCTIONS: Final = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)
_LEFT_BY_BREAK: Final = ("do_statement", "labeled_statement")
_EXITS: Final = late_pattern(rb"process\.(?:exit|abort|reallyExit)\s*\(")
_NAME: Final = late_pattern(rb"[\w$]+")
_DEFAULTS: Final = ("assignment_pattern", "object_assignment_pattern")
"""What has a value for a part that is absent."""
_CASES: Final = ("switch_case", "switch_default", "catch_clause")
_CHAINED: Final = ("member_expression", "call_expression", "subscript_expression")
_LOOPS: Final = ("while_statement", "for_statement", "for_in_statement")
_SHORT_CIRCUITS: Final = frozenset({"&&", "||", "??", "&&=", "||=", "??="})
WALKS: Final = (b"forEach", b"map", b"filter", b"some", b"every", b"find", b"flatMap")
COMPOUND: Final = frozenset(
    {
        *("statement_block", "if_statement", "else_clause", "labeled_statement", "with_statement"),
        *("for_statement", "for_in_statement", "while_statement", "do_statement"),
        *("try_statement", "catch_clause", "finally_clause"),
        *("switch_statement", "switch_body", "switch_case", "switch_default"),
    }
)
"""Statements that hold statements."""
_STATEMENTS_MAX: Final = 50_000
"""Statements of one function that are looked at for the first that leaves it."""
_LOGICAL: Final = {"&&": True, "||": False}
"""What the left side must be for the right side to run."""


def level_of_child(parent: Node, child: Node, conditions: Conditions) -> int:
    """Return what a statement or an expression means for one of its parts."""
    kind = parent.type
    if kind in ("if_statement", "ternary_expression"):
        return _level_of_choice(parent, child, conditions)
    if kind in ("binary_expression", "augmented_assignment_expression"):
        return _level_of_right(parent, child, conditions)
    if kind == "try_statement":
        return _level_of_try(parent, child, conditions)
    if kind == "field_definition":
        is_static = any(c.type == "static" for c in parent.children)
        return EAGER if is_static or not is_field(parent, "value", child) else LAZY
    return CONDITIONAL if _may_be_left_out(parent, child, conditions) else EAGER


def _may_be_left_out(parent: Node, child: Node, conditions: Conditions) -> bool:
    """Return whether a part may not run though what it is a part of does."""
    kind = parent.type
    if kind in _LOOPS:
        if is_field(parent, "body", child):
            return _may_leave(child) or not _is_sure_to_begin(parent, conditions)
        return is_field(parent, "increment", child)
    if kind in _LEFT_BY_BREAK:
        return _may_leave(child)
    if kind in _DEFAULTS:
        return is_field(parent, "right", child)
    if child.type == "arguments" or kind == "subscript_expression":
        return _is_optional(parent)
    return kind in _CASES


def _is_sure_to_begin(loop: Node, conditions: Conditions) -> bool:
    """Return whether a loop runs once at least: `for (;;)`, `while (true)`, `of [1]`."""
    if loop.type == "for_in_statement":
        walked = loop.child_by_field_name("right")
        return walked is not None and walked.type == "array" and has_items(walked)
    condition = loop.child_by_field_name("condition")
    return condition is not None and (
        condition.type == "empty_statement" or conditions.find_sure_truth(condition) is True
    )


def _may_leave(body: Node) -> bool:
    """Return whether code may leave a statement, roughly: a wrong yes only says less."""
    text = body.text or b""
    return any(word in text for word in (b"break", b"continue", b"return"))


def _is_optional(node: Node | None) -> bool:
    """Return whether a chain of members and calls ends where something of it is absent: `a?.b`."""
    while node is not None and node.type in _CHAINED:
        if any(child.type in ("optional_chain", "?.") for child in node.children):
            return True
        node = node.child_by_field_name("function") or node.child_by_field_name("object")
    return False


def _level_of_choice(parent: Node, child: Node, conditions: Conditions) -> int:
    """Return the level of a branch: that of the code around it where the condition is known."""
    is_first = is_field(parent, "consequence", child)
    if not is_first and not is_field(parent, "alternative", child):
        return EAGER
    condition = parent.child_by_field_name("condition")
    return _level_where(condition, conditions, wanted=is_first)


def _level_where(condition: Node | None, conditions: Conditions, *, wanted: bool) -> int:
    """Return the level of code that runs where `condition` is as `wanted`."""
    truth = None if condition is None else conditions.find_truth(condition)
    if truth is not None and truth is not wanted:
        return OPTIONAL
    if truth is not None:
        # `global.window = {}` in another file would make it another branch.
        return CONDITIONAL if conditions.rests_on_absence else EAGER
    expected = None if condition is None else conditions.expect_truth(condition)
    return EAGER if expected is wanted else CONDITIONAL


def _level_of_right(parent: Node, child: Node, conditions: Conditions) -> int:
    """Return the level of an operand, which `&&`, `||` and `??` may leave out."""
    operator = parent.child_by_field_name("operator")
    if operator is None or operator.type not in _SHORT_CIRCUITS:
        return EAGER
    if not is_field(parent, "right", child):
        return EAGER
    left = parent.child_by_field_name("left")
    if operator.type not in _LOGICAL:
        return CONDITIONAL
    return _level_where(left, conditions, wanted=_LOGICAL[operator.type])


def _level_of_try(statement: Node, child: Node, conditions: Conditions) -> int:
    finalizer = statement.child_by_field_name("finalizer")
    if finalizer is not None and finalizer.id != child.id and _may_leave(finalizer):
        return CONDITIONAL  # what leaves it takes the error along
    handler = statement.child_by_field_name("handler")
    if handler is None or not is_field(statement, "body", child):
        return EAGER
    body = handler.child_by_field_name("body")
    return EAGER if body is not None and _is_sure_to_end(body, conditions) else OPTIONAL


def _is_sure_to_end(body: Node, conditions: Conditions) -> bool:
    """Return whether a `catch` throws in each case, or ends the process."""
    for statement in body.named_children:
        if statement.type == "throw_statement":
            return True
        if _EXITS.match(statement.text or b"") and conditions.is_global(b"process"):
            return True
        if _may_leave(statement):
            return False
    return False


def is_field(parent: Node, field: str, child: Node) -> bool:
    """Return whether a node is what its parent has in a field."""
    found = parent.child_by_field_name(field)
    return found is not None and found.id == child.id


def is_constructor(item: Node) -> bool:
    """Return whether a member of a class is what `new` calls: no static method of that name."""
    name = item.child_by_field_name("name")
    is_named = name is not None and name.text == b"constructor"
    return is_named and item.type == "method_definition" and item.children[0] == name


def is_called_in_place(path: list[Node], index: int) -> bool:
    """Return whether the function at `index` is called where it is, also by `.call(this)`."""
    inner = path[index]
    for outer in reversed(path[:index]):
        if outer.type == "call_expression":
            return is_field(outer, "function", inner)
        if outer.type == "arguments":
            given = (item for item in outer.named_children if item.type != "comment")
            is_first = next(given, outer).id == inner.id
            return is_first and _runs_argument(path, path.index(outer) - 1)
        if outer.type == "member_expression":
            name = outer.child_by_field_name("property")
            if name is None or name.text not in (b"call", b"apply"):
                return False
        elif outer.type == "new_expression":
            return is_field(outer, "constructor", inner)
        elif outer.type != "parenthesized_expression":
            return False
        inner = outer
    return False


def _runs_argument(path: list[Node], index: int) -> bool:
    """Return whether the call at `index` runs its function at once, as far as the end of `path`.

    So do the methods that walk an array, of a literal that has items, and a promise's maker.
    """
    call = path[index]
    if call.type == "new_expression":
        maker = call.child_by_field_name("constructor")
        is_promise = maker is not None and maker.text == b"Promise"
        return is_promise and ends_unhandled(path[: index + 1]) and not _may_settle(path, index)
    function = call.child_by_field_name("function")
    name = None if function is None else function.child_by_field_name("property")
    walked = None if function is None else function.child_by_field_name("object")
    is_filled = walked is not None and walked.type == "array" and has_items(walked)
    return is_filled and name is not None and name.text in WALKS


def _may_settle(path: list[Node], index: int) -> bool:
    """Return whether a promise may be settled before the end of `path`: then nothing rejects it."""
    function = next(node for node in path[index:] if node.type in FUNCTIONS)
    parts = [function.child_by_field_name(name) for name in ("parameter", "parameters")]
    text, start = function.text or b"", function.start_byte
    return any(
        name in text[part.end_byte - start : path[-1].start_byte - start]
        for part in parts
        if part is not None
        for name in _NAME.findall(part.text or b"")
    )


def has_items(array: Node) -> bool:
    """Return whether an array's literal is sure to have an item."""
    return any(item.type not in ("spread_element", "comment") for item in array.named_children)


def ends_unhandled(path: list[Node]) -> bool:
    """Return whether a promise, which ends `path`, ends the process where it is rejected."""
    return len(path) > 1 and path[-2].type in ("await_expression", "expression_statement")


def rejects(path: list[Node], index: int) -> bool:
    """Return whether the promise of the function at `index`, called in place, is unhandled."""
    for at in range(index - 1, 0, -1):
        if path[at].type != "parenthesized_expression":
            is_call = path[at].type == "call_expression" and is_called_in_place(path, index)
            return is_call and ends_unhandled(path[: at + 1])
    return False


def find_exit(
    function: Node,
    inside: Iterator[Node] | None = None,
    exits: Collection[str] = ("return_statement", "throw_statement"),
) -> int:
    """Return the offset of the first `return` or `throw` of a function itself, else its end.

    Those of functions within it end those. A `return` covers its own expression, which runs.

    Args:
        function: whose end is looked for; of a program the statements are to be given.
        inside: its statements, where they are in other trees.
        exits: the statements that end it.
    """
    body = function.child_by_field_name("body")
    following = inside if inside is not None else iter([] if body is None else [body])
    pending: list[Node] = []
    steps = 0
    while steps < _STATEMENTS_MAX:
        node = pending.pop() if pending else next(following, None)
        if node is None:
            break
        steps += 1
        if node.type in exits:
            return node.end_byte
        if node.type in COMPOUND:
            pending += reversed(node.named_children)
    return function.start_byte if steps >= _STATEMENTS_MAX else function.end_byte
