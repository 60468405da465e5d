"""Specifiers in JavaScript: where each is, and the text with others in their places.

In: JavaScript as esbuild writes it, or as it was. Out: the same with some specifiers replaced.
Places come from the parser that the checks use, so that no text that looks like an import changes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from zipper.checks.syntax import is_shadowed, literal, open_source
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tree_sitter import Node

    from zipper.bundling.source_resolution import Mode
    from zipper.checks.syntax import Source

__all__ = [
    "Edit",
    "SpecifierUse",
    "apply_edits",
    "find_created",
    "find_edits",
    "find_requests",
]

Edit = tuple[int, int, bytes]
"""Start, end and the new bytes: a quoted specifier."""


_CREATED: Final = late_pattern(
    rb"([\w$]+)\s*=\s*(?:[\w$]+\.)?createRequire\d*\(\s*import\.meta\.(?:url|filename)\s*\)"
)
"""A name for what finds modules as `require` does, in an ES module."""
_SPECIFIERS: Final = ("string", "template_string", "binary_expression")


class SpecifierUse(NamedTuple):
    """One request for a module."""

    specifier: str
    mode: Mode
    has_attributes: bool
    """Whether something such as `with { type: "json" }` follows."""


def find_edits(code: bytes, replace: Callable[[SpecifierUse], str | None]) -> list[Edit]:
    """Return what to change in `code`, in order.

    Args:
        code: JavaScript.
        replace: given each specifier as it is asked for; None leaves it.
    """
    source = open_source(code)
    if source is None:
        return []
    edits: dict[int, Edit] = {}
    for node, mode, has_attributes in _find_specifiers(source):
        specifier = literal(node, source.content)
        if specifier is None:
            continue
        new = replace(SpecifierUse(specifier, mode, has_attributes))
        if new is not None and new != specifier:
            text = json.dumps(new, ensure_ascii=False).encode("utf-8", "surrogateescape")
            edits[node.start_byte] = (node.start_byte, node.end_byte, text)
    return [edits[start] for start in sorted(edits)]


def apply_edits(code: bytes, edits: Sequence[Edit]) -> bytes:
    """Return `code` with `edits`, which are in order, in their places."""
    pieces, at = [], 0
    for start, end, new in edits:
        pieces += [code[at:start], new]
        at = end
    return b"".join([*pieces, code[at:]])


def find_requests(source: Source) -> Iterator[Node]:
    """Yield what modules are asked for by: strings, and what is computed of them."""
    yield from (node for node, _, _ in _find_specifiers(source))


def find_created(code: bytes) -> list[str]:
    """Return what the functions that `createRequire` made for a module are called with."""
    is_there = b"createRequire" in code and _CREATED.search(code)  # the pattern alone is slow
    source = open_source(code) if is_there else None
    if source is None:
        return []
    found = (
        literal(node, source.content)
        for node, mode, _ in _find_specifiers(source)
        if mode == "require"
    )
    return [specifier for specifier in found if specifier is not None]


def _find_specifiers(source: Source) -> Iterator[tuple[Node, Mode, bool]]:
    names = {b"require", *_CREATED.findall(source.content)}
    for path in source.find_words(b"import", b"export", *sorted(names)):
        if path[-1].type in ("import", "export"):
            yield from _find_imported(path)
        elif path[-1].type == "identifier" and len(path) > 2 and not is_shadowed(source, path):
            yield from _find_required(path)


def _find_imported(path: list[Node]) -> Iterator[tuple[Node, Mode, bool]]:
    parent = path[-2] if len(path) > 1 else path[-1]
    if parent.type in ("import_statement", "export_statement"):
        origin = parent.child_by_field_name("source")
        if origin is not None:
            yield origin, "import", _has_attributes(parent)
        return
    for call in path[-2:-4:-1]:
        if call.type == "call_expression":
            yield from _first_argument(call, "import")
            return


def _find_required(path: list[Node]) -> Iterator[tuple[Node, Mode, bool]]:
    """Look at a `require` that is called, or whose `resolve` is."""
    parent, above = path[-2], path[-3]
    if parent.type == "call_expression":
        yield from _first_argument(parent, "require")
    elif parent.type == "member_expression" and above.type == "call_expression":
        name = parent.child_by_field_name("property")
        if name is not None and name.text == b"resolve":
            yield from _first_argument(above, "require")


def _first_argument(call: Node, mode: Mode) -> Iterator[tuple[Node, Mode, bool]]:
    arguments = call.child_by_field_name("arguments")
    first = None if arguments is None else next(iter(arguments.named_children), None)
    if first is not None and first.type in _SPECIFIERS:
        yield first, mode, arguments is not None and arguments.named_child_count > 1


def _has_attributes(statement: Node) -> bool:
    return any(child.type == "import_attribute" for child in statement.children)
