"""JSON text to an object, with npm's EJSONPARSE where it is none."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Final

from zipper.errors import LockfileError, ProjectError, ZipperError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["find_object", "map_of", "parse_json_object"]

_SURROGATE: Final = r"\\u[dD][89a-fA-F]"


def map_of(value: object) -> Mapping[str, object]:
    """Return a decoded value that is an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def find_object(data: bytes | None) -> Mapping[str, object]:
    """Return the object in a JSON text; an empty one where there is none."""
    try:
        return map_of(json.loads(data or b"{}"))
    except (ValueError, RecursionError):
        return {}


def parse_json_object(
    text: str | bytes, *, path: str, error: type[ZipperError] = ProjectError
) -> Mapping[str, object]:
    """Return the object in `text`.

    Args:
        text: UTF-8, with or without a byte order mark, which npm takes too.
        path: for messages.
        error: the class of what is raised.

    Raises:
        ZipperError: of class `error`, EJSONPARSE, with line and column, where it is not UTF-8,
            not JSON, nested too deep, or no object; where a number has thousands of digits, or a
            text has half a character (a lone surrogate), which no file can be called.
    """
    try:
        # The codec `utf-8-sig` does the same, and is imported for it.
        decoded = text.removeprefix(BOM_UTF8).decode() if isinstance(text, bytes) else text
        value = json.loads(decoded)
        if "\\u" in decoded and re.search(_SURROGATE, decoded):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as cause:
        raise error(
            "EJSONPARSE",
            f"`{path}` is not JSON: {cause.msg} at line {cause.lineno}, column {cause.colno}",
            facts=(("line", _excerpt(cause)),) if cause.doc.lstrip().startswith("{") else (),
            hint=_hint(cause.doc, error),
        ) from cause
    except UnicodeEncodeError as cause:
        half = ascii(cause.object[cause.start])
        raise error("EJSONPARSE", f"`{path}` has half a character in a text: {half}") from cause
    except UnicodeDecodeError as cause:
        raise error(
            "EJSONPARSE",
            f"`{path}` is not UTF-8: byte {cause.start} is 0x{cause.object[cause.start]:02x}",
            hint="save it as UTF-8",
        ) from cause
    except RecursionError as cause:
        raise error("EJSONPARSE", f"`{path}` is nested too deep") from cause
    except ValueError as cause:
        raise error("EJSONPARSE", f"`{path}` has a number of thousands of digits") from cause
    if not isinstance(value, dict):
        raise error("EJSONPARSE", f"`{path}` holds no JSON object, but {_kind(value)}")
    return value


def _excerpt(cause: json.JSONDecodeError) -> str:
    """Return the culprit's line with a caret below the column.

    Of what has no brace in front nothing is shown: the name may be a link to anything, a file of
    tokens too.
    """
    start = max(cause.pos - cause.colno + 1, cause.pos - 60, 0)
    end = cause.doc.find("\n", cause.pos)
    line = cause.doc[start : end if end >= 0 else None][:100].replace("\t", " ")
    return f"{line}\n{' ' * (cause.pos - start)}^"


def _hint(text: str, error: type[ZipperError]) -> str:
    if "<<<<<<<" in text:
        return "it holds conflict marks of a merge: resolve them first"
    if issubclass(error, LockfileError):
        return "restore it from version control, or delete it and run `python -m zipper resolve`"
    return "JSON has no comments, no trailing commas, and double quotes only"


def _kind(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
