"""Loops.

In: a `Parser` at `for`, `while` or `do`. Out: the parser behind the loop.

Source: ECMA-262 2025, section 14.7, and Annex B.3.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.javascript.declarations import is_let, is_using, parse_declaration
from zipper.javascript.expressions import parse_assignment, parse_expression
from zipper.javascript.scopes import Scope
from zipper.javascript.targets import CALL, MEMBER, NAMED, PATTERN, SECRET

if TYPE_CHECKING:
    from zipper.javascript.state import Parser

__all__ = ["parse_do", "parse_for", "parse_while"]

_TARGETS: Final = (NAMED, MEMBER, SECRET, CALL, PATTERN)


def parse_while(p: Parser) -> None:
    """Step over `while (...) ...`."""
    p.advance()
    p.expect("(")
    parse_expression(p)
    p.expect(")")
    _parse_body(p)


def parse_do(p: Parser) -> None:
    """Step over `do ... while (...)`, behind which a semicolon is always inserted."""
    p.advance()
    _parse_body(p)
    p.expect("while")
    p.expect("(")
    parse_expression(p)
    p.expect(")")
    p.take(";")


def parse_for(p: Parser) -> None:
    """Step over any kind of `for`."""
    p.advance()
    start = p.start
    is_await = p.value == "await" and p.context.is_async
    if is_await:
        p.needs_module = p.needs_module or not p.context.returns
        p.advance()
    p.expect("(")
    outer = p.scope
    p.scope = Scope(outer)
    word = _parse_head(p, is_await=is_await)
    if word == "of":
        parse_assignment(p)
    elif word == "in":
        parse_expression(p)
    if is_await and word != "of":
        raise p.fail("`for await` without `of`", start)
    p.expect(")")
    _parse_body(p)
    p.scope = outer


def _parse_body(p: Parser) -> None:
    p.loops += 1
    p.rules.statement(p)
    p.loops -= 1


def _parse_head(p: Parser, *, is_await: bool) -> str:
    """Step over a head up to what `of` or `in` loops over; return that word, or nothing."""
    p.no_in = True
    if p.value == ";":
        word = ""
    elif p.value in ("var", "const") or (p.value == "let" and is_let(p, in_list=True)):
        word = _parse_variables(p, p.value)
    elif is_using(p):
        p.take("await")
        p.note("`using` declarations", 24)
        word = _parse_variables(p, "using")
    else:
        word = _parse_target(p, is_await=is_await)
    p.no_in = False
    if word:
        p.advance()
        return word
    p.expect(";")
    if p.value != ";":
        parse_expression(p)
    p.expect(";")
    if p.value != ")":
        parse_expression(p)
    return ""


def _parse_variables(p: Parser, declares: str) -> str:
    count, has_value, is_pattern = parse_declaration(p, declares, in_for=True)
    word = p.value
    if word not in ("of", "in"):
        return ""
    is_old_form = word == "in" and declares == "var" and not (p.strict or is_pattern)
    if count > 1 or (has_value and not is_old_form):
        raise p.fail("a value or a second variable in the head of a loop")
    return word


def _parse_target(p: Parser, *, is_await: bool) -> str:
    first, start = p.value, p.start
    before, p.cover = p.cover, -1
    kind = parse_assignment(p, covers=True)
    word = p.value
    if word in ("of", "in") and kind in _TARGETS:
        is_name = kind == NAMED and p.last_end - start == len(first)
        if word == "of" and (first == "let" or (first == "async" and is_name and not is_await)):
            raise p.fail(f"`{first}` before `of`", start)
        p.cover = before
        return word
    if p.cover >= 0:
        raise p.fail("`=` in an object that is no pattern", p.cover)
    while p.take(","):
        parse_assignment(p)
    return ""
