"""How long each stage took. The only clock in zipper; no output but timings depends on it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zipper.events import OnEvent

__all__ = ["Clock"]


class Clock:
    """Measures stages that follow each other, and tells when one begins."""

    def __init__(self, on_event: OnEvent | None = None) -> None:
        self._on_event = on_event
        self._began = self._last = time.perf_counter()
        self._stage = ""
        self._seconds: dict[str, float] = {}

    def start(self, stage: str, total: int | None = None) -> None:
        """End the stage that is under way and begin another."""
        self._finish()
        self._stage = stage
        if self._on_event is not None:
            from zipper.events import StageStarted  # noqa: PLC0415  (where somebody listens)

            self._on_event(StageStarted(stage, total))

    def timings(self) -> dict[str, float]:
        """Return stage to seconds, and the `total`; ends the stage that is under way."""
        self._finish()
        self._stage = ""
        return {**self._seconds, "total": round(self._last - self._began, 6)}

    def _finish(self) -> None:
        now = time.perf_counter()
        if self._stage:
            elapsed = self._seconds.get(self._stage, 0.0) + now - self._last
            self._seconds[self._stage] = round(elapsed, 6)
        self._last = now
