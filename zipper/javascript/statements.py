"""Statements and declarations.

In: a `Parser` at the first token of one. Out: the parser behind it.

Source: ECMA-262 2025, section 14, and Annex B.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.javascript.classes import parse_class
from zipper.javascript.declarations import is_let, is_using, parse_declaration
from zipper.javascript.expressions import parse_expression
from zipper.javascript.function_syntax import parse_binding, parse_function
from zipper.javascript.loops import parse_do, parse_for, parse_while
from zipper.javascript.scopes import LEXICAL, Scope
from zipper.javascript.targets import NAMED
from zipper.javascript.tokens import END, NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from zipper.javascript.state import Parser

__all__ = ["parse_statement", "parse_statements"]


def parse_statements(p: Parser) -> None:
    """Step over statements up to a `}` or the end."""
    while p.value != "}" and p.kind != END:
        parse_statement(p, in_list=True)


def parse_statement(p: Parser, *, in_list: bool = False, in_if: bool = False) -> None:
    """Step over one statement.

    Args:
        p: at its first token.
        in_list: whether declarations are allowed here.
        in_if: whether it is a branch of an `if`, which in sloppy code may be a function.
    """
    value = p.value
    if value == "{":
        parse_block(p)
    elif value == ";":
        p.advance()
    elif p.kind != NAME:
        _parse_expression_statement(p, in_list=in_list or in_if)
    elif value in _STATEMENTS:
        _STATEMENTS[value](p)
    elif not _parse_special(p, in_list=in_list, in_if=in_if):
        _parse_expression_statement(p, in_list=in_list or in_if)


def parse_block(p: Parser) -> None:
    """Step over a block with a scope of its own."""
    outer = p.scope
    p.scope = Scope(outer)
    p.expect("{")
    parse_statements(p)
    p.expect("}")
    p.scope = outer


def _parse_special(p: Parser, *, in_list: bool, in_if: bool) -> bool:
    """Step over a declaration, or an import or export; say whether there was one."""
    value = p.value
    if value == "var":
        parse_declaration(p, "var")
        p.end_statement()
    elif value in ("const", "class") or (value == "let" and is_let(p, in_list=in_list)):
        if not in_list:
            raise p.fail(f"`{value}` where no declaration is allowed")
        if value == "class":
            parse_class(p, needs_name=True)
        else:
            parse_declaration(p, value)
            p.end_statement()
    elif value == "function":
        _parse_function_statement(p, in_list=in_list, in_if=in_if)
    elif value == "async" and p.peek()[1:] == ("function", False):
        if not in_list:
            raise p.fail("an async function where no declaration is allowed")
        p.advance()
        parse_function(p, is_async=True, needs_name=True)
    elif in_list and is_using(p):
        p.take("await")
        p.note("`using` declarations", 24)
        parse_declaration(p, "using")
        p.end_statement()
    elif value in ("import", "export") and (value == "export" or p.peek()[1] not in ("(", ".")):
        raise p.fail(f"`{value}` where no module's top level is")
    else:
        return False
    return True


def _parse_function_statement(p: Parser, *, in_list: bool, in_if: bool) -> None:
    if in_list:
        parse_function(p, is_async=False, needs_name=True)
        return
    if not in_if or p.strict or p.peek()[1] == "*":
        raise p.fail("a function where no declaration is allowed")
    outer = p.scope
    p.scope = Scope(outer)
    parse_function(p, is_async=False, needs_name=True)
    p.scope = outer


def _parse_expression_statement(p: Parser, *, in_list: bool) -> None:
    """Step over an expression, or a label with its statement."""
    word, is_name, start = p.word, p.kind == NAME, p.start
    end = p.end
    if is_name and p.value == "let" and p.peek()[1] == "[":
        raise p.fail("`let [` where no declaration is allowed")
    kind = parse_expression(p)
    if is_name and p.value == ":" and p.last_end == end and kind == NAMED:
        _parse_labelled(p, word, start, in_list=in_list)
        return
    p.end_statement()


def _parse_labelled(p: Parser, word: str, start: int, *, in_list: bool) -> None:
    if word in p.labels:
        raise p.fail(f"a second label `{word}`", start)
    p.advance()
    mark = p.mark()
    while p.kind == NAME and p.peek()[1] == ":":
        p.advance()
        p.advance()
    is_loop = p.value in ("for", "while", "do")
    p.reset(mark)
    p.labels[word] = is_loop
    parse_statement(p, in_if=in_list)
    del p.labels[word]


def _parse_if(p: Parser) -> None:
    while True:
        p.advance()
        p.expect("(")
        parse_expression(p)
        p.expect(")")
        parse_statement(p, in_if=True)
        if not p.take("else"):
            return
        if p.value != "if":
            parse_statement(p, in_if=True)
            return


def _parse_switch(p: Parser) -> None:
    p.advance()
    p.expect("(")
    parse_expression(p)
    p.expect(")")
    p.expect("{")
    outer, has_default = p.scope, False
    p.scope = Scope(outer)
    p.switches += 1
    while p.value != "}":
        if p.value == "default" and not has_default:
            has_default = True
            p.advance()
        else:
            p.expect("case")
            parse_expression(p)
        p.expect(":")
        while not p.is_at("case", "default", "}") and p.kind != END:
            parse_statement(p, in_list=True)
    p.switches -= 1
    p.scope = outer
    p.advance()


def _parse_try(p: Parser) -> None:
    p.advance()
    parse_block(p)
    has_end = False
    if p.take("catch"):
        has_end = True
        outer = p.scope
        p.scope = Scope(outer)
        if p.take("("):
            names: list[tuple[str, int]] = []
            if parse_binding(p, LEXICAL, names):
                p.scope.catches = names[0][0]
            p.expect(")")
        p.expect("{")
        parse_statements(p)
        p.expect("}")
        p.scope = outer
    if p.take("finally"):
        has_end = True
        parse_block(p)
    if not has_end:
        raise p.unexpected()


def _parse_jump(p: Parser) -> None:
    """Step over `break` or `continue`, which need something around them to leave."""
    word, start = p.value, p.start
    p.advance()
    if p.kind == NAME and not p.newline:
        if word == "break" and p.word not in p.labels:
            raise p.fail(f"`break` to `{p.word}`, which is no label around it")
        if word == "continue" and not p.labels.get(p.word):
            raise p.fail(f"`continue` to `{p.word}`, which is no loop around it")
        p.advance()
    elif not (p.loops or (word == "break" and p.switches)):
        raise p.fail(f"`{word}` outside of loops", start)
    p.end_statement()


def _parse_return(p: Parser) -> None:
    if not p.context.returns:
        raise p.fail("`return` outside of functions")
    p.advance()
    if not (p.newline or p.value in (";", "}") or p.kind == END):
        parse_expression(p)
    p.end_statement()


def _parse_throw(p: Parser) -> None:
    p.advance()
    if p.newline:
        raise p.fail("a line's end behind `throw`")
    parse_expression(p)
    p.end_statement()


def _parse_debugger(p: Parser) -> None:
    p.advance()
    p.end_statement()


def _parse_with(p: Parser) -> None:
    if p.strict:
        raise p.fail("`with` in strict code")
    p.advance()
    p.expect("(")
    parse_expression(p)
    p.expect(")")
    parse_statement(p)


_STATEMENTS: Final[dict[str, Callable[[Parser], None]]] = {
    "if": _parse_if,
    "for": parse_for,
    "while": parse_while,
    "do": parse_do,
    "switch": _parse_switch,
    "try": _parse_try,
    "break": _parse_jump,
    "continue": _parse_jump,
    "return": _parse_return,
    "throw": _parse_throw,
    "debugger": _parse_debugger,
    "with": _parse_with,
}
