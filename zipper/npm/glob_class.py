"""Character classes of globs: `[abc]`, `[!a-z]`, `[[:digit:]]`.

In: a pattern and the place of a `[`. Out: a test of one character. Source: minimatch 10
(brace-expressions.js).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["parse_class"]

CharacterTest = Callable[[str], bool]

_NAMED: Final[dict[str, CharacterTest]] = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "ascii": str.isascii,
    "blank": lambda character: character in " \t\u00a0",
    "cntrl": lambda character: character < " " or "\x7f" <= character < "\xa0",
    "digit": str.isdecimal,
    "graph": lambda character: character.isprintable() and not character.isspace(),
    "lower": str.islower,
    "print": str.isprintable,
    "punct": lambda character: character.isprintable() and not character.isalnum(),
    "space": str.isspace,
    "upper": str.isupper,
    "word": lambda character: character.isalnum() or character == "_",
    "xdigit": lambda character: character in "0123456789abcdefABCDEF",
}


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
        if end > 0 and (named := _NAMED.get(text[place + 2 : end])) is not None:
            tests.append(named)
            return end + 2
    low, place = _read_character(text, place)
    if text[place : place + 1] != "-" or text[place + 1 : place + 2] in ("", "]"):
        tests.append(lambda character: character == low)
        return place
    high, place = _read_character(text, place + 1)
    tests.append(lambda character: low <= character <= high)
    return place


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
