"""What `new` makes of a class, and what its methods leave in it: builders that return `this`.

In: a class, a call. Out: instances. A field counts only where the class's file writes to one of its
name once; what is written in any other way, or to a class from outside, is unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Final, Protocol

from zipper.checks.levels import is_constructor
from zipper.checks.source_text import WRITE
from zipper.checks.syntax import plain_text
from zipper.checks.value_model import OTHER, UNKNOWN, Place, Value
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from zipper.checks.value_model import Given

__all__ = ["bind", "make_instance", "with_fields"]

_WRITES: Final = late_pattern(rb"(?<!exports)\.\s*([\w$\x80-\xff]++)\s*" + WRITE)
_FIELDS: Final = late_pattern(rb"\bthis\s*\.\s*([\w$]+)\s*" + WRITE)
_LOSES_TRACK: Final = late_pattern(
    rb"\bthis\b(?!\s*\.\s*#?[\w$]++(?!\s*(?:\?\.\s*)?[(`]))(?!(?<=return this)\s*[;}])"
    rb"|\bdelete\s+this\b"
    rb"|\bthis\s*\.\s*[\w$]+\s*(?:(?:,[^;]{0,400})?[\]}]\s*=(?![=>])|\s(?:of|in)\b)"
)
"""What may give an instance any member: `this` passed on, its methods called, `this[name]`; what
takes one away; patterns with a member."""
_CHANGED: Final = (
    rb"(?<![\w$.])%s(?:\s*\.\s*prototype|\s*\[)|[(,\[]\s*%s\s*[,)\]]"
    rb"|(?<!export )(?<!exports = )\{\s*%s\s*\}|(?<!\.)\b[\w$]+\s*=\s*%s\s*[;,\n]"
)
"""What may give a class, by its name or by another that it gets, other methods."""
_REACHED: Final = late_pattern(
    rb"\bnew\.target\b|PrototypeOf\b|__proto__|\bstatic\s*\{|\bthis\s*\.\s*prototype\b"
    rb"|\.\s*constructor\s*\."
)
"""What may do so by none."""
_PARTS: Final = frozenset({"expression_statement", "return_statement", "sequence_expression"})


class _Evaluates(Protocol):
    def of(self, place: Place, depth: int = ...) -> Value: ...


def make_instance(values: _Evaluates, maker: Place, place: Place, depth: int) -> Value:
    """Return what `new` makes of the class at `maker`, with what it inherits.

    Args:
        values: what evaluates the expressions of classes.
        maker: the class.
        place: the `new` expression.
        depth: how many expressions within expressions may be followed.
    """
    methods: dict[str, Place | Value] = {}
    fields: dict[str, Place | Value] = {}
    for one in reversed(list(_lineage(values, maker, depth))):
        if one is None or _is_changed(one):
            return UNKNOWN
        arguments = place.node.child_by_field_name("arguments") if one is maker else None
        given = [] if arguments is None else arguments.named_children
        found = _members(one, place, [node for node in given if node.type != "comment"])
        if found is None:
            return UNKNOWN
        methods, fields = {**methods, **found[0]}, {**fields, **found[1]}
    accessors = {name: value for name, value in methods.items() if value is UNKNOWN}
    return Value("object", members={**methods, **fields, **accessors}, maker=maker)


def _lineage(values: _Evaluates, maker: Place, depth: int) -> Iterator[Place | None]:
    """Yield a class and those that it extends; None at last for one that is not known."""
    current: Place | None = maker
    for _ in range(max(1, depth // 4)):
        yield current
        heritage = None if current is None else _heritage(current)
        if current is None or heritage is None:
            return
        current = values.of(current._replace(node=heritage), depth - 1).maker
    yield None


def _heritage(place: Place) -> Node | None:
    found = (c for c in place.node.children if c.type == "class_heritage")
    return next((c.named_child(0) for c in found), None)


def _is_changed(maker: Place) -> bool:
    """Return whether a class's file may change its methods from outside, or its maker gives else.

    `H.prototype`, functions that get the class, and constructors that return.
    """
    source, node, holder = maker.file.source, maker.node, maker.node.parent
    is_inner = node.type == "class"  # a class expression has its own name inside alone
    places = [(node.child_by_field_name("name"), source.text_of(node) if is_inner else None)]
    if holder is not None and holder.type == "variable_declarator":
        places.append((holder.child_by_field_name("name"), None))
    for name, within in places:
        text = b"" if name is None else re.escape(name.text or b"")
        content = source.content if within is None else within
        if text and re.search(_CHANGED % (text, text, text, text), content):
            return True
    constructor = _constructor(node)
    text = b"" if constructor is None else source.text_of(constructor)
    is_reached = _REACHED.search(source.content) is not None
    return is_reached or re.search(rb"\breturn\b\s*[^;}]", text) is not None


def _constructor(node: Node) -> Node | None:
    body = node.child_by_field_name("body")
    items = [] if body is None else body.named_children
    return next(filter(is_constructor, items), None)


def _members(
    maker: Place, place: Place, arguments: list[Node]
) -> tuple[dict[str, Place | Value], dict[str, Place | Value]] | None:
    """Return the methods and the fields of a class's instance; None where it may have any."""
    methods: dict[str, Place | Value] = {}
    fields: dict[str, Place | Value] = {}
    body, source = maker.node.child_by_field_name("body"), maker.file.source
    for item in [] if body is None else body.named_children:
        name = item.child_by_field_name("name") or item.child_by_field_name("property")
        if name is None or any(child.type == "static" for child in item.children):
            continue
        if name.type == "private_property_identifier":
            continue
        if name.type != "property_identifier":
            return None
        text, value = plain_text(name, source), item.child_by_field_name("value")
        if item.type == "method_definition":
            is_accessor = item.children[0].type in ("get", "set")
            methods[text] = UNKNOWN if is_accessor else maker._replace(node=item)
        elif value is None:
            fields[text] = OTHER
        else:
            is_kept = _count_writes(maker, text) == 0
            fields[text] = maker._replace(node=value) if is_kept else UNKNOWN
    constructor = _constructor(maker.node)
    if constructor is not None:
        made = maker._replace(node=constructor)
        assigned = _assigned_fields(made, bind(maker, constructor, place, arguments))
        if assigned is None:
            return None
        fields |= assigned
    return methods, fields


def with_fields(this: Value, method: Place, given: Given) -> Value:
    """Return an instance after one of its methods has run."""
    fields = _assigned_fields(method, given)
    if fields is None:
        return UNKNOWN
    sure = {name: one for name, one in fields.items() if this.members.get(name) is not UNKNOWN}
    return this._replace(members={**this.members, **sure})


def bind(
    called: Place, function: Node, place: Place, arguments: Iterable[Node]
) -> dict[tuple[int, str], Place | Value | None]:
    """Return what the parameters of a function mean, called with `arguments` at `place`."""
    given: dict[tuple[int, str], Place | Value | None] = dict(called.given)
    for name, node in zip_longest(_parameters_of(function), _list_sure(arguments)):
        if name is not None:
            given[function.id, name] = None if node is None else place._replace(node=node)
    return given


def _list_sure(arguments: Iterable[Node]) -> Iterator[Node]:
    """Yield arguments, up to the first that spreads what is no plain list of items."""
    for node in arguments:
        if node.type != "spread_element":
            yield node
            continue
        kinds = [child.type for child in node.named_children[0].children]
        has_gap = any(two[1] == "," and two[0] in ("[", ",") for two in pairwise(kinds))
        if kinds[:1] != ["["] or has_gap or "spread_element" in kinds or "comment" in kinds:
            return
        yield from node.named_children[0].named_children


def _assigned_fields(method: Place, given: Given) -> dict[str, Place | Value] | None:
    """Return what a method is sure to write to `this`; None where it may write anything."""
    source = method.file.source
    text = source.text_of(method.node)
    if _LOSES_TRACK.search(text):
        return None
    names = {name.decode() for name in _FIELDS.findall(text)}
    members: dict[str, Place | Value] = dict.fromkeys(names, UNKNOWN)
    body = method.node.child_by_field_name("body")
    for left, right in _assignments([] if body is None else source.inside(body)):
        owner, name = left.child_by_field_name("object"), left.child_by_field_name("property")
        if owner is None or owner.type != "this" or name is None:
            continue
        field = plain_text(name, source)
        if _count_writes(method, field) == 1:
            members[field] = method._replace(node=right, given=given)
    return members


def _assignments(statements: Iterable[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield both sides of the assignments that run whenever statements do, in order."""
    for node in statements:
        if node.type in _PARTS:
            yield from _assignments(node.named_children)
        elif node.type == "assignment_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and right is not None:
                yield left, right


def _count_writes(place: Place, name: str) -> int:
    """Return how often a file writes to a member of a name, whatever it is a member of."""
    return _count_all_writes(place.file.source.content)[name.encode()]


@lru_cache(maxsize=2)
def _count_all_writes(content: bytes) -> Counter[bytes]:
    """Return the same for all names, which takes as long as for one."""
    return Counter(match[1] for match in _WRITES.finditer(content))


def _parameters_of(function: Node) -> list[str | None]:
    """Return the plain names of a function's parameters, None for patterns and rests."""
    one = function.child_by_field_name("parameter")
    many = function.child_by_field_name("parameters")
    nodes = [one] if one is not None else [] if many is None else many.named_children
    return [
        (node.text or b"").decode() if node.type == "identifier" else None
        for node in nodes
        if node.type != "comment"
    ]
