"""What one file reads besides the modules that it requests by a string.

In: the file's bytes. Out: `FileReads`: files that it names by paths made of constants, requests
whose name is computed, and uses of its own place that lead nowhere certain. They depend on the
bytes alone, so that a content hash is their key. What follows for a package is
`zipper.pruning.needed_files`'s work.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from zipper.pruning.safe_classes import find_mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.syntax import Source

__all__ = [
    "FileReads",
    "Read",
    "ReadKind",
    "decode_reads",
    "encode_reads",
    "find_reads",
    "is_plain",
]

ReadKind = Literal["asset", "open", "name", "package", "request"]
"""`asset` is a path of constants, `open` a use of the own place that may read anything there,
`name` a request of which the text is at most the beginning, `package` one whose answer is taken as
a path, and `request` one of several that an expression chooses of."""


class Read(NamedTuple):
    """One of them."""

    kind: ReadKind
    line: int
    """Counted from 1."""
    text: str
    """A path (see `zipper.checks.constants`), the beginning of a name, or a specifier."""
    expression: str = ""


class FileReads(NamedTuple):
    """All of one file."""

    reads: tuple[Read, ...]
    mentions: tuple[str, ...]
    """Words of `zipper.pruning.safe_classes.MENTIONS` that the file has in a text."""


EXPRESSION_MAX: Final = 120
_PLAIN: Final = re.compile(
    rb"(?<![\w$.])require\s*\(\s*(?:\"[^\"\\\n]{0,400}\"|'[^'\\\n]{0,400}')\s*\)"
)
_REQUIRE: Final = re.compile(rb"(?<![\w$.])require(?![\w$])")
_WORDS: Final = re.compile(
    rb"__dirname|__filename|\bimport\.meta|\bimport\s*\(|\bcreateRequire|\bmainModule|"
    rb"\b_load\b|\b_resolveFilename\b|__non_webpack_require__|__webpack_require__\.ab|"
    rb"(?<![\w$.])module\s*(?![\w$\s.:]|\.\s*exports\b)|"
    rb"(?<![\w$.])module\s*\.\s*(?!exports\b)|require\s*\.|node_modules/"
)
_EVALUATED: Final = re.compile(
    rb"\b(?:eval|Function)\s*\)?\s*\([^;]{0,200}?(?:\brequire\b|\bquire\b|\bimport\s*\()"
)
_INSTALLED: Final = re.compile(
    rb"[\"'`/]node_modules/((?:@[\w.-]{1,100}/)?[\w.-]{1,100})(?=[\"'`/])"
)
_MATCHES_MAX: Final = 200


def find_reads(content: bytes, source: Source | None, *, is_plain: bool = False) -> FileReads:
    """Return what `content` reads; what cannot be parsed may read anything.

    Args:
        content: the file's bytes.
        source: the file parsed; None where that is not possible, or not needed.
        is_plain: what the function of that name says.
    """
    found = list(_find_by_text(content))
    if is_plain:
        pass
    elif source is None:
        found += [
            Read("open", 1, "", "a file that is not parsed"),
            Read("name", 1, "", "a file that is not parsed"),
        ]
    else:
        from zipper.pruning.computed_requests import find_computed  # noqa: PLC0415  (the parser)
        from zipper.pruning.place_uses import PlaceUses  # noqa: PLC0415  (the parser)

        uses = PlaceUses(source)
        found += uses.find()
        found += find_computed(source)
        if source.is_exhausted:
            found.append(Read("name", 1, "", "nested so deep that it is followed in part"))
    return FileReads(tuple(dict.fromkeys(found)), find_mentions(content))


def is_plain(content: bytes) -> bool:
    """Return whether a file only requests modules by strings, as a look at its text shows."""
    if _WORDS.search(content) or _EVALUATED.search(content):
        return False
    mentions = sum(1 for _ in _REQUIRE.finditer(content))
    return mentions == sum(1 for _ in _PLAIN.finditer(content))


def _find_by_text(content: bytes) -> Iterator[Read]:
    for number, match in enumerate(_EVALUATED.finditer(content)):
        if number >= _MATCHES_MAX:
            break
        yield Read("name", _line(content, match.start()), "", shorten(match[0]))
    for number, match in enumerate(_INSTALLED.finditer(content)):
        if number >= _MATCHES_MAX:
            break
        name = match[1].decode("utf-8", "replace")
        if not name.startswith("."):
            yield Read("package", _line(content, match.start()), name, shorten(match[0]))


def _line(content: bytes, offset: int) -> int:
    return content.count(b"\n", 0, offset) + 1


def shorten(text: bytes) -> str:
    """Return the text of an expression on one line, the first part of a long one."""
    return " ".join(text[:EXPRESSION_MAX].decode("utf-8", "replace").split())


def encode_reads(reads: FileReads) -> bytes:
    """Return `reads` as compact JSON."""
    return json.dumps(reads, separators=(",", ":")).encode()


def decode_reads(text: bytes) -> FileReads | None:
    """Return the reads in `text`, or None where it holds none."""
    try:
        rows, mentions = json.loads(text)
        return FileReads(tuple(Read(*row) for row in rows), tuple(mentions))
    except (ValueError, TypeError):
        return None
