"""Events in the standard library's log, for programs that have one.

In: the caller's callback. Out: the callback for the pipeline. Nothing is logged, and `logging` is
not imported, where the program has not imported it and turned the logger `zipper` on.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zipper.events import Event, OnEvent

__all__ = ["listener"]


def listener(on_event: OnEvent | None) -> OnEvent | None:
    """Return a callback that logs each event and passes it on; `on_event` where nothing is logged.

    A retry is a warning, a stage an info, all else is for debugging.
    """
    logging = sys.modules.get("logging")
    if logging is None:
        return on_event
    from zipper.events import FetchRetried, StageStarted  # noqa: PLC0415  (for a log only)

    logger = logging.getLogger("zipper")
    if not logger.handlers:
        # Without it, logging prints warnings where a program has set up nothing.
        logger.addHandler(logging.NullHandler())

    def log(event: Event) -> None:
        level = logging.DEBUG
        if isinstance(event, FetchRetried):
            level = logging.WARNING
        elif isinstance(event, StageStarted):
            level = logging.INFO
        if logger.isEnabledFor(level):
            logger.log(level, "%s", event)
        if on_event is not None:
            on_event(event)

    return log
