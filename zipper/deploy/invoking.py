"""One invocation of a function in AWS.

In: an account, a name, an event. Out: the answer, with the end of its log.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Final

from zipper.errors import DeployError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from zipper.deploy.aws import Aws

__all__ = ["Answer", "describe_failure", "invoke"]

_SHOWN_LINES: Final = 20


class Answer(NamedTuple):
    """What a function answered."""

    payload: str
    error: str | None
    """`Handled` or `Unhandled`, where it failed."""
    log: str
    """The last 4 kB of its log."""
    version: str
    """The version that ran."""


def invoke(aws: Aws, name: str, event: bytes, *, qualifier: str | None) -> Answer:
    """Invoke the function and wait for its answer.

    Raises:
        AwsError: as `Aws.call`.
    """
    more = {} if qualifier is None else {"Qualifier": qualifier}
    answer = aws.call("lambda", "invoke", FunctionName=name, Payload=event, LogType="Tail", **more)
    return Answer(
        payload=answer["Payload"].read().decode("utf-8", "replace"),
        error=answer.get("FunctionError"),
        log=base64.b64decode(answer.get("LogResult") or "").decode("utf-8", "replace"),
        version=answer.get("ExecutedVersion", ""),
    )


def describe_failure(answer: Answer, *, kept: str | None, qualifier: str | None) -> DeployError:
    """Return the error about an invocation that failed.

    Args:
        answer: of the function.
        kept: where the alias is now; None where there is none.
        qualifier: what was invoked.
    """
    told = answer.payload
    try:
        fields = json.loads(answer.payload)
        told = f"{fields['errorType']}: {fields['errorMessage']}"
    except (ValueError, KeyError, TypeError):
        pass
    what = "the function" if qualifier is None else f"`{qualifier}`"
    lines = answer.log.strip().splitlines()[-_SHOWN_LINES:]
    return DeployError(
        "EINVOKE",
        f"the invocation of {what} failed: {told}",
        facts=(
            *([("alias", kept)] if kept else []),
            *([("log", "\n".join(lines))] if lines else []),
        ),
        hint=None
        if kept
        else "with `--alias NAME`, callers keep the former version until the new one answers",
    )
