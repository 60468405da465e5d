"""JavaScript's syntax tree, and when a place of it runs.

In: a file's bytes. Out: a `Source`: its tree, the nodes that lead to an offset, and whether the
code there runs while the module is loaded. Parsing is tree-sitter's work; this module is
imported only when a file has to be parsed.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from zipper.checks.calls import Named, find_calls, name_function
from zipper.checks.conditions import Conditions
from zipper.checks.file_facts import CONDITIONAL, EAGER, LAZY
from zipper.checks.levels import FUNCTIONS, find_exit, is_called_in_place, level_of_child
from zipper.checks.module_tables import Keyed, find_loads, find_module
from zipper.checks.source_text import find_word, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FUNCTIONS", "Source", "find_word", "is_shadowed", "literal", "plain_text"]

_DECLARATIONS: Final = frozenset(
    {
        "lexical_declaration",
        "class_declaration",
        "import_statement",
        "variable_declaration",
        "function_declaration",
        "generator_function_declaration",
    }
)
_LEXICAL: Final = ("lexical_declaration", "class_declaration", "import_statement")
_STATEMENTS_MAX: Final = 20_000
"""Statements of the top level that are looked at for what they declare."""
_REPAIRS: Final = (
    (
        re.compile(
            rb"(?m)^([ \t]*(?:(?:static|let|var)[ \t]+)?#?[A-Za-z_$][\w$]*)"
            rb"([ \t]*\r?\n\s*(?:[*\[]|static\b))"
        ),
        rb"\1;\2",
    ),
    (re.compile(rb"\bas[ \t]+([a-z]+)(?=\s*[,}])"), rb'as "\1"'),
    (re.compile(rb"(?<![.\w$])using(?=\s*[^\w\s$])"), rb"us1ng"),
    (re.compile(rb"(?m)^([ \t]*)(?=in(?:stanceof)?[0-9])"), rb"\1;"),
    (re.compile(rb"(?<=['\"])\0(?=['\"])"), rb" "),
)
"""What tree-sitter-javascript 0.25 does not read, and the same in a form that it reads: a field or
a variable that is alone on its line before `[`, `*` or `static`; `export { a as null }`; a variable
called `using`; a line that begins with a name such as `in5`; a string of one NUL. Lines stay."""
_CALLERS_MAX: Final = 60
"""Functions that call one another which are followed; each takes some of Python's stack."""
_STEPS_MAX: Final = 2_000_000
"""Nodes that are walked through in one file; real bundles of 5 MB need a tenth."""
_DEPTH_MAX: Final = 400
"""Nested nodes that are followed; deeper code counts as lazy."""
_PARSER: Final = Parser(Language(tree_sitter_javascript.language()))


class Source:
    """One parsed file."""

    def __init__(self, content: bytes) -> None:
        content = content.removeprefix(b"\xef\xbb\xbf")
        try:
            content.decode()
        except UnicodeDecodeError:  # Node puts U+FFFD in the place of what is no UTF-8
            content = content.decode("utf-8", "replace").encode()
        root = _PARSER.parse(content).root_node
        for pattern, replacement in _REPAIRS if root.has_error else ():
            repaired = pattern.sub(replacement, content)
            if repaired != content:
                content, root = repaired, _PARSER.parse(repaired).root_node
        self.content = content
        self.root: Node = root
        self._top = root.walk()
        self._has_top = False
        self._top_start = 0
        self._called: dict[tuple[bytes, int, bool], int] = {}
        self._exits: dict[int, int] = {}
        self._depth = 0
        self.conditions = Conditions(content)
        self._steps = 0

    @cached_property
    def syntax_error_line(self) -> int:
        """The line of the first syntax error, counted from 1; 0 where the file parses."""
        if not self.root.has_error:
            return 0
        node = self.root
        for _ in range(_DEPTH_MAX):
            if node.type == "ERROR" or node.is_missing:
                break
            child = _find_error(node)
            if child is None:
                break
            node = child
        return node.start_point[0] + 1

    @cached_property
    def duplicate_line(self) -> int:
        """The line on which a `let`, `const` or class of the top level takes a name twice, or 0."""
        lexical: set[bytes] = set()
        other: set[bytes] = set()
        for statement in self.statements:
            if statement.type == "export_statement":
                statement = statement.child_by_field_name("declaration") or statement  # noqa: PLW2901
            if statement.type not in _DECLARATIONS:
                continue
            is_lexical = statement.type in _LEXICAL
            for name in _declared_names(statement):
                if name in lexical or (is_lexical and name in other):
                    return self.line_of(statement)
                (lexical if is_lexical else other).add(name)
        return 0

    def path_to(self, offset: int) -> list[Node]:
        """Return the nodes from the root to the token at `offset`, the token last.

        One descent: asking each node for its parent would start at the root every time. The
        statement of the top level is kept, because a minified file has a million of them and
        offsets mostly ascend.
        """
        if not self._has_top or offset < self._top_start:
            self._top = self.root.walk()
            self._has_top = self._top.goto_first_child()
        top = self._top
        while self._has_top and top.node is not None and top.node.end_byte <= offset:
            if not top.goto_next_sibling():
                break
        if not self._has_top or top.node is None or self.is_exhausted:
            return [self.root]
        self._top_start = top.node.start_byte
        if not top.node.start_byte <= offset < top.node.end_byte:
            return [self.root]
        path = [self.root, top.node]
        cursor = top.node.walk()
        while cursor.goto_first_child_for_byte(offset) is not None:
            node = cursor.node
            if node is None or node.start_byte > offset or len(path) > _DEPTH_MAX:
                break
            path.append(node)
        self._steps += len(path)
        return path

    @property
    def is_exhausted(self) -> bool:
        """Whether so much was looked at that the rest of the file is not."""
        return self._steps > _STEPS_MAX

    @cached_property
    def statements(self) -> list[Node]:
        """The first statements of the top level; a list of all could take gigabytes."""
        cursor = self.root.walk()
        found: list[Node] = []
        has_next = cursor.goto_first_child()
        while has_next and len(found) < _STATEMENTS_MAX:
            if cursor.node is not None and cursor.node.is_named:
                found.append(cursor.node)
            has_next = cursor.goto_next_sibling()
        return found

    def find_words(self, *words: bytes) -> Iterator[list[Node]]:
        """Yield the path to each token that is one of `words`, in order of offset."""
        content = self.content
        for offset in sorted(at for word in words for at in find_word(content, word)):
            path = self.path_to(offset)
            if path[-1].type not in ("comment", "string_fragment"):
                yield path

    def line_of(self, node: Node) -> int:
        """Return the line on which `node` begins, counted from 1."""
        return int(node.start_point[0]) + 1

    def text_of(self, node: Node) -> bytes:
        """Return the node's source text."""
        return self.content[node.start_byte : node.end_byte]

    def level_of(self, path: list[Node]) -> int:
        """Return when the last node of `path` runs: `EAGER` to `OPTIONAL`."""
        if len(path) > _DEPTH_MAX:
            return LAZY
        level = EAGER
        for index in range(len(path) - 1):
            parent, child = path[index], path[index + 1]
            if parent.type in FUNCTIONS:
                level = max(level, self._level_of_function(path, index))
            else:
                level = max(level, level_of_child(parent, child, self.conditions))
        return level

    def _level_of_function(self, path: list[Node], index: int) -> int:
        function, child = path[index], path[index + 1]
        if child.type in ("identifier", "property_identifier"):
            return EAGER
        if is_called_in_place(path, index):
            is_plain = (
                not self.text_of(function).startswith(b"async") and "generator" not in function.type
            )
            is_sure = is_plain and path[-1].start_byte < self._exit_of(function)
            return EAGER if is_sure else CONDITIONAL
        if self._depth >= _CALLERS_MAX:
            return LAZY
        self._depth += 1
        module = find_module(path, index)
        if module is not None:
            level = self._level_of_loads(module)
        else:
            named = name_function(path, index)
            level = LAZY if named is None else self._level_of_calls(named)
        self._depth -= 1
        if level == EAGER and path[-1].start_byte >= self._exit_of(function):
            return CONDITIONAL
        return level

    def _exit_of(self, function: Node) -> int:
        known = self._exits.get(function.id)
        if known is None:
            known = self._exits[function.id] = find_exit(function)
        return known

    def _level_of_loads(self, module: Keyed) -> int:
        """Return the earliest level at which a module of a bundle is loaded by its key."""
        place = (module.key, module.table.start_byte, True)
        known = self._called.get(place)
        if known is None:
            self._called[place] = LAZY
            levels = [self.level_of(path) for path in find_loads(self, module)]
            known = self._called[place] = min([LAZY, *levels])
        return known

    def _level_of_calls(self, named: Named) -> int:
        """Return the earliest level at which a function is called; `LAZY` where nobody calls it."""
        known = self._called.get(named.key)
        if known is not None:
            return known
        self._called[named.key] = LAZY  # a function that only calls itself is never called
        best = LAZY
        for path in find_calls(self, named):
            best = min(best, self.level_of(path))
            if best == EAGER:
                break
        self._called[named.key] = best
        return best


def is_shadowed(source: Source, path: list[Node]) -> bool:
    """Return whether a function around the name at the end of `path` has a parameter of it."""
    name = source.text_of(path[-1])
    for node in path:
        if node.type not in FUNCTIONS:
            continue
        own = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        if own is not None and next(find_word(source.text_of(own), name), None) is not None:
            return True
    return False


def _find_error(node: Node) -> Node | None:
    """Return the first child that has a syntax error inside."""
    cursor = node.walk()
    has_next = cursor.goto_first_child()
    while has_next:
        child = cursor.node
        if child is not None and (child.has_error or child.is_missing):
            return child
        has_next = cursor.goto_next_sibling()
    return None


def _declared_names(statement: Node) -> list[bytes]:
    """Return the plain names that a declaration or an import binds; patterns are left out."""
    own = statement.child_by_field_name("name")
    names: list[Node | None] = [own] if own is not None else []
    for child in statement.named_children:
        if child.type == "variable_declarator":
            names.append(child.child_by_field_name("name"))
        elif child.type == "import_clause":
            names += _imported_names(child)
    return [name.text or b"" for name in names if name is not None and name.type == "identifier"]


def _imported_names(clause: Node) -> list[Node | None]:
    names: list[Node | None] = []
    for item in clause.named_children:
        if item.type == "identifier":
            names.append(item)
        elif item.type == "namespace_import":
            names += item.named_children
        else:
            specifiers = [
                child for child in item.named_children if child.type == "import_specifier"
            ]
            names += [
                s.child_by_field_name("alias") or s.child_by_field_name("name") for s in specifiers
            ]
    return names


def plain_text(node: Node, source: Source) -> str:
    """Return the value of a string, or the source text of any other node."""
    return literal(node, source.content) or source.text_of(node).decode("utf-8", "replace")
