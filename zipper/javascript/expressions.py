"""Expressions: operators and assignments.

In: a `Parser` at the first token of one. Out: the parser behind it, and what the expression is as
the target of an assignment. Expressions hold no tree: what looks like a literal and turns out to be
a pattern is judged by that word, and what turns out to be parameters of an arrow is read again.

Source: ECMA-262 2025, section 13.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.javascript.classes import use_private
from zipper.javascript.operands import parse_left_side
from zipper.javascript.targets import ARROW, ASSIGNED, CALL, MEMBER, NAMED, OTHER, PATTERN, SECRET
from zipper.javascript.tokens import END, PRIVATE, words

if TYPE_CHECKING:
    from zipper.javascript.state import Parser

__all__ = ["parse_assignment", "parse_expression"]

_ASSIGNS: Final = words("= += -= *= /= %= **= <<= >>= >>>= &= |= ^= &&= ||= ??=")
_LOGICAL_ASSIGNS: Final = ("&&=", "||=", "??=")
_BINARY: Final = words(
    "+ - * / % ** << >> >>> < > <= >= == != === !== & | ^ && || ?? in instanceof"
)
_BEFORE_PRIVATE: Final = words("== != === !== & ^ | && || ??")
"""What may be before `#x in y`."""
_PREFIXES: Final = words("! ~ + - typeof void delete ++ --")
_TARGETS: Final = (NAMED, MEMBER, SECRET, CALL)


def parse_expression(p: Parser) -> str:
    """Step over one expression, or several with commas between; return what it is as a target."""
    kind = parse_assignment(p)
    while p.value == ",":
        p.advance()
        parse_assignment(p)
        kind = OTHER
    return kind


def parse_assignment(p: Parser, *, covers: bool = False) -> str:
    """Step over an expression without commas; return what it is as a target.

    Args:
        p: at its first token.
        covers: whether it may turn out to be a part of a pattern, so that `{ a = 1 }` is allowed.
    """
    before, p.cover = p.cover, -1
    p.arrow_start = p.start
    if p.value == "yield" and p.context.is_generator:
        _parse_yield(p)
        kind = OTHER
    else:
        kind = _parse_choice(p)
    if p.value in _ASSIGNS:
        kind = _parse_value(p, kind)
    if p.cover >= 0 and not (covers and kind in (PATTERN, ASSIGNED)):
        raise p.fail("`=` in an object that is no pattern", p.cover)
    if p.cover < 0:
        p.cover = before
    return kind


def _parse_value(p: Parser, kind: str) -> str:
    """Step over `= value` behind a target."""
    if p.value == "=" and kind == PATTERN:
        p.cover = -1
    elif kind not in _TARGETS or (kind == CALL and p.value in _LOGICAL_ASSIGNS):
        raise p.fail("an assignment to what is no target")
    is_plain = p.value == "="
    p.advance()
    parse_assignment(p)
    return ASSIGNED if is_plain and kind != CALL else OTHER


def _parse_yield(p: Parser) -> None:
    if p.context.in_parameters:
        raise p.fail("`yield` in parameters")
    p.advance()
    if p.newline or p.kind == END or p.is_at(")", "]", "}", ",", ";", ":", "in", "of"):
        return
    p.take("*")
    parse_assignment(p)


def _parse_choice(p: Parser) -> str:
    kind = _parse_binary(p)
    if p.value != "?" or kind == ARROW:
        return kind
    p.advance()
    before, p.no_in = p.no_in, False
    parse_assignment(p)
    p.no_in = before
    p.expect(":")
    parse_assignment(p)
    return OTHER


def _parse_binary(p: Parser) -> str:
    """Step over operands and the operators between them, whose order does not matter here."""
    kind = _parse_private_in(p, "") if p.kind == PRIVATE else _parse_unary(p)
    if kind == ARROW:
        return kind
    has_logical = has_nullish = False
    while p.value in _BINARY and not (p.no_in and p.value == "in"):
        operator = p.value
        has_nullish = has_nullish or operator == "??"
        has_logical = has_logical or operator in ("&&", "||")
        if has_nullish and has_logical:
            raise p.fail("`??` beside `&&` or `||` without parentheses")
        if operator == "**" and kind == "unary":
            raise p.fail("an unary operator before `**` without parentheses")
        p.advance()
        kind = _parse_private_in(p, operator) if p.kind == PRIVATE else _parse_unary(p)
        if operator != "**" and kind != "unary":
            kind = OTHER
        if kind == ARROW:
            raise p.fail("an arrow function as an operand")
        if p.value not in _BINARY:
            return OTHER
    return OTHER if kind == "unary" else kind


def _parse_private_in(p: Parser, operator: str) -> str:
    """Step over the private name of `#x in y`."""
    if operator and operator not in _BEFORE_PRIVATE:
        raise p.unexpected()
    use_private(p, p.word, p.start)
    p.advance()
    if p.value != "in" or p.no_in:
        raise p.unexpected()
    return OTHER


def _parse_unary(p: Parser) -> str:
    operators: list[str] = []
    while True:
        if p.value in _PREFIXES:
            operators.append(p.value)
        elif p.value == "await" and p.context.is_async:
            if p.context.in_parameters:
                raise p.fail("`await` in parameters")
            p.needs_module = p.needs_module or not p.context.returns
            operators.append("await")
        else:
            break
        p.arrow_start = -1
        p.advance()
    start = p.start
    kind = _parse_postfix(p)
    for operator in reversed(operators):
        if operator in ("++", "--"):
            if kind not in _TARGETS:
                raise p.fail(f"`{operator}` of what is no target", start)
            kind = OTHER
            continue
        if operator == "delete" and (kind == SECRET or (kind == NAMED and p.strict)):
            raise p.fail("`delete` of a name in strict code, or of a private member", start)
        kind = "unary"
    return kind


def _parse_postfix(p: Parser) -> str:
    kind = parse_left_side(p)
    if p.value in ("++", "--") and not p.newline:
        if kind not in _TARGETS:
            raise p.fail(f"`{p.value}` of what is no target")
        p.advance()
        return OTHER
    return kind
