"""What is asked of a function in AWS without building it: its state, an answer, its log, its past.

In: where the function is. Out: values.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from zipper.deploy.applying import move_alias
from zipper.deploy.invoking import Answer, invoke
from zipper.deploy.log_events import LogEvent, follow_events, read_events
from zipper.deploy.present import find_former, read_alias
from zipper.deploy.reading import find_function, require_function
from zipper.errors import DeployError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.deploy.aws import Aws
    from zipper.deploy.present import Alias, Present
    from zipper.pipeline.deploying import FunctionPlace

__all__ = [
    "RolledBack",
    "ShownStatus",
    "Status",
    "invoke_function",
    "read_log",
    "read_status",
    "roll_back",
    "show_status",
]


class Status(NamedTuple):
    """A function as it is in AWS."""

    function_name: str
    region: str
    function: Present
    alias: Alias | None
    aliased: Present | None
    """The version that the alias points to."""


class ShownStatus(NamedTuple):
    """A function as `status --json` prints it; of its variables the names alone."""

    function_name: str
    region: str
    arn: str
    code_sha256: str
    runtime: str
    architecture: str
    handler: str
    role: str
    memory: int
    """In MB."""
    timeout: int
    """In seconds."""
    variables: tuple[str, ...]
    state: str
    last_update_status: str
    reason: str
    last_modified: str
    alias: str | None
    version: str | None
    """What the alias points to."""
    version_code_sha256: str | None
    version_description: str | None


class RolledBack(NamedTuple):
    """An alias that was moved."""

    alias: str
    from_version: str
    to_version: str


def read_status(place: FunctionPlace) -> Status:
    """Return what the function is, and where its alias points to.

    Raises:
        DeployError: ENOFUNCTION.
        AwsError: as `Aws.call`.
    """
    aws, name = place.aws, place.function_name
    function = require_function(aws, name)
    alias = _find_alias(aws, name, place.values.get("alias"))
    aliased = None if alias is None else find_function(aws, name, alias.version)
    return Status(name, aws.region, function, alias, aliased)


def show_status(status: Status) -> ShownStatus:
    """Return what may be printed of it."""
    shown, alias, version = status.function, status.alias, status.aliased
    return ShownStatus(
        function_name=status.function_name,
        region=status.region,
        arn=shown.arn,
        code_sha256=shown.code_sha256,
        runtime=shown.runtime,
        architecture=shown.architecture,
        handler=shown.handler,
        role=shown.role,
        memory=shown.memory,
        timeout=shown.timeout,
        variables=tuple(sorted(shown.environment)),
        state=shown.state,
        last_update_status=shown.update,
        reason=shown.reason,
        last_modified=shown.last_modified,
        alias=None if alias is None else alias.name,
        version=None if alias is None else alias.version,
        version_code_sha256=None if version is None else version.code_sha256,
        version_description=None if version is None else version.description,
    )


def invoke_function(place: FunctionPlace, event: bytes, *, qualifier: str | None) -> Answer:
    """Invoke the function: a version, or its alias, or what was uploaded last where it has none.

    Raises:
        DeployError: ENOFUNCTION.
        AwsError: as `Aws.call`.
    """
    qualifier = qualifier or place.values.get("alias")
    require_function(place.aws, place.function_name, qualifier)
    return invoke(place.aws, place.function_name, event, qualifier=qualifier)


def read_log(place: FunctionPlace, *, since_seconds: float, follows: bool) -> Iterator[LogEvent]:
    """Yield what the function has logged since so many seconds ago, and with `follows` what comes.

    Raises:
        DeployError: ENOFUNCTION.
        AwsError: as `Aws.call`.
    """
    group = require_function(place.aws, place.function_name).log_group
    since_ms = max(0, int((time.time() - since_seconds) * 1000))
    return (follow_events if follows else read_events)(place.aws, group, since_ms=since_ms)


def roll_back(place: FunctionPlace, *, to_version: str | None) -> RolledBack:
    """Move the alias to the version that it had before, or to `to_version`.

    Raises:
        UsageError: EUSAGE without an alias.
        DeployError: ENOFUNCTION, EROLLBACK where the former version is not known, or not there;
            EREVISION where somebody else has moved the alias.
        AwsError: as `Aws.call`.
    """
    aws, name, alias_name = place.aws, place.function_name, place.values.get("alias")
    if not alias_name:
        raise UsageError(
            "EUSAGE",
            "only an alias can be moved back, and none is said",
            hint="`--alias live`, or `alias` in `[tool.zipper.deploy]`",
        )
    require_function(aws, name)
    alias = _find_alias(aws, name, alias_name)
    if alias is None:
        raise DeployError(
            "ENOFUNCTION",
            f"`{name}` has no alias `{alias_name}`",
            hint=f"`python -m zipper deploy --alias {alias_name}` makes it",
        )
    former = to_version or find_former(_description(aws, name, alias.version))
    if former is None:
        raise DeployError(
            "EROLLBACK",
            f"version {alias.version} of `{name}` does not say which one was before it",
            hint="`--to VERSION` names one",
        )
    if find_function(aws, name, former) is None:
        raise DeployError(
            "EROLLBACK",
            f"version {former} of `{name}` is not there any more",
            hint="`--to VERSION` names another one",
        )
    if former != alias.version or alias.has_weights:
        move_alias(aws, name, alias_name, alias, former)
    return RolledBack(alias_name, alias.version, former)


def _find_alias(aws: Aws, name: str, alias_name: str | None) -> Alias | None:
    if not alias_name:
        return None
    answer = aws.find("lambda", "get_alias", FunctionName=name, Name=alias_name)
    return None if answer is None else read_alias(answer)


def _description(aws: Aws, name: str, version: str) -> str:
    found = find_function(aws, name, version)
    return "" if found is None else found.description
