"""Imports and exports.

In: a `Parser` at the top level of an ES module. Out: the parser behind its end.

Source: ECMA-262 2025, section 16.2; the proposal "Import Attributes" for `assert`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.javascript.classes import parse_class
from zipper.javascript.declarations import parse_declaration
from zipper.javascript.expressions import parse_assignment
from zipper.javascript.function_syntax import parse_function
from zipper.javascript.scopes import LEXICAL
from zipper.javascript.state import RESERVED
from zipper.javascript.statements import parse_statement
from zipper.javascript.syntax_errors import UnsureError
from zipper.javascript.tokens import END, NAME, STRING
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from zipper.javascript.state import Parser

__all__ = ["parse_module"]

_LONE: Final = late_pattern(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""What may be half a character in the name of an export."""


def parse_module(p: Parser) -> None:
    """Step over a whole module and check that it has what it exports."""
    while p.kind != END:
        if p.value == "import" and p.peek()[1] not in ("(", "."):
            p.needs_module = True
            _parse_import(p)
        elif p.value == "export":
            p.needs_module = True
            _parse_export(p)
        elif p.value == "}":
            raise p.unexpected()
        else:
            parse_statement(p, in_list=True)
    for name, offset in p.exports.items():
        if not p.scope.has(name):
            raise p.fail(f"an export of `{name}`, which is not declared", offset)


def _parse_import(p: Parser) -> None:
    start = p.start
    p.advance()
    if p.kind == STRING:
        p.advance()
    else:
        _parse_clause(p, start)
        if p.kind != STRING:
            raise p.unexpected()
        p.advance()
    _parse_attributes(p)
    p.end_statement()


def _parse_clause(p: Parser, start: int) -> None:
    """Step over what an import binds, and `from`."""
    if p.kind == NAME and p.value not in RESERVED:
        word = p.value
        following = p.peek()
        if word in ("source", "defer") and following[1] not in (",", "from"):
            raise UnsureError(start, f"`import {word}`")
        if word in ("source", "defer") and following[1] == "from" and _is_phase(p):
            raise UnsureError(start, f"`import {word}`")
        _bind(p)
        if not p.take(","):
            p.expect("from")
            return
    if p.take("*"):
        p.expect("as")
        _bind(p)
    else:
        p.expect("{")
        while p.value != "}":
            _parse_specifier(p)
            if p.value != "}":
                p.expect(",")
        p.advance()
    p.expect("from")


def _is_phase(p: Parser) -> bool:
    """Return whether `from` behind `source` is a name: `import source from from "x"`."""
    mark = p.mark()
    p.advance()
    found = p.peek()[1] == "from"
    p.reset(mark)
    return found


def _bind(p: Parser) -> None:
    name, start = p.check_name(is_bound=True), p.start
    p.declare(name, LEXICAL, start)
    p.advance()


def _parse_specifier(p: Parser) -> None:
    is_string = p.kind == STRING
    if is_string or p.peek()[1] == "as":
        mark = p.mark()
        _parse_module_name(p)
        if p.value == "as":
            p.advance()
            if not is_string and p.is_at(",", "}"):  # the name is `as` itself
                p.reset(mark)
                _bind(p)
                return
            _bind(p)
            return
        raise p.unexpected()
    _bind(p)


def _parse_module_name(p: Parser) -> str:
    """Step over the name of an export: any word, or a string."""
    word = p.word
    if p.kind == STRING:
        if _LONE.search(word):
            raise UnsureError(p.start, "half a character in the name of an export")
        word = word[1:-1]
    elif p.kind != NAME:
        raise p.unexpected()
    p.advance()
    return word


def _parse_attributes(p: Parser) -> None:
    is_old = p.value == "assert" and not p.newline
    if not (is_old or p.value == "with"):
        return
    p.note("`assert` in imports", 0, until=22) if is_old else p.note("`with` in imports", 18)
    p.advance()
    p.expect("{")
    keys: set[str] = set()
    while p.value != "}":
        key = p.word if p.kind == NAME else p.word[1:-1] if p.kind == STRING else None
        if key is None:
            raise p.unexpected()
        if key in keys:
            raise p.fail(f"a second attribute `{key}`")
        keys.add(key)
        p.advance()
        p.expect(":")
        if p.kind != STRING:
            raise p.unexpected()
        p.advance()
        if p.value != "}":
            p.expect(",")
    p.advance()


def _export(p: Parser, name: str, offset: int) -> None:
    if name in p.exported:
        raise p.fail(f"a second export of `{name}`", offset)
    p.exported.add(name)


def _parse_export(p: Parser) -> None:
    start = p.start
    p.advance()
    if p.take("*"):
        if p.take("as"):
            _export(p, _parse_module_name(p), start)
        _parse_origin(p)
    elif p.take("default"):
        _export(p, "default", start)
        _parse_default(p)
    elif p.value == "{":
        _parse_list(p)
    else:
        _parse_exported_declaration(p)


def _parse_origin(p: Parser) -> None:
    p.expect("from")
    if p.kind != STRING:
        raise p.unexpected()
    p.advance()
    _parse_attributes(p)
    p.end_statement()


def _parse_default(p: Parser) -> None:
    if p.value == "function":
        parse_function(p, is_async=False, needs_name=None)
    elif p.value == "async" and p.peek()[1:] == ("function", False):
        p.advance()
        parse_function(p, is_async=True, needs_name=None)
    elif p.value == "class":
        parse_class(p, needs_name=None)
    else:
        parse_assignment(p)
        p.end_statement()


def _parse_list(p: Parser) -> None:
    """Step over `{ a, b as c }`, of this module or of another."""
    p.advance()
    local: list[tuple[str, int, bool]] = []
    while p.value != "}":
        start, is_word = p.start, p.kind == NAME and p.word not in RESERVED
        own = _parse_module_name(p)
        local.append((own, start, is_word))
        shown = own
        if p.take("as"):
            shown = _parse_module_name(p)
        _export(p, shown, start)
        if p.value != "}":
            p.expect(",")
    p.advance()
    if p.value == "from":
        _parse_origin(p)
        return
    for name, offset, is_word in local:
        if not is_word:
            raise p.fail(f"`{name[:40]}`, which is no name, as an export", offset)
        p.exports.setdefault(name, offset)
    p.end_statement()


def _parse_exported_declaration(p: Parser) -> None:
    start = p.start
    names: list[tuple[str, int]] = []
    if p.value in ("var", "let", "const"):
        parse_declaration(p, p.value, names=names)
        p.end_statement()
    elif p.value in ("class", "function", "async"):
        mark = p.mark()
        if p.take("async") and (p.value != "function" or p.newline):
            raise p.unexpected()
        p.take("class")
        p.take("function")
        p.take("*")
        names.append((p.word, p.start))
        p.reset(mark)
        parse_statement(p, in_list=True)
    else:
        raise p.unexpected()
    for name, _ in names:
        _export(p, name, start)
