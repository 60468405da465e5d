"""The folder that a path begins with whose rest only the run knows, such as `views/${name}.html`.

In: an expression, what is known of constants. Out: the start of its text, up to its last `/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.constants import HERE

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.constants import Constants
    from zipper.checks.syntax import Source

__all__ = ["find_start"]

_DEPTH_MAX: Final = 20


def find_start(
    constants: Constants, source: Source, path: list[Node], node: Node, depth: int = _DEPTH_MAX
) -> str | None:
    """Return the folder that the path in `node` is in; None where nothing is known.

    Args:
        constants: of the file.
        source: the file.
        path: the nodes that lead to `node`, or further.
        node: an expression that is no constant.
        depth: how many expressions within each other are looked at.
    """
    text, _ = _read(constants, source, path, node, depth)
    return text.rpartition("/")[0] if "/" in text else None


def _read(
    constants: Constants, source: Source, path: list[Node], node: Node, depth: int
) -> tuple[str, bool]:
    """Return what is known of the beginning, and whether that is all of it."""
    value = constants.value_of(path, node)
    if value is not None or depth == 0:
        return value or "", value is not None
    text = ""
    for piece in _split(source, node):
        if isinstance(piece, str):
            text += piece
            continue
        found, is_whole = _read(constants, source, path, piece, depth - 1)
        text += found
        if not is_whole:
            break
    return text, False


def _split(source: Source, node: Node) -> list[Node | str]:
    """Return the texts and expressions that an expression puts together, in order."""
    if node.type == "template_string":
        pieces: list[Node | str] = []
        at = node.start_byte + 1
        for child in node.named_children:
            if child.type == "template_substitution" and child.named_child_count == 1:
                text = source.content[at : child.start_byte].decode("utf-8", "replace")
                pieces += [text, child.named_children[0]]
                at = child.end_byte
        return pieces
    if node.type == "binary_expression":
        sides = (node.child_by_field_name("left"), node.child_by_field_name("right"))
        return [side for side in sides if side is not None]
    arguments = node.child_by_field_name("arguments")
    given = [] if arguments is None else arguments.named_children
    name = source.text_of(node).partition(b"(")[0].rpartition(b".")[2].strip()
    if name.endswith(b"URL") and len(given) > 1:
        return [HERE, "/", given[0]]
    if name in (b"join", b"resolve"):
        return [piece for one in given for piece in (one, "/")]
    return [*given[:1]]
