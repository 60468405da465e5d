"""Files that an ES module reads or writes by `fs/promises` and waits for while it loads.

In: a parsed file. Out: `Use` values. Only what is awaited by code that is sure to run then, by a
name imported from one of Node's own modules, is sure to make loading fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.constants import Constants, from_root
from zipper.checks.declared_names import is_hidden
from zipper.checks.file_facts import EAGER, Use, UseKind
from zipper.checks.module_bindings import find_bindings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from zipper.checks.module_bindings import NameBinding
    from zipper.checks.syntax import Source

__all__ = ["find_awaited"]

_READS: Final = frozenset(
    ["readFile", "readdir", "stat", "lstat", "open", "access", "realpath", "opendir"]
)
_WRITES: Final = frozenset(["mkdir", "writeFile", "appendFile", "mkdtemp", "copyFile"])
_PROMISES: Final = ("fs/promises", "node:fs/promises", "fs-extra")
_FILES: Final = ("fs", "node:fs")
_WHOLE: Final = ("default", "*")


def find_awaited(source: Source) -> Iterator[Use]:
    """Yield the files that loading waits for, by paths that are known."""
    local: Mapping[str, NameBinding] | None = None
    constants = Constants(source)
    for path in source.find_words(b"await"):
        call = path[-2].named_child(0)
        if call is None or call.type != "call_expression":
            continue
        if local is None:
            local = find_bindings(source).local
        place = [*path[:-1], call]
        name = _function_of(source, call, local)
        if (
            name in _READS | _WRITES
            and not _is_hidden(source, place)
            and source.level_of(place) == EAGER
        ):
            arguments = call.child_by_field_name("arguments")
            parts = [] if arguments is None else arguments.named_children
            parts = parts[1:] if name == "copyFile" else parts
            value = constants.sure_value_of(place, parts[0]) if parts else None
            if value is not None:
                yield Use(_kind_of(name, parts), EAGER, source.line_of(call), from_root(value))


def _kind_of(name: str, parts: list[Node]) -> UseKind:
    if name == "mkdir" and len(parts) > 1:
        return "make"
    return "write" if name in _WRITES else "read"


def _is_hidden(source: Source, path: list[Node]) -> bool:
    """Return whether the name that the function of a call begins with means another one there."""
    node = path[-1].child_by_field_name("function")
    while node is not None and node.type == "member_expression":
        node = node.child_by_field_name("object")
    return node is None or is_hidden(source, [*path, node])


def _function_of(source: Source, call: Node, local: Mapping[str, NameBinding]) -> str:
    """Return the name that a call's function has in `fs/promises`; empty for any other function."""
    function = call.child_by_field_name("function")
    if function is None:
        return ""
    text = source.text_of(function).decode()
    owner, _, name = text.rpartition(".")
    bound = local.get(owner or name)
    if not owner:
        is_one = bound is not None and bound.specifier in _PROMISES
        return bound.name if bound is not None and is_one else ""
    if bound is not None:
        is_whole = bound.specifier in _PROMISES and bound.name in (*_WHOLE, "promises")
        return name if is_whole or (bound.specifier, bound.name) in _PROMISES_OF else ""
    outer = local.get(owner.removesuffix(".promises"))
    is_whole = outer is not None and outer.specifier in _FILES and outer.name in _WHOLE
    return name if is_whole else ""


_PROMISES_OF: Final = {(specifier, "promises") for specifier in _FILES}
