"""One value of an event source's option, judged by its row.

In: a decoded value. Out: the value in the type that the row says, or an error that says what it has
to be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from zipper.settings.option_values import Where, error_about, name_of, unknown_word

if TYPE_CHECKING:
    from zipper.settings.event_options import EventOption

__all__ = ["CORS_KEYS", "judge_option"]

CORS_KEYS: Final = {
    "allow_credentials": "AllowCredentials",
    "allow_headers": "AllowHeaders",
    "allow_methods": "AllowMethods",
    "allow_origins": "AllowOrigins",
    "expose_headers": "ExposeHeaders",
    "max_age": "MaxAge",
}
"""Keys of `cors`, with AWS's. Source: botocore 1.44.8, lambda, Cors."""

_MAX_AGE: Final = 86_400
_PATTERN_CHARACTERS: Final = 4096
"""Of one filter. Source: botocore 1.44.8, lambda, Pattern."""


def judge_option(value: object, row: EventOption, where: Where) -> Any:  # noqa: ANN401  (see OptionKind)
    """Return the value in the type of its row.

    Raises:
        ProjectError: ESETTINGS for another type, or a value outside of what AWS takes.
    """
    judge = {
        "text": _judge_text,
        "count": _judge_count,
        "flag": _judge_flag,
        "texts": _judge_texts,
        "json": _judge_json,
        "patterns": _judge_patterns,
        "access": _judge_access,
        "time": _judge_time,
        "cors": _judge_cors,
    }[row.kind]
    return judge(value, row, where)


def _judge_text(value: object, row: EventOption, where: Where) -> str:
    if not isinstance(value, str):
        raise error_about(f"{where()} has to be text, not {name_of(value)}")
    if row.choices and value not in row.choices:
        raise unknown_word(f"{where()} cannot be `{value[:60]}`", value, row.choices)
    if row.pattern is not None and row.pattern.fullmatch(value) is None:
        raise error_about(f"{where()} has to be {row.form}, not `{value[:200]}`")
    return value


def _judge_count(value: object, row: EventOption, where: Where) -> int:
    assert row.minimum is not None
    assert row.maximum is not None
    is_count = isinstance(value, int) and not isinstance(value, bool)
    if is_count and (row.minimum <= value <= row.maximum or value == row.also):  # type: ignore[operator]
        return value  # type: ignore[return-value]
    more = "" if row.also is None else f", or {row.also}"
    raise error_about(
        f"{where()} has to be a whole number from {row.minimum:,} to {row.maximum:,}{more}, "
        f"not {name_of(value)}"
    )


def _judge_flag(value: object, _row: EventOption, where: Where) -> bool:
    if not isinstance(value, bool):
        raise error_about(f"{where()} has to be true or false, not {name_of(value)}")
    return value


def _judge_texts(value: object, row: EventOption, where: Where) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise error_about(f"{where()} has to be a list of texts, not {name_of(value)}")
    return tuple(dict.fromkeys(_judge_text(one, row, where) for one in value))


def _judge_json(value: object, _row: EventOption, where: Where) -> str:
    """Return a table, or the text of any JSON value, as JSON text with its keys in order."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as cause:
            raise error_about(f"{where()} is text, and not JSON: {cause}") from cause
    elif not isinstance(value, Mapping):
        raise error_about(f"{where()} has to be a table, or JSON text, not {name_of(value)}")
    return _as_json(value, where)


def _as_json(value: object, where: Where) -> str:
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as cause:
        raise error_about(f"{where()} has a value that JSON has not: {cause}") from cause


def _judge_patterns(value: object, row: EventOption, where: Where) -> tuple[str, ...]:
    most = row.maximum
    if not isinstance(value, list | tuple) or not value:
        raise error_about(f"{where()} has to be a list of tables, not {name_of(value)}")
    found = tuple(dict.fromkeys(_judge_json(one, row, where) for one in value))
    assert most is not None
    if len(found) > most:
        raise error_about(f"{where()} has {len(found)} patterns, and Lambda takes {most}")
    for text in found:
        if not text.startswith("{"):
            raise error_about(f"{where()} has a pattern that is no JSON object: `{text[:60]}`")
        if len(text) > _PATTERN_CHARACTERS:
            raise error_about(f"{where()} has a pattern of more than {_PATTERN_CHARACTERS} letters")
    return found


def _judge_access(value: object, row: EventOption, where: Where) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        raise error_about(f"{where()} has to be a table, not {name_of(value)}")
    found: list[tuple[str, str]] = []
    for key, item in value.items():
        if key not in row.choices:
            raise unknown_word(f"{where()} cannot have `{key}`", str(key).upper(), row.choices)
        for text in item if isinstance(item, list | tuple) else (item,):
            if not isinstance(text, str) or not text:
                raise error_about(f"`{key}` of {where()} has to be text, not {name_of(text)}")
            found.append((str(key), text))
    return tuple(sorted(found))


def _judge_time(value: object, _row: EventOption, where: Where) -> str:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as cause:
            raise error_about(f"{where()} is no time: {cause}", hint=_TIME) from cause
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise error_about(f"{where()} has to be a time with its offset from UTC", hint=_TIME)
    return value.astimezone(UTC).isoformat()


_TIME: Final = "such as `2026-11-29T12:00:00Z`"


def _judge_cors(value: object, _row: EventOption, where: Where) -> str:
    if not isinstance(value, Mapping):
        raise error_about(f"{where()} has to be a table, not {name_of(value)}")
    found: dict[str, object] = {}
    for key, item in value.items():
        if key not in CORS_KEYS:
            raise unknown_word(f"{where()} cannot have `{key}`", str(key), CORS_KEYS)
        if key == "allow_credentials":
            is_right, wanted = isinstance(item, bool), "true or false"
        elif key == "max_age":
            is_right = isinstance(item, int) and not isinstance(item, bool)
            is_right = is_right and 0 <= item <= _MAX_AGE
            wanted = f"seconds from 0 to {_MAX_AGE:,}"
        else:
            is_right = isinstance(item, list | tuple) and all(isinstance(x, str) for x in item)
            wanted = "a list of texts"
        if not is_right:
            raise error_about(f"`{key}` of {where()} has to be {wanted}, not {name_of(item)}")
        found[CORS_KEYS[key]] = item
    return _as_json(found, where)
