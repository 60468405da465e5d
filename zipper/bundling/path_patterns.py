"""Paths with placeholders, which a library fills in: `locales/{{lng}}.json`, `schema/**/*.graphql`.

In: a path that no file has. Out: the folder that it begins with, and a pattern for the rest.

Source: the libraries' own documentation: i18next's `loadPath`, glob, TypeORM's `entities`.
"""

from __future__ import annotations

import re
from typing import Final

from zipper.late_pattern import late_pattern

__all__ = ["is_pattern", "make_pattern", "split_pattern"]

_WILD: Final = late_pattern(r"[*?{%]|/:|\[")
_TOKEN: Final = late_pattern(
    r"(?P<deep>\*\*/)|(?P<all>\*\*)|(?P<name>\*|\{\{[^{}]*\}\}|%[sd]|(?<=/):\w+)|(?P<one>\?)"
    r"|\{(?P<choice>[^{}]*)\}|\[(?P<set>[^\]/]+)\]|(?P<plain>.)",
    re.DOTALL,
)
_WILD_MAX: Final = 3
"""Placeholders of one name, and `**` of one path, that are matched; with more, all fits."""
_FIXED: Final = {"deep": "(?:.*/)?", "all": ".*", "name": "[^/]*", "one": "[^/]"}


def is_pattern(path: str) -> bool:
    """Tell whether a path has a placeholder."""
    return _WILD.search(path) is not None


def split_pattern(path: str) -> tuple[str, str]:
    """Return the folder before the first placeholder, and the rest."""
    match = _WILD.search(path)
    end = path.rfind("/", 0, len(path) if match is None else match.start() + 1) + 1
    return path[:end].rstrip("/"), path[end:]


def make_pattern(rest: str) -> re.Pattern[str]:
    """Return what the names have that `rest` may mean.

    Behind too many placeholders, which would be tried against each other for hours, all fits.
    """
    parts: list[str] = []
    wild = deep = 0
    for match in _TOKEN.finditer(f"/{rest}"):
        kind, text = match.lastgroup or "plain", match[match.lastgroup or 0]
        wild = 0 if text.endswith("/") else wild + (kind in ("name", "choice"))
        deep += kind in ("deep", "all")
        if max(wild, deep) > _WILD_MAX:
            parts.append(".*")
            break
        if kind == "choice":
            choices = "|".join(re.escape(one) for one in text.split(","))
            parts.append(f"(?:{choices})" if "," in text else "[^/]*")
        elif kind == "set":
            parts.append("[^/]")
        else:
            parts.append(_FIXED.get(kind) or re.escape(text))
    return re.compile("".join(parts)[1:])
