"""The parts of zips that one run has met, in memory: what functions share is looked at once.

In: the digest of a part, and its records of the directory. Out: what is known of it, the same
object for all threads.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from zipper.checks.parts import Known

if TYPE_CHECKING:
    from zipper.archive.runs import Run

__all__ = ["PartsInMemory"]

_FILES_MAX: Final = 200_000
"""Members of the parts that are kept; later ones take the place of earlier ones."""


class PartsInMemory:
    """A `zipper.checks.parts.KnownParts`. Safe in threads."""

    def __init__(self) -> None:
        self.runs: dict[bytes, tuple[Run, ...]] = {}
        """The records of the parts, by the name of the first."""
        self._lock = threading.Lock()
        self._by_digest: dict[str, tuple[Known, Run]] = {}
        self._files = 0

    def share(self, digest: str, run: Run) -> Known:
        """Return what is known of a part, by its digest; the first asker has it kept."""
        with self._lock:
            kept = self._by_digest.get(digest)
            if kept is not None:
                return kept[0]
            known = Known(digest, threading.RLock())
            self._by_digest[digest] = known, run
            others = self.runs.get(run.name, ())
            self.runs[run.name] = others if run in others else (*others, run)
            self._files += len(run)
            while self._files > _FILES_MAX and len(self._by_digest) > 1:
                self._drop(next(iter(self._by_digest)))
            return known

    def _drop(self, digest: str) -> None:
        _, run = self._by_digest.pop(digest)
        self._files -= len(run)
        self.runs[run.name] = tuple(one for one in self.runs[run.name] if one is not run)
