"""JavaScript's text below the syntax tree: words, and the values of strings.

In: bytes and nodes. Out: offsets and text. Nothing here knows when code runs.
"""

from __future__ import annotations

import re
from array import array
from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

__all__ = [
    "CHANGE",
    "IDENTIFIER",
    "WRITE",
    "count_declarations",
    "find_assignments",
    "find_matches",
    "find_word",
    "index_assignments",
    "is_in_pattern",
    "literal",
    "unescape",
    "without_raw_escapes",
]

IDENTIFIER: Final = frozenset(
    bytes([code]) for code in range(128) if chr(code).isalnum() or chr(code) in "_$"
)
CHANGE: Final = rb"(?:(?:[-+*/%&|^?]{1,3}|<<|>{2,3})=|\+\+|--)"
"""What makes another value of that of the name before it."""
WRITE: Final = rb"(?:=(?![=>])|" + CHANGE + rb")"
"""The same, or what gives it another one."""
_SPREAD: Final = b"..."
_DECLARATION: Final = (
    rb"\b(?:var|let|const|function|import|class)[\s*](?:[^;=()]{0,500}[\s,{*])?(?<!extends\s)%s\b"
)
"""What declares a name; roughly, because a wrong yes only leaves a finding out."""
_DECLARING: Final = late_pattern(rb"\b(?:var|let|const|function|import|class)[\s*]")
_BEHIND_COMMA: Final = late_pattern(rb",\s{0,99}\Z")
_EXTENDS: Final = late_pattern(rb"extends\s\Z")
_ASSIGNS: Final = late_pattern(rb"[\s)]{0,7}(?:&&)?=(?![=>])")
_PATTERN: Final = rb"[\w$\s,:.=\[\]{}]{0,400}"
"""What a pattern with plain defaults is made of."""
_IN_PATTERN: Final = late_pattern(_PATTERN + rb"[\]}] ?(?:=(?![=>])|of\b)")
"""What follows a name that a pattern may assign to: `[name, other] =`."""
_PATTERN_END: Final = (
    tuple(bracket + sign for bracket in (b"]", b"}") for sign in (b"=", b" =", b"of", b" of")),
    late_pattern(rb"[\]}] ?(?:=(?![=>])|of\b)"),
)
_IS_PATTERN: Final = late_pattern(_PATTERN)
_WALKS: Final = late_pattern(rb"\s{1,7}(?:of|in)\b")
_HEAD: Final = late_pattern(rb"for\s{0,7}(?:await\s{0,7})?\(\s{0,7}(?:var\s{1,7})?\Z")
"""What precedes a name that a loop assigns to: `for (name of list)`."""
_HEAD_BYTES: Final = 41
_ASSIGNED: Final = late_pattern(rb"=(?<![=>]=)(?:&&)?[\s)]{0,7}([\w$]++)")
"""A name and what assigns to it, in a text that is turned round."""
_DECLARED: Final = late_pattern(rb"function[\s*]{1,7}([\w$]++)")
_LOOP: Final = late_pattern(
    rb"for\s{0,7}(?:await\s{0,7})?\(\s{0,7}(?:var\s{1,7})?([\w$]++)\s{1,7}(?:of|in)\b"
)
_NAME: Final = late_pattern(rb"[\w$]++")
_FUNCTION: Final = late_pattern(rb"function[\s*]{1,7}\Z")
_FUNCTION_BYTES: Final = 15
"""The most that this reads."""
_SPACES: Final = frozenset(bytes([code]) for code in b" \t\r\n\v\f,{*")
_DECLARATION_MAX: Final = 510
"""Bytes before a name in which what declares it is looked for."""
_MENTION_BYTES: Final = 100
"""What a pattern reads in the time in which one mention of a name is looked at by itself."""
_MENTIONS_MIN: Final = 16
"""Mentions that are looked at by themselves in any case: to make a pattern takes longer."""
_ESCAPE: Final = late_pattern(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))"
)
_TAG: Final = late_pattern(rb"[\w$)\]]`")
_RAW_ESCAPE: Final = late_pattern(
    rb"\\(u(?![0-9a-fA-F]{4}|\{[0-9a-fA-F]{1,6}\})|x(?![0-9a-fA-F]{2}))(?<=[^\\]\\[ux])"
)
_ESCAPED: Final = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "0": "\0",
    "\n": "",
    "\r\n": "",
}


def find_word(
    content: bytes, word: bytes, *, before: bytes = b"", start: int = 0, end: int | None = None
) -> Iterator[int]:
    """Yield the offsets of `word` where no identifier goes on, and none of `before` precedes it.

    Three dots that spread something are no point before a member.
    A loop around `bytes.find`, which is ten times as fast as a pattern with a lookbehind.
    """
    size = len(word)
    offset = content.find(word, start, end)
    while offset >= 0:
        ahead = content[offset - 1 : offset] if offset else b""
        behind = content[offset + size : offset + size + 1]
        if (
            ahead not in IDENTIFIER
            and behind not in IDENTIFIER
            and (not ahead or ahead not in before or content[offset - 3 : offset] == _SPREAD)
        ):
            yield offset
        offset = content.find(word, offset + size, end)


def find_matches(
    content: bytes, texts: Iterable[bytes], pattern: re.Pattern[bytes]
) -> Iterator[re.Match[bytes]]:
    """Yield where `pattern` matches, of those places at which one of `texts` begins.

    By text, and for each in order. For a pattern that begins with one of several texts: Python
    tries such a pattern at every place, and finds a text thirty times as fast.
    """
    for text in texts:
        offset = content.find(text)
        while offset >= 0:
            match = pattern.match(content, offset)
            if match is not None:
                yield match
            offset = content.find(text, offset + 1)


def is_in_pattern(content: bytes, start: int, end: int) -> bool:
    """Return whether the name between two offsets seems to be assigned to by a pattern or a loop.

    Roughly, because a wrong yes only leaves a finding out, or is seen in the syntax tree.
    """
    if _IN_PATTERN.match(content, end):
        return True
    is_walked = _WALKS.match(content, end) is not None
    return is_walked and _HEAD.search(content, max(0, start - _HEAD_BYTES), start) is not None


def find_assignments(content: bytes, name: bytes) -> list[int]:
    """Return where a name seems to be assigned to, or is declared as a function."""
    size = len(name)
    return [
        at
        for at in find_word(content, name)
        if _ASSIGNS.match(content, at + size)
        or _FUNCTION.search(content, max(0, at - _FUNCTION_BYTES), at)
        or is_in_pattern(content, at, at + size)
    ]


def index_assignments(content: bytes) -> dict[bytes, array[int]]:
    """Return the same for all names, which takes as long as finding a dozen; some twice."""
    found: dict[bytes, array[int]] = {}
    backwards, size = content[::-1], len(content)
    for match in _ASSIGNED.finditer(backwards):
        found.setdefault(match[1][::-1], array("Q")).append(size - match.end())
    for pattern in (_DECLARED, _LOOP):
        for match in pattern.finditer(content):
            found.setdefault(match[1], array("Q")).append(match.start(1))
    last = 0
    for match in find_matches(content, *_PATTERN_END):
        end = match.start()
        last = last if end > last else 0  # the matches of the next text
        back = _IS_PATTERN.match(backwards, size - end)
        start = end if back is None else max(last, size - back.end())
        last = end
        for name in _NAME.finditer(content, start, end):
            found.setdefault(name[0], array("Q")).append(name.start())
    return found


def count_declarations(content: bytes, name: bytes) -> int:
    """Return how many declarations seem to bind `name`, whatever their scope."""
    most = max(_MENTIONS_MIN, len(content) // _MENTION_BYTES)
    mentions = list(islice(find_word(content, name), most + 1))
    if len(mentions) > most:
        return sum(1 for _ in re.finditer(_DECLARATION % re.escape(name), content))
    found = (_find_declaring(content, at, at + len(name)) for at in mentions)
    return len({at for at in found if at is not None})


def _find_declaring(content: bytes, start: int, end: int) -> int | None:
    """Return where the declaration begins that the word between two offsets seems to be in.

    For a pattern, or a name with a value behind a comma, that is the word itself.
    """
    before = content[max(0, start - _DECLARATION_MAX) : start]
    border = max(before.rfind(sign) for sign in (b";", b"=", b"(", b")")) + 1
    match = _DECLARING.search(before, border)
    is_apart = content[start - 1 : start] in _SPACES and not _EXTENDS.search(before)
    if match is not None and is_apart:
        return start - len(before) + match.start()
    is_listed = _ASSIGNS.match(content, end) is not None and _BEHIND_COMMA.search(before)
    return start if is_listed or is_in_pattern(content, start, end) else None


def without_raw_escapes(content: bytes) -> bytes:
    """Return a text of the same size without the escapes that only a tagged template may have.

    The parser's grammar does not know them.
    """
    return (
        _RAW_ESCAPE.sub(rb"_\1", content) if b"`" in content and _TAG.search(content) else content
    )


def literal(node: Node, content: bytes) -> str | None:
    """Return the value of a string, or of a template without substitutions; None for all else."""
    if node.type not in ("string", "template_string"):
        return None
    if any(child.type == "template_substitution" for child in node.named_children):
        return None
    text = content[node.start_byte + 1 : node.end_byte - 1].decode("utf-8", "replace")
    return unescape(text)


def unescape(text: str) -> str:
    """Return what a text means in which escapes are: of a string, or of a name."""
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is None:
        return _ESCAPED.get(match[4], match[4])
    number = int(code, 16)
    return chr(number) if number < 0x110000 else ""
