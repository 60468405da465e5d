"""What a function has logged: the events of CloudWatch Logs, in order, and those that come.

In: an account and a log group. Out: lines.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from zipper.deploy.aws import AwsError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.deploy.aws import Aws

__all__ = ["LogEvent", "follow_events", "read_events"]

_POLL_SECONDS: Final = 2.0
_LATE_MS: Final = 60_000
"""Events are indexed late, and out of order: so far back each question begins."""


class LogEvent(NamedTuple):
    """One line of a log."""

    event_id: str
    time_ms: int
    """Since 1970."""
    message: str
    stream: str


def read_events(aws: Aws, group: str, *, since_ms: int) -> Iterator[LogEvent]:
    """Yield the events since a time; none where nothing was logged yet.

    Raises:
        AwsError: as `Aws.call`.
    """
    try:
        for page in aws.pages("logs", "filter_log_events", logGroupName=group, startTime=since_ms):
            for row in page["events"]:
                yield LogEvent(
                    row.get("eventId", ""), row["timestamp"], row["message"], row["logStreamName"]
                )
    except AwsError as error:
        if error.aws_code != "ResourceNotFoundException":
            raise


def follow_events(aws: Aws, group: str, *, since_ms: int) -> Iterator[LogEvent]:
    """Yield the events since a time, and then each new one as it comes, without end.

    Raises:
        AwsError: as `Aws.call`.
    """
    seen: dict[str, int] = {}
    while True:
        for event in read_events(aws, group, since_ms=since_ms):
            key = event.event_id or f"{event.stream} {event.time_ms} {event.message}"
            if key not in seen:
                seen[key] = event.time_ms
                yield event
        since_ms = max([since_ms, *(known - _LATE_MS for known in seen.values())])
        seen = {key: known for key, known in seen.items() if known >= since_ms}
        time.sleep(_POLL_SECONDS)
