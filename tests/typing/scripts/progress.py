"""Progress in a program's own display and log, from asyncio."""

from __future__ import annotations

import asyncio
import logging

import zipper
from zipper import events


def show(event: events.Event) -> None:
    match event:
        case events.FetchRetried(label, reason, _, wait_seconds):
            print(f"{label}: {reason}, again in {wait_seconds} s")
        case events.StageStarted(stage, total):
            print(stage, total)
        case _:
            pass


async def build_both() -> list[zipper.Package]:
    logging.getLogger("zipper").setLevel(logging.INFO)
    builds = (asyncio.to_thread(zipper.build, name, on_event=show) for name in ("a", "b"))
    return list(await asyncio.gather(*builds))
