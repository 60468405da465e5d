"""What is told of a function in AWS, and what an invocation, a log and a roll-back ask for."""

from __future__ import annotations

import base64
import io
import time
from typing import Any

import pytest

from tests.support.table_aws import TableAws, refuse
from zipper.errors import ZipperError
from zipper.pipeline.deployed import (
    RolledBack,
    invoke_function,
    read_log,
    read_status,
    roll_back,
    show_status,
)
from zipper.pipeline.deploying import FunctionPlace
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:orders"
FUNCTION = {
    "FunctionName": "orders", "FunctionArn": ARN, "CodeSha256": "latest=", "Runtime": "nodejs22.x",
    "Architectures": ["arm64"], "Handler": "index.handler", "Role": "arn:aws:iam::1:role/r",
    "MemorySize": 512, "Timeout": 7, "Environment": {"Variables": {"B": "secret", "A": "secret"}},
    "State": "Failed", "LastUpdateStatus": "InProgress", "StateReason": "no role",
    "LastModified": "2026-11-30T00:00:00Z",
}  # fmt: skip
VERSIONS = {"3": "zipper 1.0, after version 2", "2": "zipper 1.0", "1": "by hand"}


def get_function(**call: Any) -> dict[str, Any]:
    """Answer as Lambda does for the function, versions 1, 2 and 3, and an alias `live`."""
    version = call.get("Qualifier")
    if version not in (None, "live", *VERSIONS):
        raise refuse("ResourceNotFoundException")
    more = {"CodeSha256": f"{version}=", "Description": VERSIONS.get(version, "")}
    return {"Configuration": {**FUNCTION, **(more if version else {})}}


def table(version: str = "3", **alias: Any) -> TableAws:
    made = {"Name": "live", "FunctionVersion": version, "RevisionId": "r1", **alias}
    log = [{"timestamp": 5, "message": "hello", "logStreamName": "s", "eventId": "e"}]
    return TableAws({
        "lambda.get_function": get_function,
        "lambda.get_alias": lambda **call: made if call["Name"] == "live" else refuse("404"),
        "lambda.update_alias": {},
        "lambda.invoke": lambda **_: {
            "Payload": io.BytesIO(b'"done"'), "LogResult": base64.b64encode(b"line"),
            "ExecutedVersion": "3",
        },
        "logs.filter_log_events": [{"events": log}],
    })  # fmt: skip


def place_of(aws: TableAws, name: str = "orders", **values: object) -> FunctionPlace:
    return FunctionPlace(aws.aws, name, values, request_from(Settings(), folder="."))


@pytest.mark.parametrize(
    ("alias", "told"),
    [
        (None, (None, None, None, None)),
        ("gone", (None, None, None, None)),
        ("live", ("live", "3", "3=", "zipper 1.0, after version 2")),
    ],
)
def test_a_function_is_shown_without_its_secrets(alias: str | None, told: tuple[Any, ...]) -> None:
    """As it is in AWS, of its variables the names alone, and where its alias leads to."""
    shown = show_status(read_status(place_of(table(), alias=alias)))

    assert (
        *("orders", "eu-west-1", ARN, "latest=", "nodejs22.x", "arm64", "index.handler"),
        *("arn:aws:iam::1:role/r", 512, 7, ("A", "B"), "Failed", "InProgress"),
        *("no role (no code)", "2026-11-30T00:00:00Z", *told),
    ) == tuple(shown)


def test_an_alias_may_point_to_what_is_gone() -> None:
    """Its version is named all the same."""
    shown = show_status(read_status(place_of(table(version="9"), alias="live")))

    assert ("live", "9", None, None) == tuple(shown)[-4:]


@pytest.mark.parametrize(
    ("qualifier", "alias", "asked"),
    [(None, None, {}), ("2", None, {"Qualifier": "2"}), (None, "live", {"Qualifier": "live"}),
     ("2", "live", {"Qualifier": "2"})],
)  # fmt: skip
def test_what_is_invoked(qualifier: str | None, alias: str | None, asked: dict[str, str]) -> None:
    """The version that is named, else the alias, else what was uploaded last."""
    aws = table()

    answer = invoke_function(place_of(aws, alias=alias), b"{}", qualifier=qualifier)

    assert ('"done"', None, "line", "3") == answer
    where = {"FunctionName": "orders", **asked}
    assert [
        ("lambda.get_function", where),
        ("lambda.invoke", {**where, "Payload": b"{}", "LogType": "Tail"}),
    ] == aws.calls


def test_what_is_not_there_is_not_invoked() -> None:
    """Nor is anything read of its log."""
    with pytest.raises(ZipperError, match="no function `orders` with `9`") as raised:
        invoke_function(place_of(table()), b"{}", qualifier="9")
    assert "ENOFUNCTION" == raised.value.code
    with pytest.raises(ZipperError, match="no function `orders`"):
        read_log(place_of(TableAws({})), since_seconds=1, follows=False)


@pytest.mark.parametrize("follows", [False, True])
def test_a_log_begins_so_many_seconds_ago(follows: bool) -> None:
    """And at the beginning of time at the latest."""
    aws = table()

    first = next(iter(read_log(place_of(aws), since_seconds=60, follows=follows)))
    list(read_log(place_of(aws), since_seconds=1e12, follows=False))

    assert ("e", 5, "hello", "s") == first
    (_, call), (_, early) = [one for one in aws.calls if one[0].startswith("logs.")]
    assert "/aws/lambda/orders" == call["logGroupName"]
    assert -1 < time.time() - 60 - call["startTime"] / 1000 < 30
    assert 0 == early["startTime"]


@pytest.mark.parametrize(
    ("version", "weights", "to_version", "reached"),
    [("3", {}, None, "2"), ("3", {}, "1", "1"), ("3", {}, "3", None), ("3", {"2": 0.1}, "3", "3"),
     ("1", {}, "2", "2")],
)  # fmt: skip
def test_an_alias_is_moved_back(
    version: str, weights: dict[str, float], to_version: str | None, reached: str | None
) -> None:
    """To what its version says was before it, or to what is named; one that is there stays."""
    aws = table(version, RoutingConfig={"AdditionalVersionWeights": weights})

    found = roll_back(place_of(aws, alias="live"), to_version=to_version)

    assert RolledBack("live", version, reached or version) == found
    moved = [call for name, call in aws.calls if name == "lambda.update_alias"]
    whole = {"RoutingConfig": {"AdditionalVersionWeights": {}}} if weights else {}
    call = {"FunctionName": "orders", "Name": "live", "FunctionVersion": reached}
    expected = [] if reached is None else [{**call, "RevisionId": "r1", **whole}]
    assert expected == moved


@pytest.mark.parametrize(
    ("version", "alias", "to_version", "code", "message", "hint"),
    [
        ("3", None, None, "EUSAGE", "only an alias can be moved back", "`--alias live`"),
        ("3", "gone", None, "ENOFUNCTION", "`orders` has no alias `gone`", "deploy --alias gone"),
        ("1", "live", None, "EROLLBACK", "version 1 of `orders` does not say", "`--to VERSION`"),
        ("9", "live", None, "EROLLBACK", "version 9 of `orders` does not say", "`--to VERSION`"),
        ("3", "live", "8", "EROLLBACK", "version 8 of `orders` is not there", "names another one"),
    ],
)
def test_what_cannot_be_moved_back(
    version: str, alias: str | None, to_version: str | None, code: str, message: str, hint: str
) -> None:
    """The error says what is missing, and nothing is moved."""
    aws = table(version)

    with pytest.raises(ZipperError, match=message) as raised:
        roll_back(place_of(aws, alias=alias), to_version=to_version)

    assert code == raised.value.code
    assert hint in (raised.value.hint or "")
    assert "lambda.update_alias" not in [name for name, _ in aws.calls]


def test_a_function_that_is_gone_has_no_alias() -> None:
    """That is said of the function."""
    with pytest.raises(ZipperError, match="no function `orders`"):
        roll_back(place_of(TableAws({}), alias="live"), to_version=None)
