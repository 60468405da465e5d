"""Event source mappings are made, changed and deleted; each takes Lambda a while.

In: an account, entries. Out: calls. A mapping that Lambda is still changing is waited for.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import zipper
from zipper.deploy.aws import AwsError
from zipper.deploy.event_entries import MADE
from zipper.deploy.mapping_answers import make_mapping_arguments
from zipper.deploy.roles import call_with_role
from zipper.errors import DeployError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.deploy.aws import Aws
    from zipper.deploy.event_entries import EventEntry

__all__ = ["add_mapping", "change_mapping", "remove_mapping"]

_SETTLE_SECONDS_MAX: Final = 180.0
"""How long a mapping may take to become what it was told to be."""
_SETTLED: Final = ("Enabled", "Disabled")


def add_mapping(aws: Aws, entry: EventEntry, *, role_changed: bool) -> None:
    """Make a mapping; one of the same source that is being deleted is waited for.

    Raises:
        DeployError: EREVISION where somebody else made it meanwhile.
        AwsError: as `Aws.call`.
    """
    arguments = {
        "FunctionName": entry.target,
        "EventSourceArn": entry.place,
        **make_mapping_arguments(entry),
        "Tags": {MADE: zipper.__version__},
    }
    waited = 0.0
    while True:
        try:
            call_with_role(
                aws, "create_event_source_mapping", role_changed=role_changed, **arguments
            )
        except AwsError as error:
            if error.aws_code != "ResourceConflictException":
                raise
            if waited >= _SETTLE_SECONDS_MAX or not _is_deleted_now(aws, entry):
                raise _changed(entry, "somebody else made it meanwhile") from error
            waited += _pause(waited)
        else:
            return


def _is_deleted_now(aws: Aws, entry: EventEntry) -> bool:
    """Whether a mapping of the same source is being deleted."""
    where = {"FunctionName": entry.target, "EventSourceArn": entry.place}
    answer = aws.call("lambda", "list_event_source_mappings", **where)
    return any(row.get("State") == "Deleting" for row in answer["EventSourceMappings"])


def change_mapping(aws: Aws, wanted: EventEntry, present: EventEntry, names: Sequence[str]) -> None:
    """Change the options `names` of a mapping, and the function that it leads to.

    Raises:
        DeployError: EREVISION where it does not settle.
        AwsError: as `Aws.call`.
    """
    arguments = make_mapping_arguments(wanted, names)
    if wanted.target != present.target:
        arguments["FunctionName"] = wanted.target
    _call_when_settled(aws, present, "update_event_source_mapping", arguments)


def remove_mapping(aws: Aws, entry: EventEntry) -> None:
    """Delete a mapping.

    Raises:
        DeployError: EREVISION where it does not settle.
        AwsError: as `Aws.call`.
    """
    _call_when_settled(aws, entry, "delete_event_source_mapping", {})


def _call_when_settled(
    aws: Aws, entry: EventEntry, operation: str, arguments: dict[str, Any]
) -> None:
    """Call when no change of the mapping is under way; one that is being deleted is left alone."""
    waited = 0.0
    while True:
        answer = aws.call("lambda", "get_event_source_mapping", UUID=entry.name)
        if answer.get("State") == "Deleting":
            return
        try:
            if answer.get("State", "Enabled") in _SETTLED:
                aws.call("lambda", operation, UUID=entry.name, **arguments)
                return
        except AwsError as error:
            if error.aws_code != "ResourceInUseException":
                raise
        if waited >= _SETTLE_SECONDS_MAX:
            raise _changed(entry, f"it has been {answer.get('State')} for {waited:.0f} s")
        waited += _pause(waited)


def _pause(waited: float) -> float:
    pause = min(8.0, 1.0 + waited / 2)
    time.sleep(pause)
    return pause


def _changed(entry: EventEntry, how: str) -> DeployError:
    return DeployError(
        "EREVISION",
        f"the {entry.kind} of `{entry.place}` was changed during this deployment: {how}",
        hint="the same command again compares anew",
    )
