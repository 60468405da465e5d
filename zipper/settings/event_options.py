"""The options of pull sources: one row each, with type, unit, bounds and AWS's name.

Names are AWS's, in small letters and without `InSeconds`: durations are in seconds. A row that
several kinds of sources have stands once. Source: see `zipper.settings.event_kinds`.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from zipper.named_tuple import NamedTuple

__all__ = [
    "ACCESS",
    "BATCHING_WINDOW",
    "BATCH_SIZE",
    "BISECT",
    "COLLECTION",
    "CONSUMER_GROUP",
    "DATABASE",
    "ENABLED",
    "FILTERS",
    "FULL_DOCUMENT",
    "KAFKA_METRICS",
    "KMS_KEY",
    "MAXIMUM_CONCURRENCY",
    "MAXIMUM_POLLERS",
    "MAXIMUM_RECORD_AGE",
    "MAXIMUM_RETRY_ATTEMPTS",
    "METRICS",
    "MINIMUM_POLLERS",
    "ON_FAILURE",
    "PARALLELIZATION_FACTOR",
    "QUEUE",
    "QUEUE_ARN",
    "REPORT_FAILURES",
    "STARTING_POSITION",
    "STARTING_TIMESTAMP",
    "TOPIC",
    "TUMBLING_WINDOW",
    "EventOption",
    "OptionKind",
]

OptionKind = Literal["text", "count", "flag", "texts", "json", "patterns", "access", "time", "cors"]
"""The type of a value: `json` is a table or the text of one, held as canonical JSON text;
`patterns` is a list of such; `access` is a table of texts, held as pairs in order; a `time` is a
date with a time and an offset, held as ISO 8601 text in UTC; `texts` is a list, held as a tuple;
`cors` is a table, held as canonical JSON text of the keys that AWS has."""


class EventOption(NamedTuple):
    """One option. A default here is what most options have."""

    name: str
    kind: OptionKind
    sentence: str
    api: str
    """Where AWS's call has it; dots lead into structures."""
    minimum: int | None = None
    maximum: int | None = None
    also: int | None = None
    """A number that is allowed outside of the bounds: -1 for no limit."""
    choices: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    """Of the whole text, where it has to be of one form."""
    form: str = ""
    """What that form is called in an error."""
    is_required: bool = False
    is_fixed: bool = False
    """Whether it can be said only where the entry is made: to change it makes another entry."""


QUEUE_ARN: Final = r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9_-]{1,80}(?:\.fifo)?"
_DESTINATION: Final = (
    rf"{QUEUE_ARN}|arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{{12}}:[a-zA-Z0-9_-]{{1,256}}(?:\.fifo)?"
    r"|arn:aws[a-z-]*:s3:::[a-z0-9.-]{3,63}|kafka://[^.][a-zA-Z0-9_.-]{0,248}"
)

ENABLED: Final = EventOption("enabled", "flag", "Whether events come; by default they do.", "")
BATCH_SIZE: Final = EventOption(
    "batch_size", "count", "The most records of one invocation.", "BatchSize", 1, 10_000
)
BATCHING_WINDOW: Final = EventOption(
    "maximum_batching_window",
    "count",
    "Seconds that a batch is waited for until it is full.",
    "MaximumBatchingWindowInSeconds",
    0,
    300,
)
FILTERS: Final = EventOption(
    "filters",
    "patterns",
    "Patterns of the records that count; one of them has to fit.",
    "FilterCriteria",
    1,
    10,
)
KMS_KEY: Final = EventOption(
    "kms_key",
    "text",
    "ARN of the key that the filters are encrypted with.",
    "KMSKeyArn",
    pattern=re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)/[\w/-]+"),
    form="the ARN of a key: `arn:aws:kms:REGION:ACCOUNT:key/ID`",
)
METRICS: Final = EventOption(
    "metrics",
    "texts",
    "Metrics of the mapping to send to CloudWatch.",
    "MetricsConfig.Metrics",
    choices=("EventCount",),
)
KAFKA_METRICS: Final = METRICS._replace(choices=("EventCount", "ErrorCount", "KafkaMetrics"))
STARTING_POSITION: Final = EventOption(
    "starting_position",
    "text",
    "Where a new mapping begins to read; by default TRIM_HORIZON, the oldest record.",
    "StartingPosition",
    choices=("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"),
    is_fixed=True,
)
STARTING_TIMESTAMP: Final = EventOption(
    "starting_position_timestamp",
    "time",
    "The time from which AT_TIMESTAMP reads.",
    "StartingPositionTimestamp",
    is_fixed=True,
)
REPORT_FAILURES: Final = EventOption(
    "report_batch_item_failures",
    "flag",
    "Whether the function answers which records of a batch failed.",
    "FunctionResponseTypes",
)
MAXIMUM_RETRY_ATTEMPTS: Final = EventOption(
    "maximum_retry_attempts",
    "count",
    "Retries of a batch that fails; -1 for no end.",
    "MaximumRetryAttempts",
    0,
    10_000,
    also=-1,
)
MAXIMUM_RECORD_AGE: Final = EventOption(
    "maximum_record_age",
    "count",
    "Seconds after which a record is left out; -1 for no end.",
    "MaximumRecordAgeInSeconds",
    60,
    604_800,
    also=-1,
)
BISECT: Final = EventOption(
    "bisect_batch_on_function_error",
    "flag",
    "Whether a batch that fails is halved before it is tried again.",
    "BisectBatchOnFunctionError",
)
ON_FAILURE: Final = EventOption(
    "on_failure",
    "text",
    "ARN of the queue, topic or bucket that gets the records that Lambda gives up.",
    "DestinationConfig.OnFailure.Destination",
    pattern=re.compile(_DESTINATION),
    form="the ARN of a queue, a topic or a bucket, or `kafka://TOPIC`",
)
PARALLELIZATION_FACTOR: Final = EventOption(
    "parallelization_factor",
    "count",
    "Batches of one shard that run at once.",
    "ParallelizationFactor",
    1,
    10,
)
TUMBLING_WINDOW: Final = EventOption(
    "tumbling_window",
    "count",
    "Seconds of a window whose invocations hand on a state.",
    "TumblingWindowInSeconds",
    0,
    900,
)
MAXIMUM_CONCURRENCY: Final = EventOption(
    "maximum_concurrency",
    "count",
    "The most invocations for the queue that run at once.",
    "ScalingConfig.MaximumConcurrency",
    2,
    1000,
)
MINIMUM_POLLERS: Final = EventOption(
    "minimum_pollers",
    "count",
    "Pollers that are always there (provisioned mode, which costs).",
    "ProvisionedPollerConfig.MinimumPollers",
    1,
    200,
)
MAXIMUM_POLLERS: Final = EventOption(
    "maximum_pollers",
    "count",
    "The most pollers (provisioned mode, which costs).",
    "ProvisionedPollerConfig.MaximumPollers",
    1,
    10_000,
)
TOPIC: Final = EventOption(
    "topic",
    "text",
    "Kafka's topic.",
    "Topics",
    pattern=re.compile(r"[^.][a-zA-Z0-9_.-]{1,248}"),
    form="the name of a topic",
    is_required=True,
    is_fixed=True,
)
CONSUMER_GROUP: Final = EventOption(
    "consumer_group_id",
    "text",
    "Kafka's consumer group.",
    "AmazonManagedKafkaEventSourceConfig.ConsumerGroupId",
    pattern=re.compile(r"[ a-zA-Z0-9/*:_+=.@-]{1,200}"),
    form="the name of a group",
    is_fixed=True,
)
QUEUE: Final = EventOption(
    "queue",
    "text",
    "The broker's queue.",
    "Queues",
    pattern=re.compile(r"[\s\S]{1,1000}"),
    form="the name of a queue",
    is_required=True,
    is_fixed=True,
)
DATABASE: Final = EventOption(
    "database",
    "text",
    "The database of the change stream.",
    "DocumentDBEventSourceConfig.DatabaseName",
    pattern=re.compile(r'[^ /.$"]{1,63}'),
    form="the name of a database",
    is_required=True,
    is_fixed=True,
)
COLLECTION: Final = EventOption(
    "collection",
    "text",
    "The collection; by default all of the database.",
    "DocumentDBEventSourceConfig.CollectionName",
    pattern=re.compile(r"(?!system\.)[_a-zA-Z0-9][^$]{0,56}"),
    form="the name of a collection",
    is_fixed=True,
)
FULL_DOCUMENT: Final = EventOption(
    "full_document",
    "text",
    "Whether an update has the whole document.",
    "DocumentDBEventSourceConfig.FullDocument",
    choices=("UpdateLookup", "Default"),
)
ACCESS: Final = EventOption(
    "access",
    "access",
    "How to reach and to log in: `{BASIC_AUTH = SECRET}`, by AWS's names.",
    "SourceAccessConfigurations",
    choices=(
        *("BASIC_AUTH", "VPC_SUBNET", "VPC_SECURITY_GROUP", "SASL_SCRAM_512_AUTH"),
        *("SASL_SCRAM_256_AUTH", "VIRTUAL_HOST", "CLIENT_CERTIFICATE_TLS_AUTH"),
        "SERVER_ROOT_CA_CERTIFICATE",
    ),
)
