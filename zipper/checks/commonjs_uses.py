"""Where a file uses the names that only CommonJS has: `require`, `module` and `exports`.

In: a parsed file. Out: the first line that does so while the file loads.
"""

from __future__ import annotations

from heapq import merge
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from zipper.checks.file_facts import EAGER
from zipper.checks.own_names import list_global
from zipper.checks.source_text import count_declarations, find_word
from zipper.checks.syntax import is_shadowed

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["find_commonjs"]

_COMMONJS: Final = (b"require", b"exports", b"module")
_USES: Final = ("member_expression", "call_expression", "arguments")
"""Where a name is used; `typeof exports` is none, because it never throws."""
_GUARDS: Final = {
    "if_statement": "condition",
    "ternary_expression": "condition",
    "binary_expression": "left",
}
_COMMONJS_LIMIT_BYTES: Final = 200_000


def find_commonjs(source: Source) -> int:
    """Return the first line that reads or writes CommonJS's own names while the module loads."""
    uses = (find_word(source.content, name, before=b".") for name in _COMMONJS)
    declared = set(list_global(source.content))
    for offset in takewhile(lambda at: at < _COMMONJS_LIMIT_BYTES, merge(*uses)):
        path = source.path_to(offset)
        name = source.text_of(path[-1])
        if name in declared or not _is_eager_use(source, path):
            continue
        if not count_declarations(source.content, name):
            return source.line_of(path[-1])
        declared.add(name)
    return 0


def _is_eager_use(source: Source, path: list[Node]) -> bool:
    """Return whether the name at the end of `path` is read while the module loads."""
    if len(path) < 2 or path[-1].type != "identifier" or path[-2].type not in _USES:
        return False
    if is_shadowed(source, path) or any(_asks_for_type(source, node) for node in path):
        return False
    return source.level_of(path) == EAGER


def _asks_for_type(source: Source, node: Node) -> bool:
    """Return whether a branch depends on a `typeof`, as code does that is of either kind."""
    field = _GUARDS.get(node.type)
    condition = None if field is None else node.child_by_field_name(field)
    return condition is not None and b"typeof" in source.text_of(condition)
