"""What a role allows follows from what the function is to be, and is no more than that."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from tests.support.settings_of_events import FUNCTION, PLACE, SOURCES, needs_of
from zipper.deploy.role_documents import RoleNeeds, make_role_documents
from zipper.settings.event_kinds import KINDS

LOGS = f"arn:aws:logs:{PLACE}:log-group:/aws/lambda/orders:*"
QUEUE = f"arn:aws:sqs:{PLACE}:orders"
TOPIC = f"arn:aws:sns:{PLACE}:failed"
STREAM = f"arn:aws:kinesis:{PLACE}:stream/orders"
CLUSTER = f"arn:aws:kafka:{PLACE}:cluster/shop/1b2c"
SECRET = f"arn:aws:secretsmanager:{PLACE}:secret:kafka-AbCdEf"
NEEDS = needs_of()
EVERYTHING = needs_of(*SOURCES)._replace(has_vpc=True, traces=True, dead_letter=TOPIC)


def allowed(needs: RoleNeeds) -> dict[str, list[str]]:
    return {
        action: row["Resource"]
        for row in make_role_documents(needs).policy["Statement"]
        if row["Effect"] == "Allow"
        for action in row["Action"]
    }


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
    """The tests below see each row."""
    assert set(KINDS) == {source.kind for source in EVERYTHING.events}


def test_every_action_is_one_of_awss() -> None:
    """Each one that is ever granted is in one of AWS's managed policies."""
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
        (needs_of(QUEUE), "AWSLambdaSQSQueueExecutionRole"),
        (needs_of(SOURCES[2]), "AWSLambdaDynamoDBExecutionRole"),
        (needs_of(STREAM), "AWSLambdaKinesisExecutionRole"),
        (needs_of(SOURCES[6]), "AWSLambdaMSKExecutionRole"),
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

    assert {"dynamodb", "ec2", "kafka", "rds", "xray"} == wide
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
        (SOURCES[2], {"sns:Publish": [TOPIC], "dynamodb:GetRecords": [SOURCES[2]["source"]]}),
        (SOURCES[3], {"dynamodb:GetRecords": [f"{SOURCES[3]}/stream/*"]}),
        (
            SOURCES[5],
            {
                "kafka-cluster:Connect": [CLUSTER],
                "kafka-cluster:ReadData": [f"arn:aws:kafka:{PLACE}:topic/shop/1b2c/orders"],
                "kafka-cluster:AlterGroup": [f"arn:aws:kafka:{PLACE}:group/shop/1b2c/*"],
                "kafka-cluster:WriteData": [f"arn:aws:kafka:{PLACE}:topic/shop/1b2c/failed"],
            },
        ),
        (SOURCES[6], {"secretsmanager:GetSecretValue": [SECRET]}),
        (
            SOURCES[7],
            {
                "kafka:DescribeVpcConnection": [SOURCES[7]["source"]],
                "kafka:DescribeClusterV2": ["arn:aws:kafka:eu-central-1:*:cluster/shop/*"],
                "kafka-cluster:Connect": ["arn:aws:kafka:eu-central-1:*:cluster/shop/*"],
                "kafka-cluster:AlterGroup": ["arn:aws:kafka:eu-central-1:*:group/shop/*/shop"],
            },
        ),
        (SOURCES[8], {"secretsmanager:GetSecretValue": [SECRET]}),
    ],
)
def test_a_source_is_read_and_no_other(source: Any, expected: dict[str, list[str]]) -> None:
    """Resources are the source itself, what it is part of, and where failures go."""
    found = allowed(needs_of(source))

    assert expected == {action: found[action] for action in expected}


@pytest.mark.parametrize(("source", "expected"), [(SOURCES[5], True), (SOURCES[6], False)])
def test_kafka_is_read_by_iam_without_another_login(source: Any, *, expected: bool) -> None:
    """Where the settings name a secret for Kafka, its own actions are not granted."""
    found = allowed(needs_of(source))

    assert expected is ("kafka-cluster:ReadData" in found)
    assert expected is not ("secretsmanager:GetSecretValue" in found)


def test_what_is_pushed_needs_nothing_of_the_role() -> None:
    """Buckets, topics, schedules and addresses call the function; the role is as without them."""
    assert allowed(NEEDS) == allowed(needs_of("arn:aws:s3:::incoming", "rate(5 minutes)", "url"))


def test_the_code_cannot_make_interfaces_for_sources() -> None:
    """Those that reach a cluster in its VPC are Lambda's, too."""
    statements = make_role_documents(needs_of(SOURCES[5])).policy["Statement"]
    (denied,) = [row["Action"] for row in statements if row["Effect"] == "Deny"]

    assert ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"] == denied


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
