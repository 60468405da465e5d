"""Which steps lead from what a function is to what it is to be: decided without asking anything."""

from __future__ import annotations

from typing import Any

import pytest

import zipper
from zipper.deploy.present import Alias, Present, describe_version, find_former, read_present
from zipper.deploy.role_documents import RoleNeeds, make_role_documents
from zipper.deploy.role_plan import PresentRole, WantedRole
from zipper.deploy.steps import DIRECT_MAX_BYTES, Now, make_arguments, plan_steps
from zipper.deploy.wanted import Vpc, WantedFunction
from zipper.errors import UsageError

WANTED = WantedFunction("orders", "new", 100, "nodejs24.x", "index.handler", "x86_64")
PRESENT = Present(
    arn="arn", code_sha256="new", runtime="nodejs24.x", handler="index.handler",
    architecture="x86_64", role="role", memory=128, timeout=3, copied="same",
)  # fmt: skip
VPC = Vpc(("subnet-1", "subnet-2"), ("sg-1",))
ALIAS = Alias("live", "7")


def kinds(wanted: WantedFunction, now: Now, **more: Any) -> list[str]:
    return [step.kind for step in plan_steps(wanted, now, **more)]


@pytest.mark.parametrize(
    ("wanted", "present", "expected"),
    [
        ({}, {}, []),
        ({}, {"code_sha256": "old"}, ["code"]),
        ({}, {"update": "Failed"}, ["code"]),
        ({"architecture": "arm64"}, {}, ["code"]),
        ({"memory": 128, "timeout": 3, "role": "role"}, {}, []),
        ({"memory": 256}, {}, ["configuration"]),
        ({"handler": "a.b"}, {"code_sha256": "old"}, ["configuration", "code"]),
        ({}, {"code_sha256": "old", "runtime": "nodejs22.x"}, ["configuration", "code"]),
        ({}, {"code_sha256": "old", "runtime": "nodejs26.x"}, ["code", "configuration"]),
        ({}, {"code_sha256": "old", "runtime": "python3.13"}, ["configuration", "code"]),
        ({"environment": {"A": "1"}}, {"environment": {"A": "1", "B": "2"}}, []),
        ({"environment": {"A": None}}, {}, []),
        ({"environment": {"A": None}}, {"environment": {"A": "1"}}, ["configuration"]),
        ({"tags": {"a": "1"}}, {"tags": {"a": "1", "b": "2"}}, []),
        ({"tags": {"a": "1"}}, {}, ["tags"]),
        ({"vpc": VPC}, {}, ["configuration"]),
        ({"vpc": VPC}, {"vpc": VPC}, []),
        ({"vpc": Vpc()}, {"vpc": VPC}, ["configuration"]),
        ({"vpc": Vpc()}, {}, []),
        ({"tracing": "Active"}, {}, ["configuration"]),
        ({"tracing": "PassThrough"}, {}, []),
        ({"dead_letter": "arn:q"}, {}, ["configuration"]),
        ({"dead_letter": ""}, {"dead_letter": "arn:q"}, ["configuration"]),
        ({"dead_letter": ""}, {}, []),
    ],
)
def test_a_function_gets_what_it_lacks(
    wanted: dict[str, Any], present: dict[str, Any], expected: list[str]
) -> None:
    """What is equal, or not spoken of, is no step; order follows the runtime."""
    assert expected == kinds(WANTED._replace(**wanted), Now(PRESENT._replace(**present)))


@pytest.mark.parametrize(
    ("now", "invokes", "expected"),
    [
        (Now(PRESENT, ALIAS, PRESENT), False, []),
        (Now(PRESENT, ALIAS, PRESENT), True, ["invoke"]),
        (Now(PRESENT), True, ["publish", "invoke", "alias"]),
        (Now(PRESENT, ALIAS, PRESENT._replace(copied="other")), False, ["publish", "alias"]),
        (Now(PRESENT, ALIAS._replace(has_weights=True), PRESENT), False, ["publish", "alias"]),
        (
            Now(PRESENT._replace(code_sha256="old"), ALIAS, PRESENT),
            True,
            ["code", "publish", "invoke", "alias"],
        ),
    ],
)
def test_an_alias_moves_last(now: Now, invokes: bool, expected: list[str]) -> None:
    """To a version that was published, and invoked where there is an event."""
    assert expected == kinds(WANTED._replace(alias="live"), now, invokes=invokes)


def test_a_function_is_made_with_all_that_is_said() -> None:
    """A new function has no step but the one that makes it, and those after it."""
    wanted = WANTED._replace(
        role="role", memory=256, tags={"a": "1"}, environment={"A": "1", "B": None}, alias="live",
        log_retention=14,
    )  # fmt: skip
    steps = plan_steps(wanted, Now(None))

    assert ["create", "log-retention", "publish", "alias"] == [step.kind for step in steps]
    assert {
        "Runtime": "nodejs24.x", "Handler": "index.handler", "Role": "role", "MemorySize": 256,
        "Environment": {"Variables": {"A": "1"}}, "Architectures": ["x86_64"],
        "PackageType": "Zip", "Tags": {"zipper:made": zipper.__version__, "a": "1"},
    } == make_arguments(wanted, None, steps[0])  # fmt: skip


def test_a_vpc_is_changed_and_left() -> None:
    """What was said of IPv6 by hand stays, as long as there is a VPC."""
    present = PRESENT._replace(vpc=VPC, allows_ipv6=True, dead_letter="arn:q")
    other = WANTED._replace(vpc=VPC._replace(subnets=("subnet-3",)), tracing="Active")
    none = WANTED._replace(vpc=Vpc(), dead_letter="")
    arguments = [
        make_arguments(wanted, present, plan_steps(wanted, Now(present))[0])
        for wanted in (other, none)
    ]

    ids = {"SubnetIds": ["subnet-3"], "SecurityGroupIds": ["sg-1"]}
    assert [
        {
            "VpcConfig": {**ids, "Ipv6AllowedForDualStack": True},
            "TracingConfig": {"Mode": "Active"},
        },
        {
            "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
            "DeadLetterConfig": {"TargetArn": ""},
        },
    ] == arguments


def test_the_role_goes_first() -> None:
    """It is there before the function is made with it; where nothing differs, it is no step."""
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:orders"
    role = WantedRole("orders", arn, make_role_documents(RoleNeeds(arn, "/logs")))
    there = PresentRole("role", role.documents.trust, role.documents.policy, arn)
    wanted = WANTED._replace(role="role", own_role=role)

    assert ["create-role", "create"] == kinds(wanted, Now(None))
    assert [] == kinds(wanted, Now(PRESENT, role=there))
    assert ["role"] == kinds(wanted, Now(PRESENT, role=there._replace(policy=None)))


def test_variables_of_others_stay() -> None:
    """Lambda replaces them all, so that those which nothing is said about are sent again."""
    wanted = WANTED._replace(environment={"A": "new", "GONE": None})
    present = PRESENT._replace(environment={"A": "old", "GONE": "x", "BY_HAND": "y"})
    (step,) = plan_steps(wanted, Now(present))

    assert {"Environment": {"Variables": {"A": "new", "BY_HAND": "y"}}} == make_arguments(
        wanted, present, step
    )
    assert not {"new", "old"} & {text for change in step.changes for text in change}


@pytest.mark.parametrize(
    ("wanted", "present", "code"),
    [
        (WANTED, None, "EUSAGE"),
        (WANTED, PRESENT._replace(package_type="Image"), "EUSAGE"),
        (WANTED._replace(size_bytes=DIRECT_MAX_BYTES + 1, role="r"), None, "EUPLOAD"),
        (
            WANTED._replace(size_bytes=DIRECT_MAX_BYTES + 1),
            PRESENT._replace(code_sha256="old"),
            "EUPLOAD",
        ),
    ],
)
def test_what_cannot_be_done_is_told_first(
    wanted: WantedFunction, present: Present | None, code: str
) -> None:
    """No role for a new function, an image, a package that only S3 can bring."""
    with pytest.raises(UsageError) as caught:
        plan_steps(wanted, Now(present))

    assert code == caught.value.code


def test_a_large_package_goes_where_it_need_not_be_sent() -> None:
    """With a bucket, or where Lambda has it already."""
    large = WANTED._replace(size_bytes=DIRECT_MAX_BYTES + 1)

    assert [] == kinds(large, Now(PRESENT))
    there = Now(PRESENT._replace(code_sha256="old"))
    assert ["code"] == kinds(large._replace(bucket="packages"), there)


@pytest.mark.parametrize(
    ("description", "former"),
    [
        (describe_version("0.1.0", "7"), "7"),
        (describe_version("0.1.0", None), None),
        (describe_version("0.1.0", "$LATEST"), None),
        ("after version 7", None),
        ("zipper 0.1.0, after version 7 or so", None),
        ("", None),
    ],
)
def test_a_description_names_the_former_version(description: str, former: str | None) -> None:
    """What others wrote there is no answer."""
    assert former == find_former(description)


def test_a_version_is_compared_by_all_that_it_copies() -> None:
    """An answer's order, and what a version's answer says otherwise, do not count."""
    layers = [{"Arn": "l", "CodeSize": 1}]
    first = {"Runtime": "r", "Environment": {"Variables": {"A": "1", "B": "2"}}, "Layers": layers}
    second = {
        "Version": "3", "Layers": [{"CodeSize": 2, "Arn": "l"}], "VpcConfig": {"SubnetIds": []},
        "Environment": {"Variables": {"B": "2", "A": "1"}}, "Runtime": "r", "RevisionId": "x",
    }  # fmt: skip

    assert read_present(first).copied == read_present(second).copied
    assert read_present(first).copied != read_present({**first, "Layers": []}).copied
