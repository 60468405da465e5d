"""One part of a glob, between slashes: does a name match it?

In: `*.js`, `[a-z]?`, `!(a|b)*`. Out: a function of a name. Matching walks all ways at once (sets of
places in the name), so that no pattern takes more than polynomial time, where a regular
expression could take forever.

Source: minimatch 10 with its option dot; with nocase too, as npm-packlist uses it, or without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from zipper.npm.glob_class import parse_class

__all__ = ["PartTest", "compile_part"]

PartTest = Callable[[str], bool]
"""Takes a name, in lower case where the pattern ignores case."""

_EXTENDED: Final = "!?+*@"
_DEEPEST: Final = 10  # levels of `@(...)` inside each other; deeper ones are plain text


@dataclass(frozen=True, slots=True)
class _Literal:
    text: str


@dataclass(frozen=True, slots=True)
class _One:
    """`?`, or a class such as `[a-z]`."""

    test: PartTest


@dataclass(frozen=True, slots=True)
class _Any:
    """`*`: any run of characters."""


@dataclass(frozen=True, slots=True)
class _NoDot:
    """Nothing, where no dot follows."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """`@(a|b)` and its like; `kind` is the character before the parenthesis."""

    kind: str
    options: tuple[tuple[_Item, ...], ...]


@dataclass(frozen=True, slots=True)
class _Syntax:
    """How a text is read: the places of what is a choice, and whether case counts."""

    closed: frozenset[int]
    ignores_case: bool


_Item = _Literal | _One | _Any | _NoDot | _Choice


@lru_cache(maxsize=1 << 12)
def compile_part(part: str, *, ignores_case: bool = True, hides_dots: bool = False) -> PartTest:
    """Return the test for one part of a pattern.

    Args:
        part: of a pattern, between slashes.
        ignores_case: the test takes names in lower case.
        hides_dots: a dot at a name's begin is matched by a dot only.
    """
    text = part.lower() if ignores_case else part
    items, _ = _parse(text, 0, _Syntax(_find_closed(text), ignores_case))
    if hides_dots:
        items = _guard(items)
    match items:
        case ():
            return lambda name: not name
        case (_Literal(text),):
            return lambda name: name == text
        case _ if all(isinstance(item, _Any) for item in items):
            return lambda name: name not in ("", ".", "..")
        case (_Any(), _Literal(text)):
            return lambda name: name.endswith(text)
        case _:
            return lambda name: len(name) in _ends(items, name, {0}, ())


def _guard(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    """Let what matches any character not match a dot first. Source: minimatch 10, ast.js."""
    match items:
        case (_Choice("!") | _Any() | _One(), *_):
            return (_NoDot(), *items)
        case (_Choice(kind, options), *rest):
            return (_Choice(kind, tuple(map(_guard, options))), *rest)
    return items


def _find_closed(text: str) -> frozenset[int]:
    """Return the places of the `@(` and their like that are closed; others are plain text."""
    opened: list[int] = []
    closed: set[int] = set()
    index = 0
    while index < len(text):
        character = text[index]
        if character in _EXTENDED and text[index + 1 : index + 2] == "(":
            if len(opened) < _DEEPEST:
                opened.append(index)
            index += 2
        elif character == "[" and (found := parse_class(text, index)) is not None:
            index = found[1]
        else:
            if character == ")" and opened:
                closed.add(opened.pop())
            index += 2 if character == "\\" else 1
    return frozenset(closed)


def _parse(
    text: str, index: int, syntax: _Syntax, stops: str = ""
) -> tuple[tuple[_Item, ...], int]:
    """Return the items from `index` to the end, or to one of `stops`, and where that is."""
    items: list[_Item] = []
    while index < len(text) and text[index] not in stops:
        item, index = _parse_item(text, index, syntax)
        if isinstance(item, _Literal) and items and isinstance(items[-1], _Literal):
            items[-1] = _Literal(items[-1].text + item.text)
        elif not (isinstance(item, _Any) and items and isinstance(items[-1], _Any)):
            items.append(item)
    return tuple(items), index


def _parse_item(text: str, index: int, syntax: _Syntax) -> tuple[_Item, int]:
    character = text[index]
    if index in syntax.closed:
        return _parse_choice(text, index, syntax)
    if character == "[":
        found = parse_class(text, index, ignores_case=syntax.ignores_case)
        if found is not None:
            return _One(found[0]), found[1]
    if character == "\\" and index + 1 < len(text):
        return _Literal(text[index + 1]), index + 2
    if character == "*":
        return _Any(), index + 1
    if character == "?":
        return _One(_is_anything), index + 1
    return _Literal(character), index + 1


def _parse_choice(text: str, index: int, syntax: _Syntax) -> tuple[_Item, int]:
    """Return `@(a|b)`, and where it ends."""
    kind, options = text[index], []
    place = index + 1
    while place < len(text) and text[place] != ")":
        option, place = _parse(text, place + 1, syntax, stops="|)")
        options.append(option)
    return _Choice(kind, tuple(options)), place + 1


def _ends(
    items: tuple[_Item, ...], name: str, starts: set[int], after: tuple[_Item, ...]
) -> set[int]:
    """Return where `items` may end in `name` when they begin at one of `starts`.

    `after` is what follows them in the whole pattern: a negation looks that far.
    """
    places = starts
    for index, item in enumerate(items):
        if not places:
            break
        places = _step(item, name, places, (*items[index + 1 :], *after))
    return places


def _step(item: _Item, name: str, starts: set[int], after: tuple[_Item, ...]) -> set[int]:
    match item:
        case _Literal(text):
            return {place + len(text) for place in starts if name.startswith(text, place)}
        case _One(test):
            return {place + 1 for place in starts if place < len(name) and test(name[place])}
        case _Any():
            return set(range(min(starts), len(name) + 1))
        case _NoDot():
            return {place for place in starts if not name.startswith(".", place)}
        case _Choice("!", options):
            return _negate(options, name, starts, after)
        case _Choice(kind, options):
            found = _choose(options, name, starts, after)
            if kind in "+*":
                found = _repeat(options, name, found, after)
            return found | starts if kind in "?*" else found


def _choose(
    options: tuple[tuple[_Item, ...], ...], name: str, starts: set[int], after: tuple[_Item, ...]
) -> set[int]:
    return {end for option in options for end in _ends(option, name, starts, after)}


def _repeat(
    options: tuple[tuple[_Item, ...], ...], name: str, found: set[int], after: tuple[_Item, ...]
) -> set[int]:
    fresh = found
    while fresh:
        fresh = _choose(options, name, fresh, after) - found
        found = found | fresh
    return found


def _negate(
    options: tuple[tuple[_Item, ...], ...], name: str, starts: set[int], after: tuple[_Item, ...]
) -> set[int]:
    """Return all ends behind the starts from which no option, and what follows, fits the rest."""
    ends: set[int] = set()
    for start in starts:
        fits = any(len(name) in _ends((*option, *after), name, {start}, ()) for option in options)
        if not fits:
            ends.update(range(start, len(name) + 1))
    return ends


def _is_anything(_: str) -> bool:
    return True
