"""What a function's execution role has to allow, and who may assume it: by configuration alone.

In: what the function is to be. Out: grants, each with its reason, and the role's two documents.
Nothing that the function's own code calls is known here.

Source: AWS's managed policies AWSLambdaBasicExecutionRole, AWSLambdaVPCAccessExecutionRole and
AWSXRayDaemonWriteAccess; Lambda's developer guide, "Execution role", "Attaching functions to a
VPC", "Using source function ARN", "Capturing discarded batches", "MSK permissions"; read
2026-11-29.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zipper.deploy.policy_statements import ANY, Grant, group_grants, make_document
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.deploy.policy_statements import Statement
    from zipper.settings.event_sources import EventSource

__all__ = ["RoleDocuments", "RoleNeeds", "find_grants", "make_role_documents", "make_trust"]

_VPC_ACTIONS: Final = (
    ("CreateNetworkInterface", "to connect the function to its VPC"),
    ("DescribeNetworkInterfaces", "to see whether the connection is ready"),
    ("DescribeSubnets", "to look at the subnets"),
    ("DeleteNetworkInterface", "to remove the connection"),
    ("AssignPrivateIpAddresses", "to give addresses to the connection"),
    ("UnassignPrivateIpAddresses", "to take addresses from the connection"),
)
_NOT_FOR_CODE: Final = "the function's code cannot, as Lambda alone makes these calls"
_TRACE_ACTIONS: Final = (
    ("PutTraceSegments", "to send traces"),
    ("PutTelemetryRecords", "to send how many traces there were"),
)
_SENDS: Final = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}
_GIVEN_UP: Final = "to keep records that are given up"
_SECRETS: Final = (
    *("BASIC_AUTH", "SASL_SCRAM_512_AUTH", "SASL_SCRAM_256_AUTH"),
    *("CLIENT_CERTIFICATE_TLS_AUTH", "SERVER_ROOT_CA_CERTIFICATE"),
)
"""Keys of `access` whose values are secrets."""
_KAFKA_LOGINS: Final = frozenset(_SECRETS) - {"SERVER_ROOT_CA_CERTIFICATE"}
_KAFKA_IAM: Final = (
    ("Connect", "cluster", "to connect by IAM, as no other login is said"),
    ("DescribeTopic", "topic", "to find the topic's partitions"),
    ("ReadData", "topic", "to read the topic's records"),
    ("DescribeGroup", "group", "to find where the consumer group has read to"),
    ("AlterGroup", "group", "to note where the consumer group has read to"),
)


class RoleNeeds(NamedTuple):
    """What of a function decides what its role allows."""

    function_arn: str
    """Without version or alias."""
    log_group: str
    makes_log_group: bool = True
    """Whether Lambda makes the log group, at the first event; else zipper makes it."""
    has_vpc: bool = False
    traces: bool = False
    dead_letter: str | None = None
    """ARN of the queue or topic for events that fail."""
    events: tuple[EventSource, ...] = ()


class RoleDocuments(NamedTuple):
    """The two documents of a role."""

    trust: dict[str, Any]
    """Who may assume it."""
    policy: dict[str, Any]
    """What it allows."""
    statements: tuple[Statement, ...]
    """The same as the policy, with reasons."""


def make_role_documents(needs: RoleNeeds) -> RoleDocuments:
    """Return the documents of the role that is just enough for these needs."""
    statements = group_grants(find_grants(needs))
    policy = make_document(statement.as_json() for statement in statements)
    return RoleDocuments(make_trust(), policy, statements)


def make_trust() -> dict[str, Any]:
    """Return who may assume the role: Lambda.

    A condition on the account would add nothing: IAM passes no role to another account's function.
    """
    statement = {
        "Sid": "LambdaRunsTheFunction",
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["sts:AssumeRole"],
    }
    return make_document([statement])


def find_grants(needs: RoleNeeds) -> Iterator[Grant]:
    """Yield what the role allows and denies.

    What changes interfaces knows no narrower resource that always works, so that the function's
    code is kept out of it.
    """
    for grant in _list_allowed(needs):
        yield grant
        if grant.action.startswith("ec2:") and not grant.action.startswith("ec2:Describe"):
            yield Grant(grant.action, ANY, _NOT_FOR_CODE, "Deny", needs.function_arn)


def _list_allowed(needs: RoleNeeds) -> Iterator[Grant]:
    yield from _grant_logs(needs)
    if needs.has_vpc:
        for action, reason in _VPC_ACTIONS:
            yield Grant(f"ec2:{action}", ANY, reason)
    if needs.traces:
        for action, reason in _TRACE_ACTIONS:
            yield Grant(f"xray:{action}", ANY, reason)
    if needs.dead_letter is not None:
        yield from _grant_sending(needs.dead_letter, "to keep events that the function fails on")
    for source in needs.events:
        if source.row.style == "pull":
            yield from _grant_reading(source)


def _grant_logs(needs: RoleNeeds) -> Iterator[Grant]:
    _, partition, _, region, account, *_ = needs.function_arn.split(":")
    group = f"arn:{partition}:logs:{region}:{account}:log-group:{needs.log_group}:*"
    if needs.makes_log_group:
        reason = "to make the log group with the first event; with `log_retention`, zipper makes it"
        yield Grant("logs:CreateLogGroup", group, reason)
    yield Grant("logs:CreateLogStream", group, "to begin a log for each environment")
    yield Grant("logs:PutLogEvents", group, "to write what the function logs")


def _grant_sending(arn: str, reason: str) -> Iterator[Grant]:
    service = arn.split(":")[2]
    if service == "s3":
        yield Grant("s3:PutObject", f"{arn}/*", reason)
        yield Grant("s3:ListBucket", arn, reason)
    else:
        yield Grant(_SENDS[service], arn, reason)


def _grant_reading(source: EventSource) -> Iterator[Grant]:
    """Yield what Lambda needs to poll the source, with the rights of the role."""
    stream = source.part("stream") or source.resource
    place = _kafka_arn(source, "cluster", {}) if source.kind == "msk" else source.resource
    places = {"source": place, "stream": stream, "any": ANY}
    for row in source.row.actions:
        yield Grant(row.action, places[row.resource], row.reason)
    for key, secret in source.said("access") or ():
        if key in _SECRETS:
            yield Grant("secretsmanager:GetSecretValue", secret, "to log in to the source")
    if source.kind == "msk":
        yield from _grant_kafka(source)
    target = source.said("on_failure")
    if target is not None and target.startswith("kafka://"):
        names = {"topic": target.removeprefix("kafka://")}
        arn = _kafka_arn(source, "topic", names)
        yield Grant("kafka-cluster:WriteData", arn, _GIVEN_UP)
    elif target is not None:
        yield from _grant_sending(target, _GIVEN_UP)


def _grant_kafka(source: EventSource) -> Iterator[Grant]:
    """Yield what reads a topic of Amazon MSK, beside what finds the cluster."""
    if not any(key in _KAFKA_LOGINS for key, _ in source.said("access") or ()):
        group = source.said("consumer_group_id") or "*"
        names = {"topic": source.said("topic"), "group": group}
        for action, kind, reason in _KAFKA_IAM:
            yield Grant(f"kafka-cluster:{action}", _kafka_arn(source, kind, names), reason)
    if ":vpc-connection/" in source.source:
        reason = "to find the cluster of another account"
        yield Grant("kafka:DescribeVpcConnection", source.source, reason)


def _kafka_arn(source: EventSource, kind: str, names: Mapping[str, str]) -> str:
    """Return the ARN of the cluster, or of a topic or group of it, as Kafka's actions have it."""
    cluster = source.source
    if ":vpc-connection/" in cluster:
        # Of a cluster in another account, the connection says the name.
        _, partition, _, region, _, path = cluster.split(":")
        cluster = f"arn:{partition}:kafka:{region}:*:cluster/{path.split('/')[2]}/*"
    name = f"/{names[kind]}" if kind in names else ""
    return cluster.replace(":cluster/", f":{kind}/") + name
