"""The zips that the settings name, of which each function looks for those in its own folder.

In: outputs. Out: places. A thousand functions name a thousand zips: that each compares all of them
would be a million comparisons.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["WrittenZips", "find_place"]


class WrittenZips:
    """Outputs by where they are.

    Attributes:
        folders: outputs that name a folder, where the zip has the project's name.
    """

    def __init__(self, outputs: Iterable[str]) -> None:
        known = dict.fromkeys(outputs)
        self._rows = sorted((str(find_place(output)), output) for output in known if output)
        self.folders = [one for one in known if not one or one.endswith(("/", os.sep))]

    def below(self, folder: str | os.PathLike[str]) -> dict[str, str]:
        """Return place to output of those in a folder at any depth, and of the folder itself."""
        real = os.path.realpath(folder).rstrip(os.sep)
        first = bisect_left(self._rows, (real,))
        last = bisect_left(self._rows, (real + chr(ord(os.sep) + 1),))
        return {
            place: output
            for place, output in self._rows[first:last]
            if place == real or place.startswith(real + os.sep)
        }

    def all(self) -> dict[str, str]:
        """Return place to output of all."""
        return dict(self._rows)


def find_place(output: str) -> Path:
    """Return where `output` is: its folder without links, and in it what the rename replaces."""
    path = Path(output)
    real = os.path.realpath  # unlike a Path's it takes links that go round in a circle
    return Path(real(path.parent), path.name)
