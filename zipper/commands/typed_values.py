"""What was typed, as settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.settings.options import KEYS
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.settings.option_row import Option

__all__ = ["settings_from_values"]


def settings_from_values(values: Mapping[str, object]) -> Settings:
    """Return what was typed, in click's values, as the strongest settings.

    An option that was not given is None or empty in `values`, and None in the settings.

    Raises:
        UsageError: EUSAGE for what the option cannot have, such as a size without a number.
    """
    typed = {
        key: _judge(KEYS[key], value)
        for key, value in values.items()
        if value not in (None, ()) and key in KEYS
    }
    return Settings(**typed)  # type: ignore[arg-type]  # the rows say the types


def _judge(row: Option, value: object) -> object:
    """Return `value`, judged where click has not done so."""
    if value is not None and row.kind in ("size", "number", "count"):
        from zipper.settings.call import judge_keyword  # noqa: PLC0415  (for few options)

        return judge_keyword(value, row, f"`{row.typed[-1]}`")
    return value
