"""Specifiers that are computed from a relative folder on: which sources they may mean.

In: JavaScript as esbuild writes it. Out: how each such specifier begins and ends; the sources of
that shape. They are transformed too, so that the names which exist at run time are there.

Source: esbuild's documentation, "Glob-style imports".
Deviation: esbuild takes what is below the module's own folder for `./${name}`; here that is the
folder itself, without tests, since every source that is taken has to be sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.bundling.handler_source import is_tool_source
from zipper.bundling.source_folder import join
from zipper.bundling.source_names import TYPED, is_declaration, name_output
from zipper.bundling.specifiers import Edit, find_requests
from zipper.checks.syntax import literal, open_source
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from zipper.bundling.source_folder import SourceFolder

__all__ = ["ComputedSpecifier", "find_computed", "find_meant"]

_MAYBE: Final = late_pattern(
    rb"""\b(?:import|require)\s*\(\s*(?:`\.\.?/[^`]*\$\{|"\.\.?/[^"\n]*"\s*\+)"""
)


class ComputedSpecifier(NamedTuple):
    """What is known of a specifier."""

    prefix: str
    """Begins with `./` or `../`."""
    suffix: str
    edit: Edit | None
    """Where the suffix names a source: the output's ending in place of that."""


def find_computed(code: bytes) -> list[ComputedSpecifier]:
    """Return the specifiers in `code` that are computed below a relative folder."""
    source = open_source(code) if _MAYBE.search(code) else None
    found = [] if source is None else [_read(node, code) for node in find_requests(source)]
    return [one for one in found if one is not None and one.prefix.startswith(("./", "../"))]


def _read(node: Node, code: bytes) -> ComputedSpecifier | None:
    if node.type == "template_string":
        pieces = node.children[1:-1]
        ends = [piece.type == "string_fragment" for piece in pieces]
        if literal(node, code) is not None or not ends or not ends[0]:
            return None
        last = pieces[-1] if ends[-1] else None
        text = "" if last is None else _text_of(last, code)
        return _with_edit(_text_of(pieces[0], code), text, 0 if last is None else last.end_byte)
    if node.type != "binary_expression":
        return None
    left, right = node, node.child_by_field_name("right")
    while left.type == "binary_expression":
        inner = left.child_by_field_name("left")
        if inner is None:
            return None
        left = inner
    prefix = literal(left, code)
    suffix = None if right is None else literal(right, code)
    if prefix is None:
        return None
    return _with_edit(prefix, suffix or "", 0 if right is None else right.end_byte - 1)


def _text_of(piece: Node, code: bytes) -> str:
    return code[piece.start_byte : piece.end_byte].decode("utf-8", "replace")


def _with_edit(prefix: str, suffix: str, end: int) -> ComputedSpecifier:
    ending = next((one for one in TYPED if suffix.endswith(one)), None)
    if ending is None:
        return ComputedSpecifier(prefix, suffix, None)
    output = name_output(f"x{ending}")[1:].encode()
    return ComputedSpecifier(prefix, suffix, (end - len(ending), end, output))


def find_meant(module: str, computed: ComputedSpecifier, files: SourceFolder) -> Iterator[str]:
    """Yield the sources that the specifier in the source at `module` may mean."""
    folder, _, start = computed.prefix.rpartition("/")
    place = join(module.rpartition("/")[0], f"{folder}/")
    is_deep = not start and folder != "."
    for name in files.list_sources(place, is_deep=is_deep):
        path = join(place, name)
        if path == module or is_declaration(path) or (not is_deep and is_tool_source(path)):
            continue
        output = name_output(name)
        names = (name, output, output.rpartition(".")[0])
        if name.startswith(start) and any(one.endswith(computed.suffix) for one in names):
            yield path
