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

_CONTENT_MAX_BYTES: Final = 64 * 1024 * 1024
"""Bytes of parts that are kept, of those that several zips have; the first come first."""


class PartsInMemory:
    """A `zipper.checks.parts.KnownParts`. Safe in threads."""

    def __init__(self) -> None:
        self.is_alone = False
        """Whether one zip is judged, so that nothing is kept for others."""
        self.runs: dict[bytes, tuple[Run, ...]] = {}
        """The records of the parts, by the name of the first."""
        self._lock = threading.Lock()
        self._by_digest: dict[str, tuple[Known, Run]] = {}
        self._contents: dict[Run, tuple[tuple[bytes, Known], ...]] = {}
        self._files = 0
        self._room = _CONTENT_MAX_BYTES

    def find(self, run: Run, content: bytes) -> Known | None:
        """Return what is known of a part by its records and bytes, where the latter are kept."""
        for kept, known in self._contents.get(run, ()):
            if kept == content:
                return known
        return None

    def share(self, digest: str, run: Run, content: bytes | None = None) -> Known:
        """Return what is known of a part, by its digest; the first asker has it kept.

        Its bytes are kept where they are given.
        """
        with self._lock:
            known = self._keep(digest, run)
            if content is not None and len(content) <= self._room:
                self._room -= len(content)
                self._contents[run] = (*self._contents.get(run, ()), (content, known))
            return known

    def _keep(self, digest: str, run: Run) -> Known:
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
        known, run = self._by_digest.pop(digest)
        known.memory.clear()  # it leads back to itself
        self._files -= len(run)
        self._room += sum(len(content) for content, _ in self._contents.pop(run, ()))
        self.runs[run.name] = tuple(one for one in self.runs[run.name] if one is not run)
