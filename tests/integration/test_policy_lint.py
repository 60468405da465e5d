"""The policies that zipper makes, judged by parliament, which knows actions and resources."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.settings_of_events import SOURCES, needs_of
from zipper.deploy.role_documents import make_role_documents
from zipper.deploy.shown_permissions import locate_function, show_permissions
from zipper.deploy.wanted import ValueSource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.slow]

LINT = """
import json, sys
from parliament import analyze_policy_string

found = []
for document in json.load(sys.stdin):
    for one in analyze_policy_string(json.dumps(document)).findings:
        found.append([one.issue, one.detail])
json.dump(found, sys.stdout)
"""

WIDE = {
    "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
    "rds:DescribeDBClusterParameters", "rds:DescribeDBClusters", "rds:DescribeDBSubnetGroups",
}  # fmt: skip
"""For `*` as in AWS's own policies: interfaces are made by Lambda, before they have a name; of
DocumentDB the clusters are described with their parameters and subnets."""


@pytest.fixture(scope="module")
def lint(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Any]]:
    """Parliament in an environment of its own: it is old, and brings much."""
    folder = tmp_path_factory.mktemp("parliament")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python: Path = folder / "bin" / "python"
    wanted = ("parliament==1.6.4", "setuptools<81")
    subprocess.run([python, "-m", "pip", "install", "-q", *wanted], check=True)

    def judge(*documents: object) -> list[Any]:
        done = subprocess.run(
            [python, "-W", "ignore", "-c", LINT],
            input=json.dumps(documents), capture_output=True, text=True, check=True,
        )  # fmt: skip
        found: list[Any] = json.loads(done.stdout)
        return found

    return judge


def test_policies_of_roles_pass(lint: Callable[..., list[Any]]) -> None:
    """Each source alone, and all together; what is left over is known, with its reason."""
    every = needs_of(*SOURCES)._replace(
        has_vpc=True, traces=True, dead_letter="arn:aws:sns:eu-central-1:123456789012:failed"
    )
    documents = [make_role_documents(needs).policy for needs in map(needs_of, SOURCES)]
    # parliament takes each colon for a border within an ARN; a stream's time has some.
    text = json.dumps([*documents, make_role_documents(every).policy])
    found = lint(*json.loads(text.replace("T00:00:00.000", "T000000.000")))
    unknown = [
        (issue, detail)
        for issue, detail in found
        if not (issue == "RESOURCE_STAR" and set(detail) <= WIDE)
        # A key that Lambda puts into every request of a function's code; parliament knows few.
        and "lambda:SourceFunctionArn" not in detail
    ]

    assert [] == unknown
    assert found, "it judges nothing"


def test_it_finds_what_is_wrong(lint: Callable[..., list[Any]]) -> None:
    """An action that is none of AWS's, and one on a resource that it cannot have."""
    policy = make_role_documents(needs_of()).policy
    text = json.dumps(policy)
    wrong = json.loads(text.replace("PutLogEvents", "WriteLogEvents"))
    other = json.loads(text.replace(":log-group:", ":log-goop:"))

    assert "UNKNOWN_ACTION" in {issue for issue, _ in lint(wrong)}
    assert "RESOURCE_MISMATCH" in {issue for issue, _ in lint(other)}


def test_policies_of_deployers_pass(lint: Callable[..., list[Any]]) -> None:
    """What reads parameters and secrets."""
    sources = {
        "A": ValueSource("ssm", "/orders/key:3"),
        "B": ValueSource("secret", "orders", "password"),
    }
    location = locate_function("orders", {}, region="eu-central-1", account="123456789012")
    shown = show_permissions({}, sources, location)

    assert [] == lint(shown.deployer_policy)
