"""What a function is to be, by the table of the deployment."""

from __future__ import annotations

from typing import Any

import pytest

from zipper.deploy.wanted import Vpc, WantedFunction, want
from zipper.errors import UsageError
from zipper.package import Package

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:dead"


def wanted(values: dict[str, Any]) -> WantedFunction:
    package = Package(
        path="", size_bytes=1, unzipped_size_bytes=1, code_sha256="", files=1, packages=0,
        runtime="nodejs24.x", architecture="x86_64", handler="index.handler",
        timings_seconds={}, findings=(),
    )  # fmt: skip
    return want(values, package, function_name="orders", environment={})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (None, None, None)),
        (
            {"vpc_subnets": ("subnet-2", "subnet-1"), "vpc_security_groups": ("sg-1",)},
            (Vpc(("subnet-1", "subnet-2"), ("sg-1",)), None, None),
        ),
        ({"vpc_subnets": ()}, (Vpc(), None, None)),
        ({"vpc_security_groups": ()}, (None, None, None)),
        ({"tracing": True}, (None, "Active", None)),
        ({"tracing": False, "dead_letter": QUEUE}, (None, "PassThrough", QUEUE)),
        ({"dead_letter": "none"}, (None, None, "")),
    ],
)
def test_what_is_not_said_is_none(values: dict[str, Any], expected: tuple[Any, ...]) -> None:
    """An empty list and `none` take away; nothing said leaves what is there."""
    found = wanted(values)

    assert expected == (found.vpc, found.tracing, found.dead_letter)


@pytest.mark.parametrize(
    "values",
    [
        {"vpc_subnets": ("subnet-1",)},
        {"vpc_security_groups": ("sg-1",)},
        {"vpc_subnets": (), "vpc_security_groups": ("sg-1",)},
        {"vpc_subnets": ("sg-1",), "vpc_security_groups": ("sg-1",)},
        {"dead_letter": f"{QUEUE}.fifo"},
        {"dead_letter": "arn:aws:s3:::dead"},
        {"create_role": True, "role": "arn:aws:iam::123456789012:role/orders"},
    ],
)
def test_what_aws_refuses_is_told_first(values: dict[str, Any]) -> None:
    """Half a VPC, what is no ID, queues that get no events, and two roles."""
    with pytest.raises(UsageError) as caught:
        wanted(values)

    assert "EUSAGE" == caught.value.code
