"""The JSON Schema of `events`, made of the rows of event sources: a part of `schema.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zipper.settings.event_kinds import KINDS
from zipper.settings.event_values import CORS_KEYS

if TYPE_CHECKING:
    from zipper.settings.event_options import EventOption, OptionKind

__all__ = ["make_events_schema"]

_JSON: Final = {"type": ["object", "string"]}
_SCHEMAS: Final[dict[OptionKind, dict[str, Any]]] = {
    "text": {"type": "string"},
    "count": {"type": "integer"},
    "flag": {"type": "boolean"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "json": _JSON,
    "patterns": {"type": "array", "items": _JSON},
    "access": {"type": "object"},
    "time": {"type": "string"},
    "cors": {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: {} for key in CORS_KEYS},
    },
}


def make_events_schema(sentence: str) -> dict[str, Any]:
    """Return the schema: a list of texts, and of tables with the options of all kinds."""
    options: dict[str, list[tuple[str, EventOption]]] = {}
    for row in KINDS.values():
        for option in row.options:
            options.setdefault(option.name, []).append((row.name, option))
    properties = {name: _schema_of(found) for name, found in sorted(options.items())}
    table = {
        "type": "object",
        "additionalProperties": False,
        "required": ["source"],
        "properties": {"source": {"type": "string"}, **properties},
    }
    return {
        "description": sentence,
        "type": "array",
        "items": {"anyOf": [{"type": "string"}, table]},
    }


def _schema_of(found: list[tuple[str, EventOption]]) -> dict[str, Any]:
    """Return what an option may be for any of the kinds that have it."""
    first = found[0][1]
    kinds = ", ".join(dict.fromkeys(kind for kind, _ in found))
    return {"description": f"{first.sentence} ({kinds})", **_SCHEMAS[first.kind]}
