"""What goes with a function that zipper made, what stays, and in which order it goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.table_aws import TableAws, refuse
from zipper.deploy.present import ALIAS_DESCRIPTION
from zipper.deploy.role_plan import POLICY_NAME, ROLE_TAG, name_role
from zipper.deploy.steps import Change, Step
from zipper.errors import DeployError
from zipper.pipeline.deploying import FunctionPlace
from zipper.pipeline.destroying import (
    Destroyed,
    destroy_function,
    plan_destruction,
    show_destruction,
)
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:orders"
ROLE_NAME = name_role(ARN)
ROLE = f"arn:aws:iam::111122223333:role/zipper/{ROLE_NAME}"
CALLER = {"Arn": "arn:aws:iam::111122223333:user/me", "Account": "111122223333"}
ALIASES = [
    {"Aliases": [{"Name": "live", "Description": ALIAS_DESCRIPTION}, {"Name": "theirs"}]},
    {"Aliases": [{"Name": "canary", "Description": "made by us"}]},
]
STATEMENTS = [
    {"Sid": "zipper-rule-1", "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
     "Action": "lambda:InvokeFunction", "Resource": ARN},
    {"Sid": "theirs", "Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"},
     "Action": "lambda:InvokeFunction", "Resource": ARN},
]  # fmt: skip
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"
MAPPINGS = [{"EventSourceMappings": [{"UUID": "u1", "EventSourceArn": QUEUE, "FunctionArn": ARN}]}]
BY_OTHERS = "made by others, or by hand"


def function_of(**more: Any) -> dict[str, Any]:
    """Return Lambda's answer about the function."""
    tags = more.pop("tags", {"zipper:made": "x"})
    made = {"FunctionName": "orders", "FunctionArn": ARN, "Role": ROLE, **more}
    return {"Configuration": made, "Tags": tags}


def policy_of(statements: list[dict[str, Any]]) -> Callable[..., Any]:
    """Return what answers for the policy of the function; its aliases have none."""
    answer = {"Policy": json.dumps({"Statement": statements})}
    return lambda **call: refuse("ResourceNotFoundException") if "Qualifier" in call else answer


def role_of(owner: str = ARN) -> dict[str, Any]:
    """Return IAM's answer about the role."""
    return {"Role": {"Arn": ROLE, "Tags": [{"Key": ROLE_TAG, "Value": owner}]}}


def place_of(aws: TableAws, name: str = "orders", **values: object) -> FunctionPlace:
    return FunctionPlace(aws.aws, name, values, request_from(Settings(), folder="."))


def made(kind: Any, what: str) -> Step:
    return Step(kind, (Change(what, "made by zipper", None),))


def shown(aws: TableAws, name: str = "orders", **values: object) -> Destroyed:
    return show_destruction(plan_destruction(place_of(aws, name, **values)), dry_run=True)


def test_what_zipper_made_goes_with_the_function() -> None:
    """Its role too; what is others' stays, with a reason, and what belongs to a function goes."""
    aws = TableAws({
        "lambda.get_function": function_of(),
        "lambda.list_aliases": ALIASES,
        "lambda.get_policy": policy_of(STATEMENTS),
        "lambda.list_event_source_mappings": MAPPINGS,
        "iam.get_role": role_of(),
        "logs.describe_log_groups": [
            {"logGroups": [{"logGroupName": "/aws/lambda/orders", "retentionInDays": 30}]}
        ],
    })  # fmt: skip

    found = shown(aws, bucket="packages")

    (first, *rest) = found.steps
    assert "permission" == first.kind
    assert [made("delete", "orders"), made("delete-role", ROLE)] == rest
    assert (
        (f"mapping {QUEUE}", BY_OTHERS),
        ("logs /aws/lambda/orders", "they are yours"),
        ("packages in packages", "versions may refer to them"),
    ) == found.left
    assert ("orders", "eu-west-1", True) == found[:3]


def test_a_function_of_others_stays() -> None:
    """With its aliases and what may call it; an alias that zipper made goes."""
    aws = TableAws({
        "lambda.get_function": function_of(tags={"team": "a"}),
        "lambda.list_aliases": ALIASES,
        "lambda.get_policy": policy_of(STATEMENTS[1:]),
        "iam.get_role": role_of(),
    })  # fmt: skip

    found = shown(aws)

    assert (made("delete-alias", "alias live"),) == found.steps
    assert [
        (f"the function {ARN}", f"{BY_OTHERS}: it has no tag `zipper:made`"),
        ("alias theirs", BY_OTHERS),
        ("alias canary", BY_OTHERS),
    ] == list(found.left[:3])
    assert ["permission", "role"] == [one.what.partition(" ")[0] for one in found.left[3:]]
    assert ("others may use it", f"role {ROLE}") == found.left[-1][::-1]


@pytest.mark.parametrize(
    ("subnets", "owner", "steps", "why"),
    [
        ([], ARN, ["delete", "delete-role"], None),
        (["subnet-1"], ARN, ["delete"], "within 20 minutes"),
        ([], "another", ["delete"], "others may use it"),
        (["subnet-1"], "another", ["delete"], "others may use it"),
    ],
)
def test_when_the_role_goes(
    subnets: list[str], owner: str, steps: list[str], why: str | None
) -> None:
    """It goes with its function, but where Lambda still needs it, or it is another's."""
    function = function_of(VpcConfig={"SubnetIds": subnets})
    aws = TableAws({"lambda.get_function": function, "iam.get_role": role_of(owner)})

    found = shown(aws)

    assert steps == [step.kind for step in found.steps]
    assert [f"role {ROLE}"] * (why is not None) == [one.what for one in found.left]
    assert all(why in one.why for one in found.left if why is not None)


@pytest.mark.parametrize("name", ["orders", ARN])
def test_a_role_is_left_of_a_function_that_has_gone(name: str) -> None:
    """The same command deletes it then, whether it names the function or its ARN."""
    aws = TableAws({"sts.get_caller_identity": CALLER, "iam.get_role": role_of()})

    found = shown(aws, name)

    assert (name, "eu-west-1", True, (made("delete-role", ROLE),), ()) == found
    assert ("iam.get_role", {"RoleName": ROLE_NAME}) in aws.calls


def test_where_nothing_is_left_there_is_no_function() -> None:
    """As for every command that needs one."""
    aws = TableAws({"sts.get_caller_identity": CALLER})

    with pytest.raises(DeployError, match="there is no function `orders`") as raised:
        plan_destruction(place_of(aws))

    assert "ENOFUNCTION" == raised.value.code


def test_it_goes_step_by_step() -> None:
    """Each is told when it is done: first what calls the function, last its role."""
    aws = TableAws({
        "lambda.get_function": function_of(),
        "lambda.get_policy": policy_of(STATEMENTS),
        "lambda.remove_permission": {},
        "lambda.delete_function": {},
        "iam.get_role": role_of(),
        "iam.list_role_policies": [{"PolicyNames": [POLICY_NAME]}],
        "iam.delete_role_policy": {},
        "iam.delete_role": {},
    })  # fmt: skip
    plan = plan_destruction(place_of(aws))
    aws.calls.clear()
    told: list[Step] = []

    destroy_function(plan, told.append)

    assert list(plan.steps) == told
    assert ["permission", "delete", "delete-role"] == [step.kind for step in told]
    changing = [one for one in aws.calls if one[0].partition(".")[2].startswith(("re", "delete"))]
    assert [
        ("lambda.remove_permission", {"FunctionName": ARN, "StatementId": "zipper-rule-1"}),
        ("lambda.delete_function", {"FunctionName": ARN}),
        ("iam.delete_role_policy", {"RoleName": ROLE_NAME, "PolicyName": POLICY_NAME}),
        ("iam.delete_role", {"RoleName": ROLE_NAME}),
    ] == [(name, {k: v for k, v in more.items() if k != "RevisionId"}) for name, more in changing]
    assert (plan.steps, False) == (show_destruction(plan, dry_run=False).steps, False)
    assert not show_destruction(plan, dry_run=False).dry_run


def test_an_alias_that_zipper_made_goes_alone() -> None:
    """Of a function of others; one that has gone meanwhile is no error."""
    aws = TableAws({"lambda.get_function": function_of(tags={}), "lambda.list_aliases": ALIASES})
    plan = plan_destruction(place_of(aws))
    told: list[Step] = []

    destroy_function(plan, told.append)

    assert ("lambda.delete_alias", {"FunctionName": ARN, "Name": "live"}) == aws.calls[-1]
    assert [made("delete-alias", "alias live")] == told
