"""`zipper deploy --create-role` against moto's AWS: the role of one function, and nothing else."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from zipper.deploy.aws import open_aws
from zipper.deploy.roles import RemovedRole, remove_role

if TYPE_CHECKING:
    from tests.support.aws_account import Account

ACCOUNT = "123456789012"
FUNCTION = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:orders"
NAME = "orders-eu-central-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/zipper/{NAME}"
LOGS = f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:/aws/lambda/orders:*"
DEAD = f"arn:aws:sqs:eu-central-1:{ACCOUNT}:dead"
QUEUE = f"arn:aws:sqs:eu-central-1:{ACCOUNT}:orders"

OTHERS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
)


def deploy(account: Account, *words: str, status: int = 0) -> Any:
    done = account.run("deploy", *words)
    assert status == done.status, done.stderr
    return done


def changed(account: Account) -> list[str]:
    """Return the calls since the last question that change something."""
    reads = ("Get", "Describe", "List")
    return [call for call in account.writes() if not call.startswith(reads)]


def allowed(account: Account) -> dict[str, list[str]]:
    """Return the resources of each action that the role allows."""
    iam = account.aws.client("iam")
    found = iam.get_role_policy(RoleName=NAME, PolicyName="zipper")["PolicyDocument"]
    return {
        action: row["Resource"]
        for row in found["Statement"]
        if row["Effect"] == "Allow"
        for action in row["Action"]
    }


def test_a_role_is_made_kept_and_left_alone(account: Account) -> None:
    """The first deployment makes it, settings change it, and the same again writes nothing."""
    rehearsed = deploy(account, "--create-role", "--dry-run")
    assert "make the execution role" in rehearsed.stdout
    assert f"allow logs:PutLogEvents: nothing -> {LOGS}" in rehearsed.stdout
    assert [] == changed(account)

    deploy(account, "--create-role")
    assert ["CreateRole", "PutRolePolicy", "functions"] == changed(account)
    role = account.aws.client("iam").get_role(RoleName=NAME)["Role"]
    assert (ROLE, [{"Key": "zipper:function", "Value": FUNCTION}]) == (role["Arn"], role["Tags"])
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert {"Service": "lambda.amazonaws.com"} == trust["Principal"]
    assert ROLE == account.function["Role"]
    logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    assert {action: [LOGS] for action in logs} == allowed(account)
    assert "nothing differs" in deploy(account, "--create-role").stdout
    assert [] == changed(account)

    account.settings(
        f'create_role = true\nlog_retention = 14\ntracing = true\nevents = ["{QUEUE}"]\n'
        f'dead_letter = "{DEAD}"\n'
    )
    done = deploy(account, "--dry-run")
    assert f"allow sqs:SendMessage: nothing -> {DEAD}" in done.stdout
    assert f"allow logs:CreateLogGroup: {LOGS} -> nothing" in done.stdout


def with_kept(kept: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "Configuration": {**answer["Configuration"], **kept}}


@pytest.mark.slow
def test_settings_decide_what_the_role_allows(account: Account) -> None:
    """VPC, tracing and dead letters are set in the function, and allowed; both go together."""
    account.aws.client("sqs").create_queue(QueueName="dead")
    ec2 = account.aws.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    where = [{"Name": "vpc-id", "Values": [subnet["VpcId"]]}]
    group = ec2.describe_security_groups(Filters=where)["SecurityGroups"][0]["GroupId"]
    vpc = f'vpc_subnets = ["{subnet["SubnetId"]}"]\nvpc_security_groups = ["{group}"]\n'
    rest = f'create_role = true\ntracing = true\ndead_letter = "{DEAD}"\n'
    deploy(account, "--create-role")
    account.settings(vpc + rest)
    changed(account)
    deploy(account)

    (sent,) = [json.loads(call.body) for call in account.aws.calls if call.method == "PUT"]
    assert ["PutRolePolicy", "configuration"] == changed(account)
    made = account.function
    assert [subnet["SubnetId"]] == made["VpcConfig"]["SubnetIds"]
    assert [group] == made["VpcConfig"]["SecurityGroupIds"]
    # moto keeps neither of the other two when a function is changed.
    kept = {key: sent[key] for key in ("TracingConfig", "DeadLetterConfig")}
    assert [{"Mode": "Active"}, {"TargetArn": DEAD}] == list(kept.values())
    account.aws.fail("GET", "/functions/orders$", times=4, changes=partial(with_kept, kept))
    found = allowed(account)
    assert ["*"] == found["ec2:CreateNetworkInterface"] == found["xray:PutTraceSegments"]
    assert [DEAD] == found["sqs:SendMessage"]
    assert "nothing differs" in deploy(account).stdout
    assert [] == changed(account)

    account.settings(
        'create_role = true\ntracing = false\ndead_letter = "none"\nvpc_subnets = []\n'
    )
    deploy(account)
    assert account.aws.faults[0].times == 0
    made = account.function
    assert [] == made["VpcConfig"].get("SubnetIds", [])
    # Lambda needs the role to take the function out of its VPC, which lasts.
    services = [{action.partition(":")[0] for action in allowed(account)}]
    changed(account)
    deploy(account)
    assert ["PutRolePolicy"] == changed(account)
    services.append({action.partition(":")[0] for action in allowed(account)})
    assert [{"ec2", "logs"}, {"logs"}] == services
    assert "nothing differs" in deploy(account).stdout


@pytest.mark.slow
@pytest.mark.parametrize("tags", [[], [{"Key": "zipper:function", "Value": f"{FUNCTION}-2"}]])
def test_a_role_of_others_is_left_alone(account: Account, tags: list[dict[str, str]]) -> None:
    """One of the same name that is not this function's stops the deployment; nothing is made."""
    iam = account.aws.client("iam")
    made = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument="{}", Tags=tags)
    done = deploy(account, "--create-role", status=1)

    assert "EROLE" == done.code
    assert f"--role {made['Role']['Arn']}" in done.stderr
    assert [] == changed(account)
    assert [] == iam.list_role_policies(RoleName=NAME)["PolicyNames"]


@pytest.mark.slow
def test_a_new_role_is_waited_for(account: Account) -> None:
    """Lambda knows neither role nor policy at once: asked again; a role of others is not."""
    early = {"status": 400, "code": "InvalidParameterValueException"}
    told = (
        "The role defined for the function cannot be assumed by Lambda.",
        "The provided execution role does not have permissions to call SendMessage on SQS",
    )
    for message in told:
        account.aws.fail("POST", "/functions$", **early, message=message)
    deploy(account, "--create-role")
    assert ["functions"] * 3 == changed(account)[2:]

    account.aws.fail("POST", "/functions$", **early, message=told[1])
    words = ("--function-name", "bills", "--role", account.role)
    assert "does not have permissions" in deploy(account, *words, status=1).stderr


@pytest.mark.slow
def test_a_role_that_was_begun_is_finished(account: Account) -> None:
    """Where its policy could not be written, or was changed by hand, the next one writes it."""
    account.aws.fail("POST", "PutRolePolicy", status=403, code="AccessDenied")
    deploy(account, "--create-role", status=1)
    deploy(account, "--create-role")
    assert {LOGS} == {one for found in allowed(account).values() for one in found}

    iam = account.aws.client("iam")
    trust = OTHERS.replace("s3:GetObject", "sts:AssumeRole").replace("Resource", "Principal")
    iam.update_assume_role_policy(RoleName=NAME, PolicyDocument=trust)
    iam.put_role_policy(RoleName=NAME, PolicyName="own", PolicyDocument=OTHERS)
    changed(account)
    deploy(account, "--create-role")
    assert ["UpdateAssumeRolePolicy"] == changed(account)
    assert ["own", "zipper"] == sorted(iam.list_role_policies(RoleName=NAME)["PolicyNames"])


@pytest.mark.slow
def test_a_role_is_named_or_made(account: Account) -> None:
    """Both at once is an error, before anything is asked."""
    done = deploy(account, "--create-role", "--role", account.role, status=2)

    assert "EUSAGE" == done.code
    assert [] == changed(account)


@pytest.mark.slow
def test_a_role_goes_with_its_function_alone(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zipper's own goes; with policies of others in it, it stays with these; others' stay."""
    for name, value in account.aws.environment.items():
        monkeypatch.setenv(name, value)
    aws = open_aws(None, None)
    iam = account.aws.client("iam")
    assert remove_role(aws, FUNCTION) is None
    deploy(account, "--create-role")
    iam.put_role_policy(RoleName=NAME, PolicyName="own", PolicyDocument=OTHERS)
    assert RemovedRole(NAME, ROLE, ("own",)) == remove_role(aws, FUNCTION)
    assert ["own"] == iam.list_role_policies(RoleName=NAME)["PolicyNames"]

    iam.delete_role_policy(RoleName=NAME, PolicyName="own")
    assert RemovedRole(NAME, ROLE) == remove_role(aws, FUNCTION)
    assert ["orders"] == [row["RoleName"] for row in iam.list_roles()["Roles"]]
    iam.create_role(RoleName=NAME, AssumeRolePolicyDocument="{}")
    assert remove_role(aws, FUNCTION) is None
    assert NAME in [row["RoleName"] for row in iam.list_roles()["Roles"]]


@pytest.mark.slow
def test_an_answer_that_is_none_of_awss(account: Account) -> None:
    """A page of a proxy in AWS's place is no bug of zipper's."""
    account.aws.fail("POST", "GetRole$", status=503, body={"a": "page"}, times=9)
    done = deploy(account, "--create-role", status=1)

    assert "ENETWORK" == done.code
    assert "no answer to iam:get_role" in done.stderr


@pytest.mark.slow
def test_a_push_and_a_pull_with_a_role_from_first_to_last(account: Account) -> None:
    """Role, function and events are made, left alone, changed and taken away."""
    account.aws.client("kinesis").create_stream(StreamName="orders", ShardCount=1)
    where = {"LocationConstraint": "eu-central-1"}
    account.aws.client("s3").create_bucket(Bucket="incoming", CreateBucketConfiguration=where)
    stream = f"arn:aws:kinesis:eu-central-1:{ACCOUNT}:stream/orders"
    head = 'create_role = true\nalias = "live"\n'
    account.settings(f'{head}events = ["{stream}", "arn:aws:s3:::incoming"]\n')
    deploy(account)
    made = changed(account)
    assert made.index("CreateRole") < made.index("functions") < made.index("event-source-mappings")
    assert [stream] == allowed(account)["kinesis:GetRecords"]
    assert "nothing differs" in deploy(account).stdout
    assert [] == changed(account)

    account.settings(f'{head}events = ["arn:aws:s3:::incoming"]\n')
    deploy(account)
    assert "PutRolePolicy" in changed(account)
    assert "kinesis:GetRecords" not in allowed(account)
    assert "nothing differs" in deploy(account).stdout

    gone = account.run("destroy", "--yes")
    assert 0 == gone.status, gone.stderr
    roles = [row["RoleName"] for row in account.aws.client("iam").list_roles()["Roles"]]
    assert ["orders"] == roles
    changed(account)
    again = account.run("destroy", "--yes")
    assert (1, "ENOFUNCTION", []) == (again.status, again.code, changed(account))


@pytest.mark.slow
def test_a_role_that_is_left_goes_by_the_same_command(account: Account) -> None:
    """Lambda needs it for its interfaces after a function in a VPC; and ^C may come between."""
    deploy(account, "--create-role")
    vpc = {"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}
    account.aws.fail("GET", "/functions/orders$", changes=partial(with_kept, vpc))
    done = account.run("destroy", "--yes")
    assert f"stays: role {ROLE}: Lambda takes the function out" in done.stdout
    account.aws.client("iam").get_role(RoleName=NAME)

    assert 0 == account.run("destroy", "--yes").status
    account.aws.fail("POST", "GetRole$", status=403, code="AccessDenied")
    assert "ENOFUNCTION" == account.run("destroy", "--yes").code
    assert "ENOFUNCTION" == account.run("destroy", "--yes").code
