"""The plain part of YAML in which pnpm and yarn keep settings at the top of a file.

In: text. Out: key to text or to a list of texts. What is nested, folded, anchored or quoted over
several lines is left out: no setting that zipper reads is written so, and a reader for all of YAML
would be a dependency for four lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FlatValue", "parse_flat_yaml"]

FlatValue: TypeAlias = "str | tuple[str, ...]"

_ENTRY: Final = re.compile(r"""(?:"([^"]+)"|'([^']+)'|([A-Za-z_][\w.-]*))\s*:(?:\s+(.*))?""")
_ITEM: Final = re.compile(r"\s*-\s+(.*)")
_COMMENT: Final = re.compile(r"\s+#.*")


def parse_flat_yaml(text: str) -> Mapping[str, FlatValue]:
    """Return the entries at the top of a YAML document whose values are scalars or plain lists.

    A key that appears twice keeps its last value; a key without a value has an empty list.
    """
    found: dict[str, FlatValue] = {}
    key = ""
    for line in text.splitlines():
        entry = _ENTRY.fullmatch(line.rstrip())
        if entry is not None:
            key = entry[1] or entry[2] or entry[3]
            found[key] = _value(entry[4] or "")
            continue
        item = _ITEM.fullmatch(line)
        known = found.get(key)
        if item is not None and isinstance(known, tuple):
            found[key] = (*known, _scalar(item[1]))
        elif line.strip() and not line.lstrip().startswith("#"):
            key = key if line[0].isspace() else ""
    return found


def _value(text: str) -> FlatValue:
    text = text.strip()
    if not text or text.startswith("#"):
        return ()
    if text.startswith("["):
        inside = text[1:].partition("]")[0]
        return tuple(_scalar(part) for part in inside.split(",") if part.strip())
    return _scalar(text)


def _scalar(text: str) -> str:
    text = text.strip()
    if text[:1] in {'"', "'"}:
        return text[1:].partition(text[0])[0]
    return _COMMENT.sub("", text).strip()
