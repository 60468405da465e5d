"""JSON Schemas of what the commands print: `python -m zipper.pipeline.result_schemas` writes them.

Out: a file in `zipper/report/schemas` for each command with `--json`, made of the types of its
result. A test holds the files equal to the types, and real documents to the files. Fields are only
ever added, so that a schema allows more than it names.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import zipper
from zipper import findings, package
from zipper.checks import results
from zipper.deploy import invoking, shown_permissions, steps
from zipper.node import result
from zipper.pipeline import (
    auditing,
    deployed,
    deploying,
    destroying,
    function_events,
    installing,
    lockfile_writing,
    vendoring,
)

__all__ = ["FOLDER", "make_schemas"]

FOLDER: Final = Path(zipper.__file__).parent / "report" / "schemas"

_RESULTS: Final[dict[str, type]] = {
    "build": package.Package,
    "check": results.Report,
    "audit": auditing.Audit,
    "install": installing.Installed,
    "layer": package.Package,
    "resolve": lockfile_writing.Resolved,
    "run": result.RunResult,
    "deploy": deploying.Deployed,
    "destroy": destroying.Destroyed,
    "events": function_events.FunctionEvents,
    "invoke": invoking.Answer,
    "permissions": shown_permissions.ShownPermissions,
    "rollback": deployed.RolledBack,
    "status": deployed.ShownStatus,
    "vendor": vendoring.Vendored,
}
_NAMES: Final = {
    **vars(findings),
    "Change": steps.Change,
    "Mapping": Mapping,
    "Package": package.Package,
    "Step": steps.Step,
}
"""What annotations name that is imported for type checkers alone."""
_PLAIN: Final[dict[object, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    bytes: {"type": "string"},
    type(None): {"type": "null"},
    object: {},
}
_AS_PRINTED: Final[dict[tuple[type, str], dict[str, Any]]] = {
    (result.RunResult, "ok"): {"type": "boolean"},
    (result.Invocation, "ok"): {"type": "boolean"},
    (result.Invocation, "response"): {},
    (result.StreamedResponse, "prelude"): {},
}
"""Fields that `run --json` adds, or decodes where they are JSON."""
_NOT_ALWAYS: Final = frozenset({"source"})
"""Fields that are printed where they say something."""
_NOT_PRINTED: Final = frozenset({(package.Package, "data")})


def make_schemas() -> dict[str, str]:
    """Return the text of each file, by its name."""
    schemas = {name: _schema_of(kind) for name, kind in _RESULTS.items()}
    fact = _object({"label": _PLAIN[str], "text": _PLAIN[str]})
    error = {
        "code": _PLAIN[str],
        "message": _PLAIN[str],
        "facts": {"type": "array", "items": fact},
        "hint": {"anyOf": [_PLAIN[str], _PLAIN[type(None)]]},
    }
    schemas["error"] = _object({"error": _object(error)})
    return {f"{name}.json": _write(name, schema) for name, schema in schemas.items()}


def _write(name: str, schema: dict[str, Any]) -> str:
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An error, of any command" if name == "error" else f"zipper {name} --json",
    }
    return json.dumps({**head, **schema}, indent=2) + "\n"


def _schema_of(kind: Any) -> dict[str, Any]:  # noqa: ANN401  (an annotation)
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema_of(one) for one in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _schema_of(arguments[0])}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": _schema_of(arguments[1])}
    hints = typing.get_type_hints(kind, localns=dict(_NAMES))
    names = getattr(kind, "_fields", None) or tuple(kind.__dataclass_fields__)
    names = tuple(name for name in names if (kind, name) not in _NOT_PRINTED)
    fields = {name: _field(kind, name, hints) for name in names}
    added = {name: schema for (owner, name), schema in _AS_PRINTED.items() if owner is kind}
    summary = (kind.__doc__ or "").strip().split("\n", 1)[0]
    return {"description": summary, **_object(fields | added)}


def _field(kind: type, name: str, hints: Mapping[str, object]) -> dict[str, Any]:
    return _AS_PRINTED[kind, name] if (kind, name) in _AS_PRINTED else _schema_of(hints[name])


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [one for one in fields if one not in _NOT_ALWAYS],
        "properties": fields,
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, text in make_schemas().items():
        (FOLDER / file).write_text(text, encoding="utf-8")
