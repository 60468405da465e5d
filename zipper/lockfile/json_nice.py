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

_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,9}")
_INDEX_MAX: Final = 2**32 - 1
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def stringify_nicely(value: object, *, first_keys: Sequence[str], indent: str) -> str:
    """Return `value` as text; `first_keys` lead, in every object, among values of their kind."""
    ranks = {key: rank for rank, key in enumerate(first_keys)}
    text = json.dumps(_sort(value, ranks), indent=indent, ensure_ascii=False)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _sort(value: object, ranks: Mapping[str, int]) -> object:
    if isinstance(value, list | tuple):
        return [_sort(item, ranks) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, Mapping):
        return value
    keys = sorted(value, key=lambda key: _order(key, value[key], ranks))
    return {key: _sort(value[key], ranks) for key in keys}


def _order(key: str, value: object, ranks: Mapping[str, int]) -> tuple[object, ...]:
    # An ECMAScript object puts what looks like an index first, whatever the order of insertion.
    if _INDEX.fullmatch(key) and int(key) < _INDEX_MAX:
        return (0, int(key))
    rank = ranks.get(key)
    nested = isinstance(value, Mapping)
    return (1, nested, rank is None, rank or 0, collation_key(key) if rank is None else ())
