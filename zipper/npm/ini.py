"""Text of an ini file -> its entries, as npm's `ini` package reads them.

Input: the text of one `.npmrc`. Output: keys with their values in the order of the file, each with
its line. Types, interpolation and the cascade belong to `zipper.npm.npmrc`.
"""

from __future__ import annotations

import json
from typing import Final

from zipper.named_tuple import NamedTuple

__all__ = ["IniEntry", "IniScalar", "IniValue", "parse_ini"]

IniScalar = str | bool | None
"""One value: text, true, false or null."""
IniValue = IniScalar | tuple[IniScalar, ...]
"""What a key can have: one value, or a list (`key[] = value`)."""

_LITERALS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


class IniEntry(NamedTuple):
    """One key outside any section. `line` counts from 1 and is the last line that set the key."""

    key: str
    value: IniValue
    line: int


def parse_ini(text: str) -> tuple[IniEntry, ...]:
    """Return the top-level entries of `text`; those below a `[section]` are not npm settings.

    A key that appears twice has its last value, unless it is a list: then all are kept. A line
    without `=` is true. O(length).

    Source: ini 6 lib/ini.js `decode`, as npm 11.19.1 ships it.
    """
    entries: dict[str, IniEntry] = {}
    in_section = False
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        if not stripped or stripped[0] in ";#":
            continue
        if line[0] == "[" and stripped[-1] == "]" and "]" not in stripped[:-1]:
            in_section = True
            continue
        raw_key, equals, raw_value = line.partition("=")
        if not in_section and raw_key:
            _add_entry(
                entries, _unescape(raw_key), _parse_value(raw_value, has_value=bool(equals)), number
            )
    return tuple(entries.values())


def _add_entry(entries: dict[str, IniEntry], key: str, value: IniScalar, line: int) -> None:
    is_list = len(key) > len("[]") and key.endswith("[]")
    name = key.removesuffix("[]") if is_list else key
    before = entries.get(name)
    if before is not None and isinstance(before.value, tuple):
        entries[name] = IniEntry(name, (*before.value, value), line)
    elif is_list:
        first = () if before is None else (before.value,)
        entries[name] = IniEntry(name, (*first, value), line)
    else:
        entries[name] = IniEntry(name, value, line)


def _parse_value(raw: str, *, has_value: bool) -> IniScalar:
    if not has_value:
        return True
    text = _unescape(raw)
    return _LITERALS.get(text, text)


def _unescape(raw: str) -> str:
    """Return the text without quotes, escapes and a trailing comment."""
    text = raw.strip()
    for quote in "\"'":
        if text.startswith(quote) and text.endswith(quote):
            return _parse_quoted(text)
    return _cut_comment(text)


def _parse_quoted(text: str) -> str:
    """Return what a quoted text says; JSON inside single quotes is read too, as ini does."""
    inner = text[1:-1] if text.startswith("'") else text
    try:
        value = json.loads(inner)
    except ValueError:
        return inner
    return value if isinstance(value, str) else inner


def _cut_comment(text: str) -> str:
    """Return the text before the first `;` or `#` that no backslash protects."""
    kept: list[str] = []
    characters = iter(text)
    for character in characters:
        if character in ";#":
            break
        if character == "\\":
            escaped = next(characters, "")
            kept.append(escaped if escaped and escaped in "\\;#" else "\\" + escaped)
        else:
            kept.append(character)
    return "".join(kept).strip()
