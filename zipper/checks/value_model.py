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

__all__ = [
    "OTHER",
    "PROMISE",
    "PROVIDED",
    "THIS",
    "UNKNOWN",
    "Place",
    "SourceFile",
    "Value",
]

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
_INHERITED: Final = frozenset(
    """constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf
    __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__
    __proto__""".split()  # noqa: SIM905 - one a word is easier to read
)
_METHODS: Final = frozenset(
    """anchor at big blink bold catch charAt charCodeAt codePointAt compile concat copyWithin
    endsWith entries every exec fill filter finally find findIndex findLast findLastIndex fixed flat
    flatMap fontcolor fontsize forEach includes indexOf isWellFormed italics join keys lastIndexOf
    link localeCompare map match matchAll normalize padEnd padStart pop push reduce reduceRight
    repeat replace replaceAll reverse search shift slice small some sort splice split startsWith
    strike sub substr substring sup test then toExponential toFixed toLocaleLowerCase
    toLocaleUpperCase toLowerCase toPrecision toReversed toSorted toSpliced toUpperCase toWellFormed
    trim trimEnd trimLeft trimRight trimStart unshift values with""".split()  # noqa: SIM905 - as above
)
"""Of texts, numbers, arrays, regular expressions and promises."""
PROVIDED: Final = {
    "object": _INHERITED,
    "function": _INHERITED | {"apply", "bind", "call", "prototype"},
    "other": _INHERITED | _METHODS,
    "unknown": frozenset[str](),
}
"""The functions that a value of a kind may have without that the text gives them to it."""
