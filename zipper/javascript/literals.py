"""Arrays, objects, templates and regular expressions.

In: a `Parser` at the first token of one. Out: the parser behind it; of an array or object whether
it may be a pattern.

Source: ECMA-262 2025, sections 13.2.4 to 13.2.8 and 13.15.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.javascript.function_syntax import parse_key, parse_method
from zipper.javascript.regexps import check_regexp
from zipper.javascript.state import UNBOUND, Context
from zipper.javascript.targets import ASSIGNED, MEMBER, NAMED, OTHER, PATTERN, SECRET
from zipper.javascript.tokens import NAME, PRIVATE

if TYPE_CHECKING:
    from zipper.javascript.state import Parser

__all__ = ["parse_array", "parse_object", "parse_regexp", "parse_template"]

_PARTS: Final = (NAMED, MEMBER, SECRET, PATTERN, ASSIGNED)
"""What may be in a pattern."""
_METHOD: Final = Context(returns=True, has_super_property=True, has_new_target=True)


def parse_array(p: Parser) -> str:
    """Step over an array; return whether it may be a pattern."""
    p.advance()
    before, p.no_in = p.no_in, False
    is_pattern = True
    while p.value != "]":
        if p.take(","):
            continue
        if p.take("..."):
            kind = p.rules.assignment(p, covers=True)
            is_pattern = is_pattern and kind in _PARTS[:4] and p.value == "]"
        else:
            is_pattern = p.rules.assignment(p, covers=True) in _PARTS and is_pattern
        if p.value != "]":
            p.expect(",")
    p.no_in = before
    p.advance()
    return PATTERN if is_pattern else OTHER


def parse_object(p: Parser) -> str:
    """Step over an object; return whether it may be a pattern."""
    p.advance()
    before, p.no_in = p.no_in, False
    is_pattern, has_proto = True, False
    while p.value != "}":
        start = p.start
        if p.take("..."):
            is_pattern = (
                p.rules.assignment(p, covers=True) in _PARTS[:3] and is_pattern and p.value == "}"
            )
        else:
            is_part, is_proto = _parse_property(p)
            is_pattern = is_pattern and is_part
            if is_proto and has_proto and p.cover < 0:
                p.cover = start
            has_proto = has_proto or is_proto
        if p.value != "}":
            p.expect(",")
    p.no_in = before
    p.advance()
    return PATTERN if is_pattern else OTHER


def _parse_property(p: Parser) -> tuple[bool, bool]:
    """Step over a property; say whether it may be in a pattern, and whether it is `__proto__:`."""
    words = _take_words(p)
    mark = p.mark()
    is_name = p.kind == NAME
    if p.kind == PRIVATE:
        raise p.unexpected()
    key = parse_key(p)
    if p.value == "(":
        context = _METHOD._replace(is_async="async" in words, is_generator="*" in words)
        accessor = next((word for word in words if word in ("get", "set")), "")
        parse_method(p, context, accessor=accessor)
        return False, False
    if words:
        raise p.unexpected()
    if p.take(":"):
        is_part = p.rules.assignment(p, covers=True) in _PARTS
        return is_part, key == "__proto__"
    if not is_name:
        raise p.unexpected()
    behind = p.mark()
    p.reset(mark)
    word = p.check_name(is_bound=False)
    p.reset(behind)
    is_part = not (p.strict and word in UNBOUND)
    if p.value == "=":
        cover = p.cover if p.cover >= 0 else p.start
        p.advance()
        p.rules.assignment(p)
        p.cover = cover
    return is_part, False


def _take_words(p: Parser) -> list[str]:
    """Step over `async`, `*`, `get` and `set` before the name of a method."""
    words: list[str] = []
    if p.value in ("async", "get", "set"):
        mark, word = p.mark(), p.value
        p.advance()
        if p.value in ("(", ",", ":", "}", "=") or (word == "async" and p.newline):
            p.reset(mark)
            return words
        words.append(word)
    if p.value == "*" and words in ([], ["async"]):
        p.advance()
        words.append("*")
    return words


def parse_template(p: Parser, *, is_tagged: bool) -> None:
    """Step over a template from its first backtick on."""
    before, p.no_in = p.no_in, False
    while not p.read_chunk(is_tagged=is_tagged):
        p.advance()
        p.rules.expression(p)
        if p.value != "}":
            raise p.unexpected()
    p.no_in = before
    p.advance()


def parse_regexp(p: Parser) -> None:
    """Step over a regular expression and judge it."""
    start = p.start
    body, flags = p.read_regexp()
    check_regexp(p, body, flags, start)
    p.advance()
