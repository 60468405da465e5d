"""Values as what JSON has: objects for values with fields, lists for tuples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["as_json", "json_text"]


def as_json(value: object) -> Any:  # noqa: ANN401  (whatever JSON has)
    """Return `value` with each dataclass and named tuple in it, at any depth, as a dict."""
    names = (
        getattr(value, "printed", None)
        or getattr(value, "__dataclass_fields__", None)
        or getattr(value, "_fields", None)
    )
    if names is not None and not isinstance(value, type):
        return {name: as_json(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return value


def json_text(value: object) -> str:
    """Return the JSON document of a result, as the commands print it."""
    import json  # noqa: PLC0415  (for those who ask for it)

    return json.dumps(as_json(value), indent=2, ensure_ascii=False)
