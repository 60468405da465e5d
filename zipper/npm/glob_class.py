"""Character classes of globs: `[abc]`, `[!a-z]`, `[[:digit:]]`.

In: a pattern and the place of a `[`. Out: a test of one character. Source: minimatch 10
(brace-expressions.js).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["parse_class"]

CharacterTest = Callable[[str], bool]

_NAMED: Final = {
    "alnum": ("L", "Nl", "Nd"),
    "alpha": ("L", "Nl"),
    "blank": ("Zs",),
    "cntrl": ("Cc",),
    "digit": ("Nd",),
    "lower": ("Ll",),
    "print": ("C",),  # as minimatch has it; shells mean all others
    "punct": ("P",),
    "space": ("Z",),
    "upper": ("Lu",),
    "word": ("L", "Nl", "Nd", "Pc"),
}
"""The named classes, by how the categories of their characters begin."""
_BESIDES: Final = {"blank": "\t", "space": "\t\r\n\v\f", "xdigit": "0123456789abcdefABCDEF"}
"""What named classes have besides."""


def parse_class(
    text: str, index: int, *, ignores_case: bool = True
) -> tuple[CharacterTest, int] | None:
    """Return the class that begins at `index`, and where it ends; None where it never closes.

    A range whose ends are the wrong way round is left out; a class without members matches
    nothing.
    """
    if text.find("]", index) < 0:
        return None
    place = index + 1
    negated = text[place : place + 1] in ("!", "^")
    place += negated
    first = place
    tests: list[CharacterTest] = []
    while place < len(text):
        if text[place] == "]" and place > first:
            return _combine(tests, negated=negated, ignores_case=ignores_case), place + 1
        place = _parse_member(text, place, tests)
    return None


def _parse_member(text: str, place: int, tests: list[CharacterTest]) -> int:
    """Add one member of a class to `tests`; return where the next begins."""
    if text.startswith("[:", place):
        end = text.find(":]", place)
        name = text[place + 2 : end]
        if end > 0 and name in {*_NAMED, *_BESIDES, "ascii", "graph"}:
            tests.append(lambda character: _is_of_class(character, name))
            return end + 2
    low, place = _read_character(text, place)
    if text[place : place + 1] != "-" or text[place + 1 : place + 2] in ("", "]"):
        tests.append(lambda character: character == low)
        return place
    high, place = _read_character(text, place + 1)
    tests.append(lambda character: low <= character <= high)
    return place


def _is_of_class(character: str, name: str) -> bool:
    from unicodedata import category  # noqa: PLC0415  (few patterns need it)

    if name == "ascii":
        return character.isascii()
    if name == "graph":
        return not category(character).startswith(("Z", "C"))
    return category(character).startswith(_NAMED.get(name, ())) or (
        character in _BESIDES.get(name, ())
    )


def _read_character(text: str, place: int) -> tuple[str, int]:
    if text[place] == "\\" and place + 1 < len(text):
        place += 1
    return text[place], place + 1


def _combine(tests: list[CharacterTest], *, negated: bool, ignores_case: bool) -> CharacterTest:
    def test(character: str) -> bool:
        found = any(
            check(character) or (ignores_case and check(character.upper())) for check in tests
        )
        return found is not negated

    return test if tests else lambda _: False
