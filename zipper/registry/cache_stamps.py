"""By what it is known that the cache would still give the packuments that it once gave.

In: what was where, when an answer was taken. Out: whether it still is there and may be used
unasked. Costs a look at each file and reads none.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from zipper.named_tuple import NamedTuple
from zipper.registry.freshness import Terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Stamp"]


class Stamp(NamedTuple):
    """A place in the cache of packuments, and what was there.

    A file of the cache is never changed, only replaced or confirmed, so its size and the moment of
    its last confirmation tell it from every other.
    """

    file: str
    """Relative to the cache's folder."""
    size_bytes: int | None
    """None where there was nothing, so that another form was looked for."""
    confirmed_at: float = 0.0
    fresh_seconds: float = 0.0

    def holds(self, folder: Path, may_use: Callable[[Terms], bool]) -> bool:
        """Return whether a look into `folder` would lead to the same answer, unasked."""
        try:
            status = os.stat(f"{folder}/{self.file}")  # noqa: PTH116  (a Path for each is slower)
        except OSError:
            return self.size_bytes is None
        if (status.st_size, status.st_mtime) != (self.size_bytes, self.confirmed_at):
            return False
        terms = Terms(
            is_full=True, fresh_seconds=self.fresh_seconds, confirmed_at=self.confirmed_at
        )
        return may_use(terms)
