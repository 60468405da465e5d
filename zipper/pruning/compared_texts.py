"""Whether a function of the file only looks for a text in other texts, or compares it.

In: a call, and which argument. Out: yes or no. `stack.includes(filename)` opens nothing: many
libraries ask whether a stack trace has their own file in it.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.levels import is_field
from zipper.checks.source_text import count_declarations

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["LOOKED_FOR", "is_looked_for", "is_only_compared"]

LOOKED_FOR: Final = frozenset(b"includes startsWith endsWith indexOf lastIndexOf".split())
"""Methods of texts and arrays that look for their argument."""
_CHANGED: Final = frozenset(b"replace replaceAll toLowerCase trim slice".split())
"""Methods that make another text of one."""
_COMPARED: Final = frozenset({"===", "!==", "==", "!="})
_NAMES_MAX: Final = 8
_MENTIONS_MAX: Final = 200


def is_looked_for(call: Node) -> bool:
    """Return whether a call looks for its argument in something."""
    function = call.child_by_field_name("function")
    if function is None or function.type != "member_expression":
        return False
    name = function.child_by_field_name("property")
    return name is not None and name.text in LOOKED_FOR


def is_only_compared(source: Source, call: Node, argument: Node) -> bool:
    """Return whether the function that `call` calls only compares what it gets as `argument`."""
    function, arguments = (call.child_by_field_name(key) for key in ("function", "arguments"))
    if function is None or arguments is None or function.type != "identifier":
        return False
    given = [child.id for child in arguments.named_children if child.type != "comment"]
    declared = _find_function(source, source.text_of(function))
    if declared is None or argument.id not in given:
        return False
    parameters = declared.child_by_field_name("parameters")
    taken = [] if parameters is None else parameters.named_children
    at = given.index(argument.id)
    if at >= len(taken) or taken[at].type != "identifier" or b"arguments" in (declared.text or b""):
        return False
    return _compares(source, declared, source.text_of(taken[at]))


def _find_function(source: Source, name: bytes) -> Node | None:
    """Return the function of this name; None where the name may mean another one."""
    if count_declarations(source.content, name) != 1:
        return None
    for path in islice(source.find_words(name), _MENTIONS_MAX):
        parent = path[-2] if len(path) > 1 else path[-1]
        if parent.type == "function_declaration" and is_field(parent, "name", path[-1]):
            return parent
    return None


def _compares(source: Source, function: Node, name: bytes) -> bool:
    """Return whether a function only compares what it has under a name, and what it makes of it."""
    pending, done = [name], set[bytes]()
    while pending:
        one = pending.pop()
        done.add(one)
        mentions = 0
        for path in source.find_words(one):
            if not function.start_byte <= path[-1].start_byte < function.end_byte:
                continue
            mentions += 1
            made = _judge(path)
            if made is None or mentions > _MENTIONS_MAX or len(done) > _NAMES_MAX:
                return False
            if made is not path[-1]:
                text = source.text_of(made)
                pending += [] if text in done else [text]
    return True


def _judge(path: list[Node]) -> Node | None:
    """Return the name that gets a text made of it, the node itself for none; None for all else."""
    node, at = path[-1], len(path) - 1
    if node.type == "property_identifier":
        return node
    while at > 1 and _changes(path[at - 1], path[at], path[at - 2]):
        at -= 2
    value, parent = path[at], path[at - 1]
    if parent.type == "variable_declarator":
        name = parent.child_by_field_name("name")
        is_named = name is not None and name.type == "identifier"
        return name if is_named and parent.parent is not None else None
    if parent.type == "formal_parameters" or _is_compared(parent, value):
        return node
    is_argument = parent.type == "arguments" and at > 1
    return node if is_argument and is_looked_for(path[at - 2]) else None


def _changes(member: Node, node: Node, call: Node) -> bool:
    """Return whether `node.replace(...)` is called: its value is a text made of the node's."""
    name = member.child_by_field_name("property") if member.type == "member_expression" else None
    is_called = call.type == "call_expression" and is_field(call, "function", member)
    is_own = name is not None and is_field(member, "object", node)
    return is_called and is_own and name is not None and name.text in _CHANGED


def _is_compared(parent: Node, node: Node) -> bool:
    if parent.type in ("if_statement", "expression_statement"):
        return True
    if parent.type == "unary_expression":
        return True
    if parent.type == "parenthesized_expression":
        above = parent.parent
        return above is not None and above.type in ("if_statement", "while_statement")
    if parent.type == "member_expression" and is_field(parent, "object", node):
        name = parent.child_by_field_name("property")
        return name is not None and (name.text in LOOKED_FOR or name.text == b"length")
    operator = parent.child_by_field_name("operator")
    is_binary = parent.type == "binary_expression" and operator is not None
    return is_binary and operator is not None and operator.type in _COMPARED
