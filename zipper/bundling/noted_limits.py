"""What keeps packages' files out of a bundle, noted by package and file: both never change.

In: inputs of a bundle. Out: their limits. See `zipper.bundling.bundle_limits`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from zipper.bundling.bundle_limits import Limit, find_limits
from zipper.store.notes import BUNDLE_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zipper.store.notes import Notebook, Value

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
        self._known: dict[str, tuple[Limit, ...]] = {}

    def find(self, paths: Sequence[str]) -> dict[str, tuple[Limit, ...]]:
        """Return the limits of each input."""
        unknown = [path for path in paths if path not in self._known and path.endswith(_CODE)]
        self._recall(unknown)
        fresh = []
        for path in unknown:
            if path not in self._known:
                limits = self._known[path] = find_limits(self._read(path))
                inputs = self._inputs(path)
                if inputs is not None:
                    fresh.append((inputs, json.dumps(limits).encode("ascii")))
        self._notebook.remember_many(BUNDLE_LIMITS, fresh)
        return {path: self._known.get(path, ()) for path in paths}

    def _recall(self, paths: Sequence[str]) -> None:
        rows = [(path, inputs) for path in paths if (inputs := self._inputs(path)) is not None]
        noted = self._notebook.recall_many(BUNDLE_LIMITS, [inputs for _, inputs in rows])
        for number, body in noted.items():
            self._known[rows[number][0]] = tuple(Limit(*row) for row in json.loads(body))

    def _inputs(self, path: str) -> dict[str, Value] | None:
        found = self._name(path)
        return None if found is None else {"package": found[0], "file": found[1]}
