"""Names of a file that mean `require`, or `createRequire`, beside these words themselves.

In: a parsed file, and places in it. Out: names. What such a name requests is judged as what
`require` requests; where it goes anywhere else it may request anything.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.levels import is_field
from zipper.checks.source_text import count_declarations
from zipper.checks.uses import find_shims

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["RequireNames", "is_only_named", "list_choices"]

_CHOICES: Final = ("||", "??")
_MAKERS_MAX: Final = 1_000
_ENTRY_TEXTS: Final = frozenset(b"filename path paths id loaded children exports".split())
"""Members of the module that was started; none of them requests, none is beside this file."""


class RequireNames:
    """The names of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def shims(self) -> set[bytes]:
        """The names of a bundler's stand-in, which calls `require` where there is one."""
        return find_shims(self._source)

    def is_in_shim(self, path: list[Node]) -> bool:
        """Return whether the end of `path` is a part of what makes a stand-in."""
        return bool(self.shims) and any(
            node.type == "variable_declarator" and self._name_of(node) in self.shims
            for node in path
        )

    def find_alias(self, path: list[Node]) -> bytes | None:
        """Return the name that holds the value at the end of `path`, chosen of others or alone."""
        at = len(path) - 1
        while at > 0 and _passes_on(path[at - 1], path[at]):
            at -= 1
        declarator = path[at - 1]
        if declarator.type != "variable_declarator" or not is_field(declarator, "value", path[at]):
            return None
        name = self._name_of(declarator)
        return name if name and self._is_single(name) else None

    @cached_property
    def makers(self) -> frozenset[bytes]:
        """The other names that imports and patterns give `createRequire`."""
        if b"createRequire" not in self._source.content:
            return frozenset()
        paths = islice(self._source.find_words(b"createRequire"), _MAKERS_MAX)
        found = [self._find_other_name(path) for path in paths if len(path) > 1]
        return frozenset(name for name in found if name is not None)

    def _find_other_name(self, path: list[Node]) -> bytes | None:
        node, parent = path[-1], path[-2]
        if parent.type == "import_specifier":
            alias = parent.child_by_field_name("alias")
        elif parent.type == "pair_pattern" and is_field(parent, "key", node):
            alias = parent.child_by_field_name("value")
        else:
            return None
        is_name = alias is not None and alias.type == "identifier"
        return self._source.text_of(alias) if alias is not None and is_name else None

    def _name_of(self, declarator: Node) -> bytes:
        name = declarator.child_by_field_name("name")
        is_name = name is not None and name.type == "identifier"
        return self._source.text_of(name) if name is not None and is_name else b""

    def is_declared_once(self, name: bytes) -> bool:
        """Return whether one declaration alone binds a name, and nothing is written to it."""
        writes = rb"(?<![\w$.])%s\s*(?:=(?![=>])|[-+*/%%&|^?]{1,3}=)" % re.escape(name)
        is_written = re.search(writes, self._source.content) is not None
        return bool(name) and not is_written and count_declarations(self._source.content, name) == 1

    def _is_single(self, name: bytes) -> bool:
        """Return whether a name is declared once and given nothing later."""
        content = self._source.content
        writes = rb"(?<![\w$.])%s\s*(?:=(?![=>])|[-+*/%%&|^?]{1,3}=)" % re.escape(name)
        is_written_once = len(re.findall(writes, content)) == 1
        return is_written_once and count_declarations(content, name) == 1


def _passes_on(parent: Node, node: Node) -> bool:
    """Return whether an expression has the value of one of its parts, or may have it."""
    if parent.type == "parenthesized_expression":
        return True
    if parent.type == "ternary_expression":
        return not is_field(parent, "condition", node)
    operator = parent.child_by_field_name("operator")
    is_choice = operator is not None and operator.type in _CHOICES
    return parent.type == "binary_expression" and is_choice


def list_choices(node: Node) -> list[Node]:
    """Return the values that an expression chooses of; nothing where it makes one."""
    if node.type == "parenthesized_expression" and node.named_child_count == 1:
        return list_choices(node.named_children[0])
    fields: tuple[str, ...] = ()
    if node.type == "ternary_expression":
        fields = ("consequence", "alternative")
    elif node.type == "binary_expression":
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type in _CHOICES:
            fields = ("left", "right")
    found = [node.child_by_field_name(field) for field in fields]
    return [child for child in found if child is not None]


def is_only_named(path: list[Node]) -> bool:
    """Return whether of the module that was started only texts are taken: `require.main.paths`.

    Args:
        path: ends with the member expression that means the module.
    """
    above = path[-2] if len(path) > 1 else path[-1]
    if above.type != "member_expression" or not is_field(above, "object", path[-1]):
        return False
    name = above.child_by_field_name("property")
    return name is not None and name.text in _ENTRY_TEXTS
