"""Event sources of each kind, as settings have them, and what a function's role needs for them."""

from __future__ import annotations

from typing import Any

from zipper.deploy.role_documents import RoleNeeds
from zipper.settings.event_sources import parse_events

__all__ = ["FUNCTION", "PLACE", "SOURCES", "needs_of"]

PLACE = "eu-central-1:123456789012"
FUNCTION = f"arn:aws:lambda:{PLACE}:function:orders"
_STREAM = f"arn:aws:kinesis:{PLACE}:stream/orders"
_CLUSTER = f"arn:aws:kafka:{PLACE}:cluster/shop/1b2c"
_SECRET = f"arn:aws:secretsmanager:{PLACE}:secret:kafka-AbCdEf"

SOURCES: tuple[Any, ...] = (
    {"source": _STREAM, "on_failure": "arn:aws:s3:::failed"},
    f"{_STREAM}/consumer/fast:1700000000",
    {
        "source": f"arn:aws:dynamodb:{PLACE}:table/orders/stream/2026-01-01T00:00:00.000",
        "on_failure": f"arn:aws:sns:{PLACE}:failed",
    },
    f"arn:aws:dynamodb:{PLACE}:table/orders",
    f"arn:aws:sqs:{PLACE}:orders",
    {"source": _CLUSTER, "topic": "orders", "on_failure": "kafka://failed"},
    {"source": f"{_CLUSTER}x", "topic": "orders", "access": {"SASL_SCRAM_512_AUTH": _SECRET}},
    {
        "source": f"arn:aws:kafka:{PLACE}:vpc-connection/210987654321/shop/1b2c",
        "topic": "orders",
        "consumer_group_id": "shop",
    },
    {
        "source": f"arn:aws:mq:{PLACE}:broker:shop:b-1b2c",
        "queue": "orders",
        "access": {"BASIC_AUTH": _SECRET, "VIRTUAL_HOST": "/"},
    },
    {
        "source": f"arn:aws:rds:{PLACE}:cluster:shop",
        "database": "orders",
        "access": {"BASIC_AUTH": _SECRET},
    },
    "arn:aws:s3:::incoming",
    f"arn:aws:sns:{PLACE}:orders",
    f"arn:aws:events:{PLACE}:rule/orders",
    {"source": f"arn:aws:events:{PLACE}:event-bus/default", "pattern": {"source": ["shop"]}},
    "rate(5 minutes)",
    f"arn:aws:logs:{PLACE}:log-group:/aws/lambda/other",
    "url",
)
"""One of each kind at least."""


def needs_of(*sources: Any) -> RoleNeeds:
    """Return what the role of a function with these sources is for."""
    events = parse_events(list(sources), lambda _: "settings")
    return RoleNeeds(FUNCTION, "/aws/lambda/orders", events=events)
