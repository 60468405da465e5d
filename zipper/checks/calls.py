"""When a function runs that is under a name: where the name is called.

In: the path to a function, and its file. Out: the name with the part of the file in which it means
this function, and the places that call it. Names are followed within one file, and only where no
other declaration can hide them.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.levels import FUNCTIONS, is_constructor, is_field
from zipper.checks.patterns import binds_in_head, find_assigner
from zipper.checks.source_text import find_word
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source
    from zipper.checks.trees import Trees

__all__ = ["Named", "find_calls", "find_declared", "is_constant", "means", "name_function"]

_WRAPPERS: Final = frozenset(
    {"call_expression", "arguments", "object", "parenthesized_expression", "pair"}
)
"""What may be between a variable and the function in it: `var require_a = wrap({"a"() {}})`."""
_RUNS_FIRST: Final = late_pattern(
    rb"(?:function\s*)?\(\s*([\w$]+)\s*,\s*([\w$]+)\s*(?:,\s*([\w$]+)\s*)?\)\s*"
    rb"(?:=>\s*|\{\s*return\s+)(?:function\b[^(]*\(\s*\)\s*\{|\(\s*\)\s*=>\s*[({])\s*"
    rb"(?:if\s*\(\3\)\s*throw\s+\3\[0\];?\s*)?(?:try\s*\{\s*)?(?:return\s*\(?\s*)?"
    rb"(?:\2\s*\|\||\1\s*&&|if\s*\(\1\)\s*try\b)"
)
"""What bundlers wrap modules with: it gives a function that runs the first argument once.

Source: `__commonJS` and `__esm` of esbuild 0.28, rolldown 1 and bun 1, whole and minified.
"""
_SHARED: Final = (b"__commonJS", b"__commonJSMin", b"__esm", b"__esmMin")
"""What they are called where another file of a bundle declares them."""
_CALLS_MAX: Final = 50
"""Places at which a name is looked up as called; more say nothing new."""
_DECLARED_MAX: Final = 8
"""Declarations of a name within one scope that are looked at."""
_IN_PATTERN: Final = late_pattern(rb"(?:[,:{\[]\s*|\.{3})\Z")
_AFTER: Final = late_pattern(rb"\s*(?:=(?![=>])|[^;]{0,100}?[\]}]\s*=(?![=>]))")
_ASSIGNS: Final = late_pattern(rb"\s{0,7}=(?![=>])")
_DECLARES: Final = late_pattern(
    rb"\b(?:(?:var|let|const|function|class|import)\s+|function\s*\*\s*)\Z"
)


_SCOPES: Final = FUNCTIONS | {
    *("statement_block", "for_statement", "for_in_statement", "catch_clause", "switch_body")
}
"""What may give a name another meaning inside of it."""
_NAMED: Final = ("function_declaration", "class_declaration")
_CONSTANT: Final = late_pattern(rb"\bconst\s+\Z")
_BLOCK_SCOPED: Final = late_pattern(rb"\b(?:let|const)\s+\Z")


class Named(NamedTuple):
    """A function under a name."""

    name: bytes
    scope: Node
    """The function, the block or the program in which the name means it."""
    start: int
    """The offset of the name where it is declared."""

    @property
    def key(self) -> tuple[bytes, int]:
        """What tells it from others of the file."""
        return self.name, self.start


def name_function(source: Source, path: list[Node], index: int) -> Named | None:
    """Return the name by which the function at `index` is called, where it has a plain one."""
    function = path[index]
    own = function.child_by_field_name("name")
    if own is not None and function.type.endswith("_declaration"):
        return _named(own, path, index)
    if is_constructor(function):
        holder = path[index - 2]
        name = holder.child_by_field_name("name") if holder.type == "class_declaration" else None
        return None if name is None else _named(name, path, index - 2)
    for at in range(index - 1, 0, -1):
        if path[at].type == "variable_declarator":
            name = path[at].child_by_field_name("name")
            if name is None or name.type != "identifier":
                return None
            return _named(name, path, at)
        is_run = path[at].type != "call_expression" or _runs_first(source, path[at])
        if path[at].type not in _WRAPPERS or not is_run:
            return None
    return None


def _runs_first(source: Source, call: Node) -> bool:
    """Return whether a call gives a function that runs the call's first argument."""
    function = call.child_by_field_name("function")
    name = b"" if function is None else source.text_of(function)
    if name not in source.wrappers:
        declared = find_declared(source.trees, name)
        text = b"" if declared is None else source.text_of(declared)
        source.wrappers[name] = name in _SHARED or _RUNS_FIRST.match(text) is not None
    return source.wrappers[name]


def _named(name: Node, path: list[Node], index: int) -> Named:
    is_lexical = path[index - 1].type == "lexical_declaration"
    is_class = path[index].type == "class_declaration"
    scopes = _SCOPES if is_lexical or is_class else FUNCTIONS
    around = [path[0], *(node for node in path[:index] if node.type in scopes)]
    return Named(name.text or b"", around[-1], name.start_byte)


def find_calls(source: Source, named: Named) -> Iterator[list[Node]]:
    """Yield the paths to the names that call a function, where they are sure to mean it."""
    for offset in islice(source.calls(named.name, named.scope), _CALLS_MAX):
        path = source.leap_to(offset)
        if _calls(path) and means(source, path, named, unsure=False):
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
        and (content[at - 1 : at] != b"." or content[at - 3 : at] == b"...")
        and not _BLOCK_SCOPED.search(content, max(0, at - 12), at)
    ]
    if len(others) > _CALLS_MAX:
        return False
    return not any(_changes(source, source.leap_to(at), named) for at in others)


def _changes(source: Source, path: list[Node], named: Named) -> bool:
    """Return whether the name at the end of `path`, where it is given a value, means `named`."""
    if _is_declared(path):  # in a block it is given to the function's variable too
        holders = [_innermost(path[:-2], kinds) for kinds in (_SCOPES, FUNCTIONS)]
        return any(_is_same(holder, named.scope) for holder in holders)
    if find_assigner(path) is None:
        return False
    holder = _find_holder(path)
    return (
        means(source, path, named, unsure=True) if holder is None else _is_same(holder, named.scope)
    )


def _calls(path: list[Node]) -> bool:
    """Return whether the name at the end of `path` is called, also by `new`."""
    fields = ("function", "constructor")
    return len(path) > 1 and any(is_field(path[-2], field, path[-1]) for field in fields)


def _find_depth(path: list[Node], named: Named) -> int | None:
    return next((n for n, node in enumerate(path) if _is_same(node, named.scope)), None)


def means(source: Source, path: list[Node], named: Named, *, unsure: bool) -> bool:
    """Return whether the name at the end of `path` is the one that was declared.

    `unsure` where too much around it seems to declare another one: minifiers use names again.
    """
    depth = _find_depth(path, named)
    if depth is None:
        return False
    scopes = [node for node in path[depth + 1 :] if node.type in _SCOPES]
    if not scopes:
        return True
    if any(binds_in_head(node, named.name) for node in scopes):
        return False
    content, size = source.content, len(named.name)
    start, end = scopes[0].start_byte, scopes[0].end_byte
    mentions = find_word(content, named.name, before=b".", start=start, end=end)
    declared = (at for at in mentions if at != named.start and _may_declare(content, at, size))
    for number, at in enumerate(declared):
        if number == _DECLARED_MAX:
            return unsure
        holder = _find_holder(source.leap_to(at))
        if holder is not None and any(_is_same(holder, scope) for scope in scopes):
            return False
    return True


def _is_declared(path: list[Node]) -> bool:
    """Return whether a function or a class has the name that ends `path`."""
    return len(path) > 1 and path[-2].type.endswith(_NAMED)


def _find_holder(path: list[Node]) -> Node | None:
    """Return in what the name that ends `path` is declared; None where it is not declared there."""
    if _is_declared(path):
        return _innermost(path[:-2], _SCOPES)
    at = find_assigner(path)
    if at is None or path[at].type.endswith("assignment_expression"):
        return next(
            (node for node in reversed(path) if binds_in_head(node, path[-1].text or b"")), None
        )
    kind = path[at].child_by_field_name("kind")
    if path[at].type == "for_in_statement" and kind is None:
        return None
    is_var = kind.type == "var" if kind is not None else path[at - 1].type == "variable_declaration"
    return _innermost(path[: at + 1], FUNCTIONS if is_var else _SCOPES)


def _innermost(path: list[Node], kinds: Container[str]) -> Node:
    return next((node for node in reversed(path) if node.type in kinds), path[0])


def _is_same(node: Node, scope: Node) -> bool:
    """Return whether two nodes are one, which may have been parsed twice; the program is one."""
    if node.type != scope.type:
        return False
    is_there = (node.start_byte, node.end_byte) == (scope.start_byte, scope.end_byte)
    return is_there or node.type == "program"


def _may_declare(content: bytes, offset: int, size: int) -> bool:
    """Return whether a declaration seems to bind the name there, parameters aside."""
    before = content[max(0, offset - 12) : offset]
    if _DECLARES.search(before):
        return True
    is_in_pattern = _IN_PATTERN.search(before) is not None
    return is_in_pattern and _AFTER.match(content, offset + size) is not None
