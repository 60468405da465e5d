"""Stages are measured one after another."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from zipper.events import StageStarted
from zipper.pipeline.session import Clock

if TYPE_CHECKING:
    from zipper.events import Event


def test_stages_follow_each_other() -> None:
    """Each stage has its seconds, in order, and the total is at least their sum."""
    clock = Clock()
    clock.start("read")
    time.sleep(0.02)
    clock.start("write")
    timings = clock.timings()

    assert ["read", "write", "total"] == list(timings)
    assert timings["read"] >= 0.02 > timings["write"]
    assert timings["total"] >= timings["read"] + timings["write"] - 1e-5


def test_stage_that_comes_again_is_added() -> None:
    """One stage that is begun twice has the seconds of both."""
    clock = Clock()
    for _ in range(2):
        clock.start("read")
        time.sleep(0.01)
        clock.start("write")

    assert clock.timings()["read"] >= 0.02


def test_timings_end_the_stage() -> None:
    """What comes after asking for the timings is in no stage."""
    clock = Clock()
    clock.start("read")
    first = clock.timings()
    time.sleep(0.02)

    assert first["read"] == clock.timings()["read"]


def test_stages_are_told() -> None:
    """The callback hears of each stage with its total."""
    events: list[Event] = []
    clock = Clock(events.append)
    clock.start("read")
    clock.start("fetch", total=3)

    assert [StageStarted("read"), StageStarted("fetch", 3)] == events
