"""Forms of expressions around `exports`: what is written, and what `this` hands out.

In: nodes of a CommonJS file. Out: truths. What they mean for its names is
`zipper.checks.commonjs_names`' work.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.syntax import FUNCTIONS, find_word
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["find_leftmost", "hands_out_this", "is_same", "is_typeof", "is_written"]

_THIS_MAX: Final = 2_000
"""Mentions of `this` that are looked at in one file."""
_KEEPS: Final = ("unary_expression", "expression_statement")
_PASSES_ON: Final = ("&&", "||", "??")
_OTHER_NAMES: Final = late_pattern(rb"require\s*(?:\.\s*cache\b|\(\s*__filename\s*\))")


def hands_out_this(source: Source) -> bool:
    """Return whether `this` outside of functions, which is `exports`, may get members.

    Or by other names for it: `arguments[0]`, what `eval` reads, and what `require` has of the file.
    """
    content = source.content
    if any(_OTHER_NAMES.match(content, at) for at in find_word(content, b"require", before=b".")):
        return True
    for path in islice(source.find_words(b"this", b"arguments", b"eval"), _THIS_MAX):
        if path[-1].type == "identifier" and path[-1].text == b"eval":
            return True
        is_inside = any(
            node.type == "class_body" or (node.type in FUNCTIONS and node.type != "arrow_function")
            for node in path
        )
        if path[-1].type not in ("this", "identifier") or is_inside:
            continue
        if _is_handed_on(path):
            return True
    return False


def _is_handed_on(path: list[Node]) -> bool:
    """Return whether what is around `this` at the end of `path` may give it members."""
    node, above = path[-1], path[-2]
    if above.type == "member_expression":
        return is_written(path[:-1]) or is_same(path[-3].child_by_field_name("function"), above)
    operator = above.child_by_field_name("operator")
    if above.type == "binary_expression" and operator is not None:
        is_tested = operator.type == "&&" and is_same(above.child_by_field_name("left"), node)
        return operator.type in _PASSES_ON and not is_tested
    return above.type not in _KEEPS


def find_leftmost(node: Node) -> Node:
    """Return the first call in `require("x").y(z)`, or `node` where it has no such form."""
    inner: Node | None = node
    while inner is not None:
        function = inner.child_by_field_name("function")
        if (
            inner.type == "call_expression"
            and function is not None
            and function.type == "identifier"
        ):
            return inner
        inner = function or inner.child_by_field_name("object") or inner.child_by_field_name("left")
    return node


def is_written(path: list[Node]) -> bool:
    """Return whether the expression at the end of `path` is assigned to, as the lexer reads it.

    To it, `exports.a === 1` begins as an assignment, and so does a default in a pattern.
    """
    parent = path[-2]
    operator = parent.child_by_field_name("operator")
    is_equality = operator is not None and operator.type in ("==", "===")
    is_assigned = parent.type in ("assignment_expression", "assignment_pattern")
    return (is_assigned or is_equality) and is_same(parent.child_by_field_name("left"), path[-1])


def is_typeof(path: list[Node]) -> bool:
    """Return whether only the type of the expression at the end of `path` is taken."""
    return path[-2].type == "unary_expression"


def is_same(one: Node | None, other: Node) -> bool:
    """Return whether two nodes are one."""
    return one is not None and one.id == other.id
