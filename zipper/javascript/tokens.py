"""JavaScript's tokens, read one at a time.

In: text. Out: a `Reader`, which is at one token. Whether a slash begins a regular expression,
and whether `}` goes on with a template, only the parser knows: it calls for them by name.

Source: ECMA-262 2025, section 12, and Annex B.1.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from zipper.javascript.syntax_errors import NotJavaScriptError, UnsureError
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    import re

__all__ = [
    "END",
    "NAME",
    "NUMBER",
    "PRIVATE",
    "PUNCTUATOR",
    "STRING",
    "TEMPLATE",
    "Mark",
    "Reader",
    "words",
]

NAME: Final = "name"
PRIVATE: Final = "private"
NUMBER: Final = "number"
STRING: Final = "string"
TEMPLATE: Final = "template"
PUNCTUATOR: Final = "punctuator"
END: Final = "end"

_SPACE: Final = late_pattern(
    r"(?:[ \t\v\f\r\n\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+"
    r"|//[^\n\r\u2028\u2029]*|/\*[\s\S]*?\*/)*"
)
_NEWLINE: Final = late_pattern(r"[\n\r\u2028\u2029]")
_LINE_REST: Final = late_pattern(r"[^\n\r\u2028\u2029]*")
_TOKEN: Final = late_pattern(
    r"(?P<name>[A-Za-z_$][A-Za-z0-9_$]*+)(?![^\x00-\x5b\x5d-\x7f])"
    r"|(?P<punctuator>\.\.\.|[(){}\[\];,:~]|\.(?![0-9])|\?\.(?![0-9])"
    r"|>>>=|\*\*=|<<=|>>=|>>>|===|!==|&&=|\|\|=|\?\?="
    r"|=>|==|!=|<=|>=|&&|\|\||\?\?|\+\+|--|\+=|-=|\*=|%=|&=|\|=|\^=|\*\*|<<|>>|[-+*%=<>!&|^?]"
    r"|/=?)"
    r"|(?P<string>'[^'\\\r\n]*'|\"[^\"\\\r\n]*\""
    r"|'(?:[^'\\\r\n]|\\(?:\r\n|[\s\S]))*'|\"(?:[^\"\\\r\n]|\\(?:\r\n|[\s\S]))*\")"
    r"|(?P<number>(?>0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*n?|0[oO][0-7](?:_?[0-7])*n?"
    r"|0[bB][01](?:_?[01])*n?|(?:0|[1-9](?:_?[0-9])*)n"
    r"|0[0-7]+(?![0-9])|(?:0[0-9]+|0|[1-9](?:_?[0-9])*)(?:\.(?:[0-9](?:_?[0-9])*)?)?"
    r"(?:[eE][-+]?[0-9](?:_?[0-9])*)?"
    r"|\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?)(?![A-Za-z0-9_$\\]))"
    r"|(?P<template>`)"
)
_WORD: Final = late_pattern(
    r"(?:[A-Za-z0-9_$]|[^\x00-\x7f\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
    r"|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]+\})+"
)
_UNICODE: Final = late_pattern(r"\\u(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{4}))")
_BAD_ESCAPE: Final = late_pattern(
    r"\\(?:x(?![0-9a-fA-F]{2})|u(?!\{0*(?:10|[0-9a-fA-F])?[0-9a-fA-F]{1,4}\}|[0-9a-fA-F]{4}))"
)
_ESCAPE: Final = late_pattern(r"\\[\s\S]")
_OCTAL: Final = late_pattern(r"\\(?:[1-9]|0[0-9])")
_CHUNK: Final = late_pattern(r"((?:[^`\\$]|\$(?!\{)|\\[\s\S])*)(`|\$\{)")
_REGEXP: Final = late_pattern(
    r"/((?:[^/\\\[\n\r\u2028\u2029]|\\[^\n\r\u2028\u2029]"
    r"|\[(?:[^\]\\\n\r\u2028\u2029]|\\[^\n\r\u2028\u2029])*\])+)/([A-Za-z0-9_$]*)"
)
_JOINERS: Final = "\u200c\u200d"
_OLD_LETTERS: Final = "\u2118\u212e\u309b\u309c\u30fb\uff65"
"""Letters by the standard that Python does not take for such."""
_REREAD_MAX: Final = 20
"""How often a text may be read again, on the whole, because arrows show themselves late."""

Mark = tuple[str, str, str, int, int, int, bool, bool]


def words(text: str) -> frozenset[str]:
    """Return the words of a list that is written with spaces."""
    return frozenset(text.split())


class Reader:
    """One token of a text, and how to come to the next."""

    __slots__ = (
        "_left",
        "end",
        "is_module",
        "is_octal",
        "kind",
        "last_end",
        "newline",
        "start",
        "text",
        "value",
        "word",
    )

    def __init__(self, text: str, *, is_module: bool) -> None:
        self.text = text
        self.is_module = is_module
        self.kind = END
        self.value = ""
        """The text of a punctuator, or of a name that has no escapes; else empty."""
        self.word = ""
        """A name, its escapes read; of a string its text with the quotes."""
        self.start = 0
        self.end = 0
        self.last_end = 0
        """Where the token before this one ends."""
        self.newline = False
        """Whether a line ends between that one and this one."""
        self.is_octal = False
        """Whether this is a number, or a string, with an octal form that strict code refuses."""
        self._left = (len(text) + 1000) * _REREAD_MAX
        if text.startswith("#!"):
            self.end = _end(_LINE_REST, text, 0)

    def advance(self) -> None:
        """Go on to the next token."""
        text = self.text
        self.last_end = end = self.end
        start = _end(_SPACE, text, end)
        self.newline = start != end and _NEWLINE.search(text, end, start) is not None
        match = _TOKEN.match(text, start)
        if match is None:
            self._read_rare(start)
            return
        self.start = start
        self.end = match.end()
        self.is_octal = False
        kind = self.kind = match.lastgroup or END
        if kind == NAME:
            self.value = self.word = match[0]
        elif kind == PUNCTUATOR:
            self.value = match[0]
            if self.value in ("<", "--") and self._skip_markup():
                self.advance_again(end)
        else:
            self.value = ""
            if kind == STRING:
                self._read_string(match[0])
            elif kind == NUMBER and text[start] == "0":
                self.is_octal = text[start + 1 : start + 2].isdecimal()

    def advance_again(self, last_end: int) -> None:
        """Go on behind a comment of the old form, as if it were a line's end."""
        self.advance()
        self.newline = True
        self.last_end = last_end

    def _skip_markup(self) -> bool:
        """Step over `<!-- ...` and, at the beginning of a line, `--> ...`: comments in scripts.

        Raises:
            NotJavaScriptError: in an ES module, where V8 refuses them.
        """
        is_comment = self.text.startswith("<!--", self.start) or (
            self.text.startswith("-->", self.start) and (self.newline or self.last_end == 0)
        )
        if is_comment and self.is_module:
            raise NotJavaScriptError(self.start, "an HTML comment in an ES module")
        if is_comment:
            self.end = _end(_LINE_REST, self.text, self.start)
        return is_comment

    def _read_string(self, text: str) -> None:
        self.word = text
        if "\\" in text:
            self.check_escapes(text, self.start)
            self.is_octal = any(_OCTAL.match(text, m.start()) for m in _ESCAPE.finditer(text))

    def check_escapes(self, text: str, offset: int) -> None:
        r"""Refuse `\x` and `\u` without their digits in a string that begins at `offset`.

        Raises:
            NotJavaScriptError: if there is one.
        """
        for match in _ESCAPE.finditer(text):
            if _BAD_ESCAPE.match(text, match.start()):
                raise NotJavaScriptError(offset, "a bad escape sequence")

    def _read_rare(self, start: int) -> None:
        """Read a name that is not plain ASCII, a private name, the end, or nothing known."""
        text = self.text
        self.start, self.is_octal, self.value = start, False, ""
        if start == len(text):
            self.kind, self.end = END, start
            return
        is_private = text[start] == "#"
        match = _WORD.match(text, start + is_private)
        if match is None:
            raise NotJavaScriptError(start, _say_character(text, start))
        self.word = _UNICODE.sub(_character, match[0])
        if not _is_identifier(self.word):
            raise NotJavaScriptError(start, _say_character(text, start))
        self.kind = PRIVATE if is_private else NAME
        self.value = "" if "\\" in match[0] or is_private else self.word
        self.end = match.end()

    def read_regexp(self) -> tuple[str, str]:
        """Make the regular expression that begins at this slash the token; return body and flags.

        Raises:
            NotJavaScriptError: if it does not end.
        """
        match = _REGEXP.match(self.text, self.start)
        if match is None:
            raise NotJavaScriptError(self.start, "a regular expression that does not end")
        self.end = match.end()
        return match[1], match[2]

    def read_chunk(self, *, is_tagged: bool) -> bool:
        """Step over a template's text up to an expression or the end; say whether it ends.

        Raises:
            NotJavaScriptError: if it does not end, or has a bad escape and no tag.
        """
        match = _CHUNK.match(self.text, self.end)
        if match is None:
            raise NotJavaScriptError(self.start, "a template that does not end")
        if not is_tagged and "\\" in match[1]:
            self.check_escapes(match[1], self.start)
            if any(_OCTAL.match(match[1], m.start()) for m in _ESCAPE.finditer(match[1])):
                raise NotJavaScriptError(self.start, "an octal escape in a template")
        self.end = match.end()
        return match[2] == "`"

    def mark(self) -> Mark:
        """Return this place, for `reset`."""
        return (
            self.kind,
            self.value,
            self.word,
            self.start,
            self.end,
            self.last_end,
            self.newline,
            self.is_octal,
        )

    def reset(self, mark: Mark) -> None:
        """Go back to a place.

        Raises:
            UnsureError: if that happened too often.
        """
        self._left -= self.end - mark[4]
        if self._left < 0:
            raise UnsureError(self.start, "nested arrow functions beyond measure")
        (
            self.kind,
            self.value,
            self.word,
            self.start,
            self.end,
            self.last_end,
            self.newline,
            self.is_octal,
        ) = mark

    def line_of(self, offset: int) -> int:
        """Return the line of a place, counted from 1."""
        return self.text.count("\n", 0, offset) + 1


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return start if match is None else match.end()


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code < 0x110000 else " "


def _is_identifier(word: str) -> bool:
    """Return whether `word` may be a name; letters newer than Python's Unicode may be."""
    return all(_may_be_part(letter) for letter in word) and (
        word[0] in "$_" or word[0].isidentifier() or _is_unknown(word[0])
    )


def _may_be_part(letter: str) -> bool:
    return (
        letter in "$_" or letter in _JOINERS or ("a" + letter).isidentifier() or _is_unknown(letter)
    )


def _is_unknown(letter: str) -> bool:
    """Return whether a newer Unicode, or an older one, may take `letter` for one of a name."""
    return letter in _OLD_LETTERS or unicodedata.category(letter) in ("Cn", "Lo")


def _say_character(text: str, start: int) -> str:
    letter = text[start]
    if letter in "'\"":
        return "a string that does not end"
    if text.startswith("/*", start):
        return "a comment that does not end"
    if letter.isdecimal():
        return "a bad number"
    return f"an unexpected `{letter}`"
