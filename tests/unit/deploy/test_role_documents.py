"""What a role allows follows from what the function is to be, and is no more than that."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from zipper.deploy.role_documents import RoleNeeds, make_role_documents
from zipper.settings.event_kinds import KINDS
from zipper.settings.event_sources import parse_events

PLACE = "eu-central-1:123456789012"
FUNCTION = f"arn:aws:lambda:{PLACE}:function:orders"
LOGS = f"arn:aws:logs:{PLACE}:log-group:/aws/lambda/orders:*"
QUEUE = f"arn:aws:sqs:{PLACE}:orders"
TOPIC = f"arn:aws:sns:{PLACE}:failed"
STREAM = f"arn:aws:kinesis:{PLACE}:stream/orders"
CLUSTER = f"arn:aws:kafka:{PLACE}:cluster/shop/1b2c"
SECRET = f"arn:aws:secretsmanager:{PLACE}:secret:kafka-AbCdEf"
NEEDS = RoleNeeds(FUNCTION, "/aws/lambda/orders")

SOURCES: tuple[Any, ...] = (
    {"source": STREAM, "on_failure": "arn:aws:s3:::failed"},
    f"{STREAM}/consumer/fast:1700000000",
    {
        "source": f"arn:aws:dynamodb:{PLACE}:table/orders/stream/2026-01-01T00:00:00.000",
        "on_failure": TOPIC,
    },
    QUEUE,
    {"source": CLUSTER, "topic": "orders", "on_failure": "kafka://failed"},
    {"source": f"{CLUSTER}x", "topic": "orders", "access": {"SASL_SCRAM_512_AUTH": SECRET}},
    {
        "source": f"arn:aws:kafka:{PLACE}:vpc-connection/210987654321/shop/1b2c",
        "topic": "orders",
        "consumer_group_id": "shop",
    },
    {
        "source": f"arn:aws:mq:{PLACE}:broker:shop:b-1b2c",
        "queue": "orders",
        "access": {"BASIC_AUTH": SECRET, "VIRTUAL_HOST": "/"},
    },
    {
        "source": f"arn:aws:rds:{PLACE}:cluster:shop",
        "database": "orders",
        "access": {"BASIC_AUTH": SECRET},
    },
    "arn:aws:s3:::incoming",
    f"arn:aws:sns:{PLACE}:orders",
    "rate(5 minutes)",
    "url",
)
EVERYTHING = NEEDS._replace(
    has_vpc=True,
    traces=True,
    dead_letter=TOPIC,
    events=parse_events(list(SOURCES), lambda _: "settings"),
)


def allowed(needs: RoleNeeds) -> dict[str, list[str]]:
    return {
        action: row["Resource"]
        for row in make_role_documents(needs).policy["Statement"]
        if row["Effect"] == "Allow"
        for action in row["Action"]
    }


def events(*sources: Any) -> RoleNeeds:
    return NEEDS._replace(events=parse_events(list(sources), lambda _: "settings"))


@cache
def known_actions() -> frozenset[str]:
    """Return the actions that AWS's own managed policies name."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415  (slow)

    return frozenset(re.findall(r'"([a-z0-9-]+:[A-Za-z0-9]+)"', aws_managed_policies_data))


def managed(name: str) -> set[str]:
    """Return the actions of one of AWS's managed policies."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415  (slow)

    (statement,) = json.loads(aws_managed_policies_data)[name]["Document"]["Statement"]
    return set(statement["Action"])


def test_every_kind_is_among_the_sources() -> None:
    """The tests below see each row that is pulled."""
    pulled = {name for name, row in KINDS.items() if row.style == "pull"}

    assert pulled <= {source.kind for source in EVERYTHING.events}


def test_every_action_is_one_of_awss() -> None:
    """Each one that is ever granted stands in AWS's managed policies."""
    assert set() == set(allowed(EVERYTHING)) - known_actions()


def test_logs_are_those_of_the_function_alone() -> None:
    """Where zipper makes the log group, the function need not be able to."""
    found = allowed(NEEDS)

    assert managed("AWSLambdaBasicExecutionRole") == set(found)
    assert [[LOGS]] * 3 == list(found.values())
    kept = allowed(NEEDS._replace(makes_log_group=False))
    assert {"logs:CreateLogStream", "logs:PutLogEvents"} == set(kept)


@pytest.mark.parametrize(
    ("needs", "policy"),
    [
        (NEEDS._replace(has_vpc=True), "AWSLambdaVPCAccessExecutionRole"),
        (events(QUEUE), "AWSLambdaSQSQueueExecutionRole"),
        (events(SOURCES[2]), "AWSLambdaDynamoDBExecutionRole"),
        (events(STREAM), "AWSLambdaKinesisExecutionRole"),
        (events(SOURCES[5]), "AWSLambdaMSKExecutionRole"),
        (NEEDS._replace(traces=True), "AWSXRayDaemonWriteAccess"),
    ],
)
def test_a_role_is_no_wider_than_awss(needs: RoleNeeds, policy: str) -> None:
    """AWS's policy for the same has every action that zipper grants; destinations are beside it."""
    beside = managed("AWSLambdaBasicExecutionRole") | {
        "sns:Publish",
        "secretsmanager:GetSecretValue",
    }

    assert set(allowed(needs)) <= managed(policy) | beside
    if policy in ("AWSLambdaVPCAccessExecutionRole", "AWSLambdaSQSQueueExecutionRole"):
        assert managed(policy) == set(allowed(needs))


def test_only_what_knows_no_resource_is_for_all() -> None:
    """Each action that is granted for `*` is one of these services'."""
    wide = {
        action.partition(":")[0] for action, found in allowed(EVERYTHING).items() if "*" in found
    }

    assert {"dynamodb", "ec2", "rds", "xray"} == wide
    assert ["*"] == allowed(EVERYTHING)["dynamodb:ListStreams"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (QUEUE, {"sqs:ReceiveMessage": [QUEUE]}),
        (
            SOURCES[0],
            {"s3:PutObject": ["arn:aws:s3:::failed/*"], "s3:ListBucket": ["arn:aws:s3:::failed"]},
        ),
        (SOURCES[1], {"kinesis:SubscribeToShard": [SOURCES[1]], "kinesis:GetRecords": [STREAM]}),
        (SOURCES[2], {"sns:Publish": [TOPIC]}),
        (
            SOURCES[4],
            {
                "kafka-cluster:Connect": [CLUSTER],
                "kafka-cluster:ReadData": [f"arn:aws:kafka:{PLACE}:topic/shop/1b2c/orders"],
                "kafka-cluster:AlterGroup": [f"arn:aws:kafka:{PLACE}:group/shop/1b2c/*"],
                "kafka-cluster:WriteData": [f"arn:aws:kafka:{PLACE}:topic/shop/1b2c/failed"],
            },
        ),
        (SOURCES[5], {"secretsmanager:GetSecretValue": [SECRET]}),
        (
            SOURCES[6],
            {
                "kafka:DescribeVpcConnection": [SOURCES[6]["source"]],
                "kafka-cluster:Connect": ["arn:aws:kafka:eu-central-1:*:cluster/shop/*"],
                "kafka-cluster:AlterGroup": ["arn:aws:kafka:eu-central-1:*:group/shop/*/shop"],
            },
        ),
        (SOURCES[7], {"secretsmanager:GetSecretValue": [SECRET]}),
    ],
)
def test_a_source_is_read_and_no_other(source: Any, expected: dict[str, list[str]]) -> None:
    """Resources are the source itself, what it is part of, and where failures go."""
    found = allowed(events(source))

    assert expected == {action: found[action] for action in expected}


@pytest.mark.parametrize(("source", "expected"), [(SOURCES[4], True), (SOURCES[5], False)])
def test_kafka_is_read_by_iam_without_another_login(source: Any, *, expected: bool) -> None:
    """Where the settings name a secret for Kafka, its own actions are not granted."""
    found = allowed(events(source))

    assert expected is ("kafka-cluster:ReadData" in found)
    assert expected is not ("secretsmanager:GetSecretValue" in found)


def test_what_is_pushed_needs_nothing_of_the_role() -> None:
    """Buckets, topics, schedules and addresses call the function; the role is as without them."""
    assert allowed(NEEDS) == allowed(events("arn:aws:s3:::incoming", "rate(5 minutes)", "url"))


def test_the_code_cannot_change_interfaces() -> None:
    """Lambda makes these calls without naming the function; the function's own calls are denied."""
    policy = make_role_documents(NEEDS._replace(has_vpc=True)).policy
    (denied,) = [row for row in policy["Statement"] if row["Effect"] == "Deny"]

    assert {"ArnEquals": {"lambda:SourceFunctionArn": FUNCTION}} == denied["Condition"]
    assert {
        "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
        "ec2:UnassignPrivateIpAddresses",
    } == set(denied["Action"])  # fmt: skip


def test_every_action_has_a_reason() -> None:
    """Reasons are said for each action of each statement."""
    documents = make_role_documents(EVERYTHING)

    for statement in documents.statements:
        assert set(statement.actions) == set(statement.reasons)
        assert all(statement.reasons.values())


def test_lambda_alone_assumes_the_role() -> None:
    """The trust policy names one service and one action."""
    (statement,) = make_role_documents(NEEDS).trust["Statement"]

    assert {"Service": "lambda.amazonaws.com"} == statement["Principal"]
    assert ["sts:AssumeRole"] == statement["Action"]
