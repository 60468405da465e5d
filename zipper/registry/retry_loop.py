"""Repeats an exchange until it works or the policy gives up.

Input: a function that makes one attempt. Output: its result. What a fault means is decided where
it arises (`zipper.registry.faults`); how long to wait by `zipper.registry.retry_policy`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from zipper.events import Event, FetchRetried, OnEvent
from zipper.registry.faults import TransportFault

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event as Signal

    from zipper.registry.retry_policy import RetryPolicy

__all__ = ["Attempts", "GaveUpError"]

T = TypeVar("T")

_UNREACHABLE: Final = ("ENETWORK", "ETIMEDOUT")
"""Faults without an answer."""


class GaveUpError(Exception):
    """The last fault, after `attempts` tries and `waited_seconds` of waiting between them."""

    def __init__(self, fault: TransportFault, *, attempts: int, waited_seconds: float) -> None:
        super().__init__(fault.reason)
        self.fault = fault
        self.attempts = attempts
        self.waited_seconds = waited_seconds


@dataclass(frozen=True, slots=True)
class Attempts:
    """How a client repeats.

    Attributes:
        policy: how often, and the waits.
        on_event: called before each wait.
        stopped: set when the client closes: ends a wait and allows no further attempt.
        chance: from 0 to 1, anew for each wait.
    """

    policy: RetryPolicy
    on_event: OnEvent
    stopped: Signal
    chance: Callable[[], float] = random.random

    def run(self, label: str, attempt: Callable[[], T], *, host: str = "") -> T:
        """Return the result of the first attempt that raises no `TransportFault`.

        Args:
            label: of the request, for events.
            attempt: makes one.
            host: that is asked, for events.

        Raises:
            GaveUpError: no attempt is left, or the client was closed.
        """
        waited = 0.0
        number = 1
        while True:
            if self.stopped.is_set():
                closed = TransportFault("ENETWORK", "the build has ended", most_retries=0)
                raise GaveUpError(closed, attempts=number, waited_seconds=waited)
            try:
                return attempt()
            except TransportFault as fault:
                wait = self._wait_seconds(fault, number, waited)
                if wait is None:
                    raise GaveUpError(fault, attempts=number, waited_seconds=waited) from fault
                silent = host if fault.code in _UNREACHABLE else ""
                self._tell(FetchRetried(label, fault.reason, number, wait, silent))
                self.stopped.wait(wait)
                waited += wait
                number += 1

    def _wait_seconds(self, fault: TransportFault, number: int, waited: float) -> float | None:
        too_often = fault.most_retries is not None and number > fault.most_retries
        if too_often or self.stopped.is_set():
            return None
        asked = fault.usual_wait_seconds if fault.wait_seconds is None else fault.wait_seconds
        return self.policy.wait_seconds(
            number, asked_seconds=asked, waited_seconds=waited, chance=self.chance()
        )

    def _tell(self, event: Event) -> None:
        self.on_event(event)
