"""Events of a function: deployed, shown, changed and taken away, against moto's AWS on loopback."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws import AwsServer
from tests.support.command import run_here
from tests.support.scene import HANDLER, write_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.command import CommandResult

ASSUME = json.dumps({"Version": "2012-10-17", "Statement": []})
REGION, ACCOUNT = "eu-central-1", "123456789012"
AT = f"{REGION}:{ACCOUNT}"
FUNCTION = f"arn:aws:lambda:{AT}:function:orders"
LIVE = f"{FUNCTION}:live"
STREAM = f"arn:aws:kinesis:{AT}:stream/orders"
QUEUE = f"arn:aws:sqs:{AT}:orders"
BUCKET = "arn:aws:s3:::incoming"
TOPIC = f"arn:aws:sns:{AT}:orders"
GROUP = f"arn:aws:logs:{AT}:log-group:/aws/lambda/other"
BUS = f"arn:aws:events:{AT}:event-bus/default"
MAPPINGS = "/event-source-mappings"
NOTIFICATION = r"/incoming\?notification"


@pytest.fixture(scope="module")
def server() -> Iterator[AwsServer]:
    with AwsServer() as running:
        yield running


class Account:
    """An account on loopback with sources, and a project that is deployed to it."""

    def __init__(self, aws: AwsServer, folder: Path) -> None:
        self.aws = aws
        self.project = folder / "project"
        role = aws.client("iam").create_role(RoleName="orders", AssumeRolePolicyDocument=ASSUME)
        self.role = role["Role"]["Arn"]
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "ZIPPER_"))
        }
        cache = {"ZIPPER_CACHE_DIR": str(folder / "cache"), "HOME": str(folder)}
        self.environment = {**kept, **aws.environment, **cache}
        write_files(self.project, {"package.json": {"name": "orders"}, "index.js": HANDLER})
        self.make_sources()
        aws.calls.clear()

    def make_sources(self) -> None:
        """Make a stream, a queue, a bucket, a topic, a log group and a table."""
        self.aws.client("kinesis").create_stream(StreamName="orders", ShardCount=1)
        self.aws.client("sqs").create_queue(QueueName="orders")
        self.aws.client("s3").create_bucket(
            Bucket="incoming", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.aws.client("sns").create_topic(Name="orders")
        self.aws.client("logs").create_log_group(logGroupName="/aws/lambda/other")

    def settings(self, *events: object, more: str = "") -> None:
        """Write the settings; an event is a text or a table."""
        rows = ",\n".join(f"  {_toml(event)}" for event in events)
        text = (
            f'[tool.zipper.deploy]\nrole = "{self.role}"\nalias = "live"\n{more}'
            f"events = [\n{rows}\n]\n"
        )
        write_files(self.project, {"pyproject.toml": text})

    def run(self, *words: str, status: int = 0) -> CommandResult:
        """Run a command in the project's folder."""
        done = run_here(*words, cwd=self.project, env=self.environment)
        assert status == done.status, done.stdout + done.stderr
        return done

    def writes(self) -> list[str]:
        """Return the calls since the last question that change something."""
        calls = list(map(str, self.aws.calls))
        self.aws.calls.clear()
        asking = ("Describe", "List", "Get")
        return [
            call
            for call in calls
            if not call.startswith(("GET ", "HEAD "))
            and not call.partition(" ")[2].rpartition(".")[2].startswith(asking)
        ]

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

    def states(self) -> dict[str, str]:
        """Return the state of each entry that `zipper events` shows, by kind and place."""
        done = run_here("events", "--json", cwd=self.project, env=self.environment)
        assert done.document is not None, done.stderr
        return {f"{row['kind']} {row['place']}": row["state"] for row in done.document["entries"]}


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


@pytest.fixture
def account(server: AwsServer, tmp_path: Path) -> Account:
    server.reset()
    return Account(server, tmp_path)


def test_a_push_and_a_pull_from_first_to_last(account: Account) -> None:
    """Deployed, called, changed, removed, destroyed; each the second time without a write."""
    account.settings({"source": BUCKET, "prefix": "in/", "suffix": ".json"}, STREAM)
    rehearsed = account.run("deploy", "--dry-run")
    assert "set what Lambda reads for it" in rehearsed.stdout
    assert [] == account.writes()
    account.run("deploy")
    (mapping,), (notification,) = account.mappings, account.notifications
    assert (STREAM, LIVE, "TRIM_HORIZON") == (
        mapping["EventSourceArn"], mapping["FunctionArn"], mapping["StartingPosition"]
    )  # fmt: skip
    assert (LIVE, ["s3:ObjectCreated:*"]) == (
        notification["LambdaFunctionArn"], notification["Events"]
    )  # fmt: skip
    assert account.aws.events.may_invoke(LIVE, "s3.amazonaws.com", BUCKET)
    (statement,) = account.aws.events.policies[LIVE].values()
    assert {"AWS:SourceAccount": ACCOUNT} == statement["Condition"]["StringEquals"]

    account.writes()
    assert "nothing differs" in account.run("deploy").stdout
    assert [] == account.writes()
    shown = account.run("events")
    assert [] == account.writes()
    assert "missing" not in shown.stdout
    assert {"present"} == set(account.states().values())

    s3 = account.aws.client("s3")
    s3.put_object(Bucket="incoming", Key="in/1.json", Body=b"{}")
    s3.put_object(Bucket="incoming", Key="out/1.json", Body=b"{}")
    account.aws.client("kinesis").put_record(StreamName="orders", Data=b"x", PartitionKey="p")
    sources = [event["Records"][0]["eventSource"] for _, event in account.aws.invocations]
    assert ["aws:s3", "aws:kinesis"] == sources

    account.settings({"source": STREAM, "batch_size": 10, "maximum_retry_attempts": 3})
    assert 1 == len(account.run("events", status=1).stdout.split("to go: notification")) - 1
    done = account.run("deploy")
    assert "batch_size of" in done.stdout
    assert "100 -> 10" in done.stdout
    assert [] == account.notifications
    assert {} == account.aws.events.policies[LIVE]
    (mapping,) = account.mappings
    assert (10, 3) == (mapping["BatchSize"], mapping["MaximumRetryAttempts"])
    account.writes()
    account.run("deploy")
    assert [] == account.writes()

    account.run("destroy", "--dry-run")
    assert [] == account.writes()
    account.run("destroy", "--yes")
    assert [] == account.mappings
    assert "ENOFUNCTION" == account.run("destroy", "--yes", status=1).code
