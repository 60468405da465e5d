"""The execution role that zipper makes for a function: read, made, brought up to date, removed.

In: an account, and what the role is to be. Out: what is there, or what became of it. A role that
zipper did not make for this very function is an error, and stays as it is.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Final

from zipper.deploy.aws import AwsError
from zipper.deploy.policy_statements import is_same_document, show_document
from zipper.deploy.role_plan import (
    POLICY_NAME,
    ROLE_PATH,
    ROLE_TAG,
    PresentRole,
    check_owner,
    name_role,
)
from zipper.errors import DeployError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.deploy.aws import Aws
    from zipper.deploy.role_plan import WantedRole

__all__ = [
    "RemovedRole",
    "call_with_role",
    "find_own_role",
    "find_role",
    "make_role",
    "remove_role",
    "update_role",
]

_SECONDS_MAX: Final = 60
"""How long what was done to a role may take until Lambda knows of it."""
_CANNOT_ASSUME: Final = "cannot be assumed by Lambda"
_CANNOT_USE: Final = re.compile(
    r"role does not have permissions to call|ensure the role can perform", re.IGNORECASE
)
"""How Lambda says that a role lacks a permission. Source: answers of its API, for queues and
interfaces of a VPC the one, for streams the other."""


class RemovedRole(NamedTuple):
    """What became of a role that was to go."""

    name: str
    arn: str
    kept_for: tuple[str, ...] = ()
    """Policies of others in it, for which the role stays; empty where it is gone."""


def find_role(aws: Aws, name: str) -> PresentRole | None:
    """Return the role called `name`; None where there is none.

    Raises:
        AwsError: as `Aws.call`.
    """
    answer = aws.find("iam", "get_role", RoleName=name)
    if answer is None:
        return None
    role = answer["Role"]
    tags = {row["Key"]: row["Value"] for row in role.get("Tags") or []}
    owner = tags.get(ROLE_TAG)
    found = None
    if owner is not None:
        found = aws.find("iam", "get_role_policy", RoleName=name, PolicyName=POLICY_NAME)
    policy = None if found is None else _document(found["PolicyDocument"])
    trust = _document(role.get("AssumeRolePolicyDocument")) or {}
    return PresentRole(role["Arn"], trust, policy, owner)


def _document(value: Any) -> Mapping[str, Any] | None:  # noqa: ANN401  (botocore's)
    """Return a document as botocore reads it; one that it cannot read is none of ours."""
    return value if isinstance(value, dict) else None


def find_own_role(aws: Aws, function_arn: str, *, used: str = "") -> PresentRole | None:
    """Return the role that zipper made for a function; None where it made none.

    Args:
        aws: the account.
        function_arn: of the function.
        used: ARN of the role that the function has. With another one, credentials that may not read
            roles have made none.

    Raises:
        AwsError: as `Aws.call`.
    """
    name = name_role(function_arn)
    try:
        found = find_role(aws, name)
    except AwsError as error:
        if error.aws_code == "AccessDenied" and not used.endswith(f"/{name}"):
            return None
        raise
    return found if found is not None and found.owner == function_arn else None


def make_role(aws: Aws, wanted: WantedRole) -> str:
    """Make the role with its policy, and return its ARN.

    Raises:
        DeployError: EREVISION where somebody else has made one of the same name meanwhile.
        AwsError: as `Aws.call`.
    """
    try:
        answer = aws.call(
            "iam",
            "create_role",
            RoleName=wanted.name,
            Path=ROLE_PATH,
            AssumeRolePolicyDocument=show_document(wanted.documents.trust),
            Description=f"Execution role of {wanted.function_arn}, made by zipper",
            Tags=[{"Key": ROLE_TAG, "Value": wanted.function_arn}],
        )
    except AwsError as error:
        if error.aws_code == "EntityAlreadyExists":
            raise DeployError(
                "EREVISION",
                f"somebody else has made the role `{wanted.name}` meanwhile",
                hint="the same command again compares anew",
            ) from error
        raise
    _put_policy(aws, wanted)
    return str(answer["Role"]["Arn"])


def update_role(aws: Aws, wanted: WantedRole, present: PresentRole) -> None:
    """Write what differs of zipper's own documents; other policies in the role stay.

    Raises:
        DeployError: EROLE where the role is not zipper's.
        AwsError: as `Aws.call`.
    """
    check_owner(wanted.name, wanted.function_arn, present)
    if not is_same_document(wanted.documents.trust, present.trust):
        aws.call(
            "iam",
            "update_assume_role_policy",
            RoleName=wanted.name,
            PolicyDocument=show_document(wanted.documents.trust),
        )
    if not is_same_document(wanted.documents.policy, present.policy):
        _put_policy(aws, wanted)


def _put_policy(aws: Aws, wanted: WantedRole) -> None:
    aws.call(
        "iam",
        "put_role_policy",
        RoleName=wanted.name,
        PolicyName=POLICY_NAME,
        PolicyDocument=show_document(wanted.documents.policy),
    )


def remove_role(aws: Aws, function_arn: str) -> RemovedRole | None:
    """Remove the role that zipper made for the function; None where it made none.

    A role into which others have put policies stays with them, and without zipper's own.

    Raises:
        AwsError: as `Aws.call`.
    """
    found = find_own_role(aws, function_arn)
    if found is None:
        return None
    name = name_role(function_arn)
    inline = [
        policy
        for page in aws.pages("iam", "list_role_policies", RoleName=name)
        for policy in page["PolicyNames"]
    ]
    attached = [
        row["PolicyName"]
        for page in aws.pages("iam", "list_attached_role_policies", RoleName=name)
        for row in page["AttachedPolicies"]
    ]
    others = sorted({*inline, *attached} - {POLICY_NAME})
    if POLICY_NAME in inline:
        aws.call("iam", "delete_role_policy", RoleName=name, PolicyName=POLICY_NAME)
    if not others:
        aws.call("iam", "delete_role", RoleName=name)
    return RemovedRole(name, found.arn, tuple(others))


def call_with_role(
    aws: Aws,
    operation: str,
    *,
    role_changed: bool,
    **arguments: Any,  # noqa: ANN401  (JSON)
) -> Any:  # noqa: ANN401  (JSON)
    """Return Lambda's answer to a call that depends on the function's role.

    A role that was just made or changed is not known everywhere yet: the call is made again for a
    minute while Lambda cannot assume the role, and with `role_changed` while it lacks permissions.

    Raises:
        AwsError: as `Aws.call`.
    """
    waited = 0.0
    while True:
        try:
            return aws.call("lambda", operation, **arguments)
        except AwsError as error:
            is_early = _CANNOT_ASSUME in error.message or (
                role_changed and _CANNOT_USE.search(error.message) is not None
            )
            if not is_early or waited >= _SECONDS_MAX:
                raise
        pause = min(8.0, 0.5 + waited)
        time.sleep(pause)
        waited += pause
