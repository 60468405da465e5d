"""Relative paths that JavaScript text names: in quotes, or joined to the file's own folder.

In: a file's bytes. Out: paths as seen from the file's folder. What the code puts together while it
runs is not seen, and what is in a comment is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NamedPath", "list_named_paths"]

_RELATIVE: Final = late_pattern(rb"[\"'`](\.{1,2}/[^\"'`\n$]{1,200})")
"""A path that begins with a dot, up to what is put in at run time."""
_JOINED: Final = late_pattern(
    rb"(?:__dirname|import\.meta\.dirname)\s*((?:,\s*[\"'`][^\"'`\n$]{1,200}[\"'`]\s*)+)"
)
"""The texts that are joined to the file's own folder."""
_APPENDED: Final = late_pattern(
    rb"(?:__dirname|import\.meta\.dirname)(?:\}|\s*\+\s*[\"'`])/([^\"'`\n$]{1,200})"
)
"""What is put behind the file's own folder: `__dirname + "/x"`, `${__dirname}/x`."""
_TEXT: Final = late_pattern(rb"[\"'`]([^\"'`]+)[\"'`]")
_REQUESTS: Final = late_pattern(rb"(?:\b(?:require|import)\s*\(|\b(?:from|import))\s*$")
_REQUEST_BYTES: Final = 30


class NamedPath(NamedTuple):
    """A path in a file's text."""

    path: str
    """As it is written, such as `../a.png`; parts that are joined have slashes between."""
    offset: int
    """In the text."""
    is_request: bool
    """Whether it is asked for as a module."""


def list_named_paths(code: bytes) -> Iterator[NamedPath]:
    """Yield the paths that the text of a file names."""
    for pattern in (_RELATIVE, _APPENDED):
        for found in pattern.finditer(code):
            before = code[max(0, found.start() - _REQUEST_BYTES) : found.start()]
            is_request = _REQUESTS.search(before) is not None
            yield NamedPath(found[1].decode("utf-8", "replace"), found.start(), is_request)
    for found in _JOINED.finditer(code):
        parts = (text[1].decode("utf-8", "replace") for text in _TEXT.finditer(found[1]))
        joined = "/".join(part.strip("/") for part in parts)
        yield NamedPath(joined, found.start(), is_request=False)
