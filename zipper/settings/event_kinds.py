"""What can send events to a function: one row a kind of source.

A pull source is read by Lambda itself, through an event source mapping and with the rights of the
function's execution role. A push source calls the function, which a statement in the function's
policy permits, and has an entry of its own that says so: a notification, a subscription, a target.

Source: botocore 1.44.8 (lambda 2015-03-31: CreateEventSourceMapping, AddPermission,
CreateFunctionUrlConfig; s3, sns, events, logs); actions: AWS's managed policies
AWSLambdaKinesisExecutionRole, AWSLambdaDynamoDBExecutionRole, AWSLambdaSQSQueueExecutionRole and
AWSLambdaMSKExecutionRole; read 2026-11-29.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from zipper.named_tuple import NamedTuple
from zipper.settings import event_options as rows
from zipper.settings import push_options as push

__all__ = ["KINDS", "RoleAction", "SourceKind"]

_ARN: Final = r"arn:(?P<partition>aws[a-z-]*):"
_PLACE: Final = r":(?P<region>[a-z][a-z0-9-]+):(?P<account>\d{12}):"


class RoleAction(NamedTuple):
    """An action that the execution role needs for a source."""

    action: str
    resource: Literal["source", "stream", "any"]
    """The source itself; the `stream` of a consumer; `any` where the action knows no resource."""
    reason: str


class SourceKind(NamedTuple):
    """A kind of event source. A default here is what most kinds have."""

    name: str
    title: str
    """As AWS calls it."""
    pattern: re.Pattern[str]
    """Of the whole text of `source`; groups `partition`, `region`, `account`, where it has them."""
    style: Literal["pull", "push"]
    options: tuple[rows.EventOption, ...]
    identity: tuple[str, ...] = ()
    """Options that tell two entries with one source apart."""
    principal: str = ""
    """The service that calls the function; empty where none does."""
    actions: tuple[RoleAction, ...] = ()
    """What the execution role needs; nothing for push."""
    defaults: tuple[tuple[str, Any], ...] = ()
    """What an option is where nothing is said of it: by AWS's own rules, apart from TRIM_HORIZON,
    where AWS has no rule: nothing that is in the stream already is lost."""

    def find_option(self, name: str) -> rows.EventOption | None:
        """Return the option called `name`, if it has one."""
        return next((row for row in self.options if row.name == name), None)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


_MAPPING: Final = (rows.ENABLED, rows.BATCH_SIZE, rows.BATCHING_WINDOW, rows.FILTERS, rows.KMS_KEY)
_RETRIES: Final = (
    rows.REPORT_FAILURES,
    rows.MAXIMUM_RETRY_ATTEMPTS,
    rows.MAXIMUM_RECORD_AGE,
    rows.BISECT,
    rows.ON_FAILURE,
)
_STREAM: Final = (
    *_MAPPING,
    rows.METRICS,
    rows.STARTING_POSITION,
    *_RETRIES,
    rows.PARALLELIZATION_FACTOR,
    rows.TUMBLING_WINDOW,
)
_POLLERS: Final = (rows.MINIMUM_POLLERS, rows.MAXIMUM_POLLERS)
_TARGET: Final = (
    push.INPUT,
    push.TARGET_RETRY_ATTEMPTS,
    push.TARGET_EVENT_AGE,
    push.DEAD_LETTER_QUEUE,
)
_BATCH_DEFAULTS: Final = (("enabled", True), ("batch_size", 100))
_RETRY_DEFAULTS: Final = (
    ("report_batch_item_failures", False),
    ("maximum_retry_attempts", -1),
    ("maximum_record_age", -1),
    ("bisect_batch_on_function_error", False),
    ("starting_position", "TRIM_HORIZON"),
)
_STREAM_DEFAULTS: Final = (
    *_BATCH_DEFAULTS,
    *_RETRY_DEFAULTS,
    ("maximum_batching_window", 0),
    ("parallelization_factor", 1),
    ("tumbling_window", 0),
)

_READ_STREAM: Final = "to find the stream's shards and read their records"
_READ_SHARDS: Final = tuple(
    RoleAction(f"kinesis:{action}", "stream", _READ_STREAM)
    for action in (
        *("DescribeStream", "DescribeStreamSummary", "GetRecords"),
        *("GetShardIterator", "ListShards"),
    )
)
_NETWORK: Final = tuple(
    RoleAction(f"ec2:{action}", "any", "to reach the source in its VPC")
    for action in (
        *("CreateNetworkInterface", "DeleteNetworkInterface", "DescribeNetworkInterfaces"),
        *("DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"),
    )
)

_ROWS: Final = (
    SourceKind(
        "kinesis",
        "Kinesis data stream",
        _pattern(_ARN + "kinesis" + _PLACE + r"stream/[a-zA-Z0-9_.-]{1,128}"),
        "pull",
        (*_STREAM, rows.STARTING_TIMESTAMP),
        actions=_READ_SHARDS,
        defaults=_STREAM_DEFAULTS,
    ),
    SourceKind(
        "kinesis-consumer",
        "Kinesis stream consumer (enhanced fan-out)",
        _pattern(
            f"(?P<stream>{_ARN}kinesis{_PLACE}" + r"stream/[a-zA-Z0-9_.-]{1,128})"
            r"/consumer/[a-zA-Z0-9_.-]+:\d+"
        ),
        "pull",
        (*_STREAM, rows.STARTING_TIMESTAMP),
        actions=(
            *_READ_SHARDS,
            RoleAction("kinesis:DescribeStreamConsumer", "source", "to find the consumer"),
            RoleAction("kinesis:SubscribeToShard", "source", "to read by enhanced fan-out"),
        ),
        defaults=_STREAM_DEFAULTS,
    ),
    SourceKind(
        "dynamodb",
        "DynamoDB stream",
        _pattern(
            f"{_ARN}dynamodb{_PLACE}" + r"table/[a-zA-Z0-9_.-]{3,255}(?P<label>/stream/[\d:.T-]+)?"
        ),
        "pull",
        _STREAM,
        actions=(
            *(
                RoleAction(f"dynamodb:{action}", "source", _READ_STREAM)
                for action in ("DescribeStream", "GetRecords", "GetShardIterator")
            ),
            RoleAction("dynamodb:ListStreams", "any", "to find the table's streams"),
        ),
        defaults=_STREAM_DEFAULTS,
    ),
    SourceKind(
        "sqs",
        "SQS queue",
        _pattern(_ARN + "sqs" + _PLACE + r"(?P<queue>[a-zA-Z0-9_-]{1,80}(?P<fifo>\.fifo)?)"),
        "pull",
        (*_MAPPING, rows.METRICS, rows.REPORT_FAILURES, rows.MAXIMUM_CONCURRENCY, *_POLLERS),
        actions=(
            RoleAction("sqs:ReceiveMessage", "source", "to read messages"),
            RoleAction("sqs:DeleteMessage", "source", "to remove those that were processed"),
            RoleAction("sqs:GetQueueAttributes", "source", "to find how many messages wait"),
        ),
        defaults=(
            ("enabled", True),
            ("batch_size", 10),
            ("maximum_batching_window", 0),
            ("report_batch_item_failures", False),
        ),
    ),
    SourceKind(
        "msk",
        "Amazon MSK topic (Kafka)",
        _pattern(_ARN + "kafka" + _PLACE + r"(?:cluster|vpc-connection)/[a-zA-Z0-9_/-]+"),
        "pull",
        (
            *_MAPPING,
            rows.KAFKA_METRICS,
            rows.TOPIC,
            rows.CONSUMER_GROUP,
            rows.STARTING_POSITION,
            rows.STARTING_TIMESTAMP,
            *_RETRIES,
            *_POLLERS,
            rows.ACCESS,
        ),
        identity=("topic",),
        actions=(
            RoleAction("kafka:DescribeClusterV2", "source", "to find the cluster"),
            # Its brokers are found by an action that knows no resource.
            RoleAction("kafka:GetBootstrapBrokers", "any", "to find the cluster's brokers"),
            *_NETWORK,
        ),
        defaults=(*_BATCH_DEFAULTS, *_RETRY_DEFAULTS),
    ),
    SourceKind(
        "mq",
        "Amazon MQ queue",
        _pattern(_ARN + "mq" + _PLACE + r"broker:[a-zA-Z0-9_-]+:b-[a-z0-9-]+"),
        "pull",
        (*_MAPPING, rows.QUEUE, rows.ACCESS),
        identity=("queue",),
        actions=(RoleAction("mq:DescribeBroker", "source", "to find the broker"), *_NETWORK),
        defaults=_BATCH_DEFAULTS,
    ),
    SourceKind(
        "documentdb",
        "Amazon DocumentDB change stream",
        _pattern(_ARN + "rds" + _PLACE + r"cluster:[a-zA-Z0-9-]+"),
        "pull",
        (
            *_MAPPING,
            rows.STARTING_POSITION,
            rows.STARTING_TIMESTAMP,
            rows.DATABASE,
            rows.COLLECTION,
            rows.FULL_DOCUMENT,
            rows.ACCESS,
        ),
        identity=("database", "collection"),
        actions=(
            *(
                RoleAction(f"rds:{action}", "any", "to find the cluster")
                for action in (
                    *("DescribeDBClusterParameters", "DescribeDBClusters"),
                    "DescribeDBSubnetGroups",
                )
            ),
            *_NETWORK,
        ),
        defaults=(
            *_BATCH_DEFAULTS,
            ("starting_position", "TRIM_HORIZON"),
            ("full_document", "Default"),
        ),
    ),
    SourceKind(
        "s3",
        "S3 bucket",
        _pattern(_ARN + r"s3:::(?P<bucket>[a-zA-Z0-9][a-zA-Z0-9._-]{2,254})"),
        "push",
        (push.S3_EVENTS, push.PREFIX, push.SUFFIX, push.ACCOUNT),
        identity=("events", "prefix", "suffix"),
        principal="s3.amazonaws.com",
        defaults=(("events", ("s3:ObjectCreated:*",)),),
    ),
    SourceKind(
        "sns",
        "SNS topic",
        _pattern(_ARN + "sns" + _PLACE + r"[a-zA-Z0-9_-]{1,256}"),
        "push",
        (push.FILTER_POLICY, push.FILTER_SCOPE, push.DEAD_LETTER_QUEUE),
        principal="sns.amazonaws.com",
    ),
    SourceKind(
        "rule",
        "EventBridge rule that is there",
        _pattern(_ARN + "events" + _PLACE + r"rule/(?:(?P<bus>[\w./-]+)/)?(?P<rule>[\w.-]{1,64})"),
        "push",
        _TARGET,
        principal="events.amazonaws.com",
    ),
    SourceKind(
        "event-bus",
        "EventBridge bus, with a rule of the function's own",
        _pattern(_ARN + "events" + _PLACE + r"event-bus/(?P<bus>[\w./-]{1,256})"),
        "push",
        (push.PATTERN, rows.ENABLED, *_TARGET),
        identity=("pattern", "input"),
        principal="events.amazonaws.com",
        defaults=(("enabled", True),),
    ),
    SourceKind(
        "schedule",
        "EventBridge schedule, with a rule of the function's own",
        _pattern(
            r"rate\((?:1 (?:minute|hour|day)|(?!1 )[1-9]\d* (?:minutes|hours|days))\)"
            r"|cron\((?:\S+ ){5}\S+\)"
        ),
        "push",
        (rows.ENABLED, *_TARGET),
        identity=("input",),
        principal="events.amazonaws.com",
        defaults=(("enabled", True),),
    ),
    SourceKind(
        "logs",
        "CloudWatch Logs group",
        _pattern(_ARN + "logs" + _PLACE + r"log-group:(?P<group>[\w./#-]{1,512})(?::\*)?"),
        "push",
        (push.FILTER_PATTERN,),
        principal="logs.amazonaws.com",
        defaults=(("filter_pattern", ""),),
    ),
    SourceKind(
        "url",
        "Function URL",
        _pattern("url"),
        "push",
        (push.AUTH, push.PRINCIPALS, push.CORS, push.INVOKE_MODE),
        defaults=(("auth", "AWS_IAM"), ("invoke_mode", "BUFFERED")),
    ),
)

KINDS: Final = {row.name: row for row in _ROWS}
"""Each kind by its name. The texts that their patterns take have nothing in common."""
