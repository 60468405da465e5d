"""Where a large file can be cut: its blocks, and the borders of its statements.

In: bytes. Out: `Nesting`. One pass that tracks brackets and steps over strings, templates, comments
and regular expressions, in the manner of es-module-lexer. What is plain is swallowed by one
pattern, several levels at once, so that a megabyte takes a tenth of a second. The pass is only
believed where all brackets match; what was cut wrongly shows as a syntax error of the piece.

Source: es-module-lexer 1.7 and cjs-module-lexer 2.2, how they tell a regular expression from a
division.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.known_stretches import Stretch
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from zipper.checks.known_stretches import KnownStretches

__all__ = ["Nesting", "find_layout"]

_STRING: Final = rb"""'(?:[^'\\\n]|\\[\s\S])*+'|"(?:[^"\\\n]|\\[\s\S])*+\""""
_FLAT: Final = rb"""(?:[^'"`/(){}\[\]]|%s)*+""" % _STRING
_FIRST: Final = rb"\(%s\)|\[%s\]|\{%s\}" % (_FLAT, _FLAT, _FLAT)
_INNER: Final = rb"""(?:[^'"`/(){}\[\]]|%s|%s)*+""" % (_STRING, _FIRST)
_SECOND: Final = rb"\(%s\)|\[%s\]|\{%s\}" % (_INNER, _INNER, _INNER)
_PLAIN: Final = late_pattern(
    rb"""(?:[^'"`/(){}\[\];]++|%s|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/|%s"""
    rb"""|`(?:[^`\\$]|\\[\s\S]|\$(?!\{))*+`)*+""" % (_STRING, _SECOND)
)
"""Everything up to the next sign that matters: brackets that hold no more than two levels of
brackets are swallowed whole."""
_CHUNK: Final = late_pattern(rb"(?:[^`\\$]|\\[\s\S]|\$(?!\{))*+(?:(`)|\$\{)")
_REGEXP: Final = late_pattern(rb"/(?:[^/\\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+/[a-z]*")
_WORD_BEFORE: Final = late_pattern(rb"([A-Za-z_$][\w$]*)$")
_REGEXP_WORDS: Final = frozenset(
    b"return typeof case do else in instanceof new void delete throw yield await of".split()
)
_HEAD_WORDS: Final = frozenset(b"if while for with".split())
_BODY: Final = late_pattern(rb"(?:=>|\))\s*$")
_NO_BODY: Final = late_pattern(rb"\bextends\b[^{};]*$|\bswitch\s*\([^{};]*$")
_BEGINS: Final = late_pattern(
    rb"\s*\n\s*(?:var|let|const|function|class|import|export|async function|//)\b"
)
_CLOSES: Final = {ord(")"): ord("("), ord("]"): ord("["), ord("}"): ord("{")}
_OPENS: Final = frozenset(_CLOSES.values())
_TEMPLATE: Final = 0
"""The kind of the bracket that `${` opens."""
_BLOCK_MIN_BYTES: Final = 1000
_BORDER_MIN_BYTES: Final = 2000
_LOOK_BACK_BYTES: Final = 300


class Nesting(NamedTuple):
    """How a file is nested."""

    blocks: list[tuple[int, int]]
    """Where each larger block of statements opens, and where it closes; in order of closing."""
    borders: dict[int, list[int]]
    """Places between two statements, by the offset at which their block opens; -1 for the file."""


def find_layout(content: bytes, known: KnownStretches | None = None) -> Nesting | None:
    """Return the layout of a file, or None where its brackets do not match.

    Args:
        content: the file's text.
        known: what is known of parts of it; what is found is added.
    """
    return _Lexer(content, known).run()


class _Lexer:
    """The state of one pass."""

    def __init__(self, content: bytes, known: KnownStretches | None) -> None:
        self.content = content
        self.known = known
        self.blocks: list[tuple[int, int]] = []
        self.borders: dict[int, list[int]] = {-1: [0]}
        self.stack: list[tuple[int, int]] = [(-1, 1)]
        """Offset and kind of each bracket that is open."""
        self.last_pair: tuple[int, int] | None = None
        """The last parentheses that were closed here: close, open."""
        self._begin(0)

    def run(self) -> Nesting | None:
        content, size = self.content, len(self.content)
        at = 0 if self.known is None else self._skip(self.known, 0)
        while True:
            match = _PLAIN.match(content, at)
            at = at if match is None else match.end()
            if at >= size:
                break
            following = self._step(content[at], at)
            if following is None:
                return None
            at = following
            if self.known is not None and self.borders[-1][-1] == at:
                self._keep(self.known, at)
                at = self._skip(self.known, at)
        return Nesting(self.blocks, self.borders) if len(self.stack) == 1 else None

    def _keep(self, known: KnownStretches, end: int) -> None:
        """Keep what was found in the stretch that ends here, and begin the next one."""
        start, (blocks, inner) = self.floor, self.held
        if not self.looks_back:
            found = Stretch(
                size=end - start,
                digest="",
                ends_by_brace=self.content[end - 1 : end] == b"}",
                blocks=tuple((a - start, b - start) for a, b in self.blocks[blocks:]),
                borders=tuple(
                    (at - start, tuple(one - start for one in borders))
                    for at, borders in islice(self.borders.items(), inner, None)
                ),
            )
            known.add(self.content, start, found)
        self._begin(end)

    def _skip(self, known: KnownStretches, at: int) -> int:
        """Take over the known stretches that follow; return where the last of them ends."""
        while (found := known.find(self.content, at)) is not None:
            end = at + found.size
            if found.ends_by_brace and not _BEGINS.match(self.content, end):
                break
            self.blocks += [(a + at, b + at) for a, b in found.blocks]
            for start, borders in found.borders:
                self.borders[start + at] = [one + at for one in borders]
            self.borders[-1].append(end)
            self._begin(end)
            at = end
        return at

    def _begin(self, floor: int) -> None:
        """Begin a stretch of statements of the top level."""
        self.floor = floor
        self.held = len(self.blocks), len(self.borders)
        """The blocks, and the blocks with borders, that had been found before it."""
        self.looks_back = False
        """Whether it depends on what precedes it."""

    def _step(self, sign: int, at: int) -> int | None:
        """Look at the sign at `at`; return where to go on, None where nothing fits."""
        if sign in _OPENS:
            self.stack.append((at, sign))
            return at + 1
        if sign in _CLOSES:
            return self._close(sign, at)
        if sign == ord(";"):
            self._add_border(at + 1)
            return at + 1
        if sign == ord("`"):
            return self._read_chunk(at + 1)
        if sign != ord("/") or self.content.startswith(b"/*", at):
            return None  # a string or a comment that does not end
        match = _REGEXP.match(self.content, at) if self._is_regexp(at) else None
        return at + 1 if match is None else match.end()

    def _read_chunk(self, at: int) -> int | None:
        match = _CHUNK.match(self.content, at)
        if match is None:
            return None
        if match[1] is None:
            self.stack.append((at, _TEMPLATE))
        return match.end()

    def _close(self, sign: int, at: int) -> int | None:
        start, kind = self.stack.pop()
        if sign == ord("}") and kind == _TEMPLATE:
            return self._read_chunk(at + 1)
        if kind != _CLOSES[sign]:
            return None
        if sign == ord(")"):
            self.last_pair = at, start
        elif sign == ord("}"):
            self._close_block(start, at)
        return at + 1

    def _close_block(self, start: int, at: int) -> None:
        borders = self.borders.pop(start, None)
        if at - start >= _BLOCK_MIN_BYTES and self._holds_statements(start):
            self.blocks.append((start, at))
            if borders:
                self.borders[start] = borders
        if _BEGINS.match(self.content, at + 1):
            self._add_border(at + 1)

    def _holds_statements(self, start: int) -> bool:
        """Return whether the brace at `start` opens a function's body, or a branch."""
        before = self.content[max(0, start - _LOOK_BACK_BYTES) : start]
        return _BODY.search(before) is not None and _NO_BODY.search(before) is None

    def _add_border(self, at: int) -> None:
        start, kind = self.stack[-1]
        if kind not in (1, ord("{")):
            return
        borders = self.borders.setdefault(start, [])
        if at - (borders[-1] if borders else start) >= _BORDER_MIN_BYTES:
            borders.append(at)

    def _is_regexp(self, at: int) -> bool:
        """Return whether a slash begins a regular expression: whether no value precedes it."""
        before = self._before(at)
        if not before:
            return True
        last = before[-1:]
        if last == b")":
            return self._is_head(at)
        word = _WORD_BEFORE.search(before)
        if word is not None:
            return word[1] in _REGEXP_WORDS and not before.endswith(b"." + word[1])
        return not (last in b"]'\"`" or last.isdigit() or before.endswith((b"++", b"--")))

    def _before(self, at: int) -> bytes:
        """Return some of what precedes `at`, spaces and comments taken away."""
        start = max(0, at - _LOOK_BACK_BYTES)
        before, earlier = self.content[start:at], self.floor - start
        while True:
            stripped = before.rstrip()
            self.looks_back |= 0 <= earlier >= len(stripped)
            if stripped.endswith(b"*/"):
                opening = stripped.rfind(b"/*")
                self.looks_back |= 0 <= earlier > opening
                before = stripped[: max(0, opening)]
                continue
            line = stripped.rpartition(b"\n")[2]
            has_newline = b"\n" in before[len(stripped) :]
            if not has_newline:
                return stripped
            self.looks_back |= 0 <= earlier > len(stripped) - len(line) - 1
            if b"//" not in line:
                return stripped
            before = stripped[: len(stripped) - len(line) + line.find(b"//")]

    def _is_head(self, at: int) -> bool:
        """Return whether the parentheses before a slash belong to `if`, `for` or `while`."""
        close = self.content.rfind(b")", 0, at)
        pair = self.last_pair
        start = pair[1] if pair and pair[0] == close else self._find_open(close)
        ahead = self.content[max(0, start - 20) : start].rstrip()
        word = _WORD_BEFORE.search(ahead)
        return word is not None and word[1] in _HEAD_WORDS

    def _find_open(self, close: int) -> int:
        """Return where parentheses open that were swallowed whole; strings in them are plain."""
        depth, at = 0, close
        while at >= 0:
            sign = self.content[at]
            depth += (sign == ord(")")) - (sign == ord("("))
            if depth == 0:
                break
            at -= 1
        self.looks_back |= at < self.floor
        return max(0, at)
