"""Uses of a file's own place: `__dirname`, `__filename`, `import.meta` and what is made of them.

In: a parsed file. Out: `Read` values. A path that is made of constants is an asset, whatever code
does with it; the bare folder or file in the hands of other code may lead anywhere.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.constants import HERE, ITSELF, ROOT, Constants
from zipper.checks.levels import is_field
from zipper.pruning.compared_texts import is_looked_for, is_only_compared
from zipper.pruning.file_reads import Read, shorten
from zipper.pruning.hidden_names import is_hidden
from zipper.pruning.require_names import RequireNames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["COMPARISONS", "PlaceUses", "is_looked_at"]

_PLACES: Final = (HERE, ITSELF, ROOT)
_NAMES: Final = (b"__dirname", b"__filename", b"import")
_PARTS: Final = ("template_substitution", "binary_expression", "member_expression")
"""What makes another text of a path."""
_CLEAR: Final = frozenset({"arguments", "template_substitution"})
COMPARISONS: Final = frozenset({"===", "!==", "==", "!=", "instanceof", "in"})
_JOINS: Final = frozenset(b"join resolve normalize relative dirname URL concat".split())
_ASKS: Final = frozenset(
    b"includes startsWith endsWith indexOf lastIndexOf match test length search".split()
)
_WORDS_MAX: Final = 3_000
_ALIASES_MAX: Final = 60


class PlaceUses:
    """The uses of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._constants = Constants(source, resolves=True)
        self._names = RequireNames(source)
        self._pending: list[bytes] = []
        self._done: set[bytes] = set()

    def find(self) -> Iterator[Read]:
        """Yield what the file's place is used for, names that hold it followed."""
        content = self._source.content
        names = [name for name in _NAMES[:2] if name in content]
        words = [*names, *([b"import"] if b"import.meta" in content else [])]
        words += [b"require"] if b"require.resolve" in content else []
        for path in islice(self._source.find_words(*words), _WORDS_MAX):
            if path[-1].type == "import":
                yield from self._judge_meta(path)
            elif self._source.text_of(path[-1]) == b"require":
                yield from self._judge_resolved(path)
            elif path[-1].type in ("identifier", "shorthand_property_identifier"):
                yield from self._judge_name(path)
        while self._pending and len(self._done) < _ALIASES_MAX:
            name = self._pending.pop()
            if name in self._done:
                continue
            self._done.add(name)
            for path in islice(self._source.find_words(name), _WORDS_MAX):
                if path[-1].type in ("identifier", "shorthand_property_identifier"):
                    yield from self._judge_name(path)
        if self._pending:
            yield Read("open", 1, "", "its place goes from name to name")

    def _judge_meta(self, path: list[Node]) -> Iterator[Read]:
        """Judge one `import.meta`, of which a member says where the file is."""
        if len(path) < 3 or path[-2].type != "meta_property":
            return
        member = path[-3]
        if member.type != "member_expression":
            if member.type != "expression_statement":
                yield self._open(path[:-1])
            return
        name = member.child_by_field_name("property")
        if name is not None and name.text in (b"url", b"dirname", b"filename"):
            yield from self._judge(path[:-2])

    def _judge_resolved(self, path: list[Node]) -> Iterator[Read]:
        """Judge `require.resolve("./x")`, which is a path from the file's own place."""
        is_known = len(path) > 3 and self._constants.value_of(path[:-3], path[-3]) is not None
        if is_known and path[-3].type == "call_expression":
            yield from self._judge(path[:-2])

    def _judge_name(self, path: list[Node]) -> Iterator[Read]:
        parent = path[-2] if len(path) > 1 else path[-1]
        if is_hidden(self._source, path) or parent.type in ("import_specifier", "import_clause"):
            return
        if parent.type == "variable_declarator" and is_field(parent, "name", path[-1]):
            return
        if path[-1].type == "shorthand_property_identifier":
            yield self._open(path)
            return
        if self._constants.value_of(path[:-1], path[-1]) is None:
            yield self._open(path)  # a name of the file's own that no constant says
        else:
            yield from self._judge(path)

    def _judge(self, path: list[Node]) -> Iterator[Read]:
        """Judge the expression of constants that the end of `path` is a part of."""
        top, value = self._climb(path)
        if value is None:
            yield self._open(path)
            return
        if top == 0:
            return
        node, parent = path[top], path[top - 1]
        if is_looked_at(parent, node):
            return
        is_bare, known = value in (HERE, ITSELF), path[: top + 1]
        if parent.type == "variable_declarator" and is_field(parent, "value", node):
            yield from self._follow_name(known, value, is_bare=is_bare)
        elif parent.type == "arguments":
            yield from self._judge_argument(known, value, is_bare=is_bare)
        elif parent.type in _PARTS:
            if not _is_harmless(parent, node):
                yield self._open(known)
        else:
            yield self._open(known) if is_bare else self._asset(known, value)

    def _climb(self, path: list[Node]) -> tuple[int, str | None]:
        """Return the outermost node around the end of `path` that is a known path, and the path."""
        top, value = len(path) - 1, None
        for at in range(len(path) - 1, -1, -1):
            node = path[at]
            if node.type in _CLEAR:
                continue
            found = self._constants.value_of(path[:at], node)
            if found is None or found[:1] not in _PLACES:
                break
            top, value = at, found
        return top, value

    def _follow_name(self, path: list[Node], value: str, *, is_bare: bool) -> Iterator[Read]:
        """Follow a constant of the top level to its uses; any other name may be anything."""
        name = path[-2].child_by_field_name("name")
        is_exported = any(node.type == "export_statement" for node in path)
        if is_exported or name is None or name.type != "identifier":
            yield self._open(path) if is_bare else self._asset(path, value)
            return
        text = self._source.text_of(name)
        if not is_bare and text not in self._done:
            # Whatever is there is wanted; what else is made of the name, too.
            yield self._asset(path, value)
        self._pending.append(text)

    def _judge_argument(self, path: list[Node], value: str, *, is_bare: bool) -> Iterator[Read]:
        call = path[-3] if len(path) > 2 else path[-1]
        function = call.child_by_field_name("function") or call.child_by_field_name("constructor")
        text = b"" if function is None else self._source.text_of(function)
        name = text.rpartition(b".")[2].rstrip(b")")
        is_maker = name == b"createRequire" or text in self._names.makers
        if is_maker or text.startswith(b"console.") or is_looked_for(call):
            return
        if is_only_compared(self._source, call, path[-1]):
            return
        if text in (b"require", b"import"):
            # What it finds is a request of the file's; the bare folder is one that leads to `.`.
            if value == HERE:
                yield Read("request", self._source.line_of(call), ".", shorten(text))
            elif not value.startswith(f"{HERE}/"):
                yield self._asset(path, value)
            return
        if is_bare or name in _JOINS:
            yield self._open(path[:-2] if len(path) > 3 else path)
        else:
            yield self._asset(path, value)

    def _asset(self, path: list[Node], value: str) -> Read:
        node = path[-1]
        text = shorten(self._source.text_of(node))
        return Read("asset", self._source.line_of(node), value, text)

    def _open(self, path: list[Node]) -> Read:
        node = path[-1]
        outer = path[-2] if len(path) > 1 and len(path[-1].text or b"") < 40 else node
        shown = outer if outer.end_byte - outer.start_byte < 400 else node
        return Read("open", self._source.line_of(node), "", shorten(self._source.text_of(shown)))


def _is_harmless(parent: Node, node: Node) -> bool:
    """Return whether what is made of a path is no path: an answer about it, a choice by it."""
    if parent.type == "member_expression":
        name = parent.child_by_field_name("property")
        return name is not None and name.text in _ASKS
    operator = parent.child_by_field_name("operator")
    return operator is not None and operator.type == "&&" and is_field(parent, "left", node)


def is_looked_at(parent: Node, node: Node) -> bool:
    """Return whether a value is only looked at where it is: thrown away, compared, its type asked.

    Args:
        parent: the node around it.
        node: the value's.
    """
    kind = parent.type
    if kind in ("expression_statement", "unary_expression", "if_statement", "while_statement"):
        return True
    if kind == "binary_expression":
        operator = parent.child_by_field_name("operator")
        return operator is not None and operator.type in COMPARISONS
    if kind == "ternary_expression":
        return is_field(parent, "condition", node)
    is_condition = kind == "parenthesized_expression" and parent.parent is not None
    return is_condition and parent.parent.type in ("if_statement", "while_statement")  # type: ignore[union-attr]
