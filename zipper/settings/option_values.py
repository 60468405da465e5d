"""One value of an option, from wherever it comes: judged, and in the type that its row says.

In: a decoded value, the text of a variable, or what Python code passed. Out: text, number, flag or
tuple, or an error that says what the value has to be.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from zipper.errors import ProjectError, ZipperError, suggest
from zipper.target import advise_runtime

if TYPE_CHECKING:
    from zipper.settings.option_row import Kind, Option

__all__ = [
    "Where",
    "error_about",
    "from_python",
    "from_text",
    "judge",
    "name_of",
    "unknown_word",
]

Where = Callable[[], str]
"""Says where a value is; called for an error only, as to find a line takes long."""

_TYPES: Final[dict[Kind, str]] = {
    "text": "text",
    "path": "text",
    "place": "text",
    "list": "a list of texts",
    "paths": "a list of texts",
    "size": "a number of bytes, or text such as `40 MB`",
    "number": "a number, 0 or more",
    "count": "a whole number, 0 or more",
    "flag": "true or false",
    "table": "a table",
}
_UNITS: Final = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20}
_FLAGS: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def judge(value: object, row: Option, where: Where, *, hint: str | None = None) -> object:
    """Return `value` in the type of the row.

    Args:
        value: a text, number, flag, list or tuple.
        row: the option that it is for.
        where: names the place of the value, for the error.
        hint: what to write instead, where a list is one text.

    Raises:
        ProjectError: ESETTINGS for another type, or a word that is none of the choices.
    """
    if row.kind == "table":
        from zipper.settings.esbuild_table import judge_esbuild_table  # noqa: PLC0415  (rare)

        return judge_esbuild_table(value, where)
    if row.kind == "size" and isinstance(value, str):
        value = _parse_size(value)
    if row.is_list and isinstance(value, list):
        value = tuple(value)
    if not _fits(value, row.kind):
        hint = hint if isinstance(value, str) else None
        raise error_about(
            f"{where()} has to be {_TYPES[row.kind]}, not {name_of(value)}", hint=hint
        )
    if row.choices:
        for item in value if isinstance(value, tuple) else (value,):
            if item not in row.choices:
                message = f"{where()} cannot be `{item}`"
                hint = advise_runtime(str(item)) if row.name == "runtime" else None
                raise unknown_word(message, str(item), row.choices, hint=hint)
    return value


def from_text(kind: Kind, text: str) -> object:
    """Return what the text of a variable says; the text itself where it says none of the kind."""
    if kind in ("list", "paths"):
        return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
    if kind == "flag":
        return _FLAGS.get(text.lower(), text)
    if kind == "table":
        with contextlib.suppress(ValueError):
            return json.loads(text)
    if kind == "count" and len(text) < 16 and text.isdecimal():
        return int(text)
    if kind == "number" and len(text) < 16 and text.replace(".", "", 1).isdecimal():
        return float(text)
    return text


def from_python(kind: Kind, value: object) -> object:
    """Return what Python code passed: paths as text, any iterable as a tuple.

    A single text or path where several are allowed is one of them, never a list of letters.
    """
    value = _path_text(value)
    if kind not in ("list", "paths"):
        return value
    if isinstance(value, str):
        return (value,)
    return tuple(map(_path_text, value)) if isinstance(value, Iterable) else value


def _path_text(value: object) -> object:
    return value.__fspath__() if hasattr(value, "__fspath__") else value


def _fits(value: object, kind: Kind) -> bool:
    if kind in ("list", "paths"):
        return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if kind in ("size", "count"):
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, str) and bool(value)


def _parse_size(text: str) -> object:
    """Return the bytes that `40 MB` or `40MiB` say; `text` itself where it says none."""
    digits = text.rstrip("BbIiKkMmGg ").replace("_", "").replace(",", "")
    unit = text[len(text.rstrip("BbIiKkMmGg ")) :].strip().upper()
    if digits.isascii() and digits.isdigit() and len(digits) < 16 and unit in _UNITS:
        return int(digits) * _UNITS[unit]
    return text


def name_of(value: object) -> str:
    """Return how a person would call what is there."""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f"the text `{value[:60]}`" if value else "an empty text"
    if isinstance(value, tuple | list):
        return "a list of other things"
    if isinstance(value, Mapping):
        return "a table"
    return "nothing" if value is None else f"`{str(value)[:60]}`"


def unknown_word(
    message: str, word: str, known: Iterable[str], *, hint: str | None = None
) -> ZipperError:
    """Return the error about a word that is none of `known`, with the nearest one."""
    known = tuple(known)
    near = hint or suggest(word.lower().replace("-", "_"), known)
    return ProjectError("ESETTINGS", message, facts=(("known", ", ".join(known)),), hint=near)


def error_about(message: str, *, hint: str | None = None) -> ZipperError:
    """Return the error about settings."""
    return ProjectError("ESETTINGS", message, hint=hint)
