"""Whether the zip that a build would write is there already.

In: the plan and the zip's place. Out: whether an earlier build wrote this very plan there, and the
file has not been touched since. Nothing else is said: findings, handler and verdict are worked out
anew, or recalled for themselves.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, Final

from zipper.pipeline.hashing import Written, hash_output, hash_plan, measure_hashed, recall_hash
from zipper.store.notes import BUILT

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.archive.plan import Plan
    from zipper.store.store_zips import Store

__all__ = ["BuildNote"]

_SETTLED_NS: Final = 50_000_000
"""Systems count the time of a change in ticks of up to ten milliseconds: a file that was changed as
lately as this may be changed again and look the same."""


class BuildNote:
    """What is noted of the zip at `output`; losing it costs time, no more."""

    def __init__(self, output: Path, fingerprint: str, store: Store) -> None:
        self._output = output
        self._fingerprint = fingerprint
        self._store = store
        self._inputs = (str(output), fingerprint)

    def find_written(self) -> Written | None:
        """Return size and `code_sha256` of the zip if it is there, untouched since it was written.

        None where it is not, or was written from another plan.
        """
        with contextlib.suppress(OSError):
            if self._store.notebook.recall(BUILT, self._inputs, self._is_untouched) is not None:
                return measure_hashed(self._output, self._fingerprint, self._store)
        return None

    def find_same(self, contents: Plan) -> Written | None:
        """Return size and `code_sha256` of the zip if it has the bytes that the plan makes.

        Whoever wrote it: another machine, or this one before its cache was removed.
        """
        try:
            found, size = hash_output(self._output), self._output.stat().st_size
        except OSError:
            return None
        if found != (recall_hash(self._fingerprint, self._store) or hash_plan(contents)):
            return None
        self.remember()
        return Written(size, found)

    def remember(self) -> None:
        """Note that the zip is what the plan makes."""
        stamp = self._look()
        if stamp is not None and self._fingerprint:
            is_settled = time.time_ns() - stamp[-1] > _SETTLED_NS
            self._store.notebook.remember(BUILT, self._inputs, b"", (stamp, is_settled))

    def _is_untouched(self, witnesses: Any) -> bool:  # noqa: ANN401  (what `remember` noted)
        stamp, is_settled = witnesses
        if stamp != self._look():
            return False
        if is_settled:
            return True
        expected = recall_hash(self._fingerprint, self._store)
        if expected is None or hash_output(self._output) != expected:
            return False
        self.remember()
        return True

    def _look(self) -> tuple[int, ...] | None:
        try:
            status = self._output.stat()
        except OSError:
            return None
        return (status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)
