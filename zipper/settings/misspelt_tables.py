"""Tables of settings whose name is nearly `zipper`: they would be ignored without a word.

In: the bytes of pyproject.toml or package.json. Out: a name, and the error about it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.errors import ProjectError, suggest

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["find_misspelt", "misspelt_error"]

_TOOL: Final = rb"(?m)^[ \t]*\[\[?[ \t]*tool[ \t]*\.[ \t]*[\"']?([\w-]+)"
_MEMBER: Final = rb'"([\w-]{5,7})"\s*:\s*\{'


def find_misspelt(data: bytes, *, in_toml: bool) -> str | None:
    """Return the first name of a table that is all but `zipper`, and is not."""
    for found in re.finditer(_TOOL if in_toml else _MEMBER, data):
        name = found[1].decode("utf-8", "replace")
        # Most names share few of the letters: difflib is not imported for them.
        is_like = len(set(name.lower()) & set("zipper")) > 3 and 4 < len(name) < 8
        if is_like and name != "zipper" and suggest(name.lower(), ["zipper"], cutoff=0.85):
            return name
    return None


def misspelt_error(name: str, path: Path, data: bytes, place: tuple[str, ...]) -> ProjectError:
    """Return the error about the table `name` of the file at `path`, with its line."""
    from zipper.settings.lines import find_line  # noqa: PLC0415  (for errors only)

    line = find_line(data.decode("utf-8", "replace"), place)
    table, right = (f"[tool.{name}]", "[tool.zipper]") if len(place) > 1 else (name, "zipper")
    return ProjectError(
        "ESETTINGS",
        f"unknown table `{table}` in `{path}`" + (f", line {line}" if line else ""),
        hint=f"did you mean `{right}`?",
    )
