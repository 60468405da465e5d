"""What modules export, as values.

In: a walk. Out: the `Value` of a module's exports. Those of a CommonJS file are
`zipper.checks.exporting_statements`' work.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Final

from zipper.checks.exported import declared_names, namespace_name
from zipper.checks.exporting_statements import ExportingStatements
from zipper.checks.expression_values import Values
from zipper.checks.module_resolution import Failure
from zipper.checks.source_text import literal
from zipper.checks.syntax import plain_text
from zipper.checks.value_model import UNKNOWN, Place, SourceFile, Value

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.module_resolution import Found
    from zipper.checks.walk import Module, Walk

__all__ = ["ModuleValues"]

_FILES_MAX: Final = 40
_FILE_BYTES_MAX: Final = 2_000_000


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
        return ExportingStatements(file, self.values).value()

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
                own = None if node is None else node.child_by_field_name("name")
                node = node if own is None else own
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
        for clause in statement.named_children:
            if clause.type == "namespace_export":
                members[namespace_name(clause, file.source)] = UNKNOWN
            for item in clause.named_children if clause.type == "export_clause" else ():
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
        return {plain_text(own, file.source): Place(file, own)}
    names = declared_names(declaration, file.source)
    members: dict[str, Place | Value] = dict.fromkeys(names, UNKNOWN)
    for item in declaration.named_children if declaration.children[0].type == "const" else ():
        bound, value = item.child_by_field_name("name"), item.child_by_field_name("value")
        if bound is not None and bound.type == "identifier" and value is not None:
            members[plain_text(bound, file.source)] = Place(file, value)
    return members
