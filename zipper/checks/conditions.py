"""Conditions whose value is the same in every Node on Lambda.

In: the node of a condition and its file's text. Out: True, False, or None where the text alone does
not tell. Packages for browsers and Node ask `typeof window`, `process.platform` and the like before
they choose a file; the branch that Node takes runs as surely as the code around it.
"""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.source_text import find_word, literal
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

__all__ = ["Conditions"]

_TYPES: Final = {
    **dict.fromkeys((b"process", b"global", b"globalThis"), "object"),
    **dict.fromkeys((b"Buffer", b"setImmediate", b"setTimeout"), "function"),
    **dict.fromkeys(
        (
            b"window",
            b"document",
            b"define",
            b"importScripts",
            b"XMLHttpRequest",
            b"WorkerGlobalScope",
            b"HTMLElement",
            b"Deno",
            b"Bun",
            b"EdgeRuntime",
        ),
        "undefined",
    ),
}
"""What `typeof` says of global names. `navigator` and `self` are left out: versions differ."""
_COMMONJS: Final = {
    b"require": "function",
    b"module": "object",
    b"exports": "object",
    b"__filename": "string",
    b"__dirname": "string",
}
_MEMBERS: Final[dict[bytes, str | None]] = {
    b"process.platform": "linux",
    b"process.type": None,
    b"process.browser": None,
    b"process.__nwjs": None,
    b"process.versions.electron": None,
}
"""None for what is undefined in Node."""
_VARIABLE: Final = late_pattern(rb"process\.env\.(\w+)")
_SET_VARIABLES: Final = late_pattern(
    rb"AWS_|LAMBDA_|_|(?:NODE_ENV|NODE_PATH|LD_LIBRARY_PATH|LANG|PATH|TZ)$"
)
"""Variables that Lambda sets, or people do."""
_MODULE: Final = late_pattern(rb"(?m)^[ \t]*(?:import|export)\b")
_WRITES: Final = late_pattern(rb"\s*(?:=>|=[^=])")
_DECLARES: Final = late_pattern(rb"\b(?:var|let|const|function|import|class)\s")
_FUNCTION: Final = late_pattern(rb"\bfunction\b[\s*\w$]{0,99}\Z")
_REST: Final = late_pattern(rb"[^()]{0,4000}\)(\s*=>)?")
_LOOK_BACK_BYTES: Final = 4_000
_AHEAD: Final = frozenset(bytes([code]) for code in b" \t\r\n\v\f,{")
_MENTIONS_MAX: Final = 2_000
"""Mentions of a name that are looked at; one that is mentioned more often may mean anything."""
_DEPTH_MAX: Final = 40
_CONSTANTS: Final = {"undefined": None, "true": True, "false": False}
_EQUAL: Final = ("===", "==")
_UNEQUAL: Final = ("!==", "!=")


class _Undecided(Exception):  # noqa: N818 - not an error: the way out of an expression
    """A part of the condition has no value that the text tells."""


class Conditions:
    """The conditions of one file."""

    def __init__(self, content: bytes, variables: Mapping[str, str] | None = None) -> None:
        self._content = content
        self._variables = variables or {}
        self._assumes = False
        self._own: dict[bytes, bool] = {}

    def find_truth(self, condition: Node) -> bool | None:
        """Return whether `condition` holds in Node on Lambda; None where unknown."""
        try:
            return self._holds(condition, _DEPTH_MAX)
        except _Undecided:
            return None

    def expect_truth(self, condition: Node) -> bool | None:
        """Return whether `condition` holds unless somebody sets a variable; None as above.

        `process.env.X === "off"` is a switch that is off by default: what the other branch needs
        is needed. What the first branch needs is not certain to be superfluous, so only `EAGER`
        may be concluded from this.
        """
        self._assumes = True
        try:
            return self.find_truth(condition)
        finally:
            self._assumes = False

    def _holds(self, node: Node, depth: int) -> bool:
        if depth == 0:
            raise _Undecided
        if node.type == "parenthesized_expression" and node.named_child_count == 1:
            return self._holds(node.named_children[0], depth - 1)
        if node.type == "unary_expression" and self._operator(node) == "!":
            return not self._holds(_field(node, "argument"), depth - 1)
        if node.type == "binary_expression":
            return self._holds_of_two(node, depth)
        if node.type == "identifier":
            text = self._text(node)
            if (text in _TYPES or text in _COMMONJS) and not self._is_own(text):
                return self._type_of(text) != "undefined"
        return bool(self._value(node))

    def _holds_of_two(self, node: Node, depth: int) -> bool:
        left, right = _field(node, "left"), _field(node, "right")
        operator = self._operator(node)
        if self._assumes and (self._is_switch(left) or self._is_switch(right)):
            return self._holds_of_switch(left, right, operator)
        if operator in _EQUAL:
            return self._value(left) == self._value(right)
        if operator in _UNEQUAL:
            return self._value(left) != self._value(right)
        if operator not in ("&&", "||"):
            raise _Undecided
        decides = operator == "||"
        first = self.find_truth(left) if depth else None
        second = self._holds(right, depth - 1) if first is not decides else decides
        if first is None and second is not decides:
            raise _Undecided
        return second

    def _holds_of_switch(self, left: Node, right: Node, operator: str) -> bool:
        """Return what comparing an unset variable with a text says."""
        other = right if self._is_switch(left) else left
        if operator not in (*_EQUAL, *_UNEQUAL) or not literal(other, self._content):
            raise _Undecided
        return operator in _UNEQUAL

    def _is_switch(self, node: Node) -> bool:
        """Return whether an expression is an environment variable that is a package's own."""
        name = _VARIABLE.fullmatch(self._text(node))
        is_own = name is not None and _SET_VARIABLES.match(name[1]) is None
        return is_own and self._given(node) is None

    def _given(self, node: Node) -> str | None:
        """Return the value of an environment variable that is known."""
        name = _VARIABLE.fullmatch(self._text(node)) if self._variables else None
        if name is None or self._is_own(b"process"):
            return None
        return self._variables.get(name[1].decode())

    def _value(self, node: Node) -> str | bool | None:
        """Return an expression's value, text or boolean; None for `undefined`."""
        text = self._text(node)
        if node.type in _CONSTANTS:
            return _CONSTANTS[node.type]
        value = literal(node, self._content)
        if value is None and node.type == "member_expression":
            value = self._given(node)
        if value is not None:
            return value
        if node.type == "unary_expression" and self._operator(node) == "typeof":
            return self._type_of(self._text(_field(node, "argument")))
        if node.type == "member_expression" and text in _MEMBERS and not self._is_own(b"process"):
            return _MEMBERS[text]
        raise _Undecided

    def _type_of(self, name: bytes) -> str:
        known = _TYPES.get(name)
        if known is None and name in _COMMONJS and not self._has_module_syntax:
            known = _COMMONJS[name]
        if known is None or self._is_own(name):
            raise _Undecided
        return known

    @cached_property
    def _has_module_syntax(self) -> bool:
        return _MODULE.search(self._content) is not None

    def _is_own(self, name: bytes) -> bool:
        """Return whether the file may give a global name a meaning of its own."""
        if name not in self._own:
            places = list(islice(find_word(self._content, name), _MENTIONS_MAX + 1))
            self._own[name] = len(places) > _MENTIONS_MAX or any(
                self._is_given(at, at + len(name)) for at in places
            )
        return self._own[name]

    def _is_given(self, start: int, end: int) -> bool:
        """Return whether the name between two offsets seems to get a meaning there.

        Roughly, because a wrong yes only says less.
        """
        content, first = self._content, max(0, start - _LOOK_BACK_BYTES)
        if _WRITES.match(content, end):
            return True
        opening, closing = content.rfind(b"(", first, start), content.rfind(b")", first, start)
        rest = _REST.match(content, end) if opening > closing else None
        before = content[max(0, opening - 120) : max(0, opening)]
        if rest is not None and (rest[1] or _FUNCTION.search(before)):
            return True
        signs = (content.rfind(sign, first, start) for sign in (b";", b"="))
        border = max(opening, closing, *signs)
        if border < 0 < first:
            return True
        is_alone = content[start - 1 : start] in _AHEAD
        return is_alone and _DECLARES.search(content, border + 1, start) is not None

    def _operator(self, node: Node) -> str:
        return _field(node, "operator").type

    def _text(self, node: Node) -> bytes:
        return self._content[node.start_byte : node.end_byte]


def _field(node: Node, name: str) -> Node:
    found = node.child_by_field_name(name)
    if found is None:
        raise _Undecided
    return found
