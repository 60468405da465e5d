"""What keeps packages' files out of a bundle, noted by package: its files never change.

In: inputs of a bundle. Out: their limits. See `zipper.bundling.bundle_limits`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from zipper.bundling.bundle_limits import Limit, find_limits
from zipper.store.notes import BUNDLE_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zipper.store.notes import Notebook

__all__ = ["NotedLimits"]

_CODE = (".js", ".cjs", ".mjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")


class NotedLimits:
    """The limits of one bundle's inputs.

    Args:
        notebook: where they are noted.
        name: returns what an input is, for good; None for one that may change.
        read: returns its content.
    """

    def __init__(
        self,
        notebook: Notebook,
        *,
        name: Callable[[str], tuple[str, str] | None],
        read: Callable[[str], bytes],
    ) -> None:
        self._notebook = notebook
        self._name = name
        self._read = read
        self._noted: dict[str, dict[str, tuple[Limit, ...]]] = {}
        """What is known of each package that was asked about, by its file."""
        self._own: dict[str, tuple[Limit, ...]] = {}
        """What is known of files that may change, by their path."""

    def find(self, paths: Sequence[str]) -> dict[str, tuple[Limit, ...]]:
        """Return the limits of each input."""
        names = {path: self._name(path) for path in paths if path.endswith(_CODE)}
        self._recall({name[0] for name in names.values() if name is not None})
        fresh: set[str] = set()
        found: dict[str, tuple[Limit, ...]] = dict.fromkeys(paths, ())
        for path, name in names.items():
            known, key = (self._own, path) if name is None else (self._noted[name[0]], name[1])
            if key not in known:
                known[key] = find_limits(self._read(path))
                fresh |= set() if name is None else {name[0]}
            found[path] = known[key]
        bodies = [(one, json.dumps(self._noted[one]).encode("ascii")) for one in fresh]
        self._notebook.remember_many(BUNDLE_LIMITS, bodies)
        return found

    def _recall(self, packages: set[str]) -> None:
        unknown = sorted(packages - self._noted.keys())
        noted = self._notebook.recall_many(BUNDLE_LIMITS, unknown)
        for number, package in enumerate(unknown):
            rows = json.loads(noted.get(number, b"{}"))
            self._noted[package] = {
                file: tuple(Limit(*limit) for limit in limits) for file, limits in rows.items()
            }
