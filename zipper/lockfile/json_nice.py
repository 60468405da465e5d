"""JSON as json-stringify-nice lays it out: plain values before objects, keys in English order.

In: decoded JSON. Out: text without the newline at its end.

Source: json-stringify-nice 2; numbers and escapes as ECMAScript's JSON.stringify.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from zipper.npm.collation import collation_key

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["stringify_nicely"]

_INDEX_MAX: Final = 2**32 - 1
_SURROGATE: Final = "[\ud800-\udfff]"
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode


def stringify_nicely(
    value: object, *, first_keys: Sequence[str], indent: str, compact: bool = False
) -> str:
    """Return `value` as text; `first_keys` lead, in every object, among values of their kind.

    `compact` puts all on one line, without spaces.
    """
    ranks = {key: rank for rank, key in enumerate(first_keys)}
    text = _write(value, ranks, "" if compact else indent, "" if compact else "\n")
    if text.isascii():
        return text
    return re.sub(_SURROGATE, lambda found: f"\\u{ord(found[0]):04x}", text)


def _write(value: object, ranks: Mapping[str, int], indent: str, line: str) -> str:
    """Return `value` as text; `line` is a line break with what the line begins with.

    The standard library writes JSON quickly only where it is not laid out.
    """
    if isinstance(value, str):
        return _encode(value)
    if not value or not isinstance(value, Mapping | list | tuple):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return _encode(value)
    inner = line + indent
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: _order(key, value[key], ranks))
        colon = ": " if line else ":"
        items = [f"{_encode(key)}{colon}{_write(value[key], ranks, indent, inner)}" for key in keys]
        return f"{{{inner}{f',{inner}'.join(items)}{line}}}"
    items = [_write(item, ranks, indent, inner) for item in value]
    return f"[{inner}{f',{inner}'.join(items)}{line}]"


def _order(key: str, value: object, ranks: Mapping[str, int]) -> tuple[object, ...]:
    # An ECMAScript object puts what looks like an index first, whatever the order of insertion.
    if key.isdigit() and key.isascii() and str(int(key[:11])) == key and int(key) < _INDEX_MAX:
        return (0, int(key))
    rank = ranks.get(key)
    nested = isinstance(value, Mapping)
    return (1, nested, rank is None, rank or 0, collation_key(key) if rank is None else ())
