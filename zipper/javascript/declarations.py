"""Declarations of variables, in statements and in the heads of loops.

In: a `Parser` at the first token of one. Out: the parser behind it.

Source: ECMA-262 2025, section 14.3; the proposal "Explicit Resource Management" for `using`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.javascript.expressions import parse_assignment
from zipper.javascript.function_syntax import parse_binding
from zipper.javascript.scopes import LEXICAL, VAR
from zipper.javascript.syntax_errors import UnsureError
from zipper.javascript.tokens import NAME

if TYPE_CHECKING:
    from zipper.javascript.state import Parser

__all__ = ["is_let", "is_using", "parse_declaration"]


def is_let(p: Parser, *, in_list: bool) -> bool:
    """Return whether the word `let` begins a declaration."""
    kind, value, is_below = p.peek()
    if value == "[":
        return True
    if is_below and not in_list:
        return False
    return value == "{" or (kind == NAME and value not in ("in", "instanceof"))


def is_using(p: Parser) -> bool:
    """Return whether `using x` or `await using x` begins here.

    Raises:
        UnsureError: before `of`, which may be the name or the word of a loop.
    """
    mark = p.mark()
    if p.value == "await" and p.context.is_async:
        p.advance()
        if p.newline:
            p.reset(mark)
            return False
    found = False
    if p.value == "using":
        kind, value, is_below = p.peek()
        if value == "of":
            raise UnsureError(p.start, "`using of`")
        found = kind == NAME and not is_below and value not in ("in", "instanceof")
    p.reset(mark)
    return found


def parse_declaration(
    p: Parser, word: str, *, names: list[tuple[str, int]] | None = None, in_for: bool = False
) -> tuple[int, bool, bool]:
    """Step over `var`, `let`, `const` or `using` with its declarators, not the semicolon.

    Args:
        p: at the word.
        word: which it is.
        names: gets what is declared.
        in_for: whether it is in the head of a loop, where `of` or `in` may follow.

    Returns:
        How many declarators; whether the last has a value; whether it is a pattern.
    """
    kind = VAR if word == "var" else LEXICAL
    p.advance()
    bound = [] if names is None else names
    count = 0
    while True:
        start = p.start
        is_plain = parse_binding(p, kind, bound)
        count += 1
        has_value = p.take("=")
        if has_value:
            parse_assignment(p)
        elif not (in_for and p.value in ("of", "in")):
            if not is_plain:
                raise p.fail("a pattern without a value", start)
            if word in ("const", "using"):
                raise p.fail(f"a `{word}` without a value", start)
        if word == "using" and not is_plain:
            raise p.fail("a pattern behind `using`", start)
        if not p.take(","):
            return count, has_value, not is_plain
