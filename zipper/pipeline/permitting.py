"""What a function may do and who may call it: documents of its role, made of the settings alone.

In: a request, with what its settings say of deploying. Out: documents, and why each action is in
them; or the role that a deployment is to make. Only `plan_role` reaches AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zipper.deploy.role_documents import RoleNeeds, make_role_documents
from zipper.deploy.role_plan import ROLE_PATH, WantedRole, name_role
from zipper.deploy.roles import find_role
from zipper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.deploy.aws import Aws
    from zipper.deploy.steps import Now
    from zipper.deploy.wanted import WantedFunction

__all__ = ["plan_role"]


def plan_role(
    aws: Aws, wanted: WantedFunction, now: Now, values: Mapping[str, Any]
) -> tuple[WantedFunction, Now]:
    """Return both with the function's own role, as `create_role` wants it; as they are without.

    What the settings leave out, such as a VPC that was set by hand, stays in the function, so that
    the role allows what it needs.

    Raises:
        UsageError: EUSAGE where the function is in another account.
        AwsError: as `Aws.call`.
    """
    if not values.get("create_role"):
        return wanted, now
    caller = aws.call("sts", "get_caller_identity")
    partition, account = str(caller["Arn"]).split(":")[1], str(caller["Account"])
    arn = f"arn:{partition}:lambda:{aws.region}:{account}:function:{wanted.function_name}"
    if wanted.function_name.startswith("arn:"):
        arn = wanted.function_name
        owner = arn.split(":")[4]
        if owner != account:
            raise UsageError(
                "EUSAGE",
                f"a role is made in the function's account, {owner}, and this is {account}",
                hint=f"use credentials of {owner}, or name a role that is there: `--role ARN`",
            )
    role = WantedRole(
        name_role(arn), arn, make_role_documents(_find_needs(arn, wanted, now, values))
    )
    present = find_role(aws, role.name)
    role_arn = f"arn:{partition}:iam::{account}:role{ROLE_PATH}{role.name}"
    if present is not None:
        role_arn = present.arn
    return wanted._replace(role=role_arn, own_role=role), now._replace(role=present)


def _find_needs(arn: str, wanted: WantedFunction, now: Now, values: Mapping[str, Any]) -> RoleNeeds:
    """Return what the role is for: as wanted, else as it is."""
    present = now.function
    vpc, tracing, dead_letter = wanted.vpc, wanted.tracing, wanted.dead_letter
    log_group = f"/aws/lambda/{arn.rpartition(':')[2]}"
    if present is not None:
        log_group = present.log_group
        vpc = present.vpc if vpc is None else vpc
        tracing = present.tracing if tracing is None else tracing
        dead_letter = present.dead_letter if dead_letter is None else dead_letter
    return RoleNeeds(
        function_arn=arn,
        log_group=log_group,
        makes_log_group=wanted.log_retention is None,
        has_vpc=vpc is not None and bool(vpc.subnets),
        traces=tracing == "Active",
        dead_letter=dead_letter or None,
        events=values.get("events", ()),
    )
