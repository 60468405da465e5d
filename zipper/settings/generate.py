"""What is written from the table of options: `python -m zipper.settings.generate`.

Out: `schema.json`, which editors read, and `option_types.py`, which type checkers read. A test
holds both equal to the table.
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zipper.settings.build_request import COMPOSED
from zipper.settings.deploy_options import DEPLOY_OPTIONS, EVENTS, TABLES
from zipper.settings.events_schema import make_events_schema
from zipper.settings.options import KEYS, OPTIONS
from zipper.settings.values import FUNCTION_KEYS, LAYER_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.settings.option_row import Kind, Option

__all__ = ["FILES", "make_schema", "make_types"]

_IN: Final = 4 * " "
_TEXT: Final = {"type": "string", "minLength": 1}
_SIZE: Final = {
    "anyOf": [
        {"type": "integer", "minimum": 0},
        {"type": "string", "pattern": "^[0-9_,]+ ?([kMG]?B|[kM]iB)$"},
    ]
}
_SCHEMAS: Final[dict[Kind, dict[str, Any]]] = {
    "text": _TEXT,
    "path": _TEXT,
    "place": _TEXT,
    "list": {"type": "array", "items": {"type": "string"}},
    "paths": {"type": "array", "items": {"type": "string"}},
    "size": _SIZE,
    "number": {"type": "number", "minimum": 0},
    "count": {"type": "integer", "minimum": 0},
    "flag": {"type": "boolean"},
    "table": {"type": "object"},
}
_HELD: Final[dict[Kind, str]] = {
    "text": "str",
    "path": "str",
    "place": "str",
    "list": "tuple[str, ...]",
    "paths": "tuple[str, ...]",
    "size": "int",
    "number": "float",
    "count": "int",
    "flag": "bool",
    "table": "str",
}
"""The Python type of a value in settings and requests."""
_ACCEPTED: Final[dict[Kind, str]] = {
    **_HELD,
    "path": "PathLike",
    "place": "PathLike",
    "list": "str | Iterable[str]",
    "paths": "PathLike | Iterable[PathLike]",
    "table": "Mapping[str, object]",
}
"""The Python type of a keyword."""


def make_schema() -> str:
    """Return the JSON Schema of the table of settings."""
    functions = {
        "description": "Several functions; what one leaves out comes from the table around it.",
        "type": "array",
        "items": {
            "anyOf": [
                {"type": "string", "description": "Folders of members: `packages/fn-*`."},
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["name"],
                    "properties": {
                        "name": {"type": "string", "pattern": "^[^/\\\\]+$"},
                        **{key: _schema_of(KEYS[key]) for key in FUNCTION_KEYS[1:]},
                        "deploy": _schema_of_deploy(),
                    },
                },
            ]
        },
    }
    layers = {
        "description": "Layers to build, by name; what one leaves out comes from the table around.",
        "type": "object",
        "propertyNames": {"pattern": "^[a-zA-Z0-9_-]+$"},
        "additionalProperties": {
            "type": "object",
            "additionalProperties": False,
            "properties": {key: _schema_of(KEYS[key]) for key in LAYER_KEYS[1:]},
        },
    }
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": 'zipper\'s settings: [tool.zipper] in pyproject.toml, "zipper" in package.json',
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{key: _schema_of(row) for key, row in KEYS.items()},
            "layers": {"anyOf": [_schema_of(KEYS["layers"]), layers]},
            "deploy": _schema_of_deploy(),
            "functions": functions,
        },
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema_of_deploy() -> dict[str, Any]:
    source = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"ssm": _TEXT, "secret": _TEXT, "key": _TEXT},
    }
    kinds = {
        "environment": {"anyOf": [{"type": "string"}, {"const": False}, source]},
        "tags": {"type": "string"},
    }
    tables = {
        name: {"description": TABLES[name], "type": "object", "additionalProperties": kind}
        for name, kind in kinds.items()
    }
    return {
        "description": "What only a deployment needs; of one function, it goes before that of all.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{row.name: _schema_of(row) for row in DEPLOY_OPTIONS},
            **tables,
            "events": make_events_schema(EVENTS),
        },
    }


def _schema_of(row: Option) -> dict[str, Any]:
    schema = {"description": row.sentence, **_SCHEMAS[row.kind]}
    if row.choices and row.is_list:
        schema["items"] = {**schema["items"], "enum": list(row.choices)}
    elif row.choices:
        schema["enum"] = list(row.choices)
    return schema


_HEAD: Final = '''"""The table of options as type checkers and editors read it.

Written by `python -m zipper.settings.generate`; imported for types alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypedDict

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Executor
    from datetime import date
    from typing import IO, Any

    from zipper.events import OnEvent
    from zipper.settings.build_request import BuildRequest
    from zipper.target import Target

    PathLike = str | os.PathLike[str]
    Event = bytes | PathLike | Mapping[str, object]

__all__ = ["RequestFields", "Settings"]
'''


def make_types() -> str:
    """Return the module of `Settings`, `RequestFields` and a TypedDict for each function."""
    return "\n".join([_HEAD, *_tuples(), *_dictionaries()])


def _tuples() -> Iterator[str]:
    yield '\nclass Settings(NamedTuple):\n    """What was given; None where nothing was."""\n'
    yield "    name: str | None = None"
    yield from (f"    {row.name}: {_HELD[row.kind]} | None = None" for row in KEYS.values())
    yield "    deploy: Mapping[str, Any] | None = None"
    yield "    functions: tuple[Settings, ...] = ()"
    yield "    layer_tables: tuple[Settings, ...] = ()"
    yield "    unknown_variables: tuple[str, ...] = ()\n"
    yield "\nclass RequestFields(NamedTuple):"
    yield '    """A request: the options with their defaults."""\n'
    yield "    project: str"
    yield "    target: Target"
    for row in KEYS.values():
        if row.name not in COMPOSED:
            optional = " | None" if row.fallback is None else ""
            yield f"    {row.field}: {_HELD[row.kind]}{optional} = {_literal(row.fallback)}"
    yield "    name: str | None = None"
    yield "    uses: tuple[BuildRequest, ...] = ()"
    yield "    deploy: Mapping[str, Any] | None = None"
    yield "    written: tuple[str, ...] = ()"
    yield "    unknown_variables: tuple[str, ...] = ()\n"


def _literal(value: object) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value).replace("'", '"')


def _dictionaries() -> Iterator[str]:
    """Yield a TypedDict for each set of functions, and one for each function, made of those."""
    groups: dict[tuple[str, ...], list[Option]] = {}
    for row in OPTIONS:
        if row.takers:
            groups.setdefault(tuple(sorted(row.takers)), []).append(row)
    names = {takers: f"_Shared{number}" for number, takers in enumerate(groups, 1)}
    for takers, rows in groups.items():
        yield f"\nclass {names[takers]}(TypedDict, total=False):"
        yield f'    """Options of {len(takers)} functions.\n'
        yield textwrap.fill(f"{', '.join(takers)}.", 99, initial_indent=_IN, subsequent_indent=_IN)
        yield '    """\n'
        for row in rows:
            yield f"    {row.keyword}: {row.accepts or _ACCEPTED[row.kind]} | None"
            yield f'    """{row.sentence}"""'
        yield ""
    for function in sorted({function for takers in groups for function in takers}):
        parts = "".join(f"    {names[takers]},\n" for takers in groups if function in takers)
        title = "".join(map(str.title, function.split("_")))
        yield f"\nclass {title}Options(\n{parts}    total=False,\n):"
        yield f'    """What `zipper.{function}` takes."""\n'


FILES: Final = {"schema.json": make_schema, "option_types.py": make_types}
"""The files, by their names beside this module, and what makes their text."""

if __name__ == "__main__":
    for name, make in FILES.items():
        Path(__file__).with_name(name).write_text(make(), encoding="utf-8")
