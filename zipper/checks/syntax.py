"""JavaScript's syntax tree, and when a place of it runs.

In: a file's bytes. Out: a `Source`: its tree, the nodes that lead to an offset, and whether the
code there runs while the module is loaded. Parsing is tree-sitter's work; this module is
imported only when a file has to be parsed.
"""

from __future__ import annotations

from array import array
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.calls import Named, find_calls, find_declared, is_constant, name_function
from zipper.checks.conditions import Conditions
from zipper.checks.declared_names import list_declared
from zipper.checks.file_facts import CONDITIONAL, EAGER, LAZY
from zipper.checks.levels import (
    COMPOUND,
    FUNCTIONS,
    ends_unhandled,
    find_exit,
    is_called_in_place,
    level_of_child,
    rejects,
)
from zipper.checks.module_tables import Keyed, find_loads, find_module, index_loads
from zipper.checks.patterns import binds_in_head
from zipper.checks.source_text import (
    find_assignments,
    find_word,
    index_assignments,
    literal,
    unescape,
    without_raw_escapes,
)
from zipper.checks.trees import TooLargeError, Trees
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tree_sitter import Node

    from zipper.checks.known_stretches import KnownStretches
    from zipper.checks.trees import PieceTree

__all__ = [
    "FUNCTIONS",
    "Source",
    "find_word",
    "is_shadowed",
    "literal",
    "open_source",
    "plain_text",
]

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
_CALLERS_MAX: Final = 60
"""Functions that call one another which are followed; each takes some of Python's stack."""
_CALL: Final = late_pattern(rb"\(\s{0,7}([\w$]++)")
_RETURN: Final = "return_statement"
_ASSIGNMENTS_MAX: Final = 8
"""Names whose assignments are looked for one by one."""
_STEPS_MAX: Final = 2_000_000
"""Nodes that are walked through in one file of up to 4 MB, in a larger one more: half a node for
each byte. Real bundles need a tenth."""
_DEPTH_MAX: Final = 400
"""Nested nodes that are followed; deeper code counts as lazy."""


class Source:
    """One parsed file."""

    def __init__(
        self,
        content: bytes,
        variables: Mapping[str, str] | None = None,
        known: KnownStretches | None = None,
    ) -> None:
        content = content.removeprefix(b"\xef\xbb\xbf")
        try:
            content.decode()
        except UnicodeDecodeError:  # Node puts U+FFFD in the place of what is no UTF-8
            content = content.decode("utf-8", "replace").encode()
        self.trees = Trees(without_raw_escapes(content), known)
        self.content = self.trees.content
        self._called: dict[tuple[bytes, int], int] = {}
        self.loaders: dict[tuple[bytes, bytes], Named | None] = {}
        """The function that takes modules from a table, by the names of both."""
        self.wrappers: dict[bytes, bool] = {}
        """Whether a function gives one that runs its first argument, by its name."""
        self.hiding: dict[tuple[int, bytes], bool | None] = {}
        """What `zipper.checks.declared_names` has found of blocks, by their start and a name."""
        self.declaring: dict[bytes, array[int]] = {}
        """Which statements may declare a name, for `zipper.checks.bindings`."""
        self._exits: dict[int, int] = {}
        self._depth = 0
        self.variables = variables or {}
        """What is known of the function's environment."""
        self.conditions = Conditions(
            self.content, self.variables, partial(find_declared, self.trees)
        )
        self._steps = 0
        self._assignments = 0

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
            for name in list_declared(statement):
                if name in lexical or (is_lexical and name in other):
                    return self.line_of(statement)
                (lexical if is_lexical else other).add(name)
        return 0

    def path_to(self, offset: int) -> list[Node]:
        """Return the nodes from the root to the token at `offset`, the token last."""
        tree = None if self.is_exhausted else self.trees.at(offset)
        return self._follow(tree, offset)

    def leap_to(self, offset: int) -> list[Node]:
        """Return the same for an offset that is not the next; where it costs too much, nothing."""
        tree = None if self.is_exhausted else self.trees.at(offset, is_leap=True)
        return self._follow(tree, offset)

    def _follow(self, tree: PieceTree | None, offset: int) -> list[Node]:
        path = [self.trees.root] if tree is None else tree.path_to(offset)
        self._steps += len(path)
        return path

    @property
    def is_exhausted(self) -> bool:
        """Whether so much was looked at that the rest of the file is not."""
        return self._steps > max(_STEPS_MAX, len(self.content) // 2)

    def is_outermost(self, offset: int) -> bool:
        """Return whether an offset is in a piece of the top level, as all do of a small file.

        The others are bodies of functions, and of large branches.
        """
        return self.trees.is_outermost(offset)

    @property
    def statements(self) -> Iterator[Node]:
        """The first statements of the top level, read anew each time: all take gigabytes."""
        return islice(self.trees.statements(), _STATEMENTS_MAX)

    def find_words(self, *words: bytes, also: Iterable[int] = ()) -> Iterator[list[Node]]:
        """Yield the path to each token that is one of `words`, or at `also`, in order of offset."""
        content = self.content
        for offset in sorted([*also, *(at for word in words for at in find_word(content, word))]):
            path = self.path_to(offset)
            if path[-1].type not in ("comment", "string_fragment"):
                yield path

    def calls(self, name: bytes, scope: Node) -> Iterator[int]:
        """Yield where a name is before a parenthesis, within the node of its scope."""
        if scope.type == "program" and len(self.trees.units) > 1:
            return reversed(self._calls.get(name[::-1], array("Q")))
        start, end, size = scope.start_byte, scope.end_byte, len(name)
        found = find_word(self.content, name, before=b".", start=start, end=end)
        return (at for at in found if self.content[at + size : at + size + 8].lstrip()[:1] == b"(")

    @cached_property
    def _calls(self) -> dict[bytes, array[int]]:
        """The calls of all names in a large file, the last first, by the name read backwards.

        Read backwards, each begins with a parenthesis, which a pattern finds ten times as fast.
        """
        found: dict[bytes, array[int]] = {}
        backwards, size = self.content[::-1], len(self.content)
        for match in _CALL.finditer(backwards):
            if backwards[match.end() : match.end() + 3] == b"..." or (
                backwards[match.end() : match.end() + 1] != b"."
            ):
                found.setdefault(match[1], array("Q")).append(size - match.end())
        return found

    @cached_property
    def loads(self) -> dict[bytes, array[int]]:
        """Where something is called with one literal, by its text."""
        return index_loads(self.content)

    def inside(self, block: Node) -> Iterator[Node]:
        """Return the statements of a block, wherever they were parsed."""
        return self.trees.inside(block.start_byte) or iter(block.named_children)

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
        is_left = path[-1].start_byte >= self._program_exit
        level = CONDITIONAL if is_left else EAGER
        for index in range(len(path) - 1):
            parent, child = path[index], path[index + 1]
            if parent.type in FUNCTIONS:
                level = max(level, self._level_of_function(path, index))
            else:
                level = max(level, level_of_child(parent, child, self.conditions))
        return level

    def _level_of_function(self, path: list[Node], index: int) -> int:
        function, child = path[index], path[index + 1]
        body = function.child_by_field_name("body")
        is_body = body is not None and body.id == child.id
        if child.type in ("identifier", "property_identifier") and not is_body:
            return EAGER
        if is_called_in_place(path, index):
            is_plain = not self._is_async(function) or rejects(path, index)
            is_sure = is_plain and "generator" not in function.type
            is_sure = is_sure and path[-1].start_byte < self._exit_of(function)
            return EAGER if is_sure else CONDITIONAL
        if self._depth >= _CALLERS_MAX:
            return LAZY
        self._depth += 1
        module = find_module(path, index)
        if module is not None:
            is_plain = not self._is_async(function) and "generator" not in function.type
            level = max(self._level_of_loads(module), EAGER if is_plain else CONDITIONAL)
        else:
            named = name_function(self, path, index)
            level = LAZY if named is None else self._level_of_calls(named, function)
        self._depth -= 1
        if level == EAGER and path[-1].start_byte >= self._exit_of(function):
            return CONDITIONAL
        return level

    @cached_property
    def _program_exit(self) -> int:
        """Where the first `return` of the top level ends, as CommonJS may have one; else the end.

        A `throw` there makes loading fail as well, so that it leaves what follows as it is.
        """
        exits = (s for s in self.statements if s.type == _RETURN or s.type in COMPOUND)
        found = find_exit(self.trees.root, exits, (_RETURN,))
        return found if found < self.trees.root.end_byte else len(self.content)

    def _is_async(self, function: Node) -> bool:
        return self.content.startswith(b"async", function.start_byte)

    def _exit_of(self, function: Node) -> int:
        known = self._exits.get(function.start_byte)
        if known is None:
            body = function.child_by_field_name("body")
            inside = None if body is None else self.trees.inside(body.start_byte)
            known = self._exits[function.start_byte] = find_exit(function, inside)
        return known

    def _level_of_loads(self, module: Keyed) -> int:
        """Return the earliest level at which a module of a bundle is loaded by its key."""
        place = (b"[" + module.key, module.table.start_byte)  # no function's name begins so
        known = self._called.get(place)
        if known is None:
            self._called[place] = LAZY
            levels = [self.level_of(path) for path in find_loads(self, module)]
            known = self._called[place] = min([LAZY, *levels])
        return known

    def _level_of_calls(self, named: Named, function: Node) -> int:
        """Return the earliest level at which a function is called; `LAZY` for none."""
        known = self._called.get(named.key)
        if known is not None:
            return known
        self._called[named.key] = LAZY  # a function that only calls itself is never called
        # A generator runs when something asks for its values; a promise may be handled.
        is_async = self._is_async(function)
        surest = CONDITIONAL if "generator" in function.type else EAGER
        best = LAZY
        for path in find_calls(self, named):
            is_sure = not is_async or ends_unhandled(path[:-1])
            best = min(best, max(self.level_of(path), surest if is_sure else CONDITIONAL))
            if best == surest:
                break
        if best == EAGER and not is_constant(self, named):
            best = CONDITIONAL
        self._called[named.key] = best
        return best

    def assignments(self, name: bytes) -> Iterable[int]:
        """Return where a name may be assigned to, or is declared as a function, in any order."""
        self._assignments += 1
        if self._assignments > _ASSIGNMENTS_MAX:
            return self._assigned.get(name, ())
        return find_assignments(self.content, name)

    @cached_property
    def _assigned(self) -> dict[bytes, array[int]]:
        return index_assignments(self.content)


def open_source(
    content: bytes,
    variables: Mapping[str, str] | None = None,
    known: KnownStretches | None = None,
) -> Source | None:
    """Return the source of a file, or None where it is too large and cannot be cut.

    Args:
        content: the file's text.
        variables: what is known of the function's environment.
        known: as for `zipper.checks.brackets.find_layout`.
    """
    try:
        return Source(content, variables, known)
    except TooLargeError:
        return None


def is_shadowed(source: Source, path: list[Node]) -> bool:
    """Return whether the head of something around the name at the end of `path` binds it."""
    name = source.text_of(path[-1])
    return any(binds_in_head(node, name) for node in path)


def plain_text(node: Node, source: Source) -> str:
    """Return the value of a string or a name, or the source text of any other node."""
    value = literal(node, source.content)
    if value:
        return value
    text = source.text_of(node).decode()
    return unescape(text) if "identifier" in node.type else text
