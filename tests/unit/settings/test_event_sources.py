"""`events` of `[tool.zipper.deploy]`: its kinds, its options, its errors."""

from __future__ import annotations

import json
import pickle
import tomllib
from typing import Any

import jsonschema
import pytest

from zipper.errors import ProjectError
from zipper.settings.event_kinds import KINDS
from zipper.settings.event_sources import EventSource, find_kind, parse_events
from zipper.settings.generate import make_schema
from zipper.settings.values import SettingsSource, parse_settings

AT = "eu-central-1:123456789012"
STREAM = f"arn:aws:kinesis:{AT}:stream/orders"
QUEUE = f"arn:aws:sqs:{AT}:orders"
BUS = f"arn:aws:events:{AT}:event-bus/default"
SOURCES = {
    STREAM: "kinesis",
    f"{STREAM}/consumer/fast:1700000000": "kinesis-consumer",
    f"arn:aws:dynamodb:{AT}:table/orders/stream/2026-01-01T00:00:00.000": "dynamodb",
    f"arn:aws:dynamodb:{AT}:table/orders": "dynamodb",
    QUEUE: "sqs",
    f"{QUEUE}.fifo": "sqs",
    f"arn:aws-us-gov:kafka:{AT}:cluster/orders/0e7a1b-2": "msk",
    f"arn:aws:mq:{AT}:broker:orders:b-0e7a1b2c": "mq",
    f"arn:aws:rds:{AT}:cluster:orders": "documentdb",
    "arn:aws:s3:::incoming.example": "s3",
    "arn:aws-cn:s3:::incoming": "s3",
    f"arn:aws:sns:{AT}:orders": "sns",
    f"arn:aws:events:{AT}:rule/nightly": "rule",
    f"arn:aws:events:{AT}:rule/own/bus/nightly": "rule",
    BUS: "event-bus",
    "rate(1 minute)": "schedule",
    "rate(10 minutes)": "schedule",
    "cron(0 12 * * ? *)": "schedule",
    f"arn:aws:logs:{AT}:log-group:/aws/lambda/other:*": "logs",
    "url": "url",
}
NEEDED: dict[str, dict[str, Any]] = {
    "msk": {"topic": "orders"},
    "mq": {"queue": "orders"},
    "documentdb": {"database": "shop"},
    "event-bus": {"pattern": {"source": ["shop"]}},
}


def parse(*events: object) -> tuple[EventSource, ...]:
    return parse_events(list(events), lambda place: f"at {place}")


def settings_of(text: str) -> Any:
    source = SettingsSource("pyproject.toml", text, ("tool", "zipper"))
    return parse_settings(tomllib.loads(text)["tool"]["zipper"], source)


@pytest.mark.parametrize(("source", "kind"), SOURCES.items())
def test_a_source_is_of_one_kind(source: str, kind: str) -> None:
    """Its text says which; no other row takes it."""
    fitting = [row.name for row in KINDS.values() if row.pattern.fullmatch(source)]
    assert [kind] == fitting
    (found,) = parse({"source": source, **NEEDED.get(kind, {})})
    assert (kind, source) == (found.kind, found.source)
    assert found == pickle.loads(pickle.dumps(found))


@pytest.mark.parametrize(
    "source",
    [
        "", "arn:aws:s3:::", f"arn:aws:sns:{AT}:orders.fifo", "rate(1 minutes)", "rate(5 minute)",
        "rate(0 minutes)", "cron(0 12 * * ?)", "URL", f"{STREAM}\n", "arn:aws:s3:::a/b",
        f"arn:aws:scheduler:{AT}:schedule/default/x", f"arn:aws:execute-api:{AT}:x",
    ],
)  # fmt: skip
def test_what_is_no_source_is_refused(source: str) -> None:
    """The error has the text and says which sources there are."""
    assert find_kind(source) is None
    with pytest.raises(ProjectError) as caught:
        parse(source)
    assert "ESETTINGS" == caught.value.code
    assert "is no event source" in caught.value.message
    assert 'source = "' in str(caught.value.hint) or "ARN" in str(caught.value.hint)


def test_what_is_left_out_is_as_aws_has_it() -> None:
    """A value is the one that was said, else the kind's own."""
    (one,) = parse({"source": STREAM, "batch_size": 5, "on_failure": QUEUE})

    assert (5, -1, True, QUEUE, None) == tuple(
        one.value(name)
        for name in ("batch_size", "maximum_retry_attempts", "enabled", "on_failure", "filters")
    )
    assert (None, "eu-central-1", "123456789012") == (
        one.said("enabled"), one.part("region"), one.part("account")
    )  # fmt: skip


def test_values_have_one_form() -> None:
    """Tables are JSON text with their keys in order, times are in UTC, lists are tuples."""
    (one,) = parse(
        {
            "source": STREAM, "filters": [{"b": 1, "a": [2]}, '{"c": 3}'],
            "starting_position": "AT_TIMESTAMP",
            "starting_position_timestamp": "2026-11-29T13:00:00+01:00",
        },
    )  # fmt: skip
    assert (
        ("filters", ('{"a":[2],"b":1}', '{"c":3}')),
        ("starting_position", "AT_TIMESTAMP"),
        ("starting_position_timestamp", "2026-11-29T12:00:00+00:00"),
    ) == one.options
    (url,) = parse({"source": "url", "cors": {"max_age": 5, "allow_origins": ["*"]}})
    assert '{"AllowOrigins":["*"],"MaxAge":5}' == url.value("cors")
    (broker,) = parse(
        {
            "source": f"arn:aws:mq:{AT}:broker:x:b-1", "queue": "q",
            "access": {"VIRTUAL_HOST": "/", "BASIC_AUTH": "arn:x"},
        }
    )  # fmt: skip
    assert (("BASIC_AUTH", "arn:x"), ("VIRTUAL_HOST", "/")) == broker.value("access")


def test_the_identity_leaves_out_what_can_change() -> None:
    """A batch can grow; a bucket's two prefixes are two entries."""
    first, second = parse({"source": STREAM, "batch_size": 1})[0], parse(STREAM)[0]
    assert first.digest("f") == second.digest("f")
    assert first.digest("f") != first.digest("g")
    one, two = parse(
        {"source": "arn:aws:s3:::inbox", "prefix": "a/"},
        {"source": "arn:aws:s3:::inbox", "prefix": "b/"},
    )
    assert one.digest() != two.digest()


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (1, "has to be text or a table"),
        ({"batch_size": 1}, "has no `source`"),
        ({"source": STREAM, "batchsize": 1}, "unknown key `batchsize`"),
        ({"source": STREAM, "maximum_concurrency": 2}, "unknown key `maximum_concurrency`"),
        ({"source": STREAM, "batch_size": 0}, "from 1 to 10,000, not `0`"),
        ({"source": STREAM, "batch_size": True}, "not `true`"),
        ({"source": STREAM, "maximum_record_age": 59}, "from 60 to 604,800, or -1, not `59`"),
        ({"source": STREAM, "enabled": 1}, "has to be true or false"),
        ({"source": STREAM, "filters": {}}, "has to be a list of tables"),
        ({"source": STREAM, "filters": ["{"]}, "is text, and not JSON"),
        ({"source": STREAM, "filters": ["[]"]}, "no JSON object"),
        ({"source": STREAM, "filters": [{"a": n} for n in range(11)]}, "has 11 patterns"),
        ({"source": STREAM, "filters": [{"a": "x" * 4096}]}, "more than 4096 letters"),
        ({"source": STREAM, "filters": [{"a": float("nan")}]}, "JSON has not"),
        ({"source": STREAM, "on_failure": STREAM}, "has to be the ARN of a queue, a topic"),
        ({"source": STREAM, "starting_position": "latest"}, "cannot be `latest`"),
        ({"source": STREAM, "starting_position": "AT_TIMESTAMP"}, "half of where to begin"),
        (
            {"source": STREAM, "starting_position_timestamp": "2026-01-01T00:00:00Z"},
            "half of where to begin",
        ),
        ({"source": STREAM, "starting_position_timestamp": "yesterday"}, "is no time"),
        ({"source": STREAM, "starting_position_timestamp": "2026-01-01"}, "offset from UTC"),
        (
            {
                "source": f"arn:aws:dynamodb:{AT}:table/orders",
                "starting_position": "AT_TIMESTAMP",
            },
            "cannot be read from a time on",
        ),
        ({"source": f"{QUEUE}.fifo", "batch_size": 11}, "FIFO, and cannot have batches of 11"),
        ({"source": f"{QUEUE}.fifo", "maximum_batching_window": 1}, "FIFO"),
        ({"source": QUEUE, "batch_size": 11}, "which need a `maximum_batching_window`"),
        ({"source": QUEUE, "maximum_concurrency": 2, "minimum_pollers": 2}, "has both"),
        ({"source": QUEUE, "maximum_pollers": 2, "minimum_pollers": 3}, "3 pollers at least"),
        ({"source": BUS}, "needs `pattern`"),
        ({"source": f"arn:aws:kafka:{AT}:cluster/a/b-1"}, "needs `topic`"),
        ({"source": "arn:aws:s3:::inbox", "events": []}, "has to be a list of texts"),
        ({"source": "arn:aws:s3:::inbox", "events": ["s3:ObjectCreated"]}, "cannot be"),
        ({"source": "arn:aws:s3:::inbox", "account": "12"}, "an account's number"),
        ({"source": f"arn:aws:sns:{AT}:x", "filter_scope": "MessageBody"}, "no `filter`"),
        ({"source": "url", "auth": "NONE", "principals": ["123456789012"]}, "lets everybody"),
        ({"source": "url", "principals": ["*"]}, "an account's number, or the ARN"),
        ({"source": "url", "cors": {"allow_origin": ["*"]}}, "cannot have `allow_origin`"),
        ({"source": "url", "cors": {"allow_origins": "*"}}, "has to be a list of texts"),
        ({"source": "url", "cors": {"max_age": -1}}, "seconds from 0 to 86,400"),
        (
            {"source": f"arn:aws:mq:{AT}:broker:x:b-1", "queue": "q", "access": {"AUTH": "x"}},
            "cannot have `AUTH`",
        ),
    ],
)
def test_what_aws_would_refuse_is_an_error(event: object, message: str) -> None:
    """Before anything is asked of AWS; the error names the key and the place."""
    with pytest.raises(ProjectError) as caught:
        parse(event)
    assert "ESETTINGS" == caught.value.code
    assert message in caught.value.message
    assert "at ('events', 0" in caught.value.message


def test_two_entries_that_mean_the_same_are_refused() -> None:
    """With what may differ, where something may."""
    with pytest.raises(ProjectError, match="mean the same") as caught:
        parse(
            "arn:aws:s3:::inbox", {"source": "arn:aws:s3:::inbox", "events": ["s3:ObjectCreated:*"]}
        )
    assert "prefix" in str(caught.value.hint)
    with pytest.raises(ProjectError, match="has to be a list"):
        parse_events("url", str)


def test_settings_have_events_by_function() -> None:
    """Those of a function replace those of the table around it; an error names the line."""
    settings = settings_of(
        '[tool.zipper.deploy]\nevents = ["url"]\n'
        '[[tool.zipper.functions]]\nname = "a"\n[tool.zipper.functions.deploy]\n'
        f'events = [\n  "{STREAM}",\n]\n'
    )
    assert ["url"] == [one.source for one in settings.deploy["events"]]
    assert [STREAM] == [one.source for one in settings.functions[0].deploy["events"]]
    with pytest.raises(ProjectError, match="line 3"):
        settings_of('[tool.zipper.deploy]\nmemory = 1\nevents = ["x"]\n')
    with pytest.raises(ProjectError, match="line 4"):
        settings_of(
            '[tool.zipper.deploy]\n[[tool.zipper.deploy.events]]\nsource = "url"\nauth = "x"\n'
        )


def test_the_schema_takes_what_the_parser_takes() -> None:
    """Editors and the parser read one table of rows."""
    events = [{"source": source, **NEEDED.get(kind, {})} for source, kind in SOURCES.items()]
    events.append({"source": "url", "cors": {"max_age": 1}})
    validator = jsonschema.Draft7Validator(json.loads(make_schema()))

    assert list(SOURCES.values()) == [one.kind for one in parse(*events[:-1])]
    assert [] == list(validator.iter_errors({"deploy": {"events": [*events, STREAM]}}))
    assert list(validator.iter_errors({"deploy": {"events": [{"sauce": "url"}]}}))
