"""Entries of event sources: what is wanted, how it is compared, and that AWS's models take it."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.stub import ANY, Stubber

from zipper.deploy.aws import Aws
from zipper.deploy.event_answers import (
    make_target_arguments,
    read_notifications,
    read_rule,
    read_statements,
    read_subscription,
    read_targets,
    read_url,
    write_notification,
)
from zipper.deploy.event_applying import apply_unit
from zipper.deploy.event_entries import EventEntry, FunctionTarget, list_permissions, list_wanted
from zipper.deploy.event_steps import EventUnit, plan_events, plan_removal, show_step
from zipper.deploy.mapping_answers import make_mapping_arguments, read_mapping
from zipper.deploy.notifications import merge_notifications
from zipper.errors import UsageError
from zipper.settings.event_sources import parse_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AT = "eu-central-1:123456789012"
FUNCTION = f"arn:aws:lambda:{AT}:function:orders"
TARGET = FunctionTarget(FUNCTION, "live")
PLAIN = FunctionTarget(FUNCTION)
STREAM = f"arn:aws:kinesis:{AT}:stream/orders"
QUEUE = f"arn:aws:sqs:{AT}:orders"
SECRET = f"arn:aws:secretsmanager:{AT}:secret:x"
PULLS: dict[str, dict[str, Any]] = {
    "kinesis": {
        "source": STREAM, "batch_size": 7, "maximum_batching_window": 2, "enabled": False,
        "filters": [{"data": {"a": [1]}}], "report_batch_item_failures": True,
        "maximum_retry_attempts": 2, "maximum_record_age": 60, "on_failure": QUEUE,
        "bisect_batch_on_function_error": True, "parallelization_factor": 2, "tumbling_window": 3,
        "starting_position": "AT_TIMESTAMP", "metrics": ["EventCount"],
        "starting_position_timestamp": "2026-11-29T12:00:00Z",
        "kms_key": f"arn:aws:kms:{AT}:key/x",
    },
    "kinesis-consumer": {"source": f"{STREAM}/consumer/fast:17"},
    "dynamodb": {
        "source": f"arn:aws:dynamodb:{AT}:table/orders/stream/2026-01-01T00:00:00.000",
        "starting_position": "LATEST", "on_failure": "arn:aws:s3:::failed",
    },
    "sqs": {"source": QUEUE, "maximum_concurrency": 5, "report_batch_item_failures": True},
    "sqs-fifo": {"source": f"{QUEUE}.fifo", "minimum_pollers": 2, "maximum_pollers": 9},
    "msk": {
        "source": f"arn:aws:kafka:{AT}:cluster/orders/0e7a-2", "topic": "orders",
        "consumer_group_id": "g", "minimum_pollers": 1, "on_failure": "kafka://failed",
        "access": {"SASL_SCRAM_512_AUTH": SECRET}, "metrics": ["KafkaMetrics", "EventCount"],
    },
    "mq": {
        "source": f"arn:aws:mq:{AT}:broker:orders:b-0e7a", "queue": "orders",
        "access": {"BASIC_AUTH": SECRET, "VIRTUAL_HOST": "/"},
    },
    "documentdb": {
        "source": f"arn:aws:rds:{AT}:cluster:shop", "database": "shop", "collection": "orders",
        "full_document": "UpdateLookup", "access": {"BASIC_AUTH": SECRET},
    },
}  # fmt: skip
PUSHES: dict[str, dict[str, Any]] = {
    "s3": {"source": "arn:aws:s3:::incoming", "prefix": "a/", "suffix": ".json"},
    "sns": {
        "source": f"arn:aws:sns:{AT}:orders", "filter": {"kind": ["new"]},
        "filter_scope": "MessageBody", "on_failure": QUEUE,
    },
    "rule": {"source": f"arn:aws:events:{AT}:rule/nightly", "input": {"a": 1}},
    "event-bus": {
        "source": f"arn:aws:events:{AT}:event-bus/shop", "pattern": {"source": ["shop"]},
        "maximum_retry_attempts": 1, "maximum_event_age": 60, "on_failure": QUEUE,
    },
    "schedule": {"source": "rate(5 minutes)", "enabled": False, "input": "{}"},
    "logs": {"source": f"arn:aws:logs:{AT}:log-group:/x:*", "filter_pattern": "ERROR"},
    "url": {
        "source": "url", "auth": "NONE", "invoke_mode": "RESPONSE_STREAM",
        "cors": {"allow_origins": ["*"], "max_age": 5},
    },
}  # fmt: skip


def want(*events: object, target: FunctionTarget = TARGET) -> tuple[EventEntry, ...]:
    return list_wanted(parse_events(list(events), str), target)


def as_present(entry: EventEntry) -> EventEntry:
    """Return the entry as it is read after it was made: by AWS's form of it."""
    if entry.kind == "permission":
        return entry
    if entry.kind == "mapping":
        said = make_mapping_arguments(entry)
        state = "Enabled" if said.pop("Enabled", True) else "Disabling"
        answer = {
            "UUID": "u", "FunctionArn": entry.target, "EventSourceArn": entry.place,
            "State": state, **said,
        }  # fmt: skip
        answer.pop("StartingPositionTimestamp", None)
        found = read_mapping(answer, {"zipper:made": "1"})
        assert found is not None
        return found
    if entry.kind == "notification":
        rows = {"LambdaFunctionConfigurations": [write_notification(entry)]}
        (found,) = read_notifications(rows, entry.place)
        return found
    if entry.kind == "target":
        (found,) = read_targets(entry.place, iter([make_target_arguments(entry)]))
        return found
    return entry


@pytest.mark.parametrize("name", [*PULLS, *PUSHES])
def test_what_was_made_does_not_differ(name: str) -> None:
    """An entry in AWS's form and back is the one that is wanted: the second plan is empty."""
    wanted = want((PULLS | PUSHES)[name])
    plan = plan_events(wanted, map(as_present, wanted), TARGET)
    assert () == plan.units
    assert {"present"} == {state.state for state in plan.states}
    everything = plan_events(wanted, (), TARGET)
    assert len(wanted) == sum(len(unit.adds) for unit in everything.units)


def test_plain_mappings_are_as_aws_fills_them_in() -> None:
    """AWS's answer has its defaults; what is said by none of both is equal."""
    (wanted,) = want(STREAM)
    answer = {
        "UUID": "u", "FunctionArn": TARGET.arn, "EventSourceArn": STREAM, "State": "Creating",
        "BatchSize": 100, "MaximumBatchingWindowInSeconds": 0, "ParallelizationFactor": 1,
        "StartingPosition": "TRIM_HORIZON", "MaximumRecordAgeInSeconds": -1,
        "BisectBatchOnFunctionError": False, "MaximumRetryAttempts": -1,
        "TumblingWindowInSeconds": 0, "FunctionResponseTypes": [],
        "DestinationConfig": {"OnFailure": {}},
    }  # fmt: skip
    present = read_mapping(answer, {"zipper:made": "1"})
    assert present is not None
    assert () == plan_events([wanted], [present], TARGET).units
    changed = read_mapping({**answer, "BatchSize": 5, "State": "Updating"}, {"zipper:made": "1"})
    assert changed is not None
    (unit,) = plan_events([wanted], [changed], TARGET).units
    assert ("batch_size of " + STREAM, "5", "100") == show_step(unit).changes[0]
    assert read_mapping({**answer, "EventSourceArn": "arn:aws:x:y:1:z"}, {}) is None


@cache
def client_of(service: str) -> Any:
    """Return a client, which takes long to make."""
    return botocore.session.get_session().create_client(
        service, "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


@pytest.fixture
def functions() -> Iterator[tuple[Aws, Stubber]]:
    """Lambda, which checks each call against AWS's model, and what answers for it."""
    client = client_of("lambda")
    with Stubber(client) as stub:
        yield Aws(None, "eu-central-1", {"lambda": client}), stub


@pytest.mark.parametrize("name", PULLS)
def test_a_mapping_is_what_the_model_takes(name: str, functions: tuple[Aws, Stubber]) -> None:
    """Moto has no MSK, MQ and DocumentDB: the model judges the calls, to make and to change."""
    (wanted,) = want(PULLS[name])
    aws, stub = functions
    made = {
        "FunctionName": TARGET.arn, "EventSourceArn": wanted.place, "Tags": ANY,
        **make_mapping_arguments(wanted),
    }  # fmt: skip
    stub.add_response("create_event_source_mapping", {}, made)
    apply_unit(aws, TARGET, EventUnit("mapping", adds=(wanted,)))

    # Everything that can be changed is taken back, and then the mapping is deleted.
    present = as_present(wanted)._replace(name="u" * 36)
    (plain,) = want({key: PULLS[name][key] for key in ("source", *NEEDED) if key in PULLS[name]})
    changes = plan_events([plain], [present], TARGET).units
    verbs = [*["update"] * len(changes), "delete"]
    for operation in (f"{verb}_event_source_mapping" for verb in verbs):
        stub.add_response("get_event_source_mapping", {"State": "Enabled"})
        stub.add_response(operation, {})
    for unit in (*changes, *plan_removal([present])):
        apply_unit(aws, TARGET, unit)
    stub.assert_no_pending_responses()


NEEDED = ("topic", "queue", "database", "collection", "consumer_group_id")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["filters"], {"FilterCriteria": {}}),
        (["on_failure"], {"DestinationConfig": {"OnFailure": {"Destination": ""}}}),
        (["kms_key", "batch_size"], {"KMSKeyArn": "", "BatchSize": 100}),
        (["enabled"], {"Enabled": True}),
        (["report_batch_item_failures"], {"FunctionResponseTypes": []}),
        (["metrics"], {"MetricsConfig": {"Metrics": []}}),
    ],
)
def test_what_is_no_longer_said_is_taken_back(names: list[str], expected: dict[str, Any]) -> None:
    """AWS takes an argument that is left out as no change."""
    (plain,) = want(STREAM)
    assert expected == make_mapping_arguments(plain, names)


def test_pollers_go_together() -> None:
    """Of the two, both are sent where one changes: the structure is replaced."""
    (wanted,) = want({"source": QUEUE, "minimum_pollers": 2, "maximum_pollers": 9})
    expected = {"ProvisionedPollerConfig": {"MinimumPollers": 2, "MaximumPollers": 9}}
    assert expected == make_mapping_arguments(wanted, ["maximum_pollers"])
    (plain,) = want(QUEUE)
    assert {"ProvisionedPollerConfig": {}} == make_mapping_arguments(plain, ["minimum_pollers"])
    assert {"ScalingConfig": {}} == make_mapping_arguments(plain, ["maximum_concurrency"])


def statements_of(*events: object) -> list[dict[str, Any]]:
    sources = parse_events(list(events), str)
    return [
        {key: value for key, value in one._asdict().items() if value}
        for source in sources
        for one in list_permissions(source, TARGET)
    ]


def test_a_statement_names_the_source_and_its_account() -> None:
    """No other account's source can call: the ARN has the account, or SourceAccount has."""
    invoke = {"action": "lambda:InvokeFunction"}
    assert [
        {
            "principal": "s3.amazonaws.com", **invoke, "source_arn": "arn:aws:s3:::incoming",
            "source_account": "123456789012",
        },
        {"principal": "sns.amazonaws.com", **invoke, "source_arn": f"arn:aws:sns:{AT}:orders"},
        {
            "principal": "logs.amazonaws.com", **invoke, "source_account": "123456789012",
            "source_arn": f"arn:aws:logs:{AT}:log-group:/x:*",
        },
    ] == statements_of(
        "arn:aws:s3:::incoming", PUSHES["sns"], f"arn:aws:logs:{AT}:log-group:/x"
    )  # fmt: skip
    (other,) = statements_of({"source": "arn:aws:s3:::theirs", "account": "210987654321"})
    assert "210987654321" == other["source_account"]
    (rule,) = statements_of("rate(5 minutes)")
    assert rule["source_arn"].startswith(f"arn:aws:events:{AT}:rule/zipper-")
    assert [] == statements_of(STREAM, QUEUE, "url")


def test_a_url_takes_two_statements_for_each_caller() -> None:
    """To call the URL, and the function through it alone."""
    urls = {"action": "lambda:InvokeFunctionUrl"}
    through = {"action": "lambda:InvokeFunction", "via_url": True}
    assert [
        {"principal": "*", **urls, "url_auth": "NONE"}, {"principal": "*", **through}
    ] == statements_of({"source": "url", "auth": "NONE"})  # fmt: skip
    callers = ["210987654321", "arn:aws:iam::210987654321:role/x"]
    found = statements_of({"source": "url", "principals": callers})
    assert [(caller, one["action"]) for caller in callers for one in (urls, through)] == [
        (one["principal"], one["action"]) for one in found
    ]
    assert {"AWS_IAM"} == {one["url_auth"] for one in found if "url_auth" in one}


def test_prefixes_of_a_bucket_share_a_statement() -> None:
    """What is equal is made once."""
    entries = want(*({"source": "arn:aws:s3:::incoming", "prefix": p} for p in ("a/", "b/")))
    assert ["permission", "notification", "notification"] == [one.kind for one in entries]
    plan = plan_events(entries, (), TARGET)
    assert [("permission", 1), ("notification", 2)] == [
        (unit.kind, len(unit.adds)) for unit in plan.units
    ]


def states(wanted: Iterable[EventEntry], present: Iterable[EventEntry]) -> list[tuple[str, str]]:
    plan = plan_events(tuple(wanted), present, TARGET)
    return [(state.entry.kind, state.state) for state in plan.states]


def test_only_what_zipper_made_is_taken_away() -> None:
    """Others' entries are shown and stay, as do those that lead to other aliases."""
    ours = want(PUSHES["s3"])
    theirs = [one._replace(is_ours=False, name="x", key=("y",)) for one in ours]
    staging = want(PUSHES["s3"], STREAM, target=FunctionTarget(FUNCTION, "staging"))
    plan = plan_events((), [*ours, *theirs, *staging], TARGET)

    assert ["extra", "extra", *["other"] * 5] == [state.state for state in plan.states]
    assert ["notification", "permission"] == [unit.kind for unit in plan.units]
    assert list(reversed(ours)) == [one for unit in plan.units for one in unit.removes]
    gone = [one for unit in plan_removal([*ours, *theirs, *staging]) for one in unit.removes]
    assert {*map(id, ours), *map(id, staging)} == set(map(id, gone))
    assert ["permission", "permission"] == [one.kind for one in gone[-2:]]


def test_a_rule_goes_after_its_target() -> None:
    """And the statement last, by which it is found again."""
    removed = plan_events((), want("rate(5 minutes)"), TARGET).units
    assert ["target", "rule", "permission"] == [unit.kind for unit in removed]
    made = plan_events(want("rate(5 minutes)"), (), TARGET).units
    assert ["permission", "rule", "target"] == [unit.kind for unit in made]


def test_events_move_to_the_alias_that_the_settings_begin_to_name() -> None:
    """A mapping keeps its place in the stream; all else is made anew and then taken away."""
    before = want(STREAM, PUSHES["s3"], target=PLAIN)
    plan = plan_events(want(STREAM, PUSHES["s3"]), map(as_present, before), TARGET)
    kinds = [
        (unit.kind, len(unit.adds), len(unit.changes), len(unit.removes)) for unit in plan.units
    ]
    assert [
        ("permission", 1, 0, 0), ("mapping", 0, 1, 0), ("notification", 1, 0, 1),
        ("permission", 0, 0, 1),
    ] == kinds  # fmt: skip
    assert ("function of " + STREAM, FUNCTION, TARGET.arn) == show_step(plan.units[1]).changes[0]


def test_of_what_others_made_only_what_is_said_is_set() -> None:
    """And it is not taken away."""
    (wanted,) = want({"source": STREAM, "batch_size": 5})
    (there,) = want({"source": STREAM, "batch_size": 9, "maximum_retry_attempts": 3})
    theirs = as_present(there)._replace(is_ours=False)
    (unit,) = plan_events([wanted], [theirs], TARGET).units
    assert [("batch_size of " + STREAM, "9", "5")] == list(show_step(unit).changes)
    assert () == plan_events((), [theirs], TARGET).units
    assert [("mapping", "present")] == states(want(STREAM), [theirs])


def test_a_subscription_of_others_stays_theirs() -> None:
    """The statement that zipper makes for it says so by its name."""
    permission, subscription = want(PUSHES["sns"])
    theirs = subscription._replace(is_ours=False, name="s")
    (unit,) = plan_events([permission, subscription], [theirs], TARGET).units
    (made,) = unit.adds
    assert permission.name + "-found" == made.name
    statement = {
        "Sid": made.name, "Action": made.fixed["action"],
        "Principal": {"Service": "sns.amazonaws.com"},
        "Condition": {"ArnLike": {"AWS:SourceArn": subscription.place}},
    }  # fmt: skip
    (read,) = read_statements(json.dumps({"Statement": [statement]}), TARGET.arn)
    assert read.fixed == made.fixed
    assert () == plan_events([permission, subscription], [theirs, read], TARGET).units
    (gone,) = plan_events((), [theirs, read], TARGET).units
    assert [read] == list(gone.removes)
    both = plan_events((), [subscription, permission], TARGET).units
    assert ["subscription", "permission"] == [one.kind for one in both]


def test_a_bucket_keeps_what_others_have_in_its_list() -> None:
    """Rows of others, topics, queues and EventBridge are put back as they were."""
    _, ours = want(PUSHES["s3"])
    (_, old) = want({"source": "arn:aws:s3:::incoming", "prefix": "old/"})
    theirs = {"Id": "x", "LambdaFunctionArn": "arn:f", "Events": ["s3:ObjectRemoved:*"]}
    rest = {"QueueConfigurations": [{"Id": "q"}], "EventBridgeConfiguration": {}}
    before = {**rest, "LambdaFunctionConfigurations": [theirs, write_notification(old)]}
    after = merge_notifications(before, [ours], [old])

    assert {**rest, "LambdaFunctionConfigurations": [theirs, write_notification(ours)]} == after
    assert after == merge_notifications(after, [ours], [old])
    assert rest == merge_notifications({**rest, "LambdaFunctionConfigurations": [
        write_notification(ours)]}, [], [ours])  # fmt: skip
    # What is there under another name is what is wanted.
    named = {**write_notification(ours), "Id": "by hand"}
    same = {"LambdaFunctionConfigurations": [named]}
    assert same == merge_notifications(same, [ours], [])


def test_answers_of_push_sources_are_read_as_they_are_wanted() -> None:
    """In whichever order and case AWS has them."""
    _, wanted = want(PUSHES["sns"])
    found = read_subscription(
        wanted.place,
        TARGET.arn,
        {
            "SubscriptionArn": "s", "FilterPolicy": '{ "kind": ["new"] }',
            "FilterPolicyScope": "MessageBody",
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": QUEUE}),
        },
    )  # fmt: skip
    assert wanted.values == found.values
    assert wanted.identity == found.identity
    _, rule, _ = want(PUSHES["event-bus"])
    answer = {"Arn": rule.place, "Name": rule.name, "EventPattern": '{"source": ["shop"]}'}
    assert rule.values == read_rule(answer, {}, TARGET.arn).values
    assert rule.place.startswith(f"arn:aws:events:{AT}:rule/shop/zipper-")
    url = want(PUSHES["url"])[-1]
    answer = {
        "FunctionArn": TARGET.arn, "FunctionUrl": "https://x", "AuthType": "NONE",
        "InvokeMode": "RESPONSE_STREAM",
        "Cors": {"MaxAge": 5, "AllowOrigins": ["*"], "AllowHeaders": []},
    }  # fmt: skip
    assert url.values == read_url(answer, is_ours=True).values
    row = {"Id": "x", "LambdaFunctionArn": TARGET.arn, "Events": ["s3:ObjectCreated:*"], "Filter": {
        "Key": {"FilterRules": [{"Name": "Suffix", "Value": ".json"},
                                {"Name": "Prefix", "Value": "a/"}]}}}  # fmt: skip
    (read,) = read_notifications({"LambdaFunctionConfigurations": [row]}, "arn:aws:s3:::incoming")
    assert want(PUSHES["s3"])[1].identity == read.identity


def test_the_names_of_a_rule_fit_aws() -> None:
    """64 characters at most, also for the longest name of a function."""
    target = FunctionTarget(f"arn:aws:lambda:{AT}:function:{'f' * 64}", "live")
    entries = want("rate(5 minutes)", PUSHES["event-bus"], target=target)
    assert {64} == {len(one.name) for one in entries if one.kind == "rule"}
    assert all(len(one.name) <= 64 for one in entries)


def test_an_unknown_argument_never_leaves(functions: tuple[Aws, Stubber]) -> None:
    """The model is what judges: a call that it does not know is an error of ours."""
    aws, stub = functions
    stub.add_response("create_event_source_mapping", {})
    with pytest.raises(UsageError, match="AWS's model refuses"):
        aws.call("lambda", "create_event_source_mapping", FunctionName="x", Batch=1)
