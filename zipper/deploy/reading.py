"""What is asked of AWS before anything is changed.

In: an account and names. Out: `Now`, and the values of variables. Each call here only reads.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from zipper.deploy.aws import AwsError
from zipper.deploy.present import Present, read_alias, read_present
from zipper.deploy.steps import Now
from zipper.errors import DeployError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.deploy.aws import Aws
    from zipper.deploy.present import Alias
    from zipper.deploy.wanted import ValueSource

__all__ = [
    "fetch_environment",
    "find_function",
    "find_own_account",
    "find_retention",
    "read_now",
    "require_function",
    "wait_and_read",
]


def find_function(aws: Aws, name: str, qualifier: str | None = None) -> Present | None:
    """Return the function, or one of its versions; None where there is none.

    Raises:
        AwsError: as `Aws.call`.
    """
    more = {} if qualifier is None else {"Qualifier": qualifier}
    answer = aws.find("lambda", "get_function", FunctionName=name, **more)
    if answer is None:
        return None
    return read_present(answer["Configuration"], answer.get("Tags") or {})


def find_own_account(aws: Aws) -> tuple[str, str]:
    """Return the partition and the account of the credentials, which may always ask for it.

    Raises:
        AwsError: as `Aws.call`.
    """
    caller = aws.call("sts", "get_caller_identity")
    return str(caller["Arn"]).split(":")[1], str(caller["Account"])


def require_function(aws: Aws, name: str, qualifier: str | None = None) -> Present:
    """Return the function.

    Raises:
        DeployError: ENOFUNCTION where there is none; else as `find_function`.
    """
    found = find_function(aws, name, qualifier)
    if found is None:
        what = f"`{name}`" if qualifier is None else f"`{name}` with `{qualifier}`"
        raise DeployError(
            "ENOFUNCTION",
            f"there is no function {what} in {aws.region}",
            hint="look at `--function-name`, `--alias`, `--region` and `--profile`; "
            "`python -m zipper deploy` makes a function",
        )
    return found


def wait_and_read(aws: Aws, name: str, waiter: str = "function_updated_v2") -> Present:
    """Wait until nothing is under way for the function, and return it, failed or not.

    Raises:
        DeployError: ENOFUNCTION where it is removed meanwhile.
        AwsError: as `Aws.call`.
    """
    aws.wait(waiter, FunctionName=name)
    return require_function(aws, name)


def read_now(aws: Aws, name: str, *, alias: str | None, reads_logs: bool) -> Now:
    """Return what is there of the function.

    Args:
        aws: the account.
        name: of the function.
        alias: the one that is to be moved.
        reads_logs: whether the retention of its logs counts.

    Raises:
        AwsError: as `Aws.call`.
    """
    function = find_function(aws, name)
    if function is not None and function.state == "Pending":
        function = wait_and_read(aws, name, "function_active_v2")
    elif function is not None and function.update == "InProgress":
        # What an earlier deployment has begun may still fail.
        function = wait_and_read(aws, name)
    found: Alias | None = None
    aliased: Present | None = None
    if function is not None and alias is not None:
        answer = aws.find("lambda", "get_alias", FunctionName=name, Name=alias)
        found = None if answer is None else read_alias(answer)
    if found is not None:
        aliased = find_function(aws, name, found.version)
    group = f"/aws/lambda/{name.rpartition(':')[2]}" if function is None else function.log_group
    retention = find_retention(aws, group) if reads_logs else None
    return Now(function, found, aliased, retention)


def find_retention(aws: Aws, group: str) -> int | None:
    """Return the days that a log group keeps its events; None where it is absent, or has none."""
    for page in aws.pages("logs", "describe_log_groups", logGroupNamePrefix=group):
        for row in page["logGroups"]:
            if row["logGroupName"] == group:
                days: int | None = row.get("retentionInDays")
                return days
    return None


def fetch_environment(aws: Aws, sources: Mapping[str, ValueSource | None]) -> dict[str, str | None]:
    """Return the value of each variable; secrets are read now, and kept nowhere but in AWS.

    Raises:
        DeployError: ESECRET where one is not there, or has no such field.
        AwsError: as `Aws.call`.
    """
    known: dict[str, Any] = {}
    return {
        name: None if source is None else _fetch(aws, name, source, known)
        for name, source in sources.items()
    }


def _fetch(aws: Aws, name: str, source: ValueSource, known: dict[str, Any]) -> str:
    if source.kind == "value":
        return source.text
    try:
        if source.kind == "ssm":
            answer = aws.call("ssm", "get_parameter", Name=source.text, WithDecryption=True)
            return str(answer["Parameter"]["Value"])
        if source.text not in known:
            answer = aws.call("secretsmanager", "get_secret_value", SecretId=source.text)
            known[source.text] = answer.get("SecretString")
    except AwsError as error:
        if error.aws_code in ("ParameterNotFound", "ResourceNotFoundException"):
            raise _missing(name, source, "is not there") from error
        raise
    text = known[source.text]
    if text is None:
        raise _missing(name, source, "is binary, and no text")
    if not source.key:
        return str(text)
    try:
        value = json.loads(text)[source.key]
    except (ValueError, KeyError, TypeError):
        # The text is a secret: nothing of it, not even what is wrong with it, is shown.
        raise _missing(name, source, f"has no field `{source.key}`") from None
    return value if isinstance(value, str) else json.dumps(value)


def _missing(name: str, source: ValueSource, problem: str) -> DeployError:
    kind = "parameter" if source.kind == "ssm" else "secret"
    return DeployError(
        "ESECRET",
        f"the {kind} `{source.text}`, for the variable `{name}`, {problem}",
        hint=f"write it to AWS, or correct `{name}` in `[tool.zipper.deploy.environment]`",
    )
