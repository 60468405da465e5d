"""The options of push sources: one row each, as `zipper.settings.event_options` has them."""

from __future__ import annotations

import re
from typing import Final

from zipper.settings.event_options import QUEUE_ARN, EventOption

__all__ = [
    "ACCOUNT",
    "AUTH",
    "CORS",
    "DEAD_LETTER_QUEUE",
    "FILTER_PATTERN",
    "FILTER_POLICY",
    "FILTER_SCOPE",
    "INPUT",
    "INVOKE_MODE",
    "PATTERN",
    "PREFIX",
    "PRINCIPALS",
    "S3_EVENTS",
    "SUFFIX",
    "TARGET_EVENT_AGE",
    "TARGET_RETRY_ATTEMPTS",
]

_PRINCIPAL: Final = r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:(?:root|(?:role|user)/[\w+=,.@/-]+)"

S3_EVENTS: Final = EventOption(
    "events",
    "texts",
    "What happens to an object; by default `s3:ObjectCreated:*`.",
    "Events",
    choices=(
        *("s3:ReducedRedundancyLostObject", "s3:ObjectCreated:*", "s3:ObjectCreated:Put"),
        *("s3:ObjectCreated:Post", "s3:ObjectCreated:Copy"),
        *("s3:ObjectCreated:CompleteMultipartUpload", "s3:ObjectRemoved:*"),
        *("s3:ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated"),
        *("s3:ObjectRestore:*", "s3:ObjectRestore:Post", "s3:ObjectRestore:Completed"),
        *("s3:ObjectRestore:Delete", "s3:Replication:*"),
        *("s3:Replication:OperationFailedReplication", "s3:Replication:OperationNotTracked"),
        "s3:Replication:OperationMissedThreshold",
        "s3:Replication:OperationReplicatedAfterThreshold",
        *("s3:LifecycleTransition", "s3:IntelligentTiering", "s3:ObjectAcl:Put"),
        *("s3:LifecycleExpiration:*", "s3:LifecycleExpiration:Delete"),
        "s3:LifecycleExpiration:DeleteMarkerCreated",
        *("s3:ObjectTagging:*", "s3:ObjectTagging:Put", "s3:ObjectTagging:Delete"),
        *("s3:ObjectAnnotation:*", "s3:ObjectAnnotation:Put", "s3:ObjectAnnotation:Delete"),
        "s3:ObjectRetention:Put",
    ),
)
PREFIX: Final = EventOption("prefix", "text", "What the keys that count begin with.", "")
SUFFIX: Final = EventOption("suffix", "text", "What the keys that count end with.", "")
ACCOUNT: Final = EventOption(
    "account",
    "text",
    "The account that owns the bucket; by default the function's.",
    "SourceAccount",
    pattern=re.compile(r"\d{12}"),
    form="an account's number, of 12 digits",
)
FILTER_POLICY: Final = EventOption(
    "filter", "json", "Filter policy of the subscription.", "FilterPolicy"
)
FILTER_SCOPE: Final = EventOption(
    "filter_scope",
    "text",
    "What the filter policy is about.",
    "FilterPolicyScope",
    choices=("MessageAttributes", "MessageBody"),
)
DEAD_LETTER_QUEUE: Final = EventOption(
    "on_failure",
    "text",
    "ARN of the queue for events that cannot be handed over.",
    "DeadLetterConfig.Arn",
    pattern=re.compile(QUEUE_ARN),
    form="the ARN of a queue: `arn:aws:sqs:REGION:ACCOUNT:NAME`",
)
PATTERN: Final = EventOption(
    "pattern", "json", "Event pattern of the rule.", "EventPattern", is_required=True
)
INPUT: Final = EventOption(
    "input", "json", "What the function gets in place of the event.", "Input"
)
TARGET_RETRY_ATTEMPTS: Final = EventOption(
    "maximum_retry_attempts",
    "count",
    "Retries of an event that the function does not take.",
    "RetryPolicy.MaximumRetryAttempts",
    0,
    185,
)
TARGET_EVENT_AGE: Final = EventOption(
    "maximum_event_age",
    "count",
    "Seconds after which an event is given up.",
    "RetryPolicy.MaximumEventAgeInSeconds",
    60,
    86_400,
)
FILTER_PATTERN: Final = EventOption(
    "filter_pattern", "text", "Pattern of the events that count; by default all.", "filterPattern"
)
AUTH: Final = EventOption(
    "auth",
    "text",
    "Who may call: AWS_IAM, the default, or NONE for everybody.",
    "AuthType",
    choices=("AWS_IAM", "NONE"),
)
PRINCIPALS: Final = EventOption(
    "principals",
    "texts",
    "Other accounts, or ARNs of their roles and users, that may call with AWS_IAM.",
    "",
    pattern=re.compile(_PRINCIPAL),
    form="an account's number, or the ARN of a role or user",
)
CORS: Final = EventOption(
    "cors",
    "cors",
    'What browsers may do: `{allow_origins = ["https://example.com"]}`, by AWS\'s names.',
    "Cors",
)
INVOKE_MODE: Final = EventOption(
    "invoke_mode",
    "text",
    "Whether answers are streamed.",
    "InvokeMode",
    choices=("BUFFERED", "RESPONSE_STREAM"),
)
