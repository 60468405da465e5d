"""What `permissions` shows follows from the settings, and says what it does not know."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.settings_of_events import FUNCTION, PLACE, SOURCES
from zipper.deploy.shown_permissions import (
    ShownPermissions,
    locate_function,
    show_permissions,
)
from zipper.deploy.wanted import ValueSource
from zipper.settings.event_sources import parse_events

QUEUE = f"arn:aws:sqs:{PLACE}:undelivered"


def show(
    *sources: Any,
    region: str | None = "eu-central-1",
    account: str | None = "123456789012",
    **values: Any,
) -> ShownPermissions:
    values["events"] = parse_events(list(sources), lambda _: "settings")
    name = values.get("function_name", "orders")
    variables: dict[str, ValueSource | None] = values.pop("variables", {})
    location = locate_function(name, values, region=region, account=account)
    return show_permissions(values, variables, location)


@pytest.mark.parametrize(
    ("values", "expected", "notes"),
    [
        ({"region": "eu-west-1", "account": "210987654321"}, ("eu-west-1", "210987654321"), 0),
        ({}, ("REGION", "ACCOUNT"), 2),
        ({"sources": (SOURCES[4],)}, ("eu-central-1", "123456789012"), 2),
        ({"sources": (SOURCES[10], SOURCES[11])}, ("REGION", "ACCOUNT"), 2),
        ({"role": "arn:aws:iam::111122223333:role/x"}, ("REGION", "111122223333"), 2),
        ({"role": "arn:x", "region": "eu-west-1"}, ("eu-west-1", "ACCOUNT"), 1),
        ({"function_name": FUNCTION}, ("eu-central-1", "123456789012"), 0),
        ({"dead_letter": QUEUE, "region": "eu-west-1"}, ("eu-west-1", "123456789012"), 1),
    ],
)
def test_a_place_is_said_found_or_stood_for(
    values: dict[str, Any], expected: tuple[str, str], notes: int
) -> None:
    """What nothing says is a word in capitals; each thing that was not said has a note."""
    sources = values.pop("sources", ())
    shown = show(*sources, **{"region": None, "account": None, **values})

    assert expected == tuple(shown.function_arn.split(":")[3:5])
    assert tuple(None if one.isupper() else one for one in expected) == (
        shown.region, shown.account
    )  # fmt: skip
    assert notes == len(shown.notes)


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-central-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_a_partition_follows_from_the_region(region: str, partition: str) -> None:
    """Every ARN that is made is of it."""
    shown = show(region=region)
    resources = [one for row in shown.reasons for one in row.resources]

    assert {partition} == {arn.split(":")[1] for arn in (shown.function_arn, *resources)}


def test_partitions_are_botocores() -> None:
    """Each region that botocore knows is in the partition that it says."""
    import boto3  # noqa: PLC0415  (slow)

    session = boto3.Session()
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("lambda", partition):
            assert partition == show(region=region).function_arn.split(":")[1], region


def test_no_service_calls_for_others() -> None:
    """Each statement for a service names the source, and the account where the ARN has none."""
    statements = show(*SOURCES, alias="live").function_policy["Statement"]
    assert isinstance(statements, list)
    of_services = [row for row in statements if "Service" in row["Principal"]]

    assert 6 == len(of_services)
    for row in of_services:
        source = row["Condition"]["ArnLike"]["AWS:SourceArn"]
        account = row["Condition"].get("StringEquals", {}).get("AWS:SourceAccount")
        assert "123456789012" in (account, source.split(":")[4])
        assert f"{FUNCTION}:live" == row["Resource"]
    assert [] == [row for row in statements if row["Principal"] == "*"]


def test_an_address_for_everybody_says_so() -> None:
    """Both statements of a Function URL, each with its condition."""
    document = show({"source": "url", "auth": "NONE"}).function_policy
    conditions = [row["Condition"] for row in document["Statement"]]  # type: ignore[attr-defined]

    assert [
        {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
    ] == conditions


def test_queues_of_push_sources_let_them_send() -> None:
    """The source itself writes to them; those of pull sources are the role's."""
    topic, rule = SOURCES[11], f"arn:aws:events:{PLACE}:rule/orders"
    pulled = {"source": SOURCES[0]["source"], "on_failure": f"arn:aws:sqs:{PLACE}:failed"}
    pushed = [{"source": source, "on_failure": QUEUE} for source in (topic, rule)]
    shown = show(pulled, *pushed)

    assert [QUEUE] == list(shown.queue_policies)
    rows: Any = shown.queue_policies[QUEUE]["Statement"]
    assert [(topic, "sns.amazonaws.com"), (rule, "events.amazonaws.com")] == [
        (row["Condition"]["ArnEquals"]["aws:SourceArn"], row["Principal"]["Service"])
        for row in rows
    ]
    assert "sqs:SendMessage" in {row.action for row in shown.reasons}


def test_values_are_read_by_who_deploys() -> None:
    """Parameters without their version, secrets with what AWS adds; nothing of the role's."""
    arn = f"arn:aws:secretsmanager:{PLACE}:secret:other-AbCdEf"
    shown = show(
        variables={
            "A": ValueSource("ssm", "/orders/key:3"),
            "B": ValueSource("secret", "orders", "password"),
            "C": ValueSource("secret", arn),
            "D": ValueSource("value", "plain"),
            "E": None,
        }
    )
    rows: Any = shown.deployer_policy["Statement"]

    assert {
        "secretsmanager:GetSecretValue": [
            f"arn:aws:secretsmanager:{PLACE}:secret:orders-??????", arn
        ],
        "ssm:GetParameter": [f"arn:aws:ssm:{PLACE}:parameter/orders/key"],
    } == {row["Action"][0]: sorted(row["Resource"]) for row in rows}  # fmt: skip
    assert {"logs"} == {row.action.partition(":")[0] for row in shown.reasons}
