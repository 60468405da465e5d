"""Values as what JSON has: objects for values with fields, lists for tuples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["as_json"]


def as_json(value: object) -> Any:  # noqa: ANN401  (whatever JSON has)
    """Return `value` with each dataclass and named tuple in it, at any depth, as a dict."""
    names = getattr(value, "__dataclass_fields__", None) or getattr(value, "_fields", None)
    if names is not None and not isinstance(value, type):
        return {name: as_json(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return value
