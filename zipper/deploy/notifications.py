"""The notifications of a bucket, which S3 keeps as one list that is replaced whole.

In: a bucket, rows to add and to take away. Out: nothing, or an error. S3 has no lock for the list:
of two programs that write it at once, one loses. So the list is read right before it is written,
what others have in it is put back as it was, and it is read again when others had time to write
what they had read before. A row that is lost then is written once more.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from zipper.deploy.aws import AwsError
from zipper.deploy.event_answers import read_notifications, write_notification
from zipper.deploy.event_reading import find_bucket_notifications
from zipper.errors import DeployError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.deploy.aws import Aws
    from zipper.deploy.event_entries import EventEntry

__all__ = ["merge_notifications", "write_notifications"]

_TRIES: Final = 2
_LOOKS: Final = 2
"""How often the rows have to be seen after they were written."""
_PAUSE_SECONDS: Final = 1.0
"""Before each look: longer than another deployment takes from reading the list to writing it."""
_VALIDATION_SECONDS_MAX: Final = 20.0
"""How long S3 may not know of the statement that lets it call the function."""
_CANNOT_VALIDATE: Final = "Unable to validate the following destination configurations"


def merge_notifications(
    configuration: dict[str, Any], adds: Sequence[EventEntry], removes: Sequence[EventEntry]
) -> dict[str, Any]:
    """Return a bucket's configuration with rows added and taken away; all else as it was."""
    rows = configuration.get("LambdaFunctionConfigurations") or []
    gone = {(entry.name, entry.target) for entry in removes}
    kept = [row for row in rows if (row.get("Id"), row["LambdaFunctionArn"]) not in gone]
    there = {
        entry.identity for entry in read_notifications({"LambdaFunctionConfigurations": kept}, "")
    }
    added = [
        write_notification(entry)
        for entry in adds
        if entry._replace(place="").identity not in there
    ]
    rest = {k: v for k, v in configuration.items() if k != "LambdaFunctionConfigurations"}
    rows = [*kept, *added]
    return {**rest, "LambdaFunctionConfigurations": rows} if rows else rest


def write_notifications(
    aws: Aws, bucket: str, adds: Sequence[EventEntry], removes: Sequence[EventEntry]
) -> None:
    """Add rows to the bucket's list, and take rows away.

    Raises:
        DeployError: ENOTIFICATION where others write the list all the time, and lose ours.
        AwsError: as `Aws.call`.
    """
    for _ in range(_TRIES):
        before = find_bucket_notifications(aws, bucket)
        after = merge_notifications(before, adds, removes)
        if after != before:
            _put(aws, bucket, after)
        if _is_kept(aws, bucket, adds, removes):
            return
    raise DeployError(
        "ENOTIFICATION",
        f"the notifications of `{bucket}` do not stay as they were written",
        facts=(("tries", str(_TRIES)),),
        hint="another program writes them, too: stop it, and run the same command again",
    )


def _put(aws: Aws, bucket: str, configuration: dict[str, Any]) -> None:
    waited = 0.0
    while True:
        try:
            aws.call(
                "s3",
                "put_bucket_notification_configuration",
                Bucket=bucket.rpartition(":")[2],
                NotificationConfiguration=configuration,
            )
        except AwsError as error:
            if _CANNOT_VALIDATE not in error.message or waited >= _VALIDATION_SECONDS_MAX:
                raise
            # A statement that was just made is not known everywhere yet.
            pause = min(5.0, 1.0 + waited)
            time.sleep(pause)
            waited += pause
        else:
            return


def _is_kept(
    aws: Aws, bucket: str, adds: Sequence[EventEntry], removes: Sequence[EventEntry]
) -> bool:
    """Whether the rows are, and stay, as they were written.

    S3 may show an older list for a while, so that one look that misses something is not the last.
    """
    seen = missed = 0
    while seen < _LOOKS and missed < _LOOKS:
        time.sleep(_PAUSE_SECONDS)
        configuration = find_bucket_notifications(aws, bucket)
        if merge_notifications(configuration, adds, removes) == configuration:
            seen += 1
        else:
            seen, missed = 0, missed + 1
    return seen >= _LOOKS
