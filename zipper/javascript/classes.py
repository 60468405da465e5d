"""Classes: their members, and the private names that these declare and use.

In: a `Parser` at the word `class`. Out: the parser behind it.

Source: ECMA-262 2025, section 15.7.
"""

from __future__ import annotations

from typing import Final

from zipper.javascript.function_syntax import parse_key, parse_method, run_inside
from zipper.javascript.scopes import LEXICAL, Scope
from zipper.javascript.state import Context, Parser
from zipper.javascript.tokens import NAME, PRIVATE

__all__ = ["parse_class", "use_private"]

_FIELD: Final = Context(has_super_property=True, has_new_target=True, no_arguments=True)
_BLOCK: Final = _FIELD._replace(no_await=True)
_METHOD: Final = Context(returns=True, has_super_property=True, has_new_target=True)
_ENDS: Final = ("(", "=", ";", "}")
"""What makes a word such as `static` the name of a member."""


def parse_class(p: Parser, *, needs_name: bool | None) -> None:
    """Step over a class from the word `class` on.

    Args:
        p: at `class`.
        needs_name: True for a declaration, False for an expression, None behind `export default`.
    """
    was_strict, p.strict = p.strict, True
    p.expect("class")
    if p.kind == NAME and p.value != "extends":
        name, start = p.check_name(is_bound=True), p.start
        p.advance()
        if needs_name is not False:
            p.declare(name, LEXICAL, start)
    elif needs_name:
        raise p.unexpected()
    is_derived = p.take("extends")
    if is_derived:
        p.rules.left_side(p)
    p.expect("{")
    p.scope = Scope(p.scope)
    p.privates.append(({}, {}))
    has_constructor = False
    while p.value != "}":
        if not p.take(";"):
            is_constructor = _parse_member(p, is_derived=is_derived)
            if is_constructor and has_constructor:
                raise p.fail("a second constructor")
            has_constructor = has_constructor or is_constructor
    _leave_privates(p)
    parent = p.scope.parent
    assert parent is not None
    p.scope = parent
    p.strict = was_strict
    p.advance()


def _leave_privates(p: Parser) -> None:
    """Look every used private name up; what this class has not, the one around must have."""
    declared, used = p.privates.pop()
    for name, offset in used.items():
        if name in declared:
            continue
        if not p.privates:
            raise p.fail(f"`#{name}`, which no class around it declares", offset)
        p.privates[-1][1].setdefault(name, offset)


def use_private(p: Parser, name: str, offset: int) -> None:
    """Note that a private name is used at `offset`.

    Raises:
        NotJavaScriptError: outside of every class.
    """
    if not p.privates:
        raise p.fail(f"`#{name}`, which no class around it declares", offset)
    p.privates[-1][1].setdefault(name, offset)


def _take_modifier(p: Parser, word: str, *, same_line: bool = False) -> bool:
    """Step over `static`, `async`, `get` or `set` where it is no member's name."""
    if p.value != word:
        return False
    mark = p.mark()
    p.advance()
    if p.value in _ENDS or (same_line and p.newline):
        p.reset(mark)
        return False
    return True


def _parse_member(p: Parser, *, is_derived: bool) -> bool:
    """Step over one member; say whether it is the constructor."""
    start = p.start
    is_static = _take_modifier(p, "static")
    if is_static and p.value == "{":
        _parse_block(p)
        return False
    is_async = _take_modifier(p, "async", same_line=True)
    is_generator = p.take("*")
    accessor = ""
    if not (is_async or is_generator):
        accessor = next((word for word in ("get", "set") if _take_accessor(p, word)), "")
    is_plain = not (is_async or is_generator or accessor)
    is_private = p.kind == PRIVATE
    key = parse_key(p)
    is_method = p.value == "("
    if is_private:
        _declare_private(p, str(key)[1:], accessor, start, is_static=is_static)
    is_constructor = key == "constructor" and not is_static and is_method
    if is_constructor and not is_plain:
        raise p.fail("a constructor that is no plain method", start)
    if is_static and key == "prototype":
        raise p.fail("a static member called `prototype`", start)
    if is_method:
        context = _METHOD._replace(
            is_async=is_async,
            is_generator=is_generator,
            has_super_call=is_constructor and is_derived,
        )
        parse_method(p, context, accessor=accessor)
    elif not is_plain:
        raise p.unexpected()
    else:
        _parse_field(p, key, start)
    return is_constructor


def _take_accessor(p: Parser, word: str) -> bool:
    """Step over `get` or `set`; where a line ends behind it and `*` follows, it is a field."""
    if p.value != word:
        return False
    mark = p.mark()
    if not _take_modifier(p, word):
        return False
    if p.value == "*":
        p.reset(mark)
        return False
    return True


def _parse_field(p: Parser, key: str | None, start: int) -> None:
    if key == "constructor":
        raise p.fail("a field called `constructor`", start)
    if p.take("="):
        run_inside(p, _FIELD, lambda: _parse_value(p))
    p.end_statement()


def _parse_value(p: Parser) -> None:
    p.rules.assignment(p)


def _parse_block(p: Parser) -> None:
    def parse() -> None:
        p.expect("{")
        p.rules.statement_list(p)
        p.expect("}")

    run_inside(p, _BLOCK, parse)


def _declare_private(p: Parser, name: str, accessor: str, offset: int, *, is_static: bool) -> None:
    """Take a private name; only a getter and a setter of the same kind may share one."""
    declared = p.privates[-1][0]
    kind = f"{'static ' if is_static else ''}{accessor}" if accessor else "whole"
    known = declared.get(name)
    other = kind.replace("get", "?").replace("set", "get").replace("?", "set")
    if name == "constructor" or (known is not None and (kind == "whole" or known != other)):
        raise p.fail(f"a second `#{name}`" if known else f"a member called `#{name}`", offset)
    declared[name] = kind if known is None else "whole"
