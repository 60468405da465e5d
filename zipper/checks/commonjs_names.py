"""The names that a CommonJS file exports, by the rules of cjs-module-lexer.

In: the file's bytes. Out: `Names`. By these rules Node gives named exports to `import`; they are
wider and narrower than what the code really does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.checks.commonjs_forms import (
    find_leftmost,
    hands_out_this,
    is_same,
    is_typeof,
    is_written,
)
from zipper.checks.file_facts import Names
from zipper.checks.source_text import find_matches
from zipper.checks.syntax import literal, open_source, plain_text
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["find_commonjs_names"]

_SPACE_MAX: Final = 200
_NAMES: Final = (b"exports", b"module", b"__exportStar", b"__export")
_STARS: Final = (b"__exportStar", b"__export")
_SPACE: Final = rb"(?:[\s\x80-\xff]++|/\*[\s\S]{0,500}?\*/|(?://|<!--|-->)[^\n]{0,500}\n){0,20}+"
_DEFINES: Final = late_pattern(
    _SPACE.join((rb"(?<![\w$])Object", rb"\??", rb"\.", rb"defineProperty", rb"(?:\?\.)?", rb"\("))
    + _SPACE
    + rb"(?:module\.)?exports"
)
"""What a mention of `Object` that matters begins with. A large file has hundreds of others, and no
tree is needed to tell; more than this is looked at in the tree."""
_DESCRIPTOR: Final = late_pattern(
    rb"\{\s*(?:enumerable\s*:\s*true\s*,\s*)?"
    rb"(?:value\s*:|get\s*(?::\s*function\s*(?:[\w$]+\s*)?)?\(\s*\)\s*\{\s*"
    rb"return\s+[\w$]+(?:\s*\.\s*[\w$]+|\s*\[\s*(?:'[^']*'|\"[^\"]*\")\s*\])?\s*;?\s*\}\s*,?\s*\})"
)
"""The property descriptors that the lexer knows: a value, or a getter of a name or one member."""
_BABEL_REEXPORT: Final = late_pattern(
    rb"Object\.keys\(\s*([\w$]+)\s*\)\.forEach\(\s*function\s*\(\s*([\w$]+)\s*\)\s*\{"
)
_NAME: Final = late_pattern(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")
_NAME_START: Final = late_pattern(rb"[A-Za-z_$\x80-\xff]")
_TARGETS: Final = frozenset(
    {
        *("augmented_assignment_expression", "update_expression", "parenthesized_expression"),
        *("array_pattern", "pair_pattern", "rest_pattern", "for_in_statement"),
    }
)
"""What may write to a member in a way that the lexer does not see."""
_CHANGERS: Final = frozenset({"__proto__", "__defineGetter__", "__defineSetter__", "constructor"})
"""Members of every object by which it gets others."""
_EXPORTS: Final = (b"exports", b"module.exports")
_TOP_LEVEL: Final = 3
"""Nodes down to an expression that is a statement of the file."""
_DROPS: Final = frozenset(
    {
        *("sequence_expression", "parenthesized_expression", "binary_expression"),
        *("ternary_expression", "unary_expression"),
    }
)
"""What gives a value on to no name."""
_PLAIN_VALUES: Final = frozenset({"identifier", "undefined", "true", "false", "null", "this"})


def find_commonjs_names(content: bytes, *, source: Source | None = None) -> Names:
    """Return what a CommonJS file exports by cjs-module-lexer's rules.

    `is_complete` says whether the text also excludes every other export: each use of `exports` and
    `module` has one of the forms whose names are known, and runs while the module is loaded.

    Args:
        content: the file's bytes.
        source: the file, where it is parsed already.

    Source: cjs-module-lexer 1.4 and 2.2, README, "Grammar".
    """
    source = source or open_source(content)
    if source is None:
        return Names((), (), (), is_complete=False)
    finder = _Finder(source)
    defines = (match.start() for match in find_matches(source.content, (b"Object",), _DEFINES))
    for path in source.find_words(*_NAMES, also=defines):
        finder.visit(path)
    finder.add_babel_reexports()
    has_prototype = "__proto__" in finder.names or "__proto__" in finder.hidden
    if finder.is_complete and (has_prototype or hands_out_this(source)):
        finder.is_complete = False
    names = dict.fromkeys(name for name in finder.names if name not in finder.unsafe)
    hidden = dict.fromkeys([*finder.hidden, *finder.unsafe])
    reexports = dict.fromkeys(finder.reexports)
    return Names(tuple(names), tuple(reexports), tuple(hidden), finder.is_complete)


class _Finder:
    """Collects names from one file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.names: list[str] = []
        self.reexports: list[str] = []
        self.hidden: list[str] = []
        """Exports that the code has and the lexer does not see."""
        self.unsafe: list[str] = []
        """Exports that are defined by a getter which the lexer does not trust."""
        self.is_complete = True

    def visit(self, path: list[Node]) -> None:
        """Look at one mention of a name that matters."""
        if len(path) < 2:
            return
        word = self.source.text_of(path[-1])
        if path[-1].type == "property_identifier" and word in _STARS:  # `tslib.__exportStar`
            self._visit_star(path[:-1])
        if path[-1].type != "identifier":
            return
        if word == b"Object":
            self._visit_define(path)
        elif word in _STARS:
            self._visit_star(path)
        else:
            target = self._target(path, word)
            if target is not None:
                self._visit_target(target)

    def _target(self, path: list[Node], word: bytes) -> list[Node] | None:
        """Return the path to `exports` or `module.exports`; None for other uses of `module`."""
        if word == b"exports":
            return path
        parent = path[-2]
        if parent.type == "member_expression" and self._property(parent) == "exports":
            return path[:-1]
        if parent.type == "member_expression" or is_typeof(path):
            return None  # `module.id`, `typeof module`
        if parent.type != "formal_parameters":
            self.is_complete = False
        return None

    def _visit_target(self, path: list[Node]) -> None:
        """Look at one mention of `exports` or `module.exports`."""
        node, parent = path[-1], path[-2]
        if parent.type == "member_expression" and is_same(
            parent.child_by_field_name("object"), node
        ):
            self._add_member(path[:-1], self._property(parent))
        elif parent.type == "subscript_expression" and is_same(
            parent.child_by_field_name("object"), node
        ):
            self._add_member(path[:-1], self._indexed(parent))
        elif parent.type == "assignment_expression" and is_same(
            parent.child_by_field_name("left"), node
        ):
            self._add_assignment(path[:-1])
        elif node.type == "member_expression" and _is_kept_in_exports(path[:-1]):
            pass  # `exports = module.exports`: another name for the same object
        elif not self._is_harmless(path):
            self.is_complete = False

    def _is_harmless(self, path: list[Node]) -> bool:
        """Return whether a mention adds no export; `defineProperty` is looked at by itself."""
        if is_typeof(path):
            return True
        parent = path[-2]
        if parent.type == "arguments" and len(path) > 2:
            function = path[-3].child_by_field_name("function")
            if function is not None:
                text = self.source.text_of(function)
                return text == b"Object.defineProperty" or text.endswith(
                    (b"__exportStar", b"__export")
                )
        return False

    def _add_member(self, path: list[Node], name: str | None) -> None:
        """Look at one member of the exports; None for one whose name is computed."""
        if name is None or name in _CHANGERS:
            self.is_complete = False
        if name is not None and is_written(path):
            self.names.append(name)
        elif name is not None and path[-2].type in _TARGETS:
            self.hidden.append(name)

    def _indexed(self, subscript: Node) -> str | None:
        index = subscript.child_by_field_name("index")
        if index is None or index.type != "string":
            return None
        return literal(index, self.source.content)

    def _add_assignment(self, path: list[Node]) -> None:
        """Look at `module.exports = value`, whose value replaces what was there."""
        value = path[-1].child_by_field_name("right")
        if value is None:
            return
        if self.source.text_of(path[-1]).startswith(b"exports"):
            return  # a new value of the variable `exports` exports nothing
        if value.type == "assignment_expression":
            self._add_chained(value)
            return
        text = self.source.text_of(value)
        if not _is_kept_in_exports(path) or (
            self.reexports and (len(path) > _TOP_LEVEL or text in _EXPORTS)
        ):
            self.is_complete = False  # Node sees the last; what runs may be one before
        self.reexports.clear()
        specifier = self._required(find_leftmost(value))
        if value.type == "object":
            self._add_object(value)
        elif specifier is not None:
            self.reexports.append(specifier)
            self.is_complete = self.is_complete and value.type == "call_expression"
        elif text not in _EXPORTS:
            self.is_complete = False

    def _add_chained(self, value: Node | None) -> None:
        """Look at the end of `module.exports = other = value`, of which the lexer sees nothing."""
        while value is not None and value.type == "assignment_expression":
            value = value.child_by_field_name("right")
        if value is not None and value.type == "object":
            self._hide_all(value.named_children)
        else:
            self.is_complete = False

    def _add_object(self, value: Node) -> None:
        """Add the properties of a literal, up to the first one that the lexer does not read."""
        for index, item in enumerate(value.named_children):
            if item.type == "comment":
                continue
            if item.type == "shorthand_property_identifier":
                self.names.append(plain_text(item, self.source))
            elif item.type in ("pair", "method_definition"):
                if not self._add_property(item):
                    self._hide_all(value.named_children[index:])
                    return
            elif item.type == "spread_element" and item.named_children:
                specifier = self._required(item.named_children[0])
                if specifier is None:
                    self.is_complete = False
                else:
                    self.reexports.append(specifier)
            else:
                self.is_complete = False

    def _add_property(self, item: Node) -> bool:
        """Add a property whose value begins with a name; return whether the lexer reads on."""
        key = item.child_by_field_name("key") or item.child_by_field_name("name")
        content = item.child_by_field_name("value")
        if key is None or key.type not in ("property_identifier", "string"):
            return False
        if content is not None and not _NAME_START.match(self.source.text_of(content)):
            return False
        if content is None:  # a method; of `get x() {}` the lexer takes `get` for the name
            first = _NAME.match(self.source.text_of(item))
            self.names += [first[0].decode()] if first else []
            return False
        self.names.append(literal(key, self.source.content) or plain_text(key, self.source))
        return content.type in _PLAIN_VALUES

    def _hide_all(self, items: list[Node]) -> None:
        """Note properties that the code has and the lexer misses."""
        for item in items:
            key = item.child_by_field_name("key") or item.child_by_field_name("name") or item
            if key.type in ("property_identifier", "string", "shorthand_property_identifier"):
                self.hidden.append(plain_text(key, self.source))
            elif key.type != "comment":
                self.is_complete = False

    def _visit_define(self, path: list[Node]) -> None:
        """Look at `Object.defineProperty(exports, 'name', { enumerable: true, get/value })`."""
        if (
            len(path) < 3
            or path[-3].type != "call_expression"
            or self._property(path[-2]) != "defineProperty"
        ):
            return
        arguments = path[-3].child_by_field_name("arguments") or path[-1]
        parts = [part for part in arguments.named_children if part.type != "comment"]
        if len(parts) < 3 or self.source.text_of(parts[0]) not in _EXPORTS:
            return
        name = literal(parts[1], self.source.content)
        if name is None:
            self.is_complete = False
            return
        within = [child.type for node in path[-3:-1] for child in node.children]
        is_plain = parts[1].type == "string" and "optional_chain" not in within
        if is_plain and _DESCRIPTOR.match(self.source.text_of(parts[2])):
            self.names.append(name)
        else:
            self.unsafe.append(name)

    def _visit_star(self, path: list[Node]) -> None:
        """Look at `__exportStar(require("x"), exports)` and `__export(require("x"))`."""
        arguments = path[-2].child_by_field_name("arguments") if len(path) > 1 else None
        if arguments is None or not arguments.named_children:
            return
        specifier = self._required(arguments.named_children[0])
        if specifier is not None:
            self.reexports.append(specifier)
        else:
            self.is_complete = False

    def add_babel_reexports(self) -> None:
        """Add Babel's loop over the keys of a required module that assigns each to `exports`."""
        content = self.source.content
        for match in _BABEL_REEXPORT.finditer(content):
            if b"exports" not in content[match.end() : match.end() + 600]:
                continue
            required = rb"%s\s*=\s*(?:[\w$]+\(\s*)?require\(\s*(['\"])(.*?)\1"
            for found in re.finditer(required % re.escape(match[1]), content):
                before = content[max(0, found.start() - _SPACE_MAX) : found.start()].rstrip()
                if before.endswith((b"var", b"let", b"const")):
                    self.reexports.append(found[2].decode())
                    break

    def _property(self, member: Node) -> str | None:
        name = member.child_by_field_name("property")
        return None if name is None else plain_text(name, self.source)

    def _required(self, node: Node) -> str | None:
        """Return the specifier where `node` is `require("x")`."""
        if node.type != "call_expression":
            return None
        function, arguments = (
            node.child_by_field_name("function"),
            node.child_by_field_name("arguments"),
        )
        if function is None or arguments is None or len(arguments.named_children) != 1:
            return None
        if function.type == "identifier" and self.source.text_of(function) == b"require":
            return literal(arguments.named_children[0], self.source.content)
        return None


def _is_kept_in_exports(path: list[Node]) -> bool:
    """Return whether no other name, as in `const api = module.exports = {}`, gets the exports."""
    for node in reversed(path):
        if node.type == "expression_statement":
            return True
        left = node.child_by_field_name("left")
        is_export = left is not None and left.text in _EXPORTS
        if node.type not in _DROPS and not (node.type == "assignment_expression" and is_export):
            return False
    return False
