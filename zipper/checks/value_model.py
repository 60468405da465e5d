"""What is known of a value, and where an expression is.

In: nothing. Out: `Place`, `Value` and the values that have a name.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from zipper.checks.syntax import Source

    Given = Mapping[tuple[int, str], "Place | Value | None"]

__all__ = ["OTHER", "PROMISE", "THIS", "UNKNOWN", "Place", "SourceFile", "Value"]

THIS: Final = (0, "this")
"""The key of what `this` is."""


class Place(NamedTuple):
    """An expression: a node, its file, and what the parameters around it were called with."""

    file: SourceFile
    node: Node
    given: Mapping[tuple[int, str], Place | Value | None] = MappingProxyType({})
    """What parameters are called with, by the function's node and their names, `THIS` too."""


class SourceFile(NamedTuple):
    """A parsed file."""

    path: str
    source: Source


class Value(NamedTuple):
    """What is known of a value."""

    kind: Literal["function", "object", "other", "unknown"]
    length: int | None = None
    """How many parameters a function declares; None where that is not known."""
    function: Place | None = None
    members: Mapping[str, Place | Value] = MappingProxyType({})
    is_open: bool = False
    """Whether it may have more members than are known."""
    maker: Place | None = None
    """The class that a value is, or is an instance of."""


UNKNOWN: Final = Value("unknown", is_open=True)
OTHER: Final = Value("other")
"""A text, a number, a promise, undefined: nothing that can be called."""
PROMISE: Final = Value("other", is_open=True)
"""A promise, for which the loader up to Node.js 22 waits where it is all that a file exports."""
