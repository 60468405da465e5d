"""The shorthands of semver ranges, written out as comparators.

In: one alternative of a range, its white space collapsed. Out: the texts of its comparators,
still to be read. What is no shorthand passes unchanged; the next reader refuses it.

The order of the steps is part of npm's answer for odd ranges such as `>x 1.2.3*`: build metadata
goes first, then hyphen, operators, tilde, caret, x, and the star at last.

Source: node-semver 7.8, classes/range.js.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from zipper.npm.semver_version import (
    BUILD,
    FULL_LOOSE,
    NUMBER,
    NUMBER_LOOSE,
    PRERELEASE,
    PRERELEASE_LOOSE,
    is_plain_number,
)

__all__ = ["expand_alternative"]

_Token = tuple[str, str, str | None, str | None, str | None]
"""Operator, major, minor, patch, prerelease."""
_OPERATORS: Final = ("", "^", "~", "<", "<=", "=", ">", ">=")
_COMPARISONS: Final = frozenset({"<", "<=", "=", ">", ">="})
_MAX_TOKEN: Final = 2_048  # characters; see MAX_COMPARATOR_LENGTH in semver_range
_EXPONENT_FROM: Final = 10**21  # from here JavaScript writes numbers with an exponent


_PREFIX: Final = "[v= ]*+"  # possessive, so that no run of these is tried twice
_BUILDS: Final = re.compile(BUILD)
_AFTER_TILDE: Final = re.compile("~>? ")
_STAR: Final = re.compile(r"[<>]?=?\*")


# The grammars are compiled when they are first needed, because that takes milliseconds.


@cache
def _shorthand_pattern(loose: bool) -> re.Pattern[str]:  # noqa: FBT001
    return re.compile(rf"(\^|~>?|[<>]?=?){_partial(loose)}")


@cache
def _hyphen_pattern(loose: bool) -> re.Pattern[str]:  # noqa: FBT001
    return re.compile(rf"({_partial(loose)}) - ({_partial(loose)})")


@cache
def _gap_pattern() -> re.Pattern[str]:
    """Return what finds an operator apart from its version.

    The second branch takes a run that leads to no version in one piece, so that time stays linear.
    """
    return re.compile(rf"( ?)([<>]?=?) ?({_PREFIX}{FULL_LOOSE}|{_partial(loose=False)})|[v= ]++")


def _partial(loose: bool) -> str:  # noqa: FBT001
    """Return the pattern of a version whose parts may be left out or be `x`, `X`, `*`."""
    number, prerelease = (NUMBER_LOOSE, PRERELEASE_LOOSE) if loose else (NUMBER, PRERELEASE)
    tail = rf"(?:{prerelease})?(?:{BUILD})?"
    part = rf"({number}|x|X|\*)"
    return rf"{_PREFIX}{part}(?:\.{part}(?:\.{part}{tail})?)?"


def expand_alternative(text: str, *, loose: bool, include_prerelease: bool) -> list[str]:
    """Return the comparators of one alternative; an empty text admits any version.

    Args:
        text: without `||`, white space collapsed.
        loose: accept `1.2.3beta` and leading zeros.
        include_prerelease: lower bounds begin at the lowest prerelease.
    """
    text = _BUILDS.sub("", text.strip(" "))
    lowest = "-0" if include_prerelease else ""
    if " - " in text and len(text) <= 2 * _MAX_TOKEN:
        hyphen = _hyphen_pattern(loose).fullmatch(text)
        if hyphen is not None:
            text = _hyphen(hyphen.groups(), lowest)
    if " " in text:
        text = _close_plain_gaps(text) or _close_gaps(text)
    tokens: list[str] = []
    for token in text.split(" "):
        tokens += _expand_token(token, loose, lowest)
    # Empty texts between others vanish where npm joins and splits them again.
    inner = [token for token in tokens[1:-1] if token]
    tokens = [*tokens[:1], *inner, *tokens[1:][-1:]]
    anything = f">=0.0.0{lowest}"
    return ["" if token == anything else token for token in tokens]


def _close_plain_gaps(text: str) -> str | None:
    """Return what `_close_gaps` makes of `>= 1.2.3` and its like, None for anything else.

    Nearly every project has some in `engines`, and none that needs the grammar.
    """
    tokens, operator = [], ""
    for word in text.split(" "):
        if word in _COMPARISONS and not operator:
            operator = word
        elif _take_apart_plain(word) is None or (operator and not word[0].isdigit()):
            return None
        else:
            tokens.append(operator + word)
            operator = ""
    return None if operator else " ".join(tokens)


def _close_gaps(text: str) -> str:
    """Remove the space between an operator and what it applies to."""

    def close(match: re.Match[str]) -> str:
        return match[0] if match[3] is None else f"{match[1]}{match[2]}{match[3]}"

    text = _gap_pattern().sub(close, text)
    return _AFTER_TILDE.sub("~", text).replace("^ ", "^")


def _hyphen(groups: tuple[str | None, ...], lowest: str) -> str:
    """Write out `a - b`; a part that is left out in `b` admits all of its values."""
    start, major, minor, patch, prerelease, _, end, *upper = groups
    if _any(major):
        low = ""
    elif _any(minor):
        low = f">={major}.0.0{lowest}"
    elif _any(patch):
        low = f">={major}.{minor}.0{lowest}"
    else:
        low = f">={start}" if prerelease else f">={start}{lowest}"
    return f"{low} {_hyphen_end(end or '', upper, lowest)}".strip(" ")


def _hyphen_end(end: str, upper: list[str | None], lowest: str) -> str:
    major, minor, patch, prerelease, _ = upper
    if _any(major):
        return ""
    if _any(minor):
        return f"<{_after(major)}.0.0-0"
    if _any(patch):
        return f"<{major}.{_after(minor)}.0-0"
    if prerelease:
        return f"<={major}.{minor}.{patch}-{prerelease}"
    return f"<{major}.{minor}.{_after(patch)}-0" if lowest else f"<={end}"


def _expand_token(token: str, loose: bool, lowest: str) -> list[str]:  # noqa: FBT001
    found = _take_apart_plain(token) or _take_apart(token, loose)
    if found is not None:
        operator, major, minor, patch, prerelease = found
        if operator == "^":
            return _caret(major, minor, patch, prerelease, lowest)
        if operator.startswith("~"):
            return _tilde(major, minor, patch, prerelease, lowest)
        if _any(patch) and not _gap(major, minor, patch):
            return _x_range(operator, major, minor, lowest)
    return [_STAR.sub("", token, count=1)] if "*" in token else [token]


def _take_apart_plain(token: str) -> _Token | None:
    """Return operator and numbers of `^1.2.3`, `>=10` and their like, which nearly all tokens are.

    These need no grammar, whose compiling takes milliseconds.
    """
    version = token.lstrip("^~<>=")
    operator = token[: len(token) - len(version)]
    parts = version.split(".")
    if operator not in _OPERATORS or len(parts) > 3 or not all(map(is_plain_number, parts)):
        return None
    major, minor, patch = (*parts, None, None)[:3]
    assert major is not None
    return operator, major, minor, patch, None


def _take_apart(token: str, loose: bool) -> _Token | None:  # noqa: FBT001
    match = _shorthand_pattern(loose).fullmatch(token) if len(token) <= _MAX_TOKEN else None
    if match is None:
        return None
    operator, major, minor, patch, prerelease, _ = match.groups()
    return operator, major, minor, patch, prerelease


def _caret(
    major: str, minor: str | None, patch: str | None, prerelease: str | None, lowest: str
) -> list[str]:
    """Write out `^`: the first part that is not 0 may not change."""
    if _any(major):
        return [""]
    if _any(minor):
        return [f">={major}.0.0{lowest}", f"<{_after(major)}.0.0-0"]
    if _any(patch):
        low = f">={major}.{minor}.0{lowest}"
    else:
        low = f">={major}.{minor}.{patch}" + (f"-{prerelease}" if prerelease else "")
    if major != "0":
        return [low, f"<{_after(major)}.0.0-0"]
    if minor != "0" or _any(patch):
        return [low, f"<0.{_after(minor)}.0-0"]
    return [low, f"<0.0.{_after(patch)}-0"]


def _tilde(
    major: str, minor: str | None, patch: str | None, prerelease: str | None, lowest: str
) -> list[str]:
    """Write out `~`: the patch may change, and the minor where it is not given."""
    if _any(major):
        return [""]
    if _any(minor):
        return [f">={major}.0.0{lowest}", f"<{_after(major)}.0.0-0"]
    high = f"<{major}.{_after(minor)}.0-0"
    if _any(patch):
        return [f">={major}.{minor}.0{lowest}", high]
    return [f">={major}.{minor}.{patch}" + (f"-{prerelease}" if prerelease else ""), high]


def _x_range(operator: str, major: str, minor: str | None, lowest: str) -> list[str]:
    """Write out a version of which at least the patch is left out."""
    if _any(major):
        return ["<0.0.0-0"] if operator in ("<", ">") else [""]
    after = f"{_after(major)}.0.0" if _any(minor) else f"{major}.{_after(minor)}.0"
    first = f"{major}.0.0" if _any(minor) else f"{major}.{minor}.0"
    match operator:
        case ">":
            return [f">={after}{lowest}"]
        case ">=":
            return [f">={first}{lowest}"]
        case "<":
            return [f"<{first}-0"]
        case "<=":
            return [f"<{after}-0"]
        case _:
            return [f">={first}{lowest}", f"<{after}-0"]


def _any(part: str | None) -> bool:
    return part is None or part in ("x", "X", "*")


def _gap(major: str, minor: str | None, patch: str | None) -> bool:
    """Return whether a number follows a part that is left out, as in `1.x.3`."""
    return (_any(major) and not _any(minor)) or (_any(minor) and not _any(patch))


def _after(number: str | None) -> str:
    """Return the next number as JavaScript writes it."""
    value = int(number or "0") + 1
    return str(value) if value < _EXPONENT_FROM else repr(float(value))
