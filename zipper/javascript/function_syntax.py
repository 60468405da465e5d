"""Functions, their parameters and bodies, and the patterns that bind names.

In: a `Parser` at the first token of one. Out: the parser behind it.

Source: ECMA-262 2025, sections 14.3.3 and 15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.javascript.scopes import FUNCTION, LEXICAL, PARAMETER, Scope
from zipper.javascript.state import PLAIN, STRICT, UNBOUND, Context, Parser
from zipper.javascript.tokens import END, NAME, NUMBER, PRIVATE, STRING, words
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Parameters",
    "parse_arrow",
    "parse_binding",
    "parse_function",
    "parse_key",
    "parse_method",
    "read_directives",
    "run_inside",
]

_GOES_ON: Final = words(
    "( [ . ?. , ? = + - * / % ** << >> >>> < > <= >= == != === !== & | ^ && || ?? += -= *= /= %= "
    "**= <<= >>= >>>= &= |= ^= &&= ||= ??= => in instanceof"
)
"""What continues a statement that begins with a string on the line before."""


class Parameters(NamedTuple):
    """A parameter list."""

    names: list[tuple[str, int]]
    """Each with its offset."""
    length: int
    is_simple: bool
    """Whether it has plain names only."""
    has_rest: bool


def parse_binding(p: Parser, kind: str, names: list[tuple[str, int]]) -> bool:
    """Step over a name or a pattern that is bound as `kind`; say whether it is a plain name.

    Args:
        p: at its first token.
        kind: see `zipper.javascript.scopes`.
        names: gets what is bound.
    """
    if p.value == "[":
        _parse_array_pattern(p, kind, names)
    elif p.value == "{":
        _parse_object_pattern(p, kind, names)
    else:
        name, start = p.check_name(is_bound=True), p.start
        p.declare(name, kind, start)
        names.append((name, start))
        p.advance()
        return True
    return False


def _parse_default(p: Parser) -> bool:
    if not p.take("="):
        return False
    before, p.no_in = p.no_in, False
    p.rules.assignment(p)
    p.no_in = before
    return True


def _parse_array_pattern(p: Parser, kind: str, names: list[tuple[str, int]]) -> None:
    p.advance()
    while p.value != "]":
        if p.take(","):
            continue
        if p.take("..."):
            parse_binding(p, kind, names)
            break
        parse_binding(p, kind, names)
        _parse_default(p)
        if p.value != "]":
            p.expect(",")
    p.expect("]")


def _parse_object_pattern(p: Parser, kind: str, names: list[tuple[str, int]]) -> None:
    p.advance()
    while p.value != "}":
        if p.take("..."):
            if not parse_binding(p, kind, names):
                raise p.fail("a pattern behind `...`")
            break
        mark = p.mark() if p.kind == NAME else None
        parse_key(p)
        if p.take(":"):
            parse_binding(p, kind, names)
        elif mark is None:
            raise p.unexpected()
        else:
            p.reset(mark)
            parse_binding(p, kind, names)
        _parse_default(p)
        if p.value != "}":
            p.expect(",")
    p.expect("}")


def parse_key(p: Parser) -> str | None:
    """Step over the name of a property; return it, or None for a computed one.

    A private name is returned with its `#`.
    """
    if p.value == "[":
        p.advance()
        before, p.no_in = p.no_in, False
        p.rules.assignment(p)
        p.no_in = before
        p.expect("]")
        return None
    if p.kind == NAME:
        key = p.word
    elif p.kind == PRIVATE:
        key = f"#{p.word}"
    elif p.kind == STRING:
        _refuse_octal(p)
        key = p.word[1:-1]
    elif p.kind == NUMBER:
        _refuse_octal(p)
        key = "0"
    else:
        raise p.unexpected()
    p.advance()
    return key


def _refuse_octal(p: Parser) -> None:
    if p.is_octal and p.strict:
        raise p.fail("an octal form in strict code")


def run_inside(
    p: Parser, context: Context, parse: Callable[[], None], *, is_function: bool = True
) -> None:
    """Parse something that has a context, a scope and labels of its own."""
    before = p.context, p.labels, p.loops, p.switches, p.no_in, p.strict, p.scope
    p.context, p.labels, p.loops, p.switches, p.no_in = context, {}, 0, 0, False
    p.scope = Scope(p.scope, holds_var=is_function)
    parse()
    p.context, p.labels, p.loops, p.switches, p.no_in, p.strict, p.scope = before


def _parse_parameters(p: Parser) -> Parameters:
    """Step over a list in parentheses, in the function's own scope and context."""
    names: list[tuple[str, int]] = []
    count, is_simple, has_rest = 0, True, False
    p.context, before = p.context._replace(in_parameters=True), p.context
    p.expect("(")
    while p.value != ")":
        count += 1
        has_rest = p.take("...")
        is_plain = parse_binding(p, PARAMETER, names)
        has_default = not has_rest and _parse_default(p)
        is_simple = is_simple and is_plain and not has_default and not has_rest
        if has_rest:
            break
        if p.value != ")":
            p.expect(",")
    p.context = before
    p.expect(")")
    return Parameters(names, count, is_simple, has_rest)


def read_directives(p: Parser) -> bool:
    """Return whether a body that begins here is strict by its own word; the parser stays."""
    if p.kind != STRING:
        return False
    mark = p.mark()
    found = False
    while p.kind == STRING:
        text = p.word[1:-1]
        p.advance()
        goes_on = not p.newline or p.value in _GOES_ON or p.kind == "template"
        if p.value not in (";", "}") and p.kind != END and goes_on:
            break
        found = found or text == "use strict"
        p.take(";")
    p.reset(mark)
    return found


def _parse_body(p: Parser, parameters: Parameters, name: str, *, is_unique: bool) -> None:
    """Step over a body in braces and check name and parameters by its strictness."""
    p.expect("{")
    if read_directives(p):
        if not parameters.is_simple:
            raise p.fail("`use strict` in a function whose parameters are not plain")
        p.strict = True
        _check_strict_names(p, [(name, p.start), *parameters.names])
    _check_parameters(p, parameters, is_unique=is_unique)
    p.rules.statement_list(p)
    p.expect("}")


def _check_strict_names(p: Parser, names: list[tuple[str, int]]) -> None:
    for word, offset in names:
        if word in STRICT or word in UNBOUND:
            raise p.fail(f"`{word}` as a name in strict code", offset)


def _check_parameters(p: Parser, parameters: Parameters, *, is_unique: bool) -> None:
    if not (p.strict or is_unique or not parameters.is_simple):
        return
    seen: set[str] = set()
    for name, offset in parameters.names:
        if name in seen:
            raise p.fail(f"a second parameter `{name}`", offset)
        seen.add(name)


def parse_method(p: Parser, context: Context, *, accessor: str = "") -> None:
    """Step over parameters and body of a method, a getter or a setter."""

    def parse() -> None:
        start = p.start
        parameters = _parse_parameters(p)
        if accessor == "get" and parameters.length:
            raise p.fail("a getter with parameters", start)
        if accessor == "set" and (parameters.length != 1 or parameters.has_rest):
            raise p.fail("a setter without its one parameter", start)
        _parse_body(p, parameters, "", is_unique=True)

    run_inside(p, context, parse)


def parse_function(p: Parser, *, is_async: bool, needs_name: bool | None) -> None:
    """Step over a function from the word `function` on.

    Args:
        p: at `function`.
        is_async: whether `async` is before it.
        needs_name: True for a declaration, False for an expression, None behind `export default`.
    """
    is_statement = needs_name is not False
    p.expect("function")
    is_generator = p.take("*")
    context = PLAIN._replace(is_async=is_async, is_generator=is_generator)
    name, start = "", p.start
    if p.kind == NAME and p.value != "(":
        outer = p.context
        if not is_statement:  # an expression's name is bound inside
            p.context = outer._replace(
                is_async=is_async, is_generator=is_generator, no_await=False, no_arguments=False
            )
        name = p.check_name(is_bound=True)
        p.context = outer
        p.advance()
        if is_statement:
            _declare_function(p, name, start, is_plain=not (is_async or is_generator))
    elif needs_name:
        raise p.unexpected()

    def parse() -> None:
        parameters = _parse_parameters(p)
        _parse_body(p, parameters, name, is_unique=False)

    run_inside(p, context, parse)


def _declare_function(p: Parser, name: str, start: int, *, is_plain: bool) -> None:
    """Declare a function: as a `var` at the top of a function, else as a block's own name."""
    is_top = p.scope.holds_var and not p.scope.is_module
    if is_top or (is_plain and not p.strict):
        p.declare(name, FUNCTION, start)
    else:
        p.declare(name, LEXICAL, start)


def parse_arrow(p: Parser, *, is_async: bool) -> None:
    """Step over an arrow function from its parameters on."""
    is_inner_in = p.no_in
    outer = p.context
    context = outer._replace(
        is_async=is_async, is_generator=False, returns=True, in_parameters=False, no_await=False
    )
    forbids = outer.is_generator or outer.in_parameters

    def parse() -> None:
        if p.value == "(":
            if forbids:  # `yield` of the generator around is no expression here
                p.context = context._replace(is_generator=outer.is_generator)
            parameters = _parse_parameters(p)
            p.context = context
        else:
            names: list[tuple[str, int]] = []
            parse_binding(p, PARAMETER, names)
            parameters = Parameters(names, 1, is_simple=True, has_rest=False)
        if p.newline or p.value != "=>":
            raise p.unexpected()
        p.advance()
        if p.value == "{":
            _parse_body(p, parameters, "", is_unique=True)
        else:
            _check_parameters(p, parameters, is_unique=True)
            p.no_in = is_inner_in
            p.rules.assignment(p)

    run_inside(p, context, parse)
