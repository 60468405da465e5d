"""Conditions whose value is the same in every Node on Lambda.

In: the node of a condition and its file's text. Out: True, False, or None where the text alone does
not tell. Packages for browsers and Node ask `typeof window`, `process.platform` and the like before
they choose a file; the branch that Node takes runs as surely as the code around it, unless that
rests on a global that Node lacks, which another file may set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.known_values import (
    COMMONJS,
    GLOBALS,
    LAMBDA_VARIABLES,
    MEMBERS,
    NULL,
    Known,
    Thing,
    UndecidedError,
    are_equal,
    compare,
    is_true,
    number,
    sure_type,
)
from zipper.checks.levels import FUNCTIONS
from zipper.checks.own_names import OwnNames
from zipper.checks.source_text import literal
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node

__all__ = ["Conditions"]

_VARIABLE: Final = late_pattern(rb"process\.env\.(\w+)")
_SET_VARIABLES: Final = late_pattern(
    rb"AWS_|LAMBDA_|_|(?:NODE_ENV|NODE_PATH|LD_LIBRARY_PATH|LANG|PATH|TZ)$"
)
"""Variables that Lambda sets, or people do."""
_DEPTH_MAX: Final = 40
_NAME_MIN: Final = 3
"""Letters of a constant's name that is followed; minifiers use shorter ones again and again."""
_SCANNED_MAX: Final = 50_000_000
"""Bytes of a file that are read for the meanings of its constants, each time all of it."""
_CONSTANTS: Final[dict[str, Known]] = {
    "undefined": None,
    "null": NULL,
    "true": True,
    "false": False,
}
_THINGS: Final = {
    **dict.fromkeys(("array", "object", "regex", "new_expression"), Thing("object")),
    **dict.fromkeys(("arrow_function", "function_expression", "class"), Thing("function")),
}
_GLOBAL_OBJECTS: Final = (b"globalThis", b"global")
_EQUAL: Final = ("===", "==")
_UNEQUAL: Final = ("!==", "!=")
_SHORT_CIRCUITS: Final = ("&&", "||", "??")


class Conditions:
    """The conditions of one file.

    Args:
        content: the file's text.
        variables: what is known of the function's environment.
        find_constant: what answers as what a name is declared.
    """

    rests_on_absence: bool
    """Whether the last truth rests on a global that Node lacks, which another file may set."""

    _condition: Node
    """What is answered, the value of a constant where that is read."""

    def __init__(
        self,
        content: bytes,
        variables: Mapping[str, str],
        find_constant: Callable[[bytes], Node | None],
    ) -> None:
        self._content = content
        self._variables = variables
        self._find_constant = find_constant
        self._assumes = False
        self._names = OwnNames(content)
        self._constants: dict[bytes, Node | None] = {}
        self._values: dict[bytes, tuple[Known, bool] | None] = {}
        """The values of constants, and whether they rest on absence."""
        self._scanned = 0

    def is_global(self, name: bytes) -> bool:
        """Return whether a global name means the same in all of the file."""
        return not self._names.count(name)

    def is_constant(self, name: bytes) -> bool:
        """Return whether a name gets one meaning in all of the file."""
        return self._names.count(name) == 1

    def find_truth(self, condition: Node) -> bool | None:
        """Return whether `condition` holds in Node on Lambda; None where unknown."""
        self._condition = condition
        self.rests_on_absence = False
        return self._find_truth(condition, _DEPTH_MAX)

    def find_sure_truth(self, condition: Node) -> bool | None:
        """Return whether `condition` holds whatever other files do; None where unknown."""
        truth = self.find_truth(condition)
        return None if self.rests_on_absence else truth

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

    def _find_truth(self, node: Node, depth: int) -> bool | None:
        try:
            return self._holds(node, depth)
        except UndecidedError:
            return None

    def _holds(self, node: Node, depth: int) -> bool:
        if depth == 0:
            raise UndecidedError
        if node.type == "parenthesized_expression" and node.named_child_count == 1:
            return self._holds(node.named_children[0], depth - 1)
        if node.type == "binary_expression":
            return self._holds_of_two(node, depth - 1)
        return is_true(self._value(node, depth))

    def _holds_of_two(self, node: Node, depth: int) -> bool:
        left, right = _field(node, "left"), _field(node, "right")
        operator = _operator(node)
        if self._assumes and (self._is_switch(left) or self._is_switch(right)):
            return self._holds_of_switch(left, right, operator)
        if operator not in ("&&", "||"):
            return is_true(self._value_of_two(node, depth))
        decides = operator == "||"
        first = self._find_truth(left, depth)
        second = self._holds(right, depth) if first is not decides else decides
        if first is None and second is not decides:
            raise UndecidedError
        return second

    def _holds_of_switch(self, left: Node, right: Node, operator: str) -> bool:
        """Return what comparing an unset variable with a text says."""
        other = right if self._is_switch(left) else left
        if operator not in (*_EQUAL, *_UNEQUAL) or not literal(other, self._content):
            raise UndecidedError
        return operator in _UNEQUAL

    def _is_switch(self, node: Node) -> bool:
        """Return whether an expression is an environment variable that nothing sets."""
        name = _VARIABLE.fullmatch(self._text(node))
        if name is None or _SET_VARIABLES.match(name[1]) or name[1].decode() in self._variables:
            return False
        names = self._names
        return not (
            names.count(b"process") or names.sets(name[0]) or names.sets_member_of_any(name[1])
        )

    def _value(self, node: Node, depth: int) -> Known:
        """Return an expression's value."""
        if depth == 0:
            raise UndecidedError
        if node.type in _CONSTANTS:
            return _CONSTANTS[node.type]
        if node.type in _THINGS:
            return _THINGS[node.type]
        text = literal(node, self._content)
        if text is not None:
            return text
        read = {
            "number": self._value_of_number,
            "parenthesized_expression": self._value_of_last,
            "sequence_expression": self._value_of_last,
            "unary_expression": self._value_of_one,
            "binary_expression": self._value_of_two,
            "ternary_expression": self._value_of_choice,
        }.get(node.type)
        if read is None:
            return self._value_of_name(self._dotted(node), depth - 1)
        return read(node, depth - 1)

    def _value_of_number(self, node: Node, _: int) -> Known:
        return number(self._text(node))

    def _value_of_last(self, node: Node, depth: int) -> Known:
        return self._value(node.named_children[-1], depth)

    def _value_of_choice(self, node: Node, depth: int) -> Known:
        holds = self._holds(_field(node, "condition"), depth)
        return self._value(_field(node, "consequence" if holds else "alternative"), depth)

    def _value_of_one(self, node: Node, depth: int) -> Known:
        operator, argument = _operator(node), _field(node, "argument")
        if operator == "!":
            return not self._holds(argument, depth)
        if operator == "void" and argument.type == "number":
            return None
        if operator != "typeof":
            raise UndecidedError
        return sure_type(self._value(argument, depth))

    def _value_of_two(self, node: Node, depth: int) -> Known:
        left, right, operator = _field(node, "left"), _field(node, "right"), _operator(node)
        if operator == "in":
            name = literal(left, self._content)
            dotted = self._member_of(self._dotted(right), (name or ".").encode())
            return self._value_of_name(dotted, depth) is not None
        first = self._value(left, depth)
        if operator in _SHORT_CIRCUITS:
            keeps = first not in (None, NULL) if operator == "??" else is_true(first)
            return first if keeps is (operator != "&&") else self._value(right, depth)
        second = self._value(right, depth)
        if operator in _EQUAL:
            return are_equal(first, second, is_loose=operator == "==")
        if operator in _UNEQUAL:
            return not are_equal(first, second, is_loose=operator == "!=")
        return compare(first, second, operator)

    def _dotted(self, node: Node) -> bytes:
        """Return the name of a global, or of members of one, as if it was written with points."""
        if node.type == "identifier":
            return self._text(node)
        if node.type == "member_expression":
            name = self._text(_field(node, "property"))
        elif node.type == "subscript_expression":
            name = (literal(_field(node, "index"), self._content) or ".").encode()
        else:
            raise UndecidedError
        return self._member_of(self._dotted(_field(node, "object")), name)

    def _member_of(self, owner: bytes, name: bytes) -> bytes:
        is_global = owner in _GLOBAL_OBJECTS and not self._names.count(owner)
        return name if is_global else owner + b"." + name

    def _value_of_name(self, dotted: bytes, depth: int) -> Known:
        name, _, members = dotted.partition(b".")
        if not members and name not in COMMONJS and name not in GLOBALS:
            return self._value_of_constant(name, depth)
        variable = _VARIABLE.fullmatch(dotted)
        if members and dotted not in MEMBERS and variable is None:
            raise UndecidedError
        makes_require = name == b"require" and self._names.makes_require
        if self._names.count(name) and not makes_require:
            return self._value_of_constant(dotted, depth)
        if variable is not None:
            if self._names.sets(dotted):
                raise UndecidedError
            return self._value_of_variable(variable[1])
        if name in COMMONJS and self._names.has_module_syntax and not makes_require:
            raise UndecidedError
        if members and self._names.sets(dotted):
            if dotted == b"module.exports" and not self._may_be_empty():
                return Thing("")  # whatever it is set to later, it is something
            raise UndecidedError
        value = MEMBERS[dotted] if members else (COMMONJS | GLOBALS)[name]
        self.rests_on_absence |= value is None and name != b"module"
        return value

    def _may_be_empty(self) -> bool:
        """Return whether `module.exports` may be set to nothing where the condition is."""
        start = self._condition.start_byte
        return self._names.empties_exports or self._names.exports_set <= start

    def _value_of_variable(self, name: bytes) -> Known:
        given = self._variables.get(name.decode())
        if given is None and LAMBDA_VARIABLES.fullmatch(name) is None:
            raise UndecidedError
        return Thing("string") if given is None else given

    def _value_of_constant(self, name: bytes, depth: int) -> Known:
        """Return the value of a name that is given one once, before the condition."""
        if name not in self._constants:
            self._scanned += len(self._content)
            if len(name) < _NAME_MIN or self._scanned > _SCANNED_MAX:
                raise UndecidedError
            is_once = self._names.count(name) == 1
            self._constants[name] = self._find_constant(name) if is_once else None
        value, condition = self._constants[name], self._condition
        if value is None or not _is_set_before(value, condition):
            raise UndecidedError
        if name not in self._values:
            self._values[name] = None  # until it is known: it may need itself
            self._condition = value
            rested, self.rests_on_absence = self.rests_on_absence, False
            try:
                self._values[name] = self._value(value, depth), self.rests_on_absence
            finally:
                self._condition = condition
                self.rests_on_absence = rested
        found = self._values[name]
        if found is None:
            raise UndecidedError
        self.rests_on_absence |= found[1]
        return found[0]

    def _text(self, node: Node) -> bytes:
        return self._content[node.start_byte : node.end_byte]


def _operator(node: Node) -> str:
    return _field(node, "operator").type


def _is_set_before(value: Node, condition: Node) -> bool:
    """Return whether what declares a value has run before a condition, or nothing works.

    A `var` may be read before, by a function that is called before.
    """
    if value.end_byte > condition.start_byte:
        return False
    holder = value.parent.parent if value.parent is not None else None
    is_var = holder is None or holder.type == "variable_declaration"
    return not is_var or _around(value) == _around(condition)


def _around(node: Node | None) -> tuple[int, int]:
    """Return where the function around a node begins and ends, or the piece that was parsed."""
    while node is not None and node.parent is not None:
        node = node.parent
        if node.type in FUNCTIONS:
            break
    return (0, 0) if node is None else (node.start_byte, node.end_byte)


def _field(node: Node, name: str) -> Node:
    found = node.child_by_field_name(name)
    if found is None:
        raise UndecidedError
    return found
