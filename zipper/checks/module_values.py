"""What modules export, as values.

In: a walk. Out: the `Value` of a module's exports. A CommonJS file counts only where each mention
of `exports` and `module` has one of the forms that are known; all else is open or unknown.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Final

from zipper.checks.commonjs_forms import hands_out_this
from zipper.checks.expression_values import Values
from zipper.checks.module_resolution import Failure
from zipper.checks.source_text import find_word, literal
from zipper.checks.syntax import plain_text
from zipper.checks.value_model import OTHER, UNKNOWN, Place, SourceFile, Value
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.module_resolution import Found
    from zipper.checks.walk import Module, Walk

__all__ = ["ModuleValues"]

_FILES_MAX: Final = 40
_FILE_BYTES_MAX: Final = 2_000_000
_EXPORTS: Final = (b"exports", b"module.exports")
_ANNOTATION: Final = late_pattern(rb"0\s*&&\s*\(module\.")
_STARS: Final = (b"__exportStar", b"__export")


class ModuleValues:
    """The exports of the modules of one walk, each file parsed once."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._files: dict[str, SourceFile | None] = {}
        self._known: dict[str, Value] = {}
        # A proxy: neither keeps the other, and the walk with it, in memory.
        self.values = Values(weakref.proxy(self))

    def required(self, specifier: str, path: str) -> Value:
        """Return the value of `require(specifier)` in the file at `path`."""
        target = self._target(self._walk.resolver.require(specifier, path))
        return UNKNOWN if target is None or target.kind != "commonjs" else self.of(target)

    def imported(self, specifier: str, name: str, path: str) -> Value:
        """Return what the file at `path` imports as `name`, `*` for all."""
        target = self._target(self._walk.resolver.import_(specifier, path))
        if target is None or target.kind not in ("commonjs", "module"):
            return UNKNOWN
        value = self.of(target)
        if name == "*":
            return UNKNOWN
        if target.kind == "commonjs":
            return value if name == "default" else self.values.member(value, name)
        return self.values.member(value, name)

    def of(self, module: Module) -> Value:
        """Return `module.exports` of a CommonJS module, the namespace of an ES module."""
        known = self._known.get(module.path)
        if known is None:
            self._known[module.path] = UNKNOWN  # a cycle
            file = self._file(module)
            known = UNKNOWN if file is None else self._evaluate(module, file)
            self._known[module.path] = known
        return known

    def _evaluate(self, module: Module, file: SourceFile) -> Value:
        if module.kind == "module":
            return self._namespace(file)
        return _Exports(file, self).value()

    def _file(self, module: Module) -> SourceFile | None:
        if module.path not in self._files:
            is_read = module.kind in ("module", "commonjs") and len(self._files) < _FILES_MAX
            content = self._walk.reader.content_of(module.path) if is_read else b""
            is_sound = not (module.facts.syntax_error_line or module.facts.is_partial)
            may = content and is_sound and len(content) <= _FILE_BYTES_MAX
            source = self._walk.reader.source_of(content) if may else None
            file = None if source is None else SourceFile(module.path, source)
            self._files[module.path] = file
        return self._files[module.path]

    def _target(self, answer: Found | Failure) -> Module | None:
        if isinstance(answer, Failure) or answer.kind != "file":
            return None
        return self._walk.modules.get(answer.path)

    def _namespace(self, file: SourceFile) -> Value:
        members: dict[str, Place | Value] = {}
        passed_on: dict[str, Place | Value] = {}
        is_open = False
        for statement in file.source.statements:
            if statement.type != "export_statement":
                continue
            origin = statement.child_by_field_name("source")
            if any(child.type == "*" for child in statement.children):
                more = self._passed_on(file, origin)
                passed_on.update(more.members)
                is_open = is_open or more.is_open
            declaration = statement.child_by_field_name("declaration")
            value = statement.child_by_field_name("value")
            if any(child.type == "default" for child in statement.children):
                node = declaration if declaration is not None else value
                members["default"] = UNKNOWN if node is None else Place(file, node)
            elif declaration is not None:
                members.update(_declared(file, declaration))
            else:
                members.update(self._listed(file, statement, origin))
        passed_on.pop("default", None)
        return Value("object", members={**passed_on, **members}, is_open=is_open)

    def _passed_on(self, file: SourceFile, origin: Node | None) -> Value:
        """Return the exports of the module of an `export *`."""
        specifier = None if origin is None else literal(origin, file.source.content)
        answer = None if specifier is None else self._walk.resolver.import_(specifier, file.path)
        target = None if answer is None else self._target(answer)
        return UNKNOWN if target is None else self.of(target)

    def _listed(
        self, file: SourceFile, statement: Node, origin: Node | None
    ) -> dict[str, Place | Value]:
        """Return what `export { a as b }` gives, also from another module."""
        specifier = None if origin is None else literal(origin, file.source.content)
        members: dict[str, Place | Value] = {}
        for clause in (c for c in statement.named_children if c.type == "export_clause"):
            for item in clause.named_children:
                own = item.child_by_field_name("name")
                shown = item.child_by_field_name("alias") or own
                if own is None or shown is None:
                    continue
                name = plain_text(own, file.source)
                members[plain_text(shown, file.source)] = (
                    Place(file, own)
                    if specifier is None
                    else self.imported(specifier, name, file.path)
                )
        return members


def _declared(file: SourceFile, declaration: Node) -> dict[str, Place | Value]:
    own = declaration.child_by_field_name("name")
    if own is not None:
        return {plain_text(own, file.source): Place(file, declaration)}
    members: dict[str, Place | Value] = {}
    for item in declaration.named_children:
        bound, value = item.child_by_field_name("name"), item.child_by_field_name("value")
        if bound is None or bound.type != "identifier":
            continue
        is_constant = declaration.children[0].type == "const" and value is not None
        members[plain_text(bound, file.source)] = (
            Place(file, value) if is_constant and value is not None else UNKNOWN
        )
    return members


class _Exports:
    """Follows the statements of a CommonJS file that export, in their order."""

    def __init__(self, file: SourceFile, modules: ModuleValues) -> None:
        self._file = file
        self._modules = modules
        self._members: dict[str, Place | Value] = {}
        self._whole: Place | Value | None = None
        self._is_open = False
        self._is_known = True
        self._is_detached = False
        """Whether `exports` is no longer what the module gives."""
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
        value = whole if isinstance(whole, Value) else self._modules.values.of(whole)
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
            owner, _, name = text.rpartition(b".")
            if owner in _EXPORTS and text not in _EXPORTS:
                self._seen += 1 + (owner != b"exports")
                if not (owner == b"exports" and self._is_detached):
                    self._members[name.decode("utf-8", "replace")] = place
        if wholes:
            self._seen += sum(1 + (text != b"exports") for text in wholes)
            if b"module.exports" not in wholes:
                self._is_detached = True
            elif self._text(value) in _EXPORTS:
                self._seen += 1 + (self._text(value) != b"exports")
            else:
                self._whole, self._members = self._given_by_helper(value) or place, {}
                self._is_detached = b"exports" not in wholes

    def _delete(self, target: Node | None) -> None:
        """Look at `delete exports.name`."""
        owner, _, name = (b"" if target is None else self._text(target)).rpartition(b".")
        if owner in _EXPORTS and b"%s.%s" % (owner, name) not in _EXPORTS:
            self._seen += 1 + (owner != b"exports")
            if not (owner == b"exports" and self._is_detached):
                self._members[name.decode("utf-8", "replace")] = OTHER

    def _given_by_helper(self, value: Node) -> Value | None:
        """Return the exports in esbuild's form: `module.exports = convert(names)`.

        Before it comes `define(names, { a: () => a, b: () => b })`.
        """
        arguments = value.child_by_field_name("arguments")
        given = [] if arguments is None else arguments.named_children
        if value.type != "call_expression" or len(given) != 1 or given[0].type != "identifier":
            return None
        for statement in self._file.source.statements:
            call = statement.named_children[0] if statement.named_children else statement
            arguments = call.child_by_field_name("arguments")
            parts = [] if arguments is None else arguments.named_children
            if len(parts) == 2 and parts[0].text == given[0].text and parts[1].type == "object":
                return self._getters(parts[1])
        return None

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
        if name == b"Object.assign":
            for part in parts[1:]:
                more = self._modules.values.of(Place(self._file, part))
                self._members.update(more.members)
                self._is_open = self._is_open or more.is_open or more.kind == "unknown"
        elif name == b"Object.defineProperty" and len(parts) == 3:
            key = literal(parts[1], self._file.source.content)
            if key is None:
                self._is_known = False
            else:
                self._members[key] = self._described(parts[2])
        elif name.endswith(_STARS):
            more = self._modules.values.of(Place(self._file, parts[0]))
            self._members = {**more.members, **self._members}
            self._is_open = self._is_open or more.is_open or more.kind == "unknown"
        else:
            self._is_open = True

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
