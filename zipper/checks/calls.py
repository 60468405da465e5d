"""When a function runs that is under a name: where the name is called.

In: the path to a function, and its file. Out: the name with the part of the file in which it means
this function, and the places that call it. Names are followed within one file, and only where no
other declaration can hide them.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.levels import FUNCTIONS
from zipper.checks.source_text import find_word
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source
    from zipper.checks.trees import Trees

__all__ = ["Named", "find_calls", "find_declared", "is_constant", "name_function"]

_WRAPPERS: Final = frozenset(
    {"call_expression", "arguments", "object", "parenthesized_expression", "pair"}
)
"""What may be between a variable and the function in it: `var require_a = wrap({"a"() {}})`."""
_WRAPPERS_MAX: Final = 6
_CALLS_MAX: Final = 50
"""Places at which a name is looked up as called; more say nothing new."""
_MENTIONS_MAX: Final = 2_000
_BEFORE: Final = late_pattern(rb"(?:\b(?:var|let|const|function|class)\s+|[,({\[]\s*|\.{3})\Z")
_AFTER: Final = late_pattern(
    rb"\s*(?:=(?!=)|[,)}\]]\s*=>"
    rb"|[\w$\s,:.\[\]{}]{0,100}(?:\)\s*(?:=>|\{)|[\]}]\s*=(?![=>])))"
)
_AFTER_BYTES: Final = 120
_VARIABLE: Final = late_pattern(rb"\bvar\s+\Z")
_ASSIGNS: Final = late_pattern(rb"\s{0,7}=(?![=>])")
_DECLARES: Final = late_pattern(rb"\b(?:var|let|const|function|class|import)\s+\Z")


_SCOPES: Final = FUNCTIONS | {
    *("statement_block", "for_statement", "for_in_statement", "catch_clause", "switch_body"),
    "class_body",
}
"""What may give a name another meaning inside of it."""
_CONSTANT: Final = late_pattern(rb"\b(?:const|class)\s+\Z")
_BLOCK_SCOPED: Final = late_pattern(rb"\b(?:let|const)\s+\Z")


class Named(NamedTuple):
    """A function under a name."""

    name: bytes
    scope: Node
    """The function, the block or the program in which the name means it."""
    start: int
    """The offset of the name where it is declared."""
    is_class: bool = False
    """Whether it runs by `new`."""

    @property
    def key(self) -> tuple[bytes, int, bool]:
        """What tells it from others of the file."""
        return self.name, self.start, self.is_class


def name_function(path: list[Node], index: int) -> Named | None:
    """Return the name by which the function at `index` is called, where it has a plain one."""
    function = path[index]
    own = function.child_by_field_name("name")
    if own is not None and function.type.endswith("_declaration"):
        return _named(own, path, index)
    if function.type == "method_definition" and own is not None and own.text == b"constructor":
        holder = path[index - 2] if index > 1 else function
        name = holder.child_by_field_name("name") if holder.type == "class_declaration" else None
        return None if name is None else _named(name, path, index - 2, is_class=True)
    for at in range(index - 1, max(-1, index - 1 - _WRAPPERS_MAX), -1):
        if path[at].type == "variable_declarator":
            name = path[at].child_by_field_name("name")
            is_plain = name is not None and name.type == "identifier"
            return _named(name, path, at) if name is not None and is_plain else None
        if path[at].type not in _WRAPPERS:
            return None
    return None


def _named(name: Node, path: list[Node], index: int, *, is_class: bool = False) -> Named:
    is_lexical = path[index - 1].type == "lexical_declaration" or is_class
    scopes = _SCOPES if is_lexical else FUNCTIONS
    around = [path[0], *(node for node in path[:index] if node.type in scopes)]
    return Named(name.text or b"", around[-1], name.start_byte, is_class)


def find_calls(source: Source, named: Named) -> Iterator[list[Node]]:
    """Yield the paths to the names that call a function, where they are sure to mean it."""
    for offset in islice(source.calls(named.name, named.scope), _CALLS_MAX):
        path = source.leap_to(offset)
        if _calls(path, named) and _means(source, path, named):
            yield path


def find_declared(trees: Trees, name: bytes) -> Node | None:
    """Return what the first `name =` of a file declares; None where it declares nothing."""
    content, size = trees.content, len(name)
    for offset in find_word(content, name, before=b"."):
        if _ASSIGNS.match(content, offset + size):
            tree = trees.at(offset, is_leap=True)
            path = [] if tree is None else tree.path_to(offset)
            is_plain = len(path) > 1 and path[-2].type == "variable_declarator"
            return path[-2].child_by_field_name("value") if is_plain else None
    return None


def is_constant(source: Source, named: Named) -> bool:
    """Return whether a name means one function wherever it is called."""
    content = source.content
    if _CONSTANT.search(content, max(0, named.start - 12), named.start):
        return True
    start, end = named.scope.start_byte, named.scope.end_byte
    if named.scope.type == "program":
        start, end = 0, len(content)
    others = [
        at
        for at in source.assignments(named.name)
        if at != named.start
        and start <= at < end
        and content[at - 1 : at] != b"."
        and not _BLOCK_SCOPED.search(content, max(0, at - 12), at)
    ]
    if len(others) > _CALLS_MAX:
        return False
    paths = map(_around_name, map(source.leap_to, others))
    return not any(
        path[-1].type == "identifier"
        and (_means(source, path, named) or _is_hoisted(source, path, named))
        for path in paths
    )


def _is_hoisted(source: Source, path: list[Node], named: Named) -> bool:
    """Return whether a `var` in a block is a variable of the function around the block."""
    start = path[-1].start_byte
    if not _VARIABLE.search(source.content, max(0, start - 12), start):
        return False
    depth = next((n for n, node in enumerate(path) if _is_same(node, named.scope)), None)
    return depth is not None and all(node.type not in FUNCTIONS for node in path[depth + 1 :])


def _around_name(path: list[Node]) -> list[Node]:
    """Return the path without the function that the name at its end is declared as."""
    is_declared = len(path) > 1 and path[-2].type.endswith("function_declaration")
    return [*path[:-2], path[-1]] if is_declared else path


def _calls(path: list[Node], named: Named) -> bool:
    if len(path) < 2 or path[-1].type != "identifier":
        return False
    kind = path[-2].type
    if kind not in (
        ("new_expression",) if named.is_class else ("call_expression", "new_expression")
    ):
        return False
    field = "constructor" if kind == "new_expression" else "function"
    found = path[-2].child_by_field_name(field)
    return found is not None and found.id == path[-1].id


def _means(source: Source, path: list[Node], named: Named) -> bool:
    """Return whether the name at the end of `path` is the one that was declared."""
    depth = next((n for n, node in enumerate(path) if _is_same(node, named.scope)), None)
    if depth is None:
        return False
    inner = next((node for node in path[depth + 1 :] if node.type in _SCOPES), None)
    if inner is None:
        return True
    content, size = source.content, len(named.name)
    mentions = find_word(
        content, named.name, before=b".", start=inner.start_byte, end=inner.end_byte
    )
    return not any(
        at != named.start and _may_declare(content, at, size)
        for at in islice(mentions, _MENTIONS_MAX)
    )


def _is_same(node: Node, scope: Node) -> bool:
    """Return whether two nodes are one, which may have been parsed twice; the program is one."""
    if node.type != scope.type:
        return False
    is_there = (node.start_byte, node.end_byte) == (scope.start_byte, scope.end_byte)
    return is_there or node.type == "program"


def _may_declare(content: bytes, offset: int, size: int) -> bool:
    """Return whether a mention may give the name another meaning around it."""
    before = content[max(0, offset - 12) : offset]
    after = content[offset + size : offset + size + _AFTER_BYTES]
    if _DECLARES.search(before) or after[:2] == b"=>":
        return True
    return bool(_AFTER.match(after)) and bool(_BEFORE.search(before))
