"""`zipper destroy` against moto's AWS: what stays is told, each with its reason."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.aws_account import Account

pytestmark = pytest.mark.ci

PLACE = "eu-central-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/zipper/orders-eu-central-1"


def with_kept(kept: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Lay a configuration over what Lambda says of a function."""
    return {**answer, "Configuration": {**answer["Configuration"], **kept}}


def test_what_belongs_to_nobody_else_goes(account: Account) -> None:
    """Logs, packages in a bucket, and a role of others stay; the function and its alias go."""
    account.aws.client("s3").create_bucket(
        Bucket="packages", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    account.settings('bucket = "packages"\nlog_retention = 30\n')
    account.deploy()

    planned = account.run("destroy", "--dry-run", "--json").document
    done = account.run("destroy", "--yes", "--json").document

    assert planned is not None
    assert done is not None
    assert (True, False) == (planned.pop("dry_run"), done.pop("dry_run"))
    assert planned == done
    assert ["delete"] == [step["kind"] for step in done["steps"]]
    assert {
        f"role {account.role}": "others may use it",
        "logs /aws/lambda/orders": "they are yours",
        "packages in packages": "versions may refer to them",
    } == {row["what"]: row["why"] for row in done["left"]}
    assert ("orders", "eu-central-1") == (done["function_name"], done["region"])


def test_aliases_of_others_stay(account: Account) -> None:
    """Of a function that others made the alias of a deployment goes, and their own stay."""
    account.deploy()
    client = account.aws.client("lambda")
    client.create_alias(FunctionName="orders", Name="theirs", FunctionVersion="1")
    client.untag_resource(
        Resource=f"arn:aws:lambda:{PLACE}:function:orders", TagKeys=["zipper:made"]
    )

    done = account.run("destroy", "--yes", "--json").document

    assert done is not None
    assert ["delete-alias"] == [step["kind"] for step in done["steps"]]
    assert "alias theirs" in [row["what"] for row in done["left"]]
    assert ["theirs"] == [
        row["Name"] for row in client.list_aliases(FunctionName="orders")["Aliases"]
    ]


@pytest.mark.parametrize("name", ["orders", f"arn:aws:lambda:{PLACE}:function:orders"])
def test_a_role_that_a_vpc_needs_goes_later(account: Account, name: str) -> None:
    """Lambda gives up its network interfaces with it; the same command then deletes it alone."""
    words = ("--function-name", name)
    done = account.run("deploy", "--create-role")
    assert 0 == done.status, done.stderr
    vpc = {"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}
    account.aws.fail("GET", "/functions/[^/]*orders$", changes=partial(with_kept, vpc))
    first = account.run("destroy", *words, "--yes", "--json").document
    assert first is not None
    assert ["delete"] == [step["kind"] for step in first["steps"]]
    why = {row["what"]: row["why"] for row in first["left"]}
    assert "within 20 minutes" in why[f"role {ROLE}"]

    second = account.run("destroy", *words, "--yes", "--json").document
    assert second is not None
    assert ["delete-role"] == [step["kind"] for step in second["steps"]]
    assert [] == second["left"]
    roles = [row["RoleName"] for row in account.aws.client("iam").list_roles()["Roles"]]
    assert ["orders"] == roles
    assert "ENOFUNCTION" == account.run("destroy", *words, "--yes").code
