"""Operands: names, literals, functions, with the members and calls behind them.

In: a `Parser` at the first token of one. Out: the parser behind it, and what the operand is as the
target of an assignment.

Source: ECMA-262 2025, sections 13.2 and 13.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.javascript.classes import parse_class, use_private
from zipper.javascript.function_syntax import parse_arrow, parse_function
from zipper.javascript.literals import parse_array, parse_object, parse_regexp, parse_template
from zipper.javascript.state import UNBOUND
from zipper.javascript.syntax_errors import UnsureError
from zipper.javascript.targets import ARROW, CALL, MEMBER, NAMED, OTHER, SECRET
from zipper.javascript.tokens import NAME, NUMBER, PRIVATE, STRING, TEMPLATE

if TYPE_CHECKING:
    from zipper.javascript.state import Parser

__all__ = ["parse_left_side"]


def parse_left_side(p: Parser) -> str:
    """Step over an operand: something primary with all its members and calls."""
    kind = _parse_new(p) if p.value == "new" else _parse_primary(p)
    if kind == ARROW:
        return kind
    return _parse_members(p, kind, calls=True)


def _parse_members(p: Parser, kind: str, *, calls: bool) -> str:
    """Step over `.name`, `[index]`, calls and templates."""
    is_optional = False
    while True:
        value = p.value
        if value == ".":
            p.advance()
            kind = _parse_member_name(p)
        elif value == "?." and calls:
            is_optional = True
            p.advance()
            if p.value == "(":
                _parse_arguments(p)
            elif p.value == "[":
                continue
            else:
                _parse_member_name(p)
        elif value == "[":
            _parse_index(p)
            kind = MEMBER
        elif value == "(" and calls:
            _parse_arguments(p)
            kind = CALL
        elif p.kind == TEMPLATE:
            if is_optional:
                raise p.fail("a template in an optional chain")
            parse_template(p, is_tagged=True)
            kind = OTHER
        else:
            break
    return OTHER if is_optional else kind


def _parse_member_name(p: Parser) -> str:
    if p.kind == PRIVATE:
        use_private(p, p.word, p.start)
        p.advance()
        return SECRET
    if p.kind != NAME:
        raise p.unexpected()
    p.advance()
    return MEMBER


def _parse_index(p: Parser) -> None:
    p.advance()
    before, p.no_in = p.no_in, False
    p.rules.expression(p)
    p.no_in = before
    p.expect("]")


def _parse_arguments(p: Parser, *, covers: bool = False) -> None:
    """Step over arguments in parentheses; `covers` where they may be an arrow's parameters."""
    p.advance()
    before, p.no_in = p.no_in, False
    while p.value != ")":
        p.take("...")
        p.rules.assignment(p, covers=covers)
        if p.value != ")":
            p.expect(",")
    p.no_in = before
    p.advance()


def _parse_new(p: Parser) -> str:
    p.arrow_start = -1
    p.advance()
    if p.take("."):
        if p.value != "target":
            raise p.unexpected()
        if not p.context.has_new_target:
            raise p.fail("`new.target` outside of functions")
        p.advance()
        return OTHER
    if p.value == "import" and p.peek()[1] != ".":
        raise UnsureError(p.start, "`new` of `import()`")  # newer versions of V8 let it be
    if p.value == "super" and p.peek()[1] == "(":
        raise p.fail("`new` of `super()`")
    kind = _parse_new(p) if p.value == "new" else _parse_primary(p)
    _parse_members(p, kind, calls=False)
    if p.value == "?.":
        raise p.fail("an optional chain behind `new`")
    if p.value == "(":
        _parse_arguments(p)
    return OTHER


def _parse_primary(p: Parser) -> str:  # noqa: PLR0911 - one line for each kind of token
    kind, value = p.kind, p.value
    if kind == NAME:
        return _parse_word(p)
    if kind in (STRING, NUMBER):
        if p.is_octal and p.strict:
            raise p.fail("an octal form in strict code")
        p.advance()
        return OTHER
    if value == "(":
        return _parse_parentheses(p)
    if value == "[":
        return parse_array(p)
    if value == "{":
        return parse_object(p)
    if kind == TEMPLATE:
        parse_template(p, is_tagged=False)
        return OTHER
    if value in ("/", "/="):
        parse_regexp(p)
        return OTHER
    raise p.unexpected()


def _parse_word(p: Parser) -> str:
    """Step over a name, or what a word such as `function` or `this` begins."""
    value = p.value
    if value in ("this", "null", "true", "false"):
        p.advance()
    elif value == "function":
        parse_function(p, is_async=False, needs_name=False)
    elif value == "class":
        parse_class(p, needs_name=False)
    elif value == "super":
        return _parse_super(p)
    elif value == "import":
        _parse_import(p)
    elif value == "async":
        return _parse_async(p)
    else:
        return _parse_name(p)
    return OTHER


def _parse_name(p: Parser) -> str:
    mark, may_be_arrow = p.mark(), p.arrow_start == p.start
    if p.value == "await" and not p.context.is_async and not p.context.no_await:
        following, value, is_below = p.peek()
        is_operand = following in (NAME, NUMBER, STRING) and value not in ("in", "instanceof", "of")
        if is_operand and not is_below:
            raise p.fail("`await` outside of async functions")
    is_unbound = p.strict and p.word in UNBOUND
    p.check_name(is_bound=False)
    p.advance()
    if p.value == "=>" and may_be_arrow and not p.newline:
        p.reset(mark)
        parse_arrow(p, is_async=False)
        return ARROW
    return OTHER if is_unbound else NAMED


def _parse_async(p: Parser) -> str:
    """Step over the name `async`, or an async function or arrow."""
    mark, may_be_arrow = p.mark(), p.arrow_start == p.start
    p.advance()
    if p.value == "function" and not p.newline:
        parse_function(p, is_async=True, needs_name=False)
        return OTHER
    inner = p.mark()
    if may_be_arrow and p.kind == NAME and not p.newline and p.peek()[1] == "=>":
        parse_arrow(p, is_async=True)
        return ARROW
    if may_be_arrow and p.value == "(" and not p.newline:
        before, p.cover = p.cover, -1
        _parse_arguments(p, covers=True)
        if p.value == "=>" and not p.newline:
            p.reset(inner)
            p.cover = before
            parse_arrow(p, is_async=True)
            return ARROW
        if p.cover >= 0:
            raise p.fail("`=` in an object that is no pattern", p.cover)
        p.cover = before
        return CALL
    p.reset(mark)
    return _parse_name(p)


def _parse_parentheses(p: Parser) -> str:
    """Step over an expression in parentheses, or an arrow function that begins with them."""
    mark, may_be_arrow = p.mark(), p.arrow_start == p.start
    cover, p.cover = p.cover, -1
    before, p.no_in = p.no_in, False
    p.advance()
    kind, odd, count = OTHER, -1, 0
    while p.value != ")":
        if p.value == "...":
            odd = p.start
            p.advance()
        kind = p.rules.assignment(p, covers=may_be_arrow)
        count += 1
        if p.value == ",":
            comma = p.start
            p.advance()
            if p.value == ")":
                odd = comma
        elif p.value != ")":
            raise p.unexpected()
    p.no_in = before
    p.advance()
    if p.value == "=>" and may_be_arrow and not p.newline:
        p.reset(mark)
        p.cover = cover
        parse_arrow(p, is_async=False)
        return ARROW
    if p.cover >= 0 or odd >= 0 or not count:
        raise p.fail("parameters without an arrow", max(p.cover, odd, mark[3]))
    p.cover = cover
    if count > 1 or kind not in (NAMED, MEMBER, SECRET, CALL):
        return OTHER
    return kind


def _parse_super(p: Parser) -> str:
    context, start = p.context, p.start
    p.advance()
    if p.value == "(" and context.has_super_call:
        return OTHER
    if p.value in (".", "[") and context.has_super_property:
        return OTHER
    raise p.fail("`super` where no class or method permits it", start)


def _parse_import(p: Parser) -> None:
    """Step over `import.meta` or `import(...)`."""
    start = p.start
    p.advance()
    if p.take("."):
        if p.value in ("source", "defer"):
            raise UnsureError(start, f"`import.{p.value}`")
        if p.value != "meta":
            raise p.unexpected()
        if not p.is_module:
            raise p.fail("`import.meta` outside of ES modules", start)
        p.needs_module = True
        p.advance()
        return
    p.expect("(")
    before, p.no_in = p.no_in, False
    p.rules.assignment(p)
    if p.take(",") and p.value != ")":
        p.rules.assignment(p)
        p.take(",")
    p.no_in = before
    p.expect(")")
