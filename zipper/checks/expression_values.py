"""What an expression is, as far as the text tells: a function with its length, an object, neither.

In: a node and its file. Out: a `Value`. Nothing runs: names are followed to what declares them,
calls to what the called function returns. What is not sure is `UNKNOWN`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from zipper.checks.bindings import find_binding, find_returns, may_change, may_change_below
from zipper.checks.instances import bind, make_instance, with_fields
from zipper.checks.levels import FUNCTIONS
from zipper.checks.source_text import count_declarations, find_word
from zipper.checks.syntax import literal, plain_text
from zipper.checks.value_model import OTHER, PROMISE, PROVIDED, THIS, UNKNOWN, Place, Value

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Imports", "Values"]

_DEPTH_MAX: Final = 60
_STEPS_MAX: Final = 3_000
_STEP_BYTES: Final = 400_000
"""What is read in the time of a step: for each name the whole file is looked at."""
_PROMISES: Final = frozenset(
    {b"Promise.resolve", b"Promise.reject", b"Promise.all", b"Promise.race", b"Promise.any"}
)
_OTHERS: Final = frozenset(
    {
        *("string", "template_string", "number", "true", "false", "null", "undefined", "regex"),
        *("array", "unary_expression", "update_expression"),
    }
)


class Imports(Protocol):
    """Answers what other modules export."""

    def required(self, specifier: str, path: str) -> Value:
        """Return the value of `require(specifier)` in the file at `path`."""
        ...

    def imported(self, specifier: str, name: str, path: str) -> Value:
        """Return what the file at `path` imports as `name`, `*` for all."""
        ...


class Values:
    """Evaluates, at most a bounded number of nodes."""

    def __init__(self, imports: Imports) -> None:
        self._imports = imports
        self._steps = 0

    def of(self, place: Place, depth: int = _DEPTH_MAX) -> Value:
        """Return what the expression at `place` is."""
        self._steps += 1 + len(place.file.source.content) // _STEP_BYTES
        if depth == 0 or self._steps > _STEPS_MAX:
            return UNKNOWN
        node = place.node
        if node.type in FUNCTIONS:
            return Value("function", _length_of(node), place)
        if node.type in ("class_declaration", "class"):
            return _class(place)
        if node.type in _OTHERS:
            return OTHER
        read = {
            "parenthesized_expression": self._within,
            "assignment_expression": self._assigned,
            "sequence_expression": self._last,
            "identifier": self._name,
            "shorthand_property_identifier": self._name,
            "member_expression": self._member,
            "object": self._object,
            "call_expression": self._call,
            "new_expression": self._made,
            "this": self._this,
        }.get(node.type)
        return UNKNOWN if read is None else read(place, depth - 1)

    def member(self, owner: Value, name: str, depth: int = _DEPTH_MAX) -> Value:
        """Return a member of a value; `OTHER` (undefined) where there is none for sure."""
        found = owner.members.get(name)
        if found is None:
            is_open = owner.is_open or "__proto__" in owner.members  # which may have it
            is_open = is_open or name in PROVIDED[owner.kind]
            return UNKNOWN if is_open or owner.kind == "unknown" else OTHER
        return found if isinstance(found, Value) else self.of(found, depth - 1)

    def _at(self, place: Place | None, depth: int) -> Value:
        return UNKNOWN if place is None else self.of(place, depth)

    def _this(self, place: Place, depth: int) -> Value:
        this = place.given.get(THIS)
        return this if isinstance(this, Value) else self._at(this, depth)

    def _made(self, place: Place, depth: int) -> Value:
        """Return the instance that `new` makes of a class."""
        constructor = place.node.child_by_field_name("constructor")
        made = self._at(None if constructor is None else place._replace(node=constructor), depth)
        if made.maker is None or made.kind != "function":
            return UNKNOWN
        return make_instance(self, made.maker, place, depth)

    def _within(self, place: Place, depth: int) -> Value:
        inner = [child for child in place.node.named_children if child.type != "comment"]
        return self.of(place._replace(node=inner[0]), depth) if len(inner) == 1 else UNKNOWN

    def _assigned(self, place: Place, depth: int) -> Value:
        right = place.node.child_by_field_name("right")
        return UNKNOWN if right is None else self.of(place._replace(node=right), depth)

    def _last(self, place: Place, depth: int) -> Value:
        parts = place.node.named_children
        return self.of(place._replace(node=parts[-1]), depth) if parts else UNKNOWN

    def _name(self, place: Place, depth: int) -> Value:
        source, name = place.file.source, (place.node.text or b"").decode()
        if name == "undefined":
            return OTHER
        found = find_binding(source, place.node)
        if found is None or found.kind == "unknown":
            return UNKNOWN
        if found.kind == "parameter":
            given = place.given.get((found.node.id, name))
            value = given if isinstance(given, Value) else self._at(given, depth)
            return _as_changed(place, value, found.node.child_by_field_name("body"))
        if found.kind == "import":
            return self._imports.imported(found.specifier, found.name, place.file.path)
        value = self.of(place._replace(node=found.node), depth)
        if found.kind == "member":
            return self.member(value, found.name, depth)
        return _as_changed(place, value, None)

    def _member(self, place: Place, depth: int) -> Value:
        owner = place.node.child_by_field_name("object")
        name = place.node.child_by_field_name("property")
        if owner is None or name is None:
            return UNKNOWN
        value = self.of(place._replace(node=owner), depth)
        found = self.member(value, plain_text(name, place.file.source), depth)
        is_plain = found.kind == "object" and found.maker is None and owner.type != "object"
        if is_plain and may_change_below(place.file.source, name.text or b""):
            return found._replace(members={}, is_open=True)
        return found

    def _object(self, place: Place, depth: int) -> Value:
        members: dict[str, Place | Value] = {}
        is_open = False
        for item in place.node.named_children:
            key = item.child_by_field_name("key") or item.child_by_field_name("name")
            if item.type == "shorthand_property_identifier":
                members[plain_text(item, place.file.source)] = place._replace(node=item)
            elif item.type == "spread_element":
                spread = self.of(place._replace(node=item.named_children[0]), depth)
                members.update(spread.members)
                is_open = is_open or spread.is_open or spread.kind == "unknown"
            elif item.type == "comment":
                continue
            elif key is None or key.type not in ("property_identifier", "string", "number"):
                is_open = True
            else:
                value = item.child_by_field_name("value") if item.type == "pair" else item
                is_accessor = item.type != "pair" and item.children[0].type in ("get", "set")
                members[plain_text(key, place.file.source)] = (
                    UNKNOWN if is_accessor or value is None else place._replace(node=value)
                )
        return Value("object", members=members, is_open=is_open)

    def _call(self, place: Place, depth: int) -> Value:
        function, arguments = _parts_of(place.node)
        if function is None:
            return UNKNOWN
        text = place.file.source.text_of(function)
        if text == b"require" and len(arguments) == 1:
            specifier = literal(arguments[0], place.file.source.content)
            found = find_binding(place.file.source, function)
            is_own = found is not None
            return (
                UNKNOWN
                if specifier is None or is_own
                else self._imports.required(specifier, place.file.path)
            )
        if text in _PROMISES and not count_declarations(place.file.source.content, b"Promise"):
            return PROMISE
        if text.endswith(b".streamifyResponse"):
            return Value("function", is_open=True)
        if text.endswith(b".bind"):
            return self._bound(place, function, arguments, depth)
        owner, called = self._owner_and_called(place, function, depth)
        given = called.function
        return UNKNOWN if given is None else self._returned(place, given, arguments, depth, owner)

    def _owner_and_called(
        self, place: Place, function: Node, depth: int
    ) -> tuple[Value | None, Value]:
        """Return the instance whose method is called, where it is one, and the method."""
        owner = function.child_by_field_name("object")
        name = function.child_by_field_name("property")
        if function.type != "member_expression" or owner is None or name is None:
            return None, self.of(place._replace(node=function), depth)
        value = self.of(place._replace(node=owner), depth)
        called = self.member(value, plain_text(name, place.file.source), depth)
        is_instance = value.kind == "object" and value.maker is not None
        return value if is_instance else None, called

    def _bound(self, place: Place, function: Node, arguments: list[Node], depth: int) -> Value:
        owner = function.child_by_field_name("object")
        value = UNKNOWN if owner is None else self.of(place._replace(node=owner), depth)
        if value.kind != "function":
            return UNKNOWN
        is_sure = value.length is not None and all(a.type != "spread_element" for a in arguments)
        length = max(0, (value.length or 0) - max(0, len(arguments) - 1)) if is_sure else None
        return Value("function", length, is_open=True)

    def _returned(
        self, place: Place, called: Place, arguments: list[Node], depth: int, this: Value | None
    ) -> Value:
        """Return what a call gives, by the function's text."""
        node = called.node
        text = called.file.source.text_of(node)
        if node.type.startswith("generator") or text.startswith((b"async ", b"async(")):
            return PROMISE
        given = bind(called, node, place, arguments)
        if this is not None:
            given[THIS] = this
            given[THIS] = with_fields(this, called, given)
        returned = find_returns(called.file.source, node)
        if not returned:
            return UNKNOWN
        values = [self.of(called._replace(node=item, given=given), depth) for item in returned]
        first = values[0]
        same = all(v.kind == first.kind and v.length == first.length for v in values)
        return first if same and (len(values) == 1 or first.kind == "function") else UNKNOWN


def _as_changed(place: Place, value: Value, scope: Node | None) -> Value:
    """Return a value without members where the name that holds it may give it others.

    Args:
        place: the name.
        value: what it is declared as, or what a parameter is called with.
        scope: the body of the function that has the parameter; None for the file.
    """
    if value.kind not in ("object", "function"):
        return value
    source, name = place.file.source, place.node.text or b""
    if value.kind == "object" and value.maker is not None:  # methods may change an instance
        text = source.content if scope is None else source.text_of(scope)
        uses = sum(1 for _ in find_word(text, name, before=b".")) - text.count(b".bind(%s)" % name)
        return value if uses <= 1 + (scope is None) else UNKNOWN
    writers: set[str] | None = {
        key
        for key, member in value.members.items()
        if isinstance(member, Value)
        or member.node.type not in FUNCTIONS
        or b"this" in member.file.source.text_of(member.node)
    }
    if value.is_open:
        writers = None
    if not may_change(source, name, scope, writers):
        return value
    return value._replace(members={}, is_open=True)


def _parts_of(call: Node) -> tuple[Node | None, list[Node]]:
    """Return function and arguments of a call; `(0, f)(x)` calls `f`."""
    function, arguments = (
        call.child_by_field_name("function"),
        call.child_by_field_name("arguments"),
    )
    while function is not None and function.type in (
        "parenthesized_expression",
        "sequence_expression",
    ):
        function = function.named_children[-1] if function.named_children else None
    given = [] if arguments is None else arguments.named_children
    return function, [argument for argument in given if argument.type != "comment"]


def _length_of(function: Node) -> int:
    """Return the number of parameters before the first default or rest, as `length` does."""
    if function.child_by_field_name("parameter") is not None:
        return 1
    parameters = function.child_by_field_name("parameters")
    count = 0
    for parameter in [] if parameters is None else parameters.named_children:
        if parameter.type in ("assignment_pattern", "rest_pattern"):
            break
        if parameter.type != "comment":
            count += 1
    return count


def _class(place: Place) -> Value:
    """Return a class with its static methods; what it extends may have more."""
    body = place.node.child_by_field_name("body")
    members: dict[str, Place | Value] = {}
    is_open = any(child.type == "class_heritage" for child in place.node.children)
    for item in [] if body is None else body.named_children:
        name = item.child_by_field_name("name") or item.child_by_field_name("property")
        if not any(child.type == "static" for child in item.children):
            is_open = is_open or item.type == "class_static_block"
        elif name is None or name.type != "property_identifier":
            is_open = True
        elif item.type == "method_definition":
            members[plain_text(name, place.file.source)] = place._replace(node=item)
        else:
            value = item.child_by_field_name("value")
            members[plain_text(name, place.file.source)] = (
                OTHER if value is None else place._replace(node=value)
            )
    return Value("function", members=members, is_open=is_open, maker=place)
