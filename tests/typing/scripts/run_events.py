"""A function's own tests: events in, answers out."""

from __future__ import annotations

import json
from pathlib import Path

import zipper


def call(zipped: Path, body: dict[str, object]) -> object:
    result: zipper.RunResult = zipper.run(
        zipped,
        events=[{"body": json.dumps(body)}, Path("events/warm.json"), b"{}"],
        environment={"TABLE": "orders"},
        memory_mb=512,
        timeout_seconds=10,
        network=False,
    )
    assert result.ok, [one.error for one in result.invocations]
    first: zipper.Invocation = result.invocations[0]
    return None if first.response is None else json.loads(first.response)
