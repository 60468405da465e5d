"""Whether a text is JavaScript, as CommonJS and as an ES module.

In: text. Out: a `Verdict`. The parser knows the whole grammar and all early errors of ECMA-262
2025; what is newer, or nested beyond its depth, it leaves unjudged.

Source: ECMA-262 2025; for CommonJS Node's wrapper, whose parameters are declared already.
"""

from __future__ import annotations

from typing import Final

from zipper.javascript.expressions import parse_assignment, parse_expression
from zipper.javascript.function_syntax import read_directives
from zipper.javascript.modules import parse_module
from zipper.javascript.operands import parse_left_side
from zipper.javascript.scopes import PARAMETER
from zipper.javascript.state import Parser, Rules
from zipper.javascript.statements import parse_statement, parse_statements
from zipper.javascript.syntax_errors import Fault, Feature, NotJavaScriptError, UnsureError
from zipper.javascript.tokens import END
from zipper.named_tuple import NamedTuple

__all__ = ["Verdict", "judge", "judge_both"]

_RULES: Final = Rules(
    assignment=parse_assignment,
    expression=parse_expression,
    left_side=parse_left_side,
    statement=parse_statement,
    statement_list=parse_statements,
)
_WRAPPER: Final = ("exports", "require", "module", "__filename", "__dirname")


class Verdict(NamedTuple):
    """What a text is."""

    fault: Fault | None
    features: tuple[Feature, ...]
    """What some Nodes read only; the first of each name."""
    unsure: Fault | None = None
    """What the parser does not know; then there is no fault."""


def judge(text: str, *, is_module: bool) -> Verdict:
    """Return what `text` is, as an ES module or as CommonJS; time is linear in its length."""
    return _judge(Parser(text, is_module=is_module, rules=_RULES))


def judge_both(text: str) -> tuple[Verdict, Verdict]:
    """Return what `text` is as an ES module, and as CommonJS.

    What is read as a module without fault is read as CommonJS too, whose rules are laxer, but for
    what only modules have and for the names that the wrapper has taken: then it is read once.
    """
    p = Parser(text, is_module=True, rules=_RULES)
    module = _judge(p)
    is_sound = module.fault is None and module.unsure is None
    if is_sound and not (p.needs_module or p.scope.lexical.intersection(_WRAPPER)):
        return module, module
    return module, judge(text, is_module=False)


def _judge(p: Parser) -> Verdict:
    fault = unsure = None
    try:
        _parse(p)
    except NotJavaScriptError as error:
        fault = Fault(p.line_of(error.offset), error.message)
    except UnsureError as error:
        unsure = Fault(p.line_of(error.offset), error.message)
    except RecursionError:
        unsure = Fault(p.line_of(p.start), "code that is nested too deep")
    first = {feature.name: feature for feature in reversed(p.features)}
    return Verdict(fault, tuple(first.values()), unsure)


def _parse(p: Parser) -> None:
    if not p.is_module:
        for name in _WRAPPER:
            p.scope.declare(name, PARAMETER)
    p.advance()
    p.strict = read_directives(p) or p.strict
    if p.is_module:
        parse_module(p)
        return
    parse_statements(p)
    if p.kind != END:
        raise p.unexpected()
