"""Mappings that Lambda is still changing, and lists that S3 cannot check yet, are waited for."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.stub import Stubber

from zipper.deploy.aws import Aws, AwsError
from zipper.deploy.event_entries import EventEntry, FunctionTarget, list_wanted
from zipper.deploy.mapping_calls import add_mapping, change_mapping, remove_mapping
from zipper.deploy.notifications import write_notifications
from zipper.errors import DeployError
from zipper.settings.event_sources import parse_events

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.ci

AT = "eu-central-1:123456789012"
TARGET = FunctionTarget(f"arn:aws:lambda:{AT}:function:orders")
STREAM = f"arn:aws:kinesis:{AT}:stream/orders"
UUID = "0e7a1b2c-0000-0000-0000-000000000000"


@cache
def client_of(service: str) -> Any:
    """Return a client, which takes long to make."""
    return botocore.session.get_session().create_client(
        service, "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


@contextmanager
def stubbed(service: str) -> Iterator[tuple[Aws, Stubber]]:
    """Give an account with one client, which answers what is put into its stub, and no more."""
    client = client_of(service)
    with Stubber(client) as stub:
        yield Aws(None, "eu-central-1", {service: client}), stub


@pytest.fixture
def functions() -> Iterator[tuple[Aws, Stubber]]:
    with stubbed("lambda") as found:
        yield found


def want(event: Any) -> EventEntry:
    return list_wanted(parse_events([event], str), TARGET)[-1]


def listed(state: str) -> dict[str, Any]:
    return {"EventSourceMappings": [{"UUID": UUID, "State": state}]}


def test_a_mapping_that_is_being_deleted_is_waited_for(functions: tuple[Aws, Stubber]) -> None:
    """Lambda knows it for a while; the new one is made when it has gone."""
    aws, stub = functions
    stub.add_client_error(
        "create_event_source_mapping", "ResourceConflictException", "there is one"
    )
    stub.add_response("list_event_source_mappings", listed("Deleting"))
    stub.add_response("create_event_source_mapping", {})
    add_mapping(aws, want(STREAM), role_changed=False)


def test_a_mapping_that_somebody_else_made_is_an_error(functions: tuple[Aws, Stubber]) -> None:
    """The same command compares anew, and finds it."""
    aws, stub = functions
    stub.add_client_error(
        "create_event_source_mapping", "ResourceConflictException", "there is one"
    )
    stub.add_response("list_event_source_mappings", listed("Enabled"))
    with pytest.raises(DeployError, match="somebody else made it") as caught:
        add_mapping(aws, want(STREAM), role_changed=False)
    assert "EREVISION" == caught.value.code


def test_a_permission_that_the_role_lacks_is_told(functions: tuple[Aws, Stubber]) -> None:
    """At once, where the role was not changed by this deployment."""
    aws, stub = functions
    told = "The provided execution role does not have permissions to call ReceiveMessage on SQS"
    stub.add_client_error("create_event_source_mapping", "InvalidParameterValueException", told)
    with pytest.raises(AwsError, match="ReceiveMessage"):
        add_mapping(aws, want(f"arn:aws:sqs:{AT}:orders"), role_changed=False)
    stub.add_client_error("create_event_source_mapping", "InvalidParameterValueException", told)
    stub.add_response("create_event_source_mapping", {})
    add_mapping(aws, want(f"arn:aws:sqs:{AT}:orders"), role_changed=True)


@pytest.mark.slow
def test_a_change_that_is_under_way_is_waited_for(functions: tuple[Aws, Stubber]) -> None:
    """Also where Lambda says so by refusing; what is being deleted is left alone."""
    aws, stub = functions
    wanted = want({"source": STREAM, "batch_size": 5})
    present = wanted._replace(name=UUID)
    stub.add_response("get_event_source_mapping", {"State": "Updating"})
    stub.add_response("get_event_source_mapping", {"State": "Enabled"})
    stub.add_client_error("update_event_source_mapping", "ResourceInUseException", "in use")
    stub.add_response("get_event_source_mapping", {"State": "Enabled"})
    stub.add_response("update_event_source_mapping", {}, {"UUID": UUID, "BatchSize": 5})
    change_mapping(aws, wanted, present, ["batch_size"])
    stub.add_response("get_event_source_mapping", {"State": "Deleting"})
    remove_mapping(aws, present)


@pytest.mark.slow
def test_a_statement_that_s3_does_not_know_yet_is_waited_for() -> None:
    """The list is put again, and then looked at twice."""
    entry = want("arn:aws:s3:::incoming")
    row = {
        "Id": entry.name, "LambdaFunctionArn": TARGET.arn, "Events": ["s3:ObjectCreated:*"]
    }  # fmt: skip
    rows = {"LambdaFunctionConfigurations": [row]}
    put = {"Bucket": "incoming", "NotificationConfiguration": rows}
    told = "Unable to validate the following destination configurations"
    with stubbed("s3") as (aws, stub):
        stub.add_response("get_bucket_notification_configuration", {}, {"Bucket": "incoming"})
        stub.add_client_error("put_bucket_notification_configuration", "InvalidArgument", told)
        stub.add_response("put_bucket_notification_configuration", {}, put)
        for _ in range(2):
            stub.add_response("get_bucket_notification_configuration", rows)
        write_notifications(aws, "arn:aws:s3:::incoming", [entry], [])
