"""What CommonJS code takes from Node's own modules and cannot do without while it loads.

In: a file and a `require` in it. Out: names. `import` of a name that a module lacks fails by
itself; `require` gives undefined, and fails where the code calls it, makes a class of it or takes
a property of it. Only names that some Nodes have and others lack are looked for, so that nearly
every file is done after one look at its text.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.builtin_names import find_changed_names
from zipper.checks.file_facts import EAGER
from zipper.checks.source_text import count_declarations
from zipper.checks.syntax import FUNCTIONS, is_shadowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["NeededNames", "find_need", "find_read"]

_BINDINGS_MAX: Final = 200
"""Names for modules that are looked at in one file."""
_MEMBERS_MAX: Final = 20_000
"""Places at which a member of one module is taken that are looked at in one file."""
_NAMES_MAX: Final = 1000
"""Names in one pattern that are looked at."""
_USES_MAX: Final = 100
"""Places of one name that are looked at."""
_NEEDS: Final = {
    "member_expression": "object",
    "subscript_expression": "object",
    "call_expression": "function",
    "new_expression": "constructor",
    "class_heritage": None,
}
"""What throws if undefined is in that field of it."""
_CALLS: Final = ("call_expression", "new_expression", "class_heritage")
_BINDS: Final = frozenset({"import_statement", "export_specifier"})
_ASSIGNMENTS: Final = ("assignment_expression", "augmented_assignment_expression")


class NeededNames:
    """What one file needs; each name is looked at once, and of very many only the first."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._bound: set[bytes] = set()
        self._needed: dict[bytes, bool] = {}

    def find(self, path: list[Node], specifier: str) -> tuple[str, ...]:
        """Return what the file needs of `specifier` while it loads, and only some Nodes have.

        Args:
            path: the nodes from the root to the call of `require`.
            specifier: what the call asks for.
        """
        changed = find_changed_names(specifier)
        if not changed:
            return ()
        declarator = path[-2]
        binding = declarator.child_by_field_name("name")
        if declarator.type != "variable_declarator" or binding is None or not _is_constant(path):
            return ()
        return tuple(
            name.decode()
            for name, expression in dict.fromkeys(self._takings(binding))
            if name.decode() in changed and self._is_needed(expression)
        )

    def find_all(self, path: list[Node]) -> list[str]:
        """Return all that the file needs of the module that the call ending `path` gives."""
        binding = path[-2].child_by_field_name("name")
        if path[-2].type != "variable_declarator" or binding is None or not _is_constant(path):
            return []
        takings = dict.fromkeys(self._takings(binding))
        return [n.decode() for n, e in takings if n and self._is_needed(e)]

    def _takings(self, binding: Node) -> Iterator[tuple[bytes, bytes]]:
        """Yield each name that a declaration takes of its module, with what it is called then."""
        if binding.type != "identifier":
            for item in islice(binding.named_children, _NAMES_MAX):
                yield _taken(item, "key"), _taken(item, "value")
            return
        name = self._source.text_of(binding)
        if name in self._bound or len(self._bound) >= _BINDINGS_MAX:
            return
        self._bound.add(name)
        members = re.finditer(
            rb"(?<![\w$.])%s\.([A-Za-z_$][\w$]*)" % re.escape(name), self._source.content
        )
        for member in dict.fromkeys(match[1] for match in islice(members, _MEMBERS_MAX)):
            yield member, b"%s.%s" % (name, member)

    def _is_needed(self, expression: bytes) -> bool:
        known = self._needed.get(expression)
        if known is None:
            known = self._needed[expression] = _is_needed(self._source, expression)
        return known


def _is_constant(path: list[Node]) -> bool:
    """Return whether a declaration at the top level binds the name once and for all."""
    if any(node.type in FUNCTIONS for node in path):
        return False
    kind = path[-3].child_by_field_name("kind")
    return kind is not None and kind.text == b"const"


def _taken(item: Node, field: str) -> bytes:
    """Return one side of `{ key: value }`; of anything less plain nothing."""
    if item.type == "shorthand_property_identifier_pattern":
        return item.text or b""
    side = item.child_by_field_name(field) if item.type == "pair_pattern" else None
    is_plain = side is not None and side.type in ("property_identifier", "identifier")
    return (side.text or b"") if side is not None and is_plain else b""


def find_need(source: Source, name: bytes, *, calls: bool) -> int:
    """Return the first line that needs a name while the file loads; 0 for none.

    Args:
        source: the file.
        name: a name of its top level.
        calls: whether the name must be a function or a class, else whether it must be defined.
    """
    if count_declarations(source.content, name) > 1:
        return 0
    for path in islice(source.find_words(name), _USES_MAX):
        is_use = path[-1].type == "identifier" and _throws(path)
        if not is_use or (calls and path[-2].type not in _CALLS):
            continue
        if _is_eager(source, path) and (calls or not _has_waited(source, path)):
            return source.line_of(path[-1])
    return 0


def find_read(source: Source, name: bytes) -> int:
    """Return the first line that reads a name while the file loads; 0 for none."""
    if count_declarations(source.content, name) > 1:
        return 0
    for path in islice(source.find_words(name), _USES_MAX):
        is_name = path[-1].type in ("identifier", "shorthand_property_identifier")
        if not is_name or any(node.type in _BINDS for node in path):
            continue
        if _is_eager(source, path) and not _has_waited(source, path):
            return source.line_of(path[-1])
    return 0


def _is_eager(source: Source, path: list[Node]) -> bool:
    return not is_shadowed(source, path) and source.level_of(path) == EAGER


def _has_waited(source: Source, path: list[Node]) -> bool:
    """Return whether a function around the end of `path` awaits before it: loading goes on."""
    return any(
        node.type in FUNCTIONS
        and source.content.startswith(b"async", node.start_byte)
        and source.content.find(b"await", node.start_byte, path[-1].start_byte) >= 0
        for node in path
    )


def _is_needed(source: Source, expression: bytes) -> bool:
    """Return whether `name` or `module.name` is used while the file loads so that it must exist."""
    first = expression.partition(b".")[0]
    depth = 1 + (first != expression)
    if not first or count_declarations(source.content, first) > 1:
        return False
    needed = False
    for path in islice(source.find_words(first), _USES_MAX):
        whole = path[: len(path) - depth + 1]
        if source.text_of(whole[-1]) != expression:
            continue
        if whole[-2].type in _ASSIGNMENTS and _is_in(whole, "left"):
            return False
        needed = needed or (_throws(whole) and _is_eager(source, path))
    return needed


def _throws(path: list[Node]) -> bool:
    """Return whether what is above the end of `path` throws where that is undefined."""
    above = path[-2]
    if above.type not in _NEEDS or any(child.type == "optional_chain" for child in above.children):
        return False
    field = _NEEDS[above.type]
    return field is None or _is_in(path, field)


def _is_in(path: list[Node], field: str) -> bool:
    found = path[-2].child_by_field_name(field)
    return found is not None and found.id == path[-1].id
