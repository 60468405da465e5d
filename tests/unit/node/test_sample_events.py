"""The sample events are there, whole and in AWS's shapes."""

from __future__ import annotations

import json

import pytest

from zipper.errors import UsageError
from zipper.node.sample_events import SAMPLES, read_sample

SOURCES = {
    "s3-put": ("Records", "eventSource", "aws:s3"),
    "kinesis": ("Records", "eventSource", "aws:kinesis"),
    "sqs": ("Records", "eventSource", "aws:sqs"),
    "sns": ("Records", "EventSource", "aws:sns"),
    "dynamodb": ("Records", "eventSource", "aws:dynamodb"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_records_name_their_source(name):
    """Every record of a batch says which service sent it."""
    key, field, source = SOURCES[name]

    records = json.loads(read_sample(name))[key]

    assert {source} == {record[field] for record in records}


def test_http_event():
    """The HTTP event has the payload format 2.0."""
    event = json.loads(read_sample("api-gateway-v2"))

    assert ("2.0", "POST") == (event["version"], event["requestContext"]["http"]["method"])


@pytest.mark.parametrize(
    ("name", "source"), [("eventbridge", "aws.ec2"), ("schedule", "aws.events")]
)
def test_bus_events(name, source):
    """Events of a bus have its envelope."""
    event = json.loads(read_sample(name))

    assert source == event["source"]
    assert {"version", "id", "detail-type", "account", "time", "region", "resources", "detail"} <= {
        *event
    }


def test_every_sample_is_offered():
    """The list of names is that of the command's help."""
    assert {*SOURCES, "api-gateway-v2", "eventbridge", "schedule"} == {*SAMPLES}


def test_unknown_sample():
    """A name outside of the list is an expected error, never a path."""
    with pytest.raises(UsageError, match="no sample event"):
        read_sample("../limits")
