"""What Lambda lets a function use, now and at its preview.

In: a name. Out: `Limits`, and refusals of what cannot be asked for. Enforcing them belongs to
`zipper.node.sandbox` (files, processes, space), `zipper.node.connection` (memory) and
`zipper.node.execution` (time).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from zipper.errors import UsageError

__all__ = ["LIMITS", "MEBIBYTE", "PREVIEW", "STANDARD", "Limits", "check_event", "check_limits"]

MEBIBYTE: Final = 1024 * 1024
"""AWS's "MB"."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one generation of the service.

    Source: Lambda's quotas as of 2026-11-23 for `standard`, its timeout from botocore 1.44.8; the
    2014-11-11 API and AWS's talks of 2015 for `preview`. The response's bytes are
    those of the service's own error message.
    """

    name: str
    memory_mb_min: int = 128
    memory_mb_max: int = 10_240
    timeout_seconds_max: float = 1800
    init_seconds: float = 10
    files: int = 1024
    """Open file descriptors."""
    processes: int = 1024
    """Processes and threads together."""
    space_bytes: int = 512 * MEBIBYTE
    """Temporary space below /tmp."""
    response_bytes: int = 6_291_556
    stream_bytes: int = 200 * MEBIBYTE
    package_bytes: int = 262_144_000
    """Function and layers, unzipped: must be smaller than this."""
    event_bytes: int = 6 * MEBIBYTE
    layers: int = 5


STANDARD: Final = Limits("standard")
PREVIEW: Final = Limits("preview", memory_mb_max=1024, timeout_seconds_max=60)
LIMITS: Final[dict[str, Limits]] = {limits.name: limits for limits in (STANDARD, PREVIEW)}


def check_limits(
    limits: Limits, *, memory_mb: int, timeout_seconds: float, layers: int, concurrency: int
) -> None:
    """Refuse settings that Lambda would refuse.

    Raises:
        UsageError: EUSAGE for memory, a timeout or a number of layers outside of `limits`.
    """
    if not limits.memory_mb_min <= memory_mb <= limits.memory_mb_max:
        raise _outside("memory", f"{memory_mb} MB", limits.memory_mb_min, limits.memory_mb_max)
    if not 0 < timeout_seconds <= limits.timeout_seconds_max:
        raise _outside("timeout", f"{timeout_seconds:g} s", 1, limits.timeout_seconds_max)
    if layers > limits.layers:
        raise _outside("number of layers", str(layers), 0, limits.layers)
    if concurrency < 1:
        raise _outside("concurrency", str(concurrency), 1, "what this machine can bear")


def check_event(event: bytes, limits: Limits) -> None:
    """Refuse an event that Lambda would refuse.

    Raises:
        UsageError: EUSAGE for one that is too large, or no JSON.
    """
    if len(event) > limits.event_bytes:
        raise UsageError(
            "EUSAGE", f"the event has {len(event):,} bytes, Lambda takes {limits.event_bytes:,}"
        )
    try:
        json.loads(event)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            "EUSAGE", f"the event is not JSON: {error}", hint="pass one JSON document"
        ) from error


def _outside(what: str, asked: str, least: float, most: float | str) -> UsageError:
    shown = most if isinstance(most, str) else f"{most:g}"
    return UsageError(
        "EUSAGE",
        f"the {what} cannot be {asked}",
        facts=(("from", f"{least:g}"), ("to", shown)),
        hint="choose a value that Lambda accepts",
    )
