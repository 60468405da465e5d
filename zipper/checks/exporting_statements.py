"""What a CommonJS file exports, as a value: by its statements, in their order.

In: a parsed file. Out: a `Value`. A file counts only where each mention of `exports` and `module`
has one of the forms that are known; all else is open or unknown.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from zipper.checks.commonjs_forms import hands_out_this
from zipper.checks.source_text import find_word, literal, unescape
from zipper.checks.syntax import plain_text
from zipper.checks.value_model import OTHER, UNKNOWN, Place, SourceFile, Value
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.expression_values import Values

__all__ = ["ExportingStatements"]

_EXPORTS: Final = (b"exports", b"module.exports")
_ANNOTATION: Final = late_pattern(rb"0\s*&&\s*\(module\.")
_STARS: Final = (b"__exportStar", b"__export")


class ExportingStatements:
    """Follows the statements of a CommonJS file that export, in their order."""

    def __init__(self, file: SourceFile, values: Values) -> None:
        self._file = file
        self._values = values
        self._members: dict[str, Place | Value] = {}
        self._whole: Place | Value | None = None
        self._is_open = False
        self._is_known = True
        self._is_detached = False
        """Whether `exports` is no longer what the module gives."""
        self._fixed: set[str] = set()
        """Members that may not take another value."""
        self._is_touched = False
        """Whether a call may have changed anything of the exports, their prototype too."""
        self._seen = 0

    def value(self) -> Value:
        """Return what the file exports."""
        source = self._file.source
        for statement in source.statements:
            if statement.type == "expression_statement" and statement.named_children:
                self._follow(statement.named_children[0])
        mentions = [
            at
            for name in (b"exports", b"module")
            for at in find_word(source.content, name)
            if source.path_to(at)[-1].type in ("identifier", "property_identifier")
        ]
        if not self._is_known or len(mentions) > self._seen or hands_out_this(source):
            return UNKNOWN
        if self._whole is None:
            return Value("object", members=self._members, is_open=self._is_open)
        whole = self._whole
        value = whole if isinstance(whole, Value) else self._values.of(whole)
        if value.kind not in ("object", "function"):
            return value
        return Value(
            value.kind,
            value.length,
            value.function,
            {**value.members, **self._members},
            is_open=value.is_open or self._is_open,
        )

    def _follow(self, node: Node) -> None:
        """Note what one statement exports, and the mentions that it accounts for."""
        if node.type == "sequence_expression":
            for part in node.named_children:
                self._follow(part)
        elif node.type == "assignment_expression":
            self._assign(node)
        elif node.type == "call_expression":
            self._call(node)
        elif node.type == "unary_expression" and self._text(node).startswith(b"delete"):
            self._delete(node.child_by_field_name("argument"))
        elif node.type == "binary_expression" and _ANNOTATION.match(self._text(node)):
            self._seen += 2  # the list of names for cjs-module-lexer, which never runs

    def _assign(self, node: Node) -> None:
        targets: list[Node] = []
        value: Node | None = node
        while value is not None and value.type == "assignment_expression":
            left = value.child_by_field_name("left")
            if left is not None:
                targets.append(left)
            value = value.child_by_field_name("right")
        if value is None:
            return
        texts = [self._text(target) for target in targets]
        wholes = [text for text in texts if text in _EXPORTS]
        place = Place(self._file, value)
        for text in texts:
            self._write(text, place)
        if wholes:
            self._seen += sum(1 + (text != b"exports") for text in wholes)
            if b"module.exports" not in wholes:
                self._is_detached = True
            elif self._text(value) == b"exports":
                self._seen += 1
                self._is_known = self._is_known and not self._is_detached
            elif self._text(value) == b"module.exports":
                self._seen += 2
            else:
                given = self._given_by_helper(value)
                self._whole, self._members = given or place, {}
                self._is_detached = b"exports" not in wholes
                self._is_touched, self._fixed = False, set(given.members if given else ())

    def _delete(self, target: Node | None) -> None:
        """Look at `delete exports.name`."""
        if target is not None:
            self._write(self._text(target), OTHER if self._is_plain else UNKNOWN)

    def _write(self, text: bytes, value: Place | Value) -> None:
        """Note what a member gets, if `text` is one of the exports."""
        owner, _, name = text.rpartition(b".")
        if owner in _EXPORTS and text not in _EXPORTS:
            self._seen += 1 + (owner != b"exports")
            if not (owner == b"exports" and self._is_detached):
                self._set(unescape(name.decode()), value)

    @property
    def _is_plain(self) -> bool:
        """Whether the exports are sure to have no prototype of their own."""
        whole = self._whole
        if not isinstance(whole, Place):
            return whole is None
        return whole.node.type == "object" and b"__proto__" not in self._text(whole.node)

    def _set(self, name: str, value: Place | Value) -> None:
        if name == "__proto__":
            self._touch()
        is_sure = not (self._is_touched or name in self._fixed)
        self._members[name] = value if is_sure else UNKNOWN

    def _touch(self) -> None:
        """Note a change that the text does not tell."""
        self._is_open = self._is_touched = True
        self._members = dict.fromkeys(self._members, UNKNOWN)

    def _given_by_helper(self, value: Node) -> Value | None:
        """Return the exports in esbuild's form: `module.exports = convert(names)`.

        Before it comes `define(names, { a: () => a, b: () => b })`.
        """
        arguments = value.child_by_field_name("arguments")
        given = [] if arguments is None else arguments.named_children
        if value.type != "call_expression" or len(given) != 1 or given[0].type != "identifier":
            return None
        table = self._tables.get(self._text(given[0]))
        return None if table is None else self._getters(table)

    @cached_property
    def _tables(self) -> dict[bytes, Node | None]:
        """The object that one statement hands to a function beside a name, by that name."""
        found: dict[bytes, Node | None] = {}
        for statement in self._file.source.statements:
            call = statement.named_children[0] if statement.named_children else statement
            arguments = call.child_by_field_name("arguments")
            parts = [] if arguments is None else arguments.named_children
            if len(parts) == 2 and parts[1].type == "object":
                name = self._text(parts[0])
                found[name] = None if name in found else parts[1]
        return found

    def _getters(self, table: Node) -> Value | None:
        """Return an object whose members are what arrow functions without parameters give."""
        members: dict[str, Place | Value] = {}
        for item in table.named_children:
            key, value = item.child_by_field_name("key"), item.child_by_field_name("value")
            body = None if value is None else value.child_by_field_name("body")
            if key is None or value is None or value.type != "arrow_function" or body is None:
                return None
            members[plain_text(key, self._file.source)] = Place(self._file, body)
        return Value("object", members=members)

    def _call(self, node: Node) -> None:
        """Look at `Object.assign`, `Object.defineProperty` and the helpers of compilers."""
        function, arguments = (
            node.child_by_field_name("function"),
            node.child_by_field_name("arguments"),
        )
        parts = (
            []
            if arguments is None
            else [a for a in arguments.named_children if a.type != "comment"]
        )
        if function is None or len(parts) < 2:
            return
        name = self._text(function)
        target = parts[1] if name.endswith(_STARS) else parts[0]
        if self._text(target) not in _EXPORTS:
            return
        self._seen += 1 + (self._text(target) != b"exports")
        if self._text(target) == b"exports" and self._is_detached:
            return
        if name == b"Object.assign":
            for part in parts[1:]:
                more = self._values.of(Place(self._file, part))
                for member, value in more.members.items():
                    self._set(member, value)
                self._is_open = self._is_open or more.is_open or more.kind == "unknown"
        elif name == b"Object.defineProperty" and len(parts) == 3:
            key = literal(parts[1], self._file.source.content)
            if key is None:
                self._is_known = False
            else:
                self._set(key, self._described(parts[2]))
                self._fixed.add(key)
        elif name.endswith(_STARS):
            more = self._values.of(Place(self._file, parts[0]))
            self._members = {**more.members, **self._members}
            self._is_open = self._is_open or more.is_open or more.kind == "unknown"
        else:
            self._touch()

    def _described(self, descriptor: Node) -> Place | Value:
        """Return the value that a property's descriptor gives: its own, or that of its getter."""
        for item in descriptor.named_children:
            key = item.child_by_field_name("key") or item.child_by_field_name("name")
            if key is not None and key.text == b"value" and item.type == "pair":
                value = item.child_by_field_name("value")
                return UNKNOWN if value is None else Place(self._file, value)
        return UNKNOWN

    def _text(self, node: Node) -> bytes:
        return self._file.source.text_of(node)
