"""What can be wrong with a text as JavaScript.

In: places and words. Out: values and the two exceptions by which the parser leaves early.
"""

from __future__ import annotations

from zipper.named_tuple import NamedTuple

__all__ = ["Fault", "Feature", "NotJavaScriptError", "UnsureError"]


class Fault(NamedTuple):
    """An early error: no Node runs any of the file."""

    line: int
    """Counted from 1."""
    message: str
    """What is there, as the end of a sentence: `a duplicate declaration of x`."""


class Feature(NamedTuple):
    """Syntax that only some Nodes read."""

    name: str
    line: int
    since: int
    """The first major version of Node.js that reads it."""
    until: int = 0
    """The first one that does not any more; 0 for none."""


class NotJavaScriptError(Exception):
    """The text breaks the grammar, or one of its early errors, at an offset."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


class UnsureError(Exception):
    """The text has something newer or deeper than the parser knows; it is not judged."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
