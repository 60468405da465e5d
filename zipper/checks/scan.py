"""A JavaScript file's requests for modules, and what kind of module it is.

In: the file's bytes. Out: `Facts`. Which file a request finds is the work of
`zipper.checks.module_resolution`, and what the file exports as CommonJS `zipper.checks.exported`'s.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.builtin_uses import NeededNames
from zipper.checks.commonjs_uses import find_commonjs
from zipper.checks.constants import HERE, ITSELF, ROOT, Constants
from zipper.checks.early_errors import find_flaws
from zipper.checks.exported import find_module_exports, imported_names
from zipper.checks.file_facts import (
    CONDITIONAL,
    EAGER,
    LAZY,
    OPTIONAL,
    Facts,
    Request,
    RequestKind,
    Unfollowed,
    weaken,
)
from zipper.checks.require_values import find_outermost, find_walked, list_given
from zipper.checks.search import search
from zipper.checks.source_text import count_declarations
from zipper.checks.syntax import FUNCTIONS, find_word, is_shadowed, literal, open_source
from zipper.checks.tries import Tries
from zipper.checks.uses import find_shims, find_uses
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["scan"]

_WORDS: Final = (b"require", b"import", b"export", b"createRequire")
_EXPRESSION_MAX: Final = 120
_OWN_PLACES: Final = (b"(import.meta.url)", b"(__filename)", b"(import.meta.filename)")
_BINDING: Final = (
    *("variable_declarator", "assignment_expression"),
    *("function_declaration", "generator_function_declaration"),
)
_SHORTHAND: Final = "shorthand_property_identifier_pattern"
_REBINDING: Final = frozenset(
    {
        *("array_pattern", "pair_pattern", "assignment_pattern"),
        *("for_in_statement", "augmented_assignment_expression"),
    }
)
"""What gives a name another meaning, where the name is not what is taken."""
_WORDS_MAX: Final = 50_000
"""Places that are looked at in one file; a hostile file may have more."""
_ATTRIBUTE_MAX: Final = 200
_ATTRIBUTES: Final = late_pattern(
    rb"\s*(?:with|assert)\s*\{[^}]{0,100}?type['\"]?\s*:\s*['\"](\w+)['\"]"
)


class _Scanner:
    """The state of one scan."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.needed = NeededNames(source)
        self.requests: list[Request] = []
        self.unfollowed: list[Unfollowed] = []
        self.is_module = False
        self.aliases: set[bytes] = set()
        """Names other than `require` that `createRequire(import.meta.url)` made."""
        self.unsure: set[bytes] = set()
        """Those that may be given another function."""
        self.has_own_require = False
        self.is_rebound = False
        self.shims: set[bytes] = set()
        """Names that a bundler has given its stand-in for `require`."""
        self.constants = Constants(source)
        self.tries = Tries(source)

    def run(self) -> None:
        for path in islice(self.source.find_words(*_WORDS), _WORDS_MAX):
            self._visit(path)
        if self.is_rebound:
            self._doubt(0)
        for alias in sorted(self.aliases):
            first = len(self.requests)
            for path in islice(self.source.find_words(alias), _WORDS_MAX):
                self._visit_require(path)
            if alias in self.unsure or count_declarations(self.source.content, alias) > 1:
                self._doubt(first)
        self.shims = find_shims(self.source)
        for shim in sorted(self.shims):
            for path in islice(self.source.find_words(shim), _WORDS_MAX):
                self._visit_require(path, is_shim=True)

    def _doubt(self, first: int) -> None:
        """Make what `require` asks for unsure from `first` on: it may be another function."""
        for number, one in enumerate(self.requests[first:], first):
            if one.kind == "require":
                self.requests[number] = one._replace(level=max(one.level, CONDITIONAL))

    def _visit(self, path: list[Node]) -> None:
        node, parent = path[-1], path[-2] if len(path) > 1 else path[-1]
        kind = node.type
        if kind == "import":
            if parent.type == "import_statement":
                self._add_static(parent)
            elif parent.type == "meta_property":
                self.is_module = True
                self._visit_meta(path)
            else:
                self._add_call(path[:-2], "dynamic")
        elif kind == "export" and parent.type == "export_statement":
            self._add_static(parent)
        else:
            self._visit_name(path)

    def _visit_name(self, path: list[Node]) -> None:
        """Look at `require` and `createRequire`, alone or as a property of `module`."""
        kind, name = path[-1].type, self.source.text_of(path[-1])
        is_property = kind == "property_identifier" and path[-2].type == "member_expression"
        if name == b"createRequire" and (is_property or kind == "identifier"):
            self._add_alias(path[:-1] if is_property else path)
        elif kind in ("identifier", _SHORTHAND) and name == b"require":
            self.is_rebound = self.is_rebound or self._rebinds(path)
            if kind == "identifier":
                self._visit_require(path)
        elif is_property and self.source.text_of(path[-2]) == b"module.require":
            self._add_call(path[:-2], "require")

    def _visit_meta(self, path: list[Node]) -> None:
        """Look at one `import.meta`, of which `resolve` may be called."""
        if len(path) < 4 or not self.source.text_of(path[-3]).endswith(b".resolve"):
            return
        if _same(path[-4].child_by_field_name("function"), path[-3]):
            self._add_call(path[:-3], "meta")

    def _visit_require(self, path: list[Node], *, is_shim: bool = False) -> None:
        """Look at one mention of `require`, or of a name that stands for it."""
        if len(path) < 3 or is_shadowed(self.source, path):
            return
        path = find_outermost(path, self.source.conditions)
        if len(path) < 3:
            return
        node, parent, above = path[-1], path[-2], path[-3]
        kind: RequestKind = "shim" if is_shim and self._lacks_require else "require"
        for specifier, when in find_walked(path, self.source.content):
            line, level = self.source.line_of(node), max(when, self.source.level_of(path))
            self.requests.append(Request(specifier, kind, level, line, ()))
        if parent.type == "variable_declarator":
            self._add_alias_of(node, parent, above)
        if parent.type == "call_expression":
            if _same(parent.child_by_field_name("function"), node):
                self._add_call(path[:-1], kind)
            return
        name = parent.child_by_field_name("property")
        if name is not None and _same(above.child_by_field_name("function"), parent):
            if name.text == b"resolve":
                self._add_call(path[:-2], "resolve")
            elif name.text == b"call":
                self._add_call(path[:-2], kind, place=1)

    def _rebinds(self, path: list[Node]) -> bool:
        """Return whether the name that ends `path` gets another meaning than Node's there."""
        parent = path[-2]
        if path[-1].type == _SHORTHAND or parent.type in _REBINDING:
            taken = parent.child_by_field_name("right")
            return not _same(taken, path[-1]) and not is_shadowed(self.source, path)
        name = parent.child_by_field_name("name") or parent.child_by_field_name("left")
        if parent.type not in _BINDING or not _same(name, path[-1]):
            return False
        value = parent.child_by_field_name("value") or parent.child_by_field_name("right")
        arguments = None if value is None else value.child_by_field_name("arguments")
        return arguments is None or self.source.text_of(arguments) not in _OWN_PLACES

    def _add_alias_of(self, node: Node, declarator: Node, declaration: Node) -> None:
        """Note the name of `const name = require`."""
        name = declarator.child_by_field_name("name")
        is_alias = _same(declarator.child_by_field_name("value"), node)
        if not is_alias or name is None or name.type != "identifier":
            return
        text = self.source.text_of(name)
        if self._is_const(declaration) or self.source.conditions.is_constant(text):
            self.aliases.add(text)

    def _is_const(self, declaration: Node) -> bool:
        return self.source.text_of(declaration).startswith(b"const")

    @cached_property
    def _lacks_require(self) -> bool:
        """Whether nothing in the file can make `require` be something in an ES module."""
        return not count_declarations(self.source.content, b"require")

    def _add_static(self, statement: Node) -> None:
        self.is_module = True
        origin = statement.child_by_field_name("source")
        specifier = None if origin is None else literal(origin, self.source.content)
        if origin is not None and specifier is not None:
            names = tuple(dict.fromkeys(imported_names(statement, self.source)))
            line = self.source.line_of(statement)
            after = self.source.content[origin.end_byte : origin.end_byte + _ATTRIBUTE_MAX]
            found = _ATTRIBUTES.match(after)
            attribute = found[1].decode() if found else ""
            self.requests.append(Request(specifier, "import", EAGER, line, names, attribute))

    def _add_call(self, path: list[Node], kind: RequestKind, *, place: int = 0) -> None:
        """Add the call that ends `path`, whose argument at `place` is the specifier."""
        if not path or path[-1].type != "call_expression":
            return
        call = path[-1]
        arguments = call.child_by_field_name("arguments")
        first = None if arguments is None else _find_argument(arguments, place)
        if first is None:
            return
        level = self._level_of_dynamic(path) if kind == "dynamic" else self.source.level_of(path)
        if kind == "resolve" and first.next_named_sibling is not None:
            level = max(level, CONDITIONAL)  # it may say where to look
        specifier = self._value_of(path, first)
        if self.constants.rests_on_absence:
            level = max(level, CONDITIONAL)
        line = self.source.line_of(call)
        if specifier is not None:
            is_sure = kind == "require" and level == EAGER
            names = self.needed.find(path, specifier) if is_sure else ()
            attribute = _attribute_of(call) if kind == "dynamic" else ""
            tried = self.tries.find_tried(path) if level == CONDITIONAL else ""
            if level == OPTIONAL:
                self.tries.note(path, specifier)
            self.requests.append(Request(specifier, kind, level, line, names, attribute, tried))
        else:
            if first.type == "identifier" and kind in ("require", "shim"):
                for text, when in list_given(self.source, path, first):
                    self.requests.append(Request(text, kind, when, line, ()))
            text = self.source.text_of(call)[:_EXPRESSION_MAX].decode("utf-8", "replace")
            self.unfollowed.append(Unfollowed(line, level, " ".join(text.split())))

    def _level_of_dynamic(self, path: list[Node]) -> int:
        """Return the level of an `import()`, whose rejection is not always fatal."""
        level = self.source.level_of(path)
        # Awaited, or thrown away with its rejection, which ends the process.
        is_fatal = len(path) > 1 and path[-2].type in ("await_expression", "expression_statement")
        return level if is_fatal or level != EAGER else CONDITIONAL

    def _value_of(self, path: list[Node], node: Node) -> str | None:
        """Return the module that an expression means; of a path from the file's folder `./x`."""
        value = self.constants.value_of(path, node)
        if value is None or value[:1] not in (HERE, ITSELF, ROOT):
            return value
        return f".{value[1:]}" if value.startswith(f"{HERE}/") else None

    def _add_alias(self, path: list[Node]) -> None:
        """Follow what `createRequire` for this file makes: a name, or a function called at once."""
        if len(path) < 3 or path[-2].type != "call_expression":
            return
        call, outer = path[-2], path[-3]
        arguments = call.child_by_field_name("arguments")
        if arguments is None or self.source.text_of(arguments) not in _OWN_PLACES:
            return
        if _same(outer.child_by_field_name("function"), call):
            self._add_call(path[:-2], "require")
        name = outer.child_by_field_name("name")
        if name is not None and name.type == "identifier":
            if self.source.text_of(name) == b"require":
                self.has_own_require = True
                return
            text = self.source.text_of(name)
            self.aliases.add(text)
            if not (self._is_const(path[-4]) or self.source.conditions.is_constant(text)):
                self.unsure.add(text)


def scan(content: bytes, *, is_own: bool = False, source: Source | None = None) -> Facts:
    """Return what `content` says about modules.

    Deterministic; time and memory are linear in the size of the file, but for code that is nested
    hundreds of levels deep, which is not followed.

    Args:
        content: the file's bytes.
        is_own: whether it belongs to no published package, so that it is searched for all early
            errors and not only for those that are seen at a glance.
        source: the file, where it is parsed already.
    """
    source = source or open_source(content)
    if source is None:
        return search(content)
    scanner = _Scanner(source)
    scanner.run()
    if source.is_exhausted:
        scanner.unfollowed.append(Unfollowed(1, LAZY, "nested so deep that it is followed in part"))
    exports, stars = find_module_exports(source) if scanner.is_module else ((), ())
    awaits, uses = _awaits(source), find_uses(source, is_module=scanner.is_module, is_own=is_own)
    uses_commonjs = 0 if scanner.has_own_require else find_commonjs(source)
    # Last, because a piece shows its errors when something is looked up in it.
    judged = find_flaws(content, source, is_module=scanner.is_module, is_own=is_own)
    facts = Facts(
        syntax_error_line=judged.error_line or source.duplicate_line,
        is_module=scanner.is_module,
        awaits=awaits,
        uses_commonjs=uses_commonjs,
        requests=tuple(dict.fromkeys(scanner.requests)),
        unfollowed=tuple(scanner.unfollowed),
        exports=exports,
        stars=stars,
        uses=uses,
        is_partial=judged.is_gap,
        flaws=judged.flaws,
    )
    return weaken(facts) if judged.is_gap or source.is_exhausted else facts


def _attribute_of(call: Node) -> str:
    """Return the `type` that `import()` says its module has; `?` where that is computed."""
    arguments = call.child_by_field_name("arguments")
    options = [] if arguments is None else arguments.named_children[1:]
    if not options:
        return ""
    found = re.search(rb"type['\"]?\s*:\s*['\"](\w+)['\"]", options[0].text or b"")
    return found[1].decode() if found else "?"


def _awaits(source: Source) -> bool:
    places = filter(source.is_outermost, find_word(source.content, b"await"))
    for path in map(source.path_to, places):
        awaits = len(path) > 1 and path[-2].type in ("await_expression", "for_in_statement")
        if awaits and not any(node.type in FUNCTIONS for node in path):
            return True
    return False


def _find_argument(arguments: Node, place: int) -> Node | None:
    given = [child for child in arguments.named_children if child.type != "comment"]
    return given[place] if place < len(given) else None


def _same(one: Node | None, other: Node) -> bool:
    return one is not None and one.id == other.id
