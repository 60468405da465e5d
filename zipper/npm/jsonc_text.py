"""JSON with comments and trailing commas, as bun writes its lockfile.

In: text. Out: the value; a key that appears twice is refused, which Python's reader passes over.
"""

from __future__ import annotations

import json
import re
from typing import Final

__all__ = ["JsoncFaultError", "blank_jsonc", "parse_jsonc"]

_COMMENT: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)

_COMMA: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])', re.DOTALL)

_TOKEN: Final = re.compile(r'(?P<key>"(?:[^"\\\n]|\\.)*")(?=\s*:)|"(?:[^"\\\n]|\\.)*"|[][{}]')

_CONFLICT: Final = re.compile(r"(?m)^(?:<{7} |={7}$|>{7} |\|{7} )")


class JsoncFaultError(ValueError):
    """What is wrong with the text, and where: line and column, counted from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def blank_jsonc(text: str) -> str:
    """Return `text` as JSON: blanks in place of comments and trailing commas, every place kept."""
    return _COMMA.sub(_blank, _COMMENT.sub(_blank, text))


def parse_jsonc(text: str) -> object:
    """Return the value of a JSON text that may have comments and trailing commas.

    Raises:
        JsoncFaultError: no such text; a merge conflict; a key that appears twice; half a character.
    """
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        raise JsoncFaultError(
            "it holds a merge conflict", text.count("\n", 0, conflict.start()) + 1
        )
    plain = blank_jsonc(text)
    try:
        value: object = json.loads(plain, object_pairs_hook=_read_pairs)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise JsoncFaultError(error.msg, error.lineno, error.colno) from None
    except _TwiceError:
        key, at = _find_twice(plain)
        line, column = plain.count("\n", 0, at) + 1, at - plain.rfind("\n", 0, at)
        raise JsoncFaultError(f"the key `{key[:200]}` appears twice", line, column) from None
    except RecursionError:
        raise JsoncFaultError("it is nested too deep") from None
    except UnicodeEncodeError:
        raise JsoncFaultError("a text in it has half a character") from None
    except ValueError:
        raise JsoncFaultError("it has a number of thousands of digits") from None
    return value


class _TwiceError(Exception):
    """An object has a key twice."""


def _find_twice(plain: str) -> tuple[str, int]:
    """Return the first key that its object has already, and where it is."""
    objects: list[set[str]] = []
    for token in _TOKEN.finditer(plain):
        if token[0] in ("{", "["):
            objects.append(set())
        elif token[0] in ("}", "]"):
            objects.pop()
        elif token["key"] is not None:
            key = json.loads(token["key"])
            if key in objects[-1]:
                return key, token.start()
            objects[-1].add(key)
    raise AssertionError(plain)


def _read_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError
    return found


def _blank(match: re.Match[str]) -> str:
    text = match[0]
    return text if text.startswith('"') else re.sub(r"[^\n]", " ", text)
