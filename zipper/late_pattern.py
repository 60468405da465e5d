"""`re.compile`, done when a pattern is first used.

A build whose sources have changed imports a hundred and forty patterns and uses thirty. Python
takes a tenth of a millisecond to compile one, and several for a large one: together as long as
esbuild takes for the sources.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

__all__ = ["late_pattern"]

if TYPE_CHECKING:
    late_pattern = re.compile
else:

    class late_pattern:  # noqa: N801  (to type checkers a function, which is what it is used as)
        """A `re.Pattern` in all but its class: only its own methods take it."""

        def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
            self._made_of = pattern, flags

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (a method of the pattern)
            """Return the pattern's own attribute, and keep it: this is called once for each."""
            value = getattr(re.compile(*self._made_of), name)
            setattr(self, name, value)
            return value
