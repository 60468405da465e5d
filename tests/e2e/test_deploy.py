"""`zipper deploy` and its companions, against moto's AWS on loopback; faults are played."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.support.command import run_zipper
from tests.support.scene import HANDLER, write_files
from zipper.pipeline.result_schemas import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.aws_account import Account

pytestmark = pytest.mark.ci

SECOND = "exports.handler = async () => ({ statusCode: 201 });\n"
CODE = "/functions/orders/code"
CONFIGURATION = "/functions/orders/configuration$"
VERSIONS = "/functions/orders/versions"
ALIAS = "/functions/orders/aliases/live"
INVOKE = "/functions/orders/invocations"


def test_a_function_is_made_and_then_left_alone(account: Account) -> None:
    """The first deployment makes function, version and alias; the second sends no code."""
    account.deploy()
    data = (account.project / "orders.zip").read_bytes()
    made = account.function

    assert base64.b64encode(hashlib.sha256(data).digest()).decode() == made["CodeSha256"]
    assert ("nodejs24.x", "index.handler", account.role, ["x86_64"]) == tuple(
        made[key] for key in ("Runtime", "Handler", "Role", "Architectures")
    )
    assert ["functions", "versions", "aliases"] == account.writes()
    assert "1" == account.alias

    again = account.deploy()
    sent = account.aws.calls
    assert all(b"" == call.body for call in sent)
    assert [] == account.writes()
    assert "nothing is uploaded" in again.stdout
    assert "nothing differs" in again.stdout


def test_new_code_is_published_before_the_alias_moves(account: Account) -> None:
    """The former version is in the description of the new one; rollback reads it."""
    account.deploy()
    write_files(account.project, {"index.js": SECOND})
    account.writes()
    done = account.deploy("--json")

    (published,) = [call for call in account.aws.calls if str(call).endswith("/versions")]
    assert json.loads(published.body)["CodeSha256"] == done.document["code_sha256"]
    assert ["code", "versions", "live"] == account.writes()
    assert ("2", "1") == (account.alias, done.document["former_version"])
    assert account.version("2")["Description"].endswith(", after version 1")
    assert account.function["CodeSha256"] == done.document["code_sha256"]

    assert "alias live: 2 -> 1" in account.run("rollback", "--alias", "live").stdout
    assert "1" == account.alias
    shown = account.run("status", "--alias", "live").stdout
    assert "version 1: other code" in shown
    refused = account.run("rollback", "--alias", "live")
    assert (1, "EROLLBACK") == (refused.status, refused.code)
    assert 0 == account.run("rollback", "--alias", "live", "--to", "2").status
    assert "2" == account.alias


def test_settings_are_the_configuration(account: Account) -> None:
    """What they say is set, variables and tags by name; what they leave out stays."""
    account.deploy()
    client = account.aws.client("lambda")
    client.update_function_configuration(
        FunctionName="orders", Environment={"Variables": {"BY_HAND": "1", "OLD": "x"}},
        Description="by hand",
    )  # fmt: skip
    client.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=5)
    account.aws.client("ssm").put_parameter(Name="/orders/url", Value="u", Type="SecureString")
    account.aws.client("secretsmanager").create_secret(
        Name="orders", SecretString='{"password": "hunter2"}'
    )
    account.settings(
        'memory = 512\ntimeout = 30\nlog_retention = 14\ntags = {team = "shop"}\n'
        '[tool.zipper.deploy.environment]\nPLAIN = "p"\nOLD = false\nURL = {ssm = "/orders/url"}\n'
        'PASSWORD = {secret = "orders", key = "password"}\n'
    )
    account.writes()
    rehearsed = account.deploy("--dry-run")
    assert {"GetParameter", "GetSecretValue", "DescribeLogGroups"} == set(account.writes())
    assert "memory: 128 -> 512" in rehearsed.stdout
    done = account.deploy()

    made = account.function
    assert (512, 30, "by hand") == (
        made["MemorySize"], made["Timeout"], made["Description"]
    )  # fmt: skip
    expected = {"BY_HAND": "1", "PLAIN": "p", "URL": "u", "PASSWORD": "hunter2"}
    assert expected == made["Environment"]["Variables"]
    found = client.get_function(FunctionName="orders")
    assert "shop" == found["Tags"].pop("team")
    assert {"zipper:made"} == set(found["Tags"])
    assert 5 == found["Concurrency"]["ReservedConcurrentExecutions"]
    (group,) = account.aws.client("logs").describe_log_groups()["logGroups"]
    assert ("/aws/lambda/orders", 14) == (group["logGroupName"], group["retentionInDays"])
    told = f"{rehearsed.stdout}{done.stdout}{account.run('status').stdout}"
    assert "PASSWORD" in told
    assert "hunter2" not in told
    zipped = (account.project / "orders.zip").read_bytes()
    assert b"hunter2" not in zipped

    account.writes()
    assert "nothing differs" in account.deploy().stdout
    assert {"GetParameter", "GetSecretValue", "DescribeLogGroups"} == set(account.writes())


@pytest.mark.slow
def test_a_secret_that_is_not_there_stops_before_anything(account: Account) -> None:
    """The error names the variable, and nothing was changed."""
    account.settings('environment = {A = {ssm = "/gone"}}\n')
    done = account.deploy(status=1)

    assert "ESECRET" == done.code
    assert "`/gone`, for the variable `A`" in done.stderr
    assert ["GetParameter"] == account.writes()


@pytest.mark.slow
def test_lambda_that_quotes_a_variable_is_not_quoted(account: Account) -> None:
    """It does so where they are too long together; what is a secret stays one."""
    account.settings('environment = {A = "hunter2", B = "a \\"quoted\\" one", C = "x"}\n')
    measured = json.dumps({"A": "hunter2", "B": 'a "quoted" one', "C": "x"})
    told = f"exceeded the 4KB limit. String measured: {measured}"
    refused = {"status": 400, "code": "InvalidParameterValueException", "message": told}
    account.aws.fail("POST", "/functions$", **refused)
    done = account.deploy(status=1)

    assert "exceeded the 4KB limit" in done.stderr
    assert "***" in done.stderr
    assert "hunter2" not in done.stderr
    assert "quoted" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("runtime", "expected"),
    [
        ("nodejs22.x", ["code", "configuration", "versions", "live"]),
        ("nodejs24.x", ["configuration", "code", "versions", "live"]),
    ],
)
def test_the_runtime_goes_first_when_it_is_raised(
    account: Account, runtime: str, expected: list[str]
) -> None:
    """New code may need the newer runtime; an older runtime may not have what old code needs."""
    other = {"nodejs22.x": "nodejs24.x", "nodejs24.x": "nodejs22.x"}[runtime]
    account.deploy("--runtime", other)
    write_files(account.project, {"index.js": SECOND})
    account.writes()
    account.deploy("--runtime", runtime)

    assert expected == account.writes()
    assert runtime == account.version(account.alias)["Runtime"]


@pytest.mark.slow
def test_a_bucket_gets_each_package_once(account: Account) -> None:
    """The key is its hash, the version pins it, and what is there is not sent again."""
    s3 = account.aws.client("s3")
    where = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket="packages", CreateBucketConfiguration=where)
    s3.put_bucket_versioning(Bucket="packages", VersioningConfiguration={"Status": "Enabled"})
    account.aws.fail("PUT", "/packages/", cuts=True)
    account.deploy("--bucket", "packages", "--prefix", "lambda/")
    data = (account.project / "orders.zip").read_bytes()
    (found,) = s3.list_objects_v2(Bucket="packages")["Contents"]
    assert f"lambda/orders/{hashlib.sha256(data).hexdigest()}.zip" == found["Key"]
    made = [call for call in account.aws.calls if str(call).endswith("/functions")]
    code = json.loads(made[0].body)["Code"]
    assert {"S3Bucket", "S3Key", "S3ObjectVersion"} == set(code)

    account.aws.client("lambda").delete_function(FunctionName="orders")
    account.writes()
    account.deploy("--bucket", "packages", "--prefix", "lambda/")
    assert ["functions", "versions", "aliases"] == account.writes()


@pytest.mark.slow
def test_a_package_that_fails_its_check_goes_nowhere(account: Account) -> None:
    """AWS is not even asked."""
    write_files(account.project, {"index.js": "require('./gone')\n"})
    done = account.deploy(status=1)

    assert "nothing is deployed" in done.stderr
    told = account.deploy("--json", status=1).document
    assert_fits("deploy", told)
    assert ([], "fail") == (told["steps"], told["package"]["verdict"])
    assert [] == account.aws.take_calls()
    write_files(account.project, {"index.js": HANDLER})
    assert "of the kind `web`" in account.deploy("--kind", "web", status=2).stderr


def test_an_event_is_answered_before_the_alias_moves(account: Account) -> None:
    """The new version is invoked by its number; where it fails, the alias stays."""
    account.deploy()
    write_files(account.project, {"index.js": SECOND})
    body = {"errorType": "TypeError", "errorMessage": "x is not a function"}
    log = base64.b64encode(b"START\nTypeError: x\nEND\n").decode()
    headers = {"X-Amz-Function-Error": "Unhandled", "X-Amz-Log-Result": log}
    account.aws.fail("POST", INVOKE, status=200, body=body, headers=headers)
    account.writes()
    done = account.deploy("--invoke", "../event.json", status=1)

    assert "EINVOKE" == done.code
    assert "TypeError: x is not a function" in done.stderr
    assert "stays at version 1" in done.stderr
    assert ["code", "versions", "invocations"] == [
        one.partition("?")[0] for one in account.writes()
    ]
    assert "1" == account.alias
    # The code is there; the same command asks it again before it moves the alias.
    account.deploy("--invoke", "../event.json")
    assert ["versions", "invocations", "live"] == account.writes()
    assert account.version(account.alias)["CodeSha256"] == account.function["CodeSha256"]


@pytest.mark.slow
def test_an_alias_that_fails_later_is_moved_back(account: Account) -> None:
    """Where nothing differs, the event tries what callers have, and a failure moves the alias."""
    account.deploy()
    write_files(account.project, {"index.js": SECOND})
    account.deploy()
    assert "2" == account.alias
    headers = {"X-Amz-Function-Error": "Unhandled"}
    account.aws.fail("POST", INVOKE, status=200, body={}, headers=headers)
    done = account.deploy("--invoke", "../event.json", status=1)

    assert "`live` is back at version 1" in done.stderr
    assert "1" == account.alias


def _fail_update(answer: dict[str, Any]) -> dict[str, Any]:
    told = {
        "LastUpdateStatus": "Failed",
        "LastUpdateStatusReason": "it cannot be unzipped",
        "LastUpdateStatusReasonCode": "InvalidZipFileException",
    }
    return {**answer, "Configuration": {**answer["Configuration"], **told}}


@pytest.mark.slow
def test_a_failed_update_leaves_the_alias(account: Account) -> None:
    """Lambda's reason is told; the next deployment uploads again, though the hash may be there."""
    account.deploy()
    write_files(account.project, {"index.js": SECOND})
    account.aws.fail("PUT", CODE, before=lambda: account.aws.fail(
        "GET", "/functions/orders$", times=3, changes=_fail_update))  # fmt: skip
    done = account.deploy(status=1)
    assert "EUPDATE" == done.code
    assert "it cannot be unzipped (InvalidZipFileException)" in done.stderr
    assert "1" == account.alias

    account.writes()
    account.deploy()  # the one answer that is left tells of the failure
    assert ["code", "versions", "live"] == account.writes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "pattern"), [("PUT", CODE), ("PUT", CONFIGURATION), ("POST", VERSIONS)]
)
def test_another_revision_stops_it(account: Account, method: str, pattern: str) -> None:
    """Somebody else deploys at the same time: nothing of theirs is overwritten or published."""
    account.deploy()
    write_files(account.project, {"index.js": SECOND})
    client = account.aws.client("lambda")
    change = partial(client.update_function_configuration, FunctionName="orders", Timeout=77)
    account.aws.fail(method, pattern, before=change)
    done = account.deploy("--memory", "256", status=1)

    assert ("EREVISION", "1") == (done.code, account.alias)
    assert 77 == account.function["Timeout"]
    account.deploy("--memory", "256")
    made = account.version(account.alias)
    assert account.function["CodeSha256"] == made["CodeSha256"]
    assert (77, 256) == (made["Timeout"], made["MemorySize"])


@pytest.mark.slow
def test_an_update_under_way_is_waited_for(account: Account) -> None:
    """A conflict is no error while what is there stays what it was; a real change is one."""
    account.deploy()
    write_files(account.project, {"index.js": SECOND})
    conflict = {"status": 409, "code": "ResourceConflictException"}
    account.aws.fail("PUT", CODE, **conflict)
    account.deploy()
    assert "2" == account.alias

    write_files(account.project, {"index.js": HANDLER})
    client = account.aws.client("lambda")
    change = partial(client.update_function_configuration, FunctionName="orders", MemorySize=1024)
    account.aws.fail("PUT", CODE, **conflict, before=change)
    done = account.deploy(status=1)
    assert "EREVISION" == done.code
    assert "another update has changed it" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "code": "TooManyRequestsException"},
        {"status": 503, "code": "ServiceException"},
        {"cuts": True},
    ],
)
def test_what_may_pass_is_tried_again(account: Account, fault: dict[str, Any]) -> None:
    """A throttled call, a failure of AWS, an upload that is cut off."""
    account.deploy()
    write_files(account.project, {"index.js": SECOND})
    account.aws.fail("PUT", CODE, **fault)
    account.writes()
    account.deploy()

    assert ["code", "code", "versions", "live"] == account.writes()


@pytest.mark.slow
def test_credentials_that_expire_on_the_way(account: Account) -> None:
    """The error says so; with new ones the same command goes on."""
    account.deploy()
    write_files(account.project, {"index.js": SECOND})
    account.aws.fail("POST", VERSIONS, status=403, code="ExpiredTokenException")
    done = account.deploy(status=1)
    assert "ECREDENTIALS" == done.code
    account.writes()
    account.deploy()
    assert ["versions", "live"] == account.writes()


@pytest.mark.slow
def test_there_are_no_credentials(account: Account) -> None:
    """Without any, and without the profile that is named."""
    none = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    assert "ECREDENTIALS" == account.deploy(status=1, **none).code
    assert "ECREDENTIALS" == account.deploy("--profile", "gone", status=1).code
    nowhere = {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}
    assert "EUSAGE" == account.deploy(status=2, **nowhere).code


@pytest.mark.slow
def test_a_profile_and_a_region_are_boto3s(account: Account, tmp_path: Path) -> None:
    """A profile of AWS's own files names keys and region; `--region` goes before it."""
    path = tmp_path / "config"
    path.write_text(
        "[profile shop]\nregion = us-west-2\naws_access_key_id = x\naws_secret_access_key = y\n"
    )
    files = {"AWS_CONFIG_FILE": str(path), "AWS_REGION": "", "AWS_DEFAULT_REGION": ""}
    keys = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    done = account.deploy("--profile", "shop", "--json", **files, **keys)
    assert "us-west-2" == done.document["region"]
    told = account.run("status", "--profile", "shop", "--region", "eu-west-1", **files, **keys)
    assert (1, "ENOFUNCTION") == (told.status, told.code)


@pytest.mark.slow
def test_a_new_role_is_waited_for(account: Account) -> None:
    """Lambda cannot assume it at once; what else it refuses is an error at once."""
    refused = {"status": 400, "code": "InvalidParameterValueException"}
    told = "The role defined for the function cannot be assumed by Lambda."
    account.aws.fail("POST", "/functions$", times=2, **refused, message=told)
    account.deploy()
    assert ["functions"] * 3 == account.writes()[:3]

    account.aws.fail("POST", "/functions$", **refused, message="The runtime is not supported.")
    done = account.deploy("--function-name", "bills", status=1)
    assert "EAWS" == done.code
    assert "The runtime is not supported." in done.stderr
    assert ["functions"] == account.writes()


@pytest.mark.slow
def test_a_function_is_made_with_a_role_alone(account: Account) -> None:
    """Without one nothing is made, and the error says what is missing."""
    done = account.run("deploy", "--function-name", "orders")

    assert (2, "EUSAGE") == (done.status, done.code)
    assert "--role" in done.stderr
    assert [] == account.writes()


_STEPS = (
    ("PUT", CONFIGURATION), ("PUT", CODE), ("POST", VERSIONS), ("POST", INVOKE), ("PUT", ALIAS)
)  # fmt: skip


_MAKING = (("POST", "/functions$"), ("POST", VERSIONS), ("POST", "/functions/orders/aliases$"))


def _interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.slow
@pytest.mark.parametrize(("method", "pattern"), _STEPS)
def test_the_next_deployment_goes_on(account: Account, method: str, pattern: str) -> None:
    """^C while a step is done: the alias is where it was or has what was tried; all ends well."""
    account.deploy()
    write_files(account.project, {"index.js": SECOND})
    words = ("--memory", "256", "--invoke", "../event.json")
    account.aws.fail(method, pattern, before=_interrupt)
    done = account.deploy(*words, status=130)
    assert "the same command goes on" in done.stderr
    assert account.alias == "1" or pattern == ALIAS

    account.writes()
    account.deploy(*words)
    made = account.version(account.alias)
    assert (256, account.function["CodeSha256"]) == (made["MemorySize"], made["CodeSha256"])
    if pattern in (VERSIONS, INVOKE, ALIAS):  # its code is there already
        assert "code" not in account.writes()


@pytest.mark.slow
@pytest.mark.parametrize(("method", "pattern"), _MAKING)
def test_a_function_that_was_begun_is_finished(account: Account, method: str, pattern: str) -> None:
    """^C while it is made: the next deployment goes on from what there is."""
    account.aws.fail(method, pattern, before=_interrupt)
    account.deploy(status=130)
    account.deploy("--invoke", "../event.json")

    assert "1" == account.alias
    assert account.version("1")["CodeSha256"] == account.function["CodeSha256"]
    assert "nothing differs" in account.deploy().stdout


@pytest.mark.slow
def test_a_role_is_assumed_as_boto3_does(account: Account, tmp_path: Path) -> None:
    """A profile with `role_arn` and `source_profile` in AWS's own file."""
    path = tmp_path / "config"
    path.write_text(
        "[profile base]\naws_access_key_id = x\naws_secret_access_key = y\n"
        f"[profile deployer]\nrole_arn = {account.role}\nsource_profile = base\n"
        "region = eu-central-1\n"
    )
    files = {"AWS_CONFIG_FILE": str(path), "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    account.deploy("--profile", "deployer", **files)

    assert any(b"Action=AssumeRole" in call.body for call in account.aws.calls)
    assert "1" == account.alias


@pytest.mark.slow
def test_status_is_what_programs_read(account: Account) -> None:
    """Names of variables, and no values; a failed update is the status of the command."""
    account.settings('environment = {KEY = "hunter2"}\n')
    account.deploy()
    done = account.run("status", "--alias", "live", "--json")
    assert (0, "1", ["KEY"]) == (
        done.status, done.document["version"], done.document["variables"]
    )  # fmt: skip
    assert done.document["code_sha256"] == done.document["version_code_sha256"]
    assert "hunter2" not in done.stdout
    account.aws.fail("GET", "/functions/orders$", changes=_fail_update)
    failed = account.run("status")
    assert 1 == failed.status
    assert "it cannot be unzipped" in failed.stdout


def assert_fits(name: str, document: dict[str, Any]) -> None:
    """A document has what its schema says, and nothing else."""
    schema = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert set(schema["properties"]) == set(document)


@pytest.mark.slow
def test_documents_fit_their_schemas(account: Account) -> None:
    """What each of these commands prints with `--json` is what its schema says."""
    account.deploy()
    write_files(account.project, {"index.js": SECOND})
    assert_fits("deploy", account.deploy("--dry-run", "--json").document)
    assert_fits("deploy", account.deploy("--invoke", "../event.json", "--json").document)
    for name in ("status", "invoke", "rollback"):
        assert_fits(name, account.run(name, "--alias", "live", "--json").document)


@pytest.mark.slow
def test_one_that_fails_stops_no_other(account: Account) -> None:
    """Each function has its row: what was done, or the error."""
    text = (
        f'[tool.zipper.deploy]\nrole = "{account.role}"\n'
        '[[tool.zipper.functions]]\nname = "a"\ndeploy = {environment = {K = {ssm = "/gone"}}}\n'
        '[[tool.zipper.functions]]\nname = "b"\n'
    )
    write_files(account.project, {"pyproject.toml": text})
    done = account.run("deploy", "--json")

    assert 1 == done.status
    first, second = done.document["functions"]
    assert ("a", "ESECRET") == (first["function_name"], first["error"]["code"])
    assert ["create"] == [step["kind"] for step in second["steps"]]


@pytest.mark.slow
def test_a_dry_run_changes_nothing(account: Account) -> None:
    """Neither here nor there; it says what a deployment would do."""
    done = account.deploy("--dry-run")
    assert "create the function" in done.stdout
    assert "publish a version" in done.stdout
    assert [] == account.writes()
    assert not list(account.project.glob("*.zip"))


@pytest.mark.slow
def test_an_image_stays_an_image(account: Account) -> None:
    """A function cannot change its type of package."""
    account.deploy()
    account.aws.fail(
        "GET",
        "/functions/orders$",
        changes=lambda answer: {
            **answer, "Configuration": {**answer["Configuration"], "PackageType": "Image"}
        },
    )  # fmt: skip
    assert "container image" in account.deploy(status=2).stderr


@pytest.mark.slow
def test_several_functions_by_their_settings(account: Account) -> None:
    """Each has its name and what is its own; what all have stands once."""
    text = (
        '[tool.zipper]\noutput = "dist/"\nmemory = 256\n\n'
        '[tool.zipper.deploy]\nalias = "live"\n'
        f'role = "{account.role}"\nenvironment = {{STAGE = "test"}}\n\n'
        '[[tool.zipper.functions]]\nname = "a"\n\n'
        '[[tool.zipper.functions]]\nname = "b"\n'
        '[tool.zipper.functions.deploy]\nmemory = 512\nenvironment = {OWN = "b"}\n'
    )
    write_files(account.project, {"pyproject.toml": text})
    done = account.run("deploy", "--json")
    assert 0 == done.status, done.stderr
    assert ["a", "b"] == [row["function_name"] for row in done.document["functions"]]
    client = account.aws.client("lambda")
    found = [client.get_function_configuration(FunctionName=name) for name in "ab"]
    assert [256, 512] == [one["MemorySize"] for one in found]
    assert [{"STAGE": "test"}, {"STAGE": "test", "OWN": "b"}] == [
        one["Environment"]["Variables"] for one in found
    ]
    assert 2 == account.run("deploy", "--function-name", "c").status


@pytest.mark.slow
def test_invoke_tells_answer_and_failure(account: Account) -> None:
    """The answer is on stdout, the end of the log on stderr; a failure is the status."""
    account.deploy()
    done = account.run("invoke", "--alias", "live", "--event", "../event.json")
    assert (0, "{}\n") == (done.status, done.stdout)
    headers = {"X-Amz-Function-Error": "Handled"}
    account.aws.fail("POST", INVOKE, status=200, body={"errorType": "E"}, headers=headers)
    assert 1 == account.run("invoke").status
    assert "ENOFUNCTION" == account.run("invoke", "--function-name", "gone").code


@pytest.mark.slow
def test_logs_come_in_order_and_follow(account: Account) -> None:
    """What was logged is printed once, also where it is asked for again and again, until ^C."""
    account.deploy()
    assert (0, "") == (account.run("logs").status, account.run("logs").stdout)
    logs = account.aws.client("logs")
    place = {"logGroupName": "/aws/lambda/orders", "logStreamName": "s"}
    logs.create_log_group(logGroupName=place["logGroupName"])
    logs.create_log_stream(**place)
    now = int(time.time() * 1000)
    rows = [{"timestamp": now - 5000 + n, "message": f"line {n}\n"} for n in range(3)]
    logs.put_log_events(**place, logEvents=rows)
    told = account.run("logs", "--since", "1h").stdout
    assert ["line 0", "line 1", "line 2"] == [line[25:] for line in told.splitlines()]
    assert 2 == account.run("logs", "--since", "soon").status

    more = [{"timestamp": now, "message": "line 3"}]
    account.aws.fail("POST", "FilterLogEvents", times=2)
    account.aws.fail(
        "POST", "FilterLogEvents", before=lambda: logs.put_log_events(**place, logEvents=more)
    )
    account.aws.fail("POST", "FilterLogEvents", times=1)
    account.aws.fail("POST", "FilterLogEvents", before=_interrupt)
    done = account.run("logs", "--follow", "--since", "1h")
    assert 130 == done.status
    assert [f"line {n}" for n in range(4)] == [line[25:] for line in done.stdout.splitlines()]


def test_without_the_extra_the_error_says_what_to_install(account: Account, tmp_path: Path) -> None:
    """boto3 is imported by these commands alone."""
    write_files(tmp_path / "hidden", {"boto3.py": "raise ImportError('none')\n"})
    path = f"{tmp_path / 'hidden'}"
    script = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from zipper.__main__ import main; main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, path, "status", "--function-name", "orders"],
        cwd=account.project, env=account.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 2 == done.returncode
    assert "ENOBOTO3" in done.stderr
    assert "zipper-nodejs[deploy]" in done.stderr
    built = run_zipper("build", cwd=account.project, env=account.environment)
    assert 0 == built.status
