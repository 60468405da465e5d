"""Lines for a terminal: broken at its width, with colour where the user wants it."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["fold_lines", "terminal_width"]

_COLOURS: Final = {
    "error": "\x1b[1;31m",
    "fail": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "info": "\x1b[1;36m",
    "hint": "\x1b[1;36m",
    "pass": "\x1b[1;32m",
    "built": "\x1b[1;32m",
    "unchanged": "\x1b[1;32m",
    "planned": "\x1b[1;32m",
}
_RESET: Final = "\x1b[0m"
_MARK: Final = re.compile(r"^(\s*)(\w+)(\[[\w-]+\])?(?=:| )")


def terminal_width() -> int:
    """Return the terminal's columns, 20 at least."""
    return max(shutil.get_terminal_size().columns, 20)


def fold_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield `lines` no wider than the terminal; words and paths are kept whole where they fit."""
    width = terminal_width()
    coloured = not os.environ.get("NO_COLOR")
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        folded = textwrap.wrap(
            line, width, subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=True
        ) or [""]
        if coloured:
            folded[0] = _MARK.sub(_colour, folded[0], count=1)
        yield from folded


def _colour(mark: re.Match[str]) -> str:
    start = _COLOURS.get(mark[2])
    if start is None:
        return mark[0]
    return f"{mark[1]}{start}{mark[2]}{mark[3] or ''}{_RESET}"
