"""A first table of settings, with a comment for each key.

In: what was seen in the project. Out: TOML text for `[tool.zipper]`, which `zipper init` writes.
What is certain is set; the rest is there as a comment to be uncommented.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from zipper.settings.options import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["write_first_settings"]

_FUNCTIONS: Final = (
    "# Several functions: a table for each; what one leaves out comes from the table above."
)

_FUNCTION: Final = {"name": "orders", "project": "functions/orders", "handler": "index.handler"}


def write_first_settings(
    known: Mapping[str, object], functions: Sequence[Mapping[str, object]] = ()
) -> str:
    """Return the text of the table.

    Args:
        known: the values that the project itself tells; a key that is not there is commented out.
        functions: name, project and so on of each of several functions; none for a single one.
    """
    lines = [*_lines(known), "", _FUNCTIONS]
    mark = "" if functions else "# "
    for number, function in enumerate(functions or (_FUNCTION,)):
        lines += [*([""] if number else []), f"{mark}[[tool.zipper.functions]]"]
        lines += [f"{mark}{_assign(key, value)}" for key, value in function.items()]
    return "\n".join(lines) + "\n"


def _lines(known: Mapping[str, object]) -> Iterator[str]:
    yield "[tool.zipper]"
    for key, row in KEYS.items():
        if row.example is None and key not in known:
            continue
        summary = row.sentence.rstrip(".")
        choices = f": {', '.join(row.choices)}" if row.choices else ""
        yield f"# {summary}{choices}."
        value = known.get(key, row.example)
        mark = "" if key in known else "# "
        yield f"{mark}{_assign(key, value)}"


def _assign(key: str, value: object) -> str:
    # JSON's texts, lists, numbers and booleans are TOML's too.
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"
