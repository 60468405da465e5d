"""An esbuild that waits for its next run, for a process that builds again and again.

In: executables. Out: an `Esbuild`, whose sandbox was made before it was needed. A sandbox ends with
the thread that made it, so that only those of the thread that made the `SpareEsbuild` are kept.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from zipper.bundling.esbuild_process import Esbuild
from zipper.errors import ZipperError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SpareEsbuild"]


class SpareEsbuild:
    """At most one esbuild that is ready; safe in threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._thread = threading.get_ident()
        self._ready: Esbuild | None = None
        self._passing: set[Esbuild] = set()
        self._last: Path | None = None

    def take(self, executable: Path) -> Esbuild:
        """Return the one that is ready, or a new one; it is the caller's until `give_back`.

        Raises:
            OutputError: as `Esbuild`.
        """
        self._last = executable
        with self._guard:
            ready, self._ready = self._ready, None
        if ready is not None:
            if ready.executable == executable and ready.is_ready:
                return ready
            self._close(ready)
        made = Esbuild(executable)
        if threading.get_ident() != self._thread:
            self._passing.add(made)
        return made

    def give_back(self, esbuild: Esbuild) -> None:
        """Keep `esbuild` for the next run, where it can serve again and none is kept."""
        with self._guard:
            if self._ready is None and esbuild.is_ready and esbuild not in self._passing:
                self._ready = esbuild
                return
        self._close(esbuild)

    def prepare(self) -> None:
        """Make one ready of the executable that was taken last, where none is."""
        if self._ready is None and self._last is not None:
            try:
                self._ready = Esbuild(self._last)
            except ZipperError:
                return  # the next build says what is wrong

    def close(self) -> None:
        """End the one that is kept."""
        if self._ready is not None:
            self._close(self._ready)
            self._ready = None

    def _close(self, esbuild: Esbuild) -> None:
        self._passing.discard(esbuild)
        esbuild.close()
