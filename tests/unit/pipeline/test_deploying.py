"""What a deployment comes to: planned from the settings, done, and told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.table_aws import TableAws, refuse
from zipper.deploy.applying import Applied
from zipper.deploy.invoking import Answer
from zipper.deploy.role_plan import ROLE_TAG, name_role
from zipper.errors import UsageError, ZipperError
from zipper.package import Package
from zipper.pipeline.deploying import (
    Deployed,
    FunctionPlace,
    deploy_package,
    describe_deployment,
    describe_undeployed,
    find_place,
    plan_deployment,
)
from zipper.pipeline.function_events import FunctionEvents, ShownEntry, read_events
from zipper.pipeline.permitting import describe_permissions
from zipper.settings.build_request import request_from
from zipper.settings.event_sources import parse_events
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from zipper.deploy.steps import Step

ACCOUNT = "111122223333"
ARN = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/theirs"
OWN_ROLE = f"arn:aws:iam::{ACCOUNT}:role/zipper/{name_role(ARN)}"
CALLER = {"Arn": f"arn:aws:iam::{ACCOUNT}:user/me", "Account": ACCOUNT}
FUNCTION = {
    "FunctionName": "orders", "FunctionArn": ARN, "CodeSha256": "new=", "Runtime": "nodejs24.x",
    "Architectures": ["x86_64"], "Handler": "index.handler", "Role": ROLE, "MemorySize": 128,
    "Timeout": 3,
}  # fmt: skip
PACKAGE = Package(
    path="fn.zip", size_bytes=1, unzipped_size_bytes=1, code_sha256="new=", files=1, packages=0,
    runtime="nodejs24.x", architecture="x86_64", handler="index.handler", timings_seconds={},
    findings=(),
)  # fmt: skip
MAPPING = {"UUID": "u1", "EventSourceArn": QUEUE, "FunctionArn": ARN, "State": "Enabled"}


def function_of(tags: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    return {"Configuration": {**FUNCTION, **more}, "Tags": tags or {}}


def place_of(aws: TableAws, name: str = "orders", **values: Any) -> FunctionPlace:
    request = request_from(Settings(env=("A=1",), node_options="--b"), folder=".")
    if "events" in values:
        values["events"] = parse_events(values["events"], lambda _: "settings")
    return FunctionPlace(aws.aws, name, values, request)


def kinds(steps: Iterable[Step]) -> list[str]:
    return [step.kind for step in steps]


def test_a_function_that_is_as_wanted_has_variables_to_get() -> None:
    """Those of the checks too: a function runs with them."""
    aws = TableAws({"lambda.get_function": function_of()})
    planned = plan_deployment(place_of(aws), PACKAGE, invokes=False)

    assert (["configuration"], None) == (kinds(planned.steps), planned.events)
    assert {"A": "1", "NODE_OPTIONS": "--b"} == planned.wanted.environment
    assert "logs.describe_log_groups" not in [name for name, _ in aws.calls]
    assert Deployed(
        "orders", "eu-west-1", "new=", None, None, None,
        dry_run=True, steps=planned.steps, answer=None, package=PACKAGE,
    ) == describe_deployment(planned, PACKAGE, None)  # fmt: skip


def test_what_was_done_is_told() -> None:
    """The version, what the alias pointed to before, the answer; else what would be done."""
    alias = {"Name": "live", "FunctionVersion": "4", "RevisionId": "r"}
    aws = TableAws({"lambda.get_function": function_of(), "lambda.get_alias": alias})
    place = place_of(aws, alias="live", log_retention=30)
    planned = plan_deployment(place, PACKAGE, invokes=True)
    (step, *_) = planned.steps
    applied = Applied((step,), "5", "4", Answer("done", None, "", "5"))

    assert "logs.describe_log_groups" in [name for name, _ in aws.calls]
    assert "invoke" in kinds(planned.steps)
    told = describe_deployment(planned, PACKAGE, applied)
    assert ("live", "5", "4", False, (step,), "done") == told[3:9]
    silent = describe_deployment(planned, PACKAGE, applied._replace(answer=None))
    assert ("5", None) == (silent.version, silent.answer)
    assert ("live", None, "4", True, planned.steps, None) == describe_deployment(
        planned, PACKAGE, None
    )[3:9]


def test_what_does_not_pass_is_told_as_nothing_done() -> None:
    """It is no dry run: something was asked for."""
    assert Deployed(
        "orders", "eu-west-1", "new=", "live", None, None,
        dry_run=False, steps=(), answer=None, package=PACKAGE,
    ) == describe_undeployed(place_of(TableAws({}), alias="live"), PACKAGE)  # fmt: skip


def test_options_go_before_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each for itself; the name is what they say, or the project's."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    (tmp_path / "config").write_text("[profile other]\nregion = eu-north-1\n")
    request = request_from(Settings(), folder=str(tmp_path))._replace(
        deploy={"function_name": "said", "region": "eu-west-1", "memory": 128}
    )

    place = find_place(request, {"region": "us-east-1", "alias": "live"})

    assert ("said", "us-east-1") == (place.function_name, place.aws.region)
    assert {
        "function_name": "said", "region": "us-east-1", "memory": 128, "alias": "live",
    } == place.values  # fmt: skip
    assert request is place.request
    bare = request._replace(deploy=None, name="own")
    assert "eu-north-1" == find_place(bare, {"profile": "other"}).aws.region
    with pytest.raises(UsageError, match="no region is set"):
        find_place(bare, {})


def add_mapping_late(failures: int) -> Any:
    """Return what answers for a mapping: at first the role's permissions are not known yet."""
    left = [failures]

    def answer(**_: Any) -> Any:
        left[0] -= 1
        return refuse_words("ensure the role can perform") if left[0] >= 0 else {"UUID": "u2"}

    return answer


def refuse_words(words: str) -> Exception:
    error = refuse("InvalidParameterValueException")
    error.response["Error"]["Message"] = words
    return error


def deploying(**more: Any) -> TableAws:
    made = function_of({"zipper:made": "x"}, Role=OWN_ROLE)
    return TableAws({
        "lambda.get_function": made, "sts.get_caller_identity": CALLER,
        "lambda.update_function_configuration": {}, "lambda.tag_resource": {},
        "iam.create_role": {"Role": {"Arn": OWN_ROLE}}, "iam.put_role_policy": {},
        "lambda.create_event_source_mapping": {"UUID": "u2"}, **more,
    })  # fmt: skip


def test_events_come_after_the_function() -> None:
    """A new role may not be known to Lambda yet: what needs it is tried again."""
    aws = deploying(**{"lambda.create_event_source_mapping": add_mapping_late(1)})
    place = place_of(aws, create_role=True, events=[QUEUE])
    planned = plan_deployment(place, PACKAGE, invokes=False)
    told: list[Step] = []

    applied = deploy_package(planned, PACKAGE, event=None, tell=told.append)

    assert ["create-role", "configuration", "tags", "mapping"] == kinds(planned.steps)
    assert ("create-role", "mapping") == (planned.steps[0].kind, told[-1].kind)
    assert tuple(told) == applied.steps
    assert kinds(planned.steps) == kinds(applied.steps)
    assert 2 == [name for name, _ in aws.calls].count("lambda.create_event_source_mapping")


def test_a_role_that_is_as_it_was_is_known() -> None:
    """What it lacks is an error at once."""
    aws = deploying(**{"lambda.create_event_source_mapping": add_mapping_late(1)})
    planned = plan_deployment(place_of(aws, events=[QUEUE]), PACKAGE, invokes=False)

    with pytest.raises(ZipperError, match="ensure the role"):
        deploy_package(planned, PACKAGE, event=None, tell=lambda _: None)


def test_without_events_nothing_is_asked_of_them() -> None:
    """But where zipper made some: they go when the settings name them no more."""
    plain = deploying()
    deploy_package(
        plan_deployment(place_of(plain), PACKAGE, invokes=False),
        PACKAGE, event=None, tell=lambda _: None,
    )  # fmt: skip
    tags = {"zipper:events": "made"}
    former = deploying(**{
        "lambda.get_function": function_of(tags),
        "lambda.list_event_source_mappings": [
            {"EventSourceMappings": [{**MAPPING, "EventSourceMappingArn": "arn:m"}]}
        ],
        "lambda.list_tags": {"Tags": {"zipper:made": "x"}},
    })  # fmt: skip

    planned = plan_deployment(place_of(former), PACKAGE, invokes=False)

    assert "lambda.get_policy" not in [name for name, _ in plain.calls]
    assert ["configuration", "mapping"] == kinds(planned.steps)


@pytest.mark.parametrize("name", ["orders", ARN])
@pytest.mark.parametrize("alias", [None, "live"])
def test_events_of_a_function_that_is_to_be_made(name: str, alias: str | None) -> None:
    """They lead to where it will be: its role's account, and this region."""
    aws = TableAws({"sts.get_caller_identity": CALLER})
    place = place_of(aws, name, role=ROLE, events=[QUEUE], alias=alias)

    planned = plan_deployment(place, PACKAGE, invokes=False)

    assert planned.events is not None
    assert (ARN, alias) == planned.events.target
    assert "mapping" == planned.steps[-1].kind
    assert "lambda.get_policy" not in [name for name, _ in aws.calls]


MAPPED = {
    "lambda.get_function": function_of(),
    "lambda.list_event_source_mappings": [
        {"EventSourceMappings": [{**MAPPING, "BatchSize": 7, "LastProcessingResult": "PROBLEM: x"}]}
    ],
}


def test_events_are_shown_as_they_stand() -> None:
    """What is there, whose it is, what differs from the settings, and what would be done."""
    found = read_events(place_of(TableAws(MAPPED), events=[{"source": QUEUE, "batch_size": 5}]))

    ((change,),) = (entry.changes for entry in found.entries)
    assert ("batch_size", "7", "5") == (change.what.partition(" ")[0], change.before, change.after)
    (step,) = found.steps
    assert FunctionEvents(
        "orders", "eu-west-1", ARN, None, is_equal=False, steps=(step,),
        entries=(
            ShownEntry("mapping", "differs", QUEUE, QUEUE, "u1", ARN, made_by_zipper=False,
                       source=QUEUE, changes=(change,), problem="PROBLEM: x"),
        ),
    ) == found  # fmt: skip


@pytest.mark.parametrize(
    ("values", "rows", "equal"),
    [
        ({}, [("other", "u1", False)], True),
        ({"events": [{"source": QUEUE, "batch_size": 7}]}, [("present", "u1", False)], True),
        ({"events": [f"{QUEUE}2"]}, [("missing", "", False), ("other", "u1", False)], False),
        ({"alias": "live"}, [("other", "u1", False)], True),
    ],
)
def test_how_entries_stand(
    values: dict[str, Any], rows: list[tuple[str, str, bool]], equal: bool
) -> None:
    """What is missing has no name yet, and was made by nobody."""
    found = read_events(place_of(TableAws(MAPPED), **values))

    assert rows == [(one.state, one.name, one.made_by_zipper) for one in found.entries]
    assert (equal, f"{ARN}:live" if values.get("alias") else ARN) == (found.is_equal, found.target)


def test_what_zipper_made_is_shown_as_that() -> None:
    """By the tag that it bears."""
    (page,) = MAPPED["lambda.list_event_source_mappings"]
    row = {**page["EventSourceMappings"][0], "EventSourceMappingArn": "arn:m"}
    table = {**MAPPED, "lambda.list_event_source_mappings": [{"EventSourceMappings": [row]}]}
    aws = TableAws({**table, "lambda.list_tags": {"Tags": {"zipper:made": "x"}}})

    (shown,) = read_events(place_of(aws)).entries

    assert ("extra", True) == (shown.state, shown.made_by_zipper)


def allowed(document: Any) -> set[str]:
    """Return the actions that a policy allows."""
    rows = [row["Action"] for row in document["Statement"]]
    return {one for row in rows for one in ([row] if isinstance(row, str) else row)}


NETWORK = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
TRACED = {"TracingConfig": {"Mode": "Active"}}
DEAD = {"DeadLetterConfig": {"TargetArn": QUEUE}}
VPC = {"vpc_subnets": ("subnet-1",), "vpc_security_groups": ("sg-1",)}


@pytest.mark.parametrize(
    ("present", "values", "needs"),
    [
        (None, {}, ""),
        ({}, {}, ""),
        (None, VPC, "ec2:CreateNetworkInterface"),
        ({"VpcConfig": NETWORK}, {}, "ec2:CreateNetworkInterface"),
        ({"VpcConfig": NETWORK}, {"vpc_subnets": ()}, "ec2:CreateNetworkInterface"),
        (None, {"tracing": True}, "xray:PutTraceSegments"),
        (TRACED, {}, "xray:PutTraceSegments"),
        (TRACED, {"tracing": False}, ""),
        ({}, {"tracing": True}, "xray:PutTraceSegments"),
        (None, {"dead_letter": QUEUE}, "sqs:SendMessage"),
        (DEAD, {}, "sqs:SendMessage"),
        (DEAD, {"dead_letter": "none"}, ""),
        (None, {"events": [QUEUE]}, "sqs:ReceiveMessage"),
    ],
)
def test_a_role_allows_what_the_function_needs(
    present: dict[str, Any] | None, values: dict[str, Any], needs: str
) -> None:
    """As it is wanted; what the settings leave out, as it is."""
    more = {} if present is None else {"lambda.get_function": function_of(**present)}
    aws = TableAws({"sts.get_caller_identity": CALLER, **more})

    wanted = plan_deployment(place_of(aws, create_role=True, **values), PACKAGE, invokes=False)[1]

    assert wanted.own_role is not None
    actions = allowed(wanted.own_role.documents.policy)
    rare = ("ec2:CreateNetworkInterface", "xray:PutTraceSegments", "sqs:SendMessage",
            "sqs:ReceiveMessage")  # fmt: skip
    assert ([needs] if needs else []) == [one for one in rare if one in actions]
    assert (OWN_ROLE, ARN) == (wanted.role, wanted.own_role.function_arn)


@pytest.mark.parametrize(
    ("present", "values", "group", "makes"),
    [
        (None, {}, "/aws/lambda/orders", True),
        (None, {"log_retention": 30}, "/aws/lambda/orders", False),
        ({"LoggingConfig": {"LogGroup": "mine"}}, {}, "mine", True),
    ],
)
def test_a_role_writes_the_log(
    present: dict[str, Any] | None, values: dict[str, Any], group: str, makes: bool
) -> None:
    """To the group that the function has; it makes it where zipper does not."""
    more = {} if present is None else {"lambda.get_function": function_of(**present)}
    aws = TableAws({"sts.get_caller_identity": CALLER, **more})

    wanted = plan_deployment(place_of(aws, create_role=True, **values), PACKAGE, invokes=False)[1]

    assert wanted.own_role is not None
    policy = wanted.own_role.documents.policy
    assert f":log-group:{group}" in json.dumps(policy)
    assert makes == ("logs:CreateLogGroup" in allowed(policy))


def test_a_role_that_is_there_is_used_as_it_is() -> None:
    """By its own ARN; what is in it is compared."""
    arn = f"{OWN_ROLE}-elsewhere"
    tags = [{"Key": ROLE_TAG, "Value": ARN}]
    aws = TableAws({
        "sts.get_caller_identity": CALLER, "iam.get_role": {"Role": {"Arn": arn, "Tags": tags}},
    })  # fmt: skip

    planned = plan_deployment(place_of(aws, ARN, create_role=True), PACKAGE, invokes=False)

    assert planned.now.role is not None
    assert (arn, arn, ARN) == (planned.wanted.role, planned.now.role.arn, planned.now.role.owner)
    assert "role" == planned.steps[0].kind
    assert ("iam.get_role", {"RoleName": name_role(ARN)}) in aws.calls


def test_a_role_is_made_in_the_functions_account() -> None:
    """Credentials of another one cannot."""
    aws = TableAws({"sts.get_caller_identity": {**CALLER, "Account": "999999999999"}})

    with pytest.raises(UsageError, match=f"account, {ACCOUNT}, and this is 999999999999") as raised:
        plan_deployment(place_of(aws, ARN, create_role=True), PACKAGE, invokes=False)

    assert "EUSAGE" == raised.value.code
    assert f"use credentials of {ACCOUNT}" in (raised.value.hint or "")


@pytest.mark.parametrize(
    ("values", "variables", "region"),
    [
        ({"region": "eu-west-1"}, {"AWS_REGION": "us-east-1"}, "eu-west-1"),
        ({}, {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-west-1"}, "us-east-1"),
        ({}, {"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-west-1"}, "us-west-1"),
        ({}, {}, None),
    ],
)
def test_permissions_are_for_a_region(
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, str],
    variables: dict[str, str],
    region: str | None,
) -> None:
    """The settings', else that of the variables; AWS is not asked."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    secret = {"environment": {"TOKEN": {"ssm": "/token"}}}
    request = request_from(Settings(), folder=".")._replace(
        name="orders", deploy={"region": "of settings", **secret} if values else secret
    )

    shown = describe_permissions(request, values, account=ACCOUNT)
    unknown = describe_permissions(request._replace(deploy=None), values, account=None)

    assert ("orders", region, ACCOUNT) == (shown.function_name, shown.region, shown.account)
    assert "ssm:GetParameter" in allowed(shown.deployer_policy)
    assert (region, None) == (unknown.region, unknown.account)
    assert [] == unknown.deployer_policy["Statement"]
