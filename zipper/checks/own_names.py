"""Whether a file gives a name a meaning of its own: by a declaration, a parameter or a write.

In: the file's text. Out: counts. Roughly, because a wrong yes only says less.
"""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.source_text import IDENTIFIER, find_matches, find_word, is_in_pattern
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["OwnNames", "list_global"]

_MODULE: Final = (
    (b"import", b"export"),
    late_pattern(rb"(?:import(?:\s*[{*\"']|\s+[\w$])|export(?:\s*[{*]|\s+\w))"),
)
_BEGINS: Final = late_pattern(rb"(?:^|[;}\n])[ \t]*\Z")
_MAKES_REQUIRE: Final = late_pattern(
    rb"\b(?:const|var|let)\s+require\s*=\s*[\w$.]+\s*\("
    rb"\s*(?:import\.meta\.(?:url|filename)|__filename)\s*\)"
)
_WRITES: Final = late_pattern(rb"[\s)]*(?:=>|=[^=]|[-+*/%&|^?]{1,3}=[^=]|\+\+|--)")
_CHANGES: Final = late_pattern(rb"(?:\+\+|--|\bdelete\s+(?:global(?:This)?\.)?)\Z")
_BY_TEXT: Final = late_pattern(rb"['\"]\s*\]\s*=(?![=>])")
_DEFINES: Final = (
    (b"assign", b"definePropert"),
    late_pattern(rb"(?:assign|definePropert\w+)\s*\(\s*([\w$.]+)\b[^;]{0,200}"),
)
_BEFORE_MEMBERS: Final = (b".", b"'", b'"')
_INDEX: Final = late_pattern(rb"\s*\[[^\]]{0,100}\]\s*=(?![=>])")
_DECLARES: Final = late_pattern(rb"\b(?:var|let|const|function|import|class)[\s*]")
_FUNCTION: Final = late_pattern(rb"\bfunction\b[\s*\w$]{0,99}\Z")
_CONTROL: Final = late_pattern(rb"(?:^|[^\w$.])(?:if|while|for|switch|with|await)\s*\Z")
_REST: Final = late_pattern(rb"[^()]{0,4000}\)(?:(\s*=>)|(\s*\{))?")
_LOOK_BACK_BYTES: Final = 4_000
_AHEAD: Final = frozenset(bytes([code]) for code in b" \t\r\n\v\f,{*")
_GLOBALS: Final = (b"globalThis", b"global")
_COMMONJS: Final = (b"require", b"module", b"exports", b"__dirname", b"__filename")
_SETS_GLOBAL: Final = (
    (b"global",),
    late_pattern(
        rb"global(?:This)?\s*(?:\.\s*|\[\s*['\"])(%s)\b['\"\]\s]*=[^=]" % b"|".join(_COMMONJS)
    ),
)
_IS_EMPTIED: Final = late_pattern(
    rb"\bmodule\.exports\s*=\s*(?:null|undefined|void|false|!1|0|''|\"\"|``)"
)
_IS_SET: Final = late_pattern(
    rb"\bmodule\s*(?:\.\s*exports|\[[^\]]{1,40}\])[\s)\]}]*(?:&&|\|\||\?\?)?=(?!=|\s*(?:\{|class\b|new\b))"
)
_MENTIONS_MAX: Final = 2_000
"""Mentions of a name that are looked at; one that is mentioned more often may mean anything."""


def list_global(content: bytes) -> Iterator[bytes]:
    """Yield the names of CommonJS that a file seems to make global."""
    for match in find_matches(content, *_SETS_GLOBAL):
        if content[match.start() - 1 : match.start()] not in IDENTIFIER:
            yield match[1]
    for match in find_matches(content, *_DEFINES):
        if match[1] in _GLOBALS:
            yield from (name for name in _COMMONJS if name in match[0])


class OwnNames:
    """The meanings of names in one file."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._counts: dict[bytes, int] = {}
        self._sets: dict[bytes, bool] = {}

    def count(self, name: bytes) -> int:
        """Return how often a name seems to get a meaning; 2 for more, and for too many mentions."""
        if name not in self._counts:
            self._counts[name] = self._count(name)
        return self._counts[name]

    def _count(self, name: bytes) -> int:
        found = 0
        for number, at in enumerate(find_word(self._content, name)):
            found += self._is_given(at, at + len(name))
            if found > 1 or number >= _MENTIONS_MAX:
                return 2
        texts = (text for owner in _GLOBALS for text in self._defined.get(owner, ()))
        return 2 if any(name in text for text in texts) else found

    def sets(self, dotted: bytes) -> bool:
        """Return whether the file seems to write to a member: `process.browser = true`."""
        if dotted not in self._sets:
            self._sets[dotted] = self._seems_to_set(dotted)
        return self._sets[dotted]

    def sets_member_of_any(self, name: bytes) -> bool:
        """Return whether the file seems to write to a member of this name, whatever has it."""
        content = self._content
        return any(
            content[at - 1 : at] in _BEFORE_MEMBERS
            and (_WRITES.match(content, at + len(name)) or _BY_TEXT.match(content, at + len(name)))
            for at in islice(find_word(content, name), _MENTIONS_MAX)
        ) or any(name in text for texts in self._defined.values() for text in texts)

    def _seems_to_set(self, dotted: bytes) -> bool:
        content, owner = self._content, dotted.rpartition(b".")[0]
        if b"." in owner and self.sets(owner):
            return True
        if owner in self._defined:
            return True
        if any(_INDEX.match(content, at + len(owner)) for at in find_word(content, owner)):
            return True
        return any(
            _WRITES.match(content, at + len(dotted))
            or _CHANGES.search(content, max(0, at - 20), at)
            for at in islice(find_word(content, dotted), _MENTIONS_MAX)
        )

    @cached_property
    def _defined(self) -> dict[bytes, list[bytes]]:
        """What `Object.assign` and `defineProperty` are called with, by what they change."""
        found: dict[bytes, list[bytes]] = {}
        for match in find_matches(self._content, *_DEFINES):
            found.setdefault(match[1], []).append(match[0])
        return found

    @cached_property
    def empties_exports(self) -> bool:
        """Whether the file sets `module.exports` to nothing somewhere."""
        return _IS_EMPTIED.search(self._content) is not None

    @cached_property
    def exports_set(self) -> int:
        """Up to where the first statement is read that may set `module.exports` to nothing."""
        found = _IS_SET.search(self._content)
        return len(self._content) if found is None else found.end()

    @cached_property
    def has_module_syntax(self) -> bool:
        """Whether there is syntax that only ES modules have."""
        content = self._content
        return any(
            _BEGINS.search(content, max(0, match.start() - 80), match.start())
            for match in find_matches(content, *_MODULE)
        )

    @cached_property
    def makes_require(self) -> bool:
        """Whether the file makes itself a `require` for its place, and nothing else of the name."""
        content = self._content
        is_named = b"import.meta." in content or b"__filename" in content
        return is_named and self.count(b"require") == 1 and bool(_MAKES_REQUIRE.search(content))

    def _is_given(self, start: int, end: int) -> bool:
        """Return whether the name between two offsets seems to get a meaning there."""
        content, first = self._content, max(0, start - _LOOK_BACK_BYTES)
        if _WRITES.match(content, end) or is_in_pattern(content, start, end):
            return True
        if _BY_TEXT.match(content, end) or _CHANGES.search(content, max(0, start - 20), start):
            return True
        opening, closing = content.rfind(b"(", first, start), content.rfind(b")", first, start)
        rest = _REST.match(content, end) if opening > closing else None
        before = content[max(0, opening - 120) : max(0, opening)]
        is_method = rest is not None and rest[2] and _CONTROL.search(before) is None
        if rest is not None and (rest[1] or is_method or _FUNCTION.search(before)):
            return True
        signs = (content.rfind(sign, first, start) for sign in (b";", b"="))
        border = max(opening, closing, *signs)
        if border < 0 < first:
            return True
        is_alone = content[start - 1 : start] in _AHEAD
        return is_alone and _DECLARES.search(content, border + 1, start) is not None
