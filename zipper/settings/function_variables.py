"""The environment variables of a function, as options and settings give them.

In: `NAME=VALUE` texts and NODE_OPTIONS. Out: a mapping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["find_variables"]


def find_variables(texts: Iterable[str], node_options: str | None = None) -> dict[str, str]:
    """Return the variables by name; what NODE_OPTIONS has a setting of its own for wins.

    Raises:
        UsageError: EUSAGE for a text without `=`, or without a name before it.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, mark, value = text.partition("=")
        if not mark or not name:
            raise UsageError(
                "EUSAGE", f"`--env {text}` has no value", hint="write `--env NAME=VALUE`"
            )
        found[name] = value
    if node_options:
        found["NODE_OPTIONS"] = node_options
    return found
