"""Events of a function: deployed, shown, changed and taken away, against moto's AWS on loopback.

moto plays Kinesis, DynamoDB streams, SQS, S3, SNS, EventBridge and CloudWatch Logs; what Lambda
keeps about them is played by `tests.support.lambda_events`. MSK, MQ, DocumentDB and consumers of
streams are judged by AWS's models alone, in `tests/unit/deploy/test_event_steps.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.support.aws_account import Account
from tests.support.command import CommandResult, run_zipper
from tests.support.scene import write_files
from zipper.pipeline.result_schemas import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.aws import AwsServer

pytestmark = [pytest.mark.ci, pytest.mark.slow]

REGION, NUMBER = "eu-central-1", "123456789012"
AT = f"{REGION}:{NUMBER}"
FUNCTION = f"arn:aws:lambda:{AT}:function:orders"
LIVE = f"{FUNCTION}:live"
STREAM = f"arn:aws:kinesis:{AT}:stream/orders"
QUEUE = f"arn:aws:sqs:{AT}:orders"
BUCKET = "arn:aws:s3:::incoming"
TOPIC = f"arn:aws:sns:{AT}:orders"
GROUP = f"arn:aws:logs:{AT}:log-group:/aws/lambda/other"
BUS = f"arn:aws:events:{AT}:event-bus/default"
TABLE = f"arn:aws:dynamodb:{AT}:table/orders"
NOTIFICATION = r"/incoming\?notification"


class Sources(Account):
    """An account on loopback with sources, and a project that is deployed to it."""

    def __init__(self, aws: AwsServer, folder: Path) -> None:
        super().__init__(aws, folder)
        aws.client("kinesis").create_stream(StreamName="orders", ShardCount=1)
        aws.client("sqs").create_queue(QueueName="orders")
        aws.client("s3").create_bucket(
            Bucket="incoming", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        aws.client("sns").create_topic(Name="orders")
        aws.client("logs").create_log_group(logGroupName="/aws/lambda/other")
        aws.calls.clear()

    def want(
        self, *events: object, alias: str | None = "live", project: Path | None = None
    ) -> None:
        """Write the settings; an event is a text or a table."""
        rows = ",\n".join(f"  {_toml(event)}" for event in events)
        named = f'alias = "{alias}"\n' if alias else ""
        text = f'[tool.zipper.deploy]\nrole = "{self.role}"\n{named}events = [\n{rows}\n]\n'
        write_files(project or self.project, {"pyproject.toml": text})

    def do(self, *words: str, status: int = 0) -> CommandResult:
        """Run a command, which ends as is said."""
        done = self.run(*words)
        assert status == done.status, done.stdout + done.stderr
        return done

    def changes(self) -> list[str]:
        """Return the calls since the last question that change something."""
        asking = ("Describe", "List", "Get")
        return [call for call in self.writes() if not call.startswith(asking)]

    def settle(self) -> None:
        """Deploy a second and a third time: all is there, and nothing is written."""
        self.changes()
        assert "nothing differs" in self.do("deploy").stdout
        assert [] == self.changes()
        assert {"present"} >= set(self.states().values()) - {"other"}

    @property
    def mappings(self) -> list[dict[str, Any]]:
        """The event source mappings, as AWS would list them."""
        rows = self.aws.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        return [self.aws.events.note_mapping({}, row) for row in rows]

    @property
    def notifications(self) -> list[dict[str, Any]]:
        """What the bucket tells functions."""
        s3 = self.aws.client("s3")
        answer = s3.get_bucket_notification_configuration(Bucket="incoming")
        return answer.get("LambdaFunctionConfigurations", [])

    @property
    def statements(self) -> dict[str, dict[str, Any]]:
        """The statements of the alias's policy."""
        return self.aws.events.policies.get(LIVE, {})

    def states(self) -> dict[str, str]:
        """Return the state of each entry that `zipper events` shows, by kind and place."""
        done = self.run("events", "--json")
        assert done.document is not None, done.stderr
        return {f"{row['kind']} {row['place']}": row["state"] for row in done.document["entries"]}


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


@pytest.fixture
def account(aws_server: AwsServer, tmp_path: Path) -> Sources:
    aws_server.reset()
    return Sources(aws_server, tmp_path)


def test_a_push_and_a_pull_from_first_to_last(account: Sources) -> None:
    """Deployed, called, changed, removed, destroyed; each the second time without a write."""
    account.want({"source": BUCKET, "prefix": "in/", "suffix": ".json"}, STREAM)
    rehearsed = account.do("deploy", "--dry-run")
    assert "set what Lambda reads for it" in rehearsed.stdout
    assert [] == account.changes()
    account.do("deploy")
    (mapping,), (notification,) = account.mappings, account.notifications
    assert (STREAM, LIVE, "TRIM_HORIZON") == (
        mapping["EventSourceArn"], mapping["FunctionArn"], mapping["StartingPosition"]
    )  # fmt: skip
    assert (LIVE, ["s3:ObjectCreated:*"]) == (
        notification["LambdaFunctionArn"], notification["Events"]
    )  # fmt: skip
    assert account.aws.events.may_invoke(LIVE, "s3.amazonaws.com", BUCKET)
    (statement,) = account.statements.values()
    assert {"AWS:SourceAccount": NUMBER} == statement["Condition"]["StringEquals"]
    account.settle()

    s3 = account.aws.client("s3")
    s3.put_object(Bucket="incoming", Key="in/1.json", Body=b"{}")
    s3.put_object(Bucket="incoming", Key="out/1.json", Body=b"{}")
    account.aws.client("kinesis").put_record(StreamName="orders", Data=b"x", PartitionKey="p")
    sources = [event["Records"][0]["eventSource"] for _, event in account.aws.invocations]
    assert ["aws:s3", "aws:kinesis"] == sources

    account.want({"source": STREAM, "batch_size": 10, "maximum_retry_attempts": 3})
    assert "to go: notification" in account.do("events", status=1).stdout
    done = account.do("deploy")
    assert f"batch_size of {STREAM}: 100 -> 10" in done.stdout
    assert [] == account.notifications
    assert {} == account.statements
    (mapping,) = account.mappings
    assert (10, 3) == (mapping["BatchSize"], mapping["MaximumRetryAttempts"])
    account.settle()

    account.do("destroy", "--dry-run")
    assert [] == account.changes()
    account.do("destroy", "--yes")
    assert [] == account.mappings
    assert "ENOFUNCTION" == account.do("destroy", "--yes", status=1).code


def test_every_push_source(account: Sources) -> None:
    """Topic, schedule, bus, rule, log group and URL: made, called, changed, taken away."""
    events = account.aws.client("events")
    nightly = events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")["RuleArn"]
    account.want(
        {"source": TOPIC, "filter": {"kind": ["new"]}},
        {"source": "rate(5 minutes)", "input": {"job": "sweep"}},
        {"source": BUS, "pattern": {"source": ["shop"]}},
        nightly,
        {"source": GROUP, "filter_pattern": "ERROR"},
        {"source": "url", "auth": "NONE"},
    )
    account.do("deploy")
    account.settle()
    targets = [
        target
        for rule in events.list_rules()["Rules"]
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    ]
    assert [LIVE] * 3 == [target["Arn"] for target in targets]
    assert ['{"job":"sweep"}'] == [one["Input"] for one in targets if "Input" in one]
    actions = sorted(one["Action"].partition(":")[2] for one in account.statements.values())
    assert [*["InvokeFunction"] * 6, "InvokeFunctionUrl"] == actions
    sns, logs = account.aws.client("sns"), account.aws.client("logs")
    sns.publish(TopicArn=TOPIC, Message="a")
    kind = {"kind": {"DataType": "String", "StringValue": "new"}}
    sns.publish(TopicArn=TOPIC, Message="b", MessageAttributes=kind)
    place = {"logGroupName": "/aws/lambda/other", "logStreamName": "s"}
    logs.create_log_stream(**place)
    logs.put_log_events(**place, logEvents=[{"timestamp": 1, "message": "ERROR"}])
    called = [set(event) for _, event in account.aws.invocations]
    assert [{"Records"}, {"awslogs"}] == called

    account.want(
        {"source": TOPIC, "filter": {"kind": ["old"]}, "filter_scope": "MessageBody"},
        {"source": "rate(5 minutes)", "input": {"job": "sweep"}, "enabled": False},
        {"source": BUS, "pattern": {"source": ["shop"]}, "maximum_retry_attempts": 3},
        {"source": nightly, "input": {"all": True}},
        GROUP,
        {"source": "url", "cors": {"allow_origins": ["*"]}},
    )
    done = account.do("deploy")
    assert "auth of" in done.stdout
    account.settle()
    url = account.aws.events.urls[LIVE]
    assert ("AWS_IAM", {"AllowOrigins": ["*"]}) == (url["AuthType"], url["Cors"])
    assert 5 == len(account.statements)

    account.want()
    account.do("deploy")
    account.settle()
    assert [{}, {}] == [account.statements, account.aws.events.urls]
    assert ["nightly"] == [rule["Name"] for rule in events.list_rules()["Rules"]]
    assert [] == events.list_targets_by_rule(Rule="nightly")["Targets"]
    assert [] == sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    found = logs.describe_subscription_filters(logGroupName="/aws/lambda/other")
    assert [] == found["subscriptionFilters"]


def test_pull_sources_with_their_options(account: Sources) -> None:
    """A queue, and a table by its name; options come, change and are taken back."""
    account.aws.client("dynamodb").create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )  # fmt: skip
    account.want(
        {
            "source": QUEUE, "batch_size": 20, "maximum_batching_window": 1,
            "report_batch_item_failures": True, "maximum_concurrency": 5,
            "filters": [{"body": {"kind": ["new"]}}],
        },
        {"source": TABLE, "on_failure": TOPIC, "starting_position": "LATEST"},
    )  # fmt: skip
    account.do("deploy")
    account.settle()
    rows = {row["EventSourceArn"].split(":")[2]: row for row in account.mappings}
    assert {"MaximumConcurrency": 5} == rows["sqs"]["ScalingConfig"]
    assert ["ReportBatchItemFailures"] == rows["sqs"]["FunctionResponseTypes"]
    assert rows["dynamodb"]["EventSourceArn"].startswith(f"{TABLE}/stream/")
    assert {"OnFailure": {"Destination": TOPIC}} == rows["dynamodb"]["DestinationConfig"]

    account.want(QUEUE, {"source": TABLE, "enabled": False})
    account.do("deploy")
    account.settle()
    rows = {row["EventSourceArn"].split(":")[2]: row for row in account.mappings}
    assert [{}, {}, [], 10] == [
        rows["sqs"][key]
        for key in ("ScalingConfig", "FilterCriteria", "FunctionResponseTypes", "BatchSize")
    ]
    assert "Disabled" == rows["dynamodb"]["State"]

    # Without the key, what zipper made goes as well: the function's tag says that there is some.
    account.settings(f'role = "{account.role}"\nalias = "live"\n')
    account.do("deploy")
    assert [] == account.mappings


def test_what_others_made_stays(account: Sources) -> None:
    """In a bucket's list, at a topic, at a rule, and as a mapping; also when all goes."""
    account.want(alias=None)
    account.do("deploy")
    client, s3, sns = (account.aws.client(name) for name in ("lambda", "s3", "sns"))
    theirs = {
        "LambdaFunctionConfigurations": [
            {"Id": "x", "LambdaFunctionArn": f"{FUNCTION}x", "Events": ["s3:ObjectRemoved:*"]}
        ],
        "QueueConfigurations": [{"Id": "q", "QueueArn": QUEUE, "Events": ["s3:ObjectRemoved:*"]}],
        "TopicConfigurations": [{"Id": "t", "TopicArn": TOPIC, "Events": ["s3:ObjectCreated:*"]}],
    }
    s3.put_bucket_notification_configuration(Bucket="incoming", NotificationConfiguration=theirs)
    client.create_event_source_mapping(
        FunctionName=FUNCTION, EventSourceArn=STREAM, StartingPosition="LATEST", BatchSize=7,
        MaximumRetryAttempts=9,
    )  # fmt: skip
    account.aws.events.targets[account.mappings[0]["UUID"]] = FUNCTION
    sns.subscribe(TopicArn=TOPIC, Protocol="lambda", Endpoint=FUNCTION)
    account.want({"source": STREAM, "batch_size": 5}, BUCKET, TOPIC, alias=None)
    account.do("deploy")
    account.settle()
    (mapping,) = account.mappings
    assert (5, 9) == (mapping["BatchSize"], mapping["MaximumRetryAttempts"])

    def others() -> dict[str, Any]:
        answer = s3.get_bucket_notification_configuration(Bucket="incoming")
        rows = answer.get("LambdaFunctionConfigurations", [])
        kept = [row for row in rows if not row["Id"].startswith("zipper-")]
        answer = {**answer, "LambdaFunctionConfigurations": kept}
        return {key: answer.get(key) for key in theirs}

    assert theirs == others()
    assert 2 == len(account.notifications)
    account.do("destroy", "--yes")
    assert theirs == others()
    assert 1 == len(account.notifications)
    assert 1 == len(account.mappings)
    assert 1 == len(sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"])


def test_two_deployments_at_once_lose_nothing(account: Sources, tmp_path: Path) -> None:
    """Both read one list, and both write it: who loses sees it, and writes again."""
    other = tmp_path / "other"
    write_files(
        other,
        {
            "package.json": {"name": "billing"},
            "index.js": (account.project / "index.js").read_text(),
        },
    )
    account.want({"source": BUCKET, "prefix": "orders/"})
    account.want({"source": BUCKET, "prefix": "billing/"}, project=other)
    both = threading.Barrier(2, timeout=60)
    for _ in range(2):
        account.aws.fail("PUT", NOTIFICATION, before=lambda: both.wait() and None)
    done: list[CommandResult] = []
    folders = (account.project, other)
    threads = [
        threading.Thread(
            target=lambda one=folder: done.append(
                run_zipper("deploy", cwd=one, env=account.environment)
            )
        )
        for folder in folders
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [0, 0] == [one.status for one in done], [one.stderr for one in done]
    rows = {row["LambdaFunctionArn"].split(":")[6] for row in account.notifications}
    assert {"orders", "billing"} == rows
    puts = [str(call) for call in account.aws.calls if str(call) == "PUT /incoming"]
    assert 3 == len(puts)


def test_a_list_that_somebody_else_writes_all_the_time(account: Sources) -> None:
    """A row that is lost twice is an error; the next deployment makes it."""
    account.want(BUCKET)
    s3 = account.aws.client("s3")
    account.aws.fail(
        "GET", NOTIFICATION, times=99,
        before=lambda: s3.put_bucket_notification_configuration(
            Bucket="incoming", NotificationConfiguration={}
        ) and None,
    )  # fmt: skip
    done = account.do("deploy", status=1)
    assert "ENOTIFICATION" == done.code
    account.aws.faults.clear()
    account.do("deploy")
    assert 1 == len(account.notifications)


def test_events_move_to_the_alias(account: Sources) -> None:
    """A mapping keeps its place; those of another alias are shown, and stay."""
    account.want(STREAM, BUCKET, alias=None)
    account.do("deploy")
    (before,) = account.mappings
    assert FUNCTION == before["FunctionArn"]
    account.want(STREAM, BUCKET)
    account.do("deploy")
    account.settle()
    (after,), (notification,) = account.mappings, account.notifications
    assert (before["UUID"], LIVE) == (after["UUID"], after["FunctionArn"])
    assert LIVE == notification["LambdaFunctionArn"]
    assert {} == account.aws.events.policies[FUNCTION]

    account.want(STREAM, alias="staging")
    account.do("deploy")
    assert {LIVE, f"{FUNCTION}:staging"} == {row["FunctionArn"] for row in account.mappings}
    assert 1 == len(account.notifications)
    states = account.run("events", "--json").document
    assert states is not None
    assert states["is_equal"]
    assert 3 == [row["state"] for row in states["entries"]].count("other")
    account.do("destroy", "--yes")
    assert [[], []] == [account.mappings, account.notifications]


def test_a_source_that_is_not_there_stops_before_anything(account: Sources) -> None:
    """Nothing is made, not even the function."""
    for event, status, code in (
        ("arn:aws:s3:::gone", 1, "ENOSOURCE"),
        (f"arn:aws:sns:{AT}:gone", 1, "ENOSOURCE"),
        (f"arn:aws:events:{AT}:rule/gone", 1, "ENOSOURCE"),
        (f"arn:aws:logs:{AT}:log-group:/gone", 1, "ENOSOURCE"),
        (f"arn:aws:dynamodb:{AT}:table/gone", 1, "ENOSOURCE"),
        (f"arn:aws:kinesis:us-east-1:{NUMBER}:stream/orders", 2, "EUSAGE"),
        (f"arn:aws:events:{REGION}:210987654321:rule/x", 2, "EUSAGE"),
    ):
        account.want(event)
        done = account.do("deploy", status=status)
        assert code == done.code
        assert event in done.stderr
    assert [] == account.changes()


def test_destroy_asks_and_leaves_what_is_not_zippers(account: Sources) -> None:
    """Where it cannot ask it does nothing; a function of others stays, without zipper's entries."""
    account.want(STREAM, BUCKET)
    account.do("deploy")
    account.changes()
    assert "EUSAGE" == account.do("destroy", status=2).code
    assert [] == account.aws.take_calls()
    answer = _answer_no(account)
    assert "goes: mapping" in answer
    assert "nothing is deleted" in answer
    assert [] == account.changes()
    client = account.aws.client("lambda")
    client.untag_resource(Resource=FUNCTION, TagKeys=["zipper:made"])
    done = account.do("destroy", "--yes", "--json")
    assert done.document is not None
    assert_fits("destroy", done.document)
    kinds = [step["kind"] for step in done.document["steps"]]
    assert {"mapping", "notification", "permission", "delete-alias"} == set(kinds)
    left = [row["what"] for row in done.document["left"]]
    assert f"the function {FUNCTION}" in left
    assert [[], []] == [account.mappings, account.notifications]
    assert [] == client.list_aliases(FunctionName="orders")["Aliases"]
    assert client.get_function(FunctionName="orders")


def _answer_no(account: Sources) -> str:
    """Return what `destroy` prints to somebody who says no."""
    pty = pytest.importorskip("pty", reason="a terminal takes a system that has them")
    ours, theirs = pty.openpty()
    os.write(ours, b"n\n")
    done = subprocess.run(
        [sys.executable, "-m", "zipper", "destroy"],
        cwd=account.project, env=account.environment, stdin=theirs, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    return done.stdout


@pytest.mark.parametrize(
    ("method", "pattern"),
    [("POST", "/event-source-mappings"), ("POST", "PutTargets")],
)
def test_the_next_deployment_goes_on(account: Sources, method: str, pattern: str) -> None:
    """AWS refuses one call: what is made stays, and the same command makes the rest."""
    account.want(STREAM, BUCKET, "rate(5 minutes)")
    account.aws.fail(method, pattern, status=403, code="AccessDeniedException")
    done = account.do("deploy", status=1)
    assert "EAWS" == done.code, done.stderr
    account.do("deploy")
    account.settle()
    assert (1, 1) == (len(account.mappings), len(account.notifications))


def assert_fits(name: str, document: dict[str, Any]) -> None:
    """A document has what its schema says, and nothing else."""
    schema = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert set(schema["properties"]) == set(document)


def test_documents_fit_their_schemas(account: Sources) -> None:
    """What the commands print with `--json` is what their schemas say; a problem is the status."""
    account.want(STREAM, {"source": BUCKET, "prefix": "a/"})
    assert_fits("deploy", account.do("deploy", "--json").document or {})
    shown = account.do("events", "--json").document or {}
    assert_fits("events", shown)
    assert ["present"] * 3 == [row["state"] for row in shown["entries"]]

    def has_problem(answer: dict[str, Any]) -> dict[str, Any]:
        rows = answer["EventSourceMappings"]
        return {
            "EventSourceMappings": [{**row, "LastProcessingResult": "PROBLEM: x"} for row in rows]
        }

    account.aws.fail("GET", "/event-source-mappings", times=9, changes=has_problem)
    assert "problem: PROBLEM: x" in account.do("events", status=1).stdout
    account.aws.faults.clear()
    assert_fits("destroy", account.do("destroy", "--dry-run", "--json").document or {})
