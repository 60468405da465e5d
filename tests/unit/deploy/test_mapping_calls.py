"""Mappings that Lambda is still changing, and lists that S3 cannot check yet, are waited for."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from zipper.deploy.aws import Aws, AwsError
from zipper.deploy.event_entries import EventEntry, FunctionTarget, list_wanted
from zipper.deploy.mapping_calls import add_mapping, change_mapping, remove_mapping
from zipper.deploy.notifications import write_notifications
from zipper.errors import DeployError
from zipper.settings.event_sources import parse_events

AT = "eu-central-1:123456789012"
TARGET = FunctionTarget(f"arn:aws:lambda:{AT}:function:orders")
STREAM = f"arn:aws:kinesis:{AT}:stream/orders"
UUID = "0e7a1b2c-0000-0000-0000-000000000000"


def stubbed(service: str) -> tuple[Aws, Stubber]:
    """Return an account with one client, which answers what is put into its stub."""
    client = botocore.session.get_session().create_client(
        service, "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    stub = Stubber(client)
    stub.activate()
    return Aws(None, "eu-central-1", {service: client}), stub


def want(event: Any) -> EventEntry:
    return list_wanted(parse_events([event], str), TARGET)[-1]


def listed(state: str) -> dict[str, Any]:
    return {"EventSourceMappings": [{"UUID": UUID, "State": state}]}


def test_a_mapping_that_is_being_deleted_is_waited_for() -> None:
    """Lambda knows it for a while; the new one is made when it has gone."""
    aws, stub = stubbed("lambda")
    stub.add_client_error(
        "create_event_source_mapping", "ResourceConflictException", "there is one"
    )
    stub.add_response("list_event_source_mappings", listed("Deleting"))
    stub.add_response("create_event_source_mapping", {})
    add_mapping(aws, want(STREAM), role_changed=False)
    stub.assert_no_pending_responses()


def test_a_mapping_that_somebody_else_made_is_an_error() -> None:
    """The same command compares anew, and finds it."""
    aws, stub = stubbed("lambda")
    stub.add_client_error(
        "create_event_source_mapping", "ResourceConflictException", "there is one"
    )
    stub.add_response("list_event_source_mappings", listed("Enabled"))
    with pytest.raises(DeployError, match="somebody else made it") as caught:
        add_mapping(aws, want(STREAM), role_changed=False)
    assert "EREVISION" == caught.value.code


def test_a_permission_that_the_role_lacks_is_told() -> None:
    """At once, where the role was not changed by this deployment."""
    aws, stub = stubbed("lambda")
    told = "The provided execution role does not have permissions to call ReceiveMessage on SQS"
    stub.add_client_error("create_event_source_mapping", "InvalidParameterValueException", told)
    with pytest.raises(AwsError, match="ReceiveMessage"):
        add_mapping(aws, want(f"arn:aws:sqs:{AT}:orders"), role_changed=False)
    stub.add_client_error("create_event_source_mapping", "InvalidParameterValueException", told)
    stub.add_response("create_event_source_mapping", {})
    add_mapping(aws, want(f"arn:aws:sqs:{AT}:orders"), role_changed=True)
    stub.assert_no_pending_responses()


@pytest.mark.slow
def test_a_change_that_is_under_way_is_waited_for() -> None:
    """Also where Lambda says so by refusing; what is being deleted is left alone."""
    aws, stub = stubbed("lambda")
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
    stub.assert_no_pending_responses()


@pytest.mark.slow
def test_a_statement_that_s3_does_not_know_yet_is_waited_for() -> None:
    """The list is put again, and then looked at twice."""
    aws, stub = stubbed("s3")
    entry = want("arn:aws:s3:::incoming")
    row = {
        "Id": entry.name, "LambdaFunctionArn": TARGET.arn, "Events": ["s3:ObjectCreated:*"]
    }  # fmt: skip
    rows = {"LambdaFunctionConfigurations": [row]}
    put = {"Bucket": "incoming", "NotificationConfiguration": rows}
    told = "Unable to validate the following destination configurations"
    stub.add_response("get_bucket_notification_configuration", {}, {"Bucket": "incoming"})
    stub.add_client_error("put_bucket_notification_configuration", "InvalidArgument", told)
    stub.add_response("put_bucket_notification_configuration", {}, put)
    for _ in range(2):
        stub.add_response("get_bucket_notification_configuration", rows)
    write_notifications(aws, "arn:aws:s3:::incoming", [entry], [])
    stub.assert_no_pending_responses()
