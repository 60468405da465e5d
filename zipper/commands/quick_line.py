"""A plain line of `zipper build`, read without click, whose import is a tenth of a warm build.

In: the words after the command's name. Out: the values that click would read, or None where click
has to: for help, completion, a mistake, and all that is not written in the plainest form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.settings.options import options_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.settings.option_row import Option

__all__ = ["read_line"]

_FLAGS: Final = ("dry_run", "watch")
"""Of `build` alone, and in no table."""
_ARGUMENT: Final = "project"


def read_line(words: Sequence[str]) -> dict[str, object] | None:
    """Return the values of a line, by the names that `zipper.commands.build` has for them.

    An option that is not on it has no value: None, False of a flag that is in no table, () of a
    list. The last one counts where it is there twice, and lists are gathered.
    """
    rows = options_of("build")
    known: dict[str, Option] = {word: row for row in rows for word in row.typed}
    values: dict[str, object] = {row.name: () if row.is_list else None for row in rows}
    values |= {_ARGUMENT: None, **dict.fromkeys(_FLAGS, False)}
    flags = {f"--{name.replace('_', '-')}": name for name in _FLAGS}
    rest = list(reversed(words))
    while rest:
        word = rest.pop()
        if not word.startswith("-"):
            if values[_ARGUMENT] is not None or not word:
                return None
            values[_ARGUMENT] = word
            continue
        if word in flags:
            values[flags[word]] = True
            continue
        name, is_joined, value = word.partition("=") if word.startswith("--") else (word, "", "")
        row = known.get(name)
        read = None if row is None else _read(row, name, value if is_joined else None, rest)
        if row is None or read is None:
            return None
        earlier = values[row.name]
        values[row.name] = (*earlier, read) if isinstance(earlier, tuple) else read
    return values


def _read(row: Option, name: str, joined: str | None, rest: list[str]) -> object:
    """Return what click makes of an option; None for what it may refuse.

    Args:
        row: the option.
        name: how it is typed.
        joined: the value that is in the same word.
        rest: the words after it, the next one last; its value is taken off.
    """
    if row.kind == "flag":
        return None if joined is not None else row.default is not True or name == row.typed[0]
    if joined is None and not rest:
        return None
    return _read_value(row, rest.pop() if joined is None else joined)


def _read_value(row: Option, value: str) -> object:
    """Return what click makes of the value of an option; None for what it may refuse."""
    if value.startswith("-") and value != "-":
        return None
    if row.kind in ("count", "number"):
        if not (value.isascii() and value.isdigit()):
            return None
        return int(value) if row.kind == "count" else float(value)
    if row.choices and not row.metavar and value not in row.choices:
        return None
    return value
