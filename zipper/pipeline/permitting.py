"""What a function may do and who may call it: documents of its role, made of the settings alone.

In: a request, with what its settings say of deploying. Out: documents, and why each action is in
them; or the role that a deployment is to make. Only `plan_role` reaches AWS.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from zipper.deploy.reading import find_own_account
from zipper.deploy.role_documents import RoleNeeds, make_role_documents
from zipper.deploy.role_plan import ROLE_PATH, WantedRole, name_role
from zipper.deploy.roles import find_role
from zipper.deploy.shown_permissions import locate_function, show_permissions
from zipper.deploy.wanted import find_environment, name_function
from zipper.errors import UsageError
from zipper.pipeline.planning import read_function_project
from zipper.pipeline.session import Circumstances

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.deploy.aws import Aws
    from zipper.deploy.shown_permissions import ShownPermissions
    from zipper.deploy.steps import Now
    from zipper.deploy.wanted import WantedFunction
    from zipper.settings.build_request import BuildRequest

__all__ = ["describe_permissions", "name_requested", "plan_role"]


def name_requested(request: BuildRequest, values: Mapping[str, Any]) -> str:
    """Return the name in AWS of the function of `request`.

    Raises:
        UsageError: EUSAGE for what cannot be a name, and for a layer or a web function.
        ProjectError: where the project cannot be read, which has the name.
    """
    if request.kind in ("layer", "web"):
        raise UsageError(
            "EUSAGE",
            f"`deploy` is for functions, and the package is of the kind `{request.kind}`",
            hint="give its zip to a tool of infrastructure: `python -m zipper help comparison`",
        )
    names = [request.name]
    if not values.get("function_name") and not request.name:
        names.append(read_function_project(request, Circumstances.of(request, None)).name)
    return name_function(values, *names)


def describe_permissions(
    request: BuildRequest, typed: Mapping[str, Any], *, account: str | None
) -> ShownPermissions:
    """Return what the function of `request` may do and who may call it; AWS is not asked.

    Args:
        request: its `deploy` has what the settings say.
        typed: options, which go before it.
        account: of the function, where it is known.

    Raises:
        UsageError: EUSAGE.
        ProjectError: where the project cannot be read, which has the name.
    """
    values = {**(request.deploy or {}), **typed}
    variables = ("AWS_REGION", "AWS_DEFAULT_REGION")
    region = values.get("region") or next(filter(None, map(os.environ.get, variables)), None)
    name = name_requested(request, values)
    location = locate_function(name, values, region=region, account=account)
    sources = find_environment(values, request.env, request.node_options)
    return show_permissions(values, sources, location)


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
    partition, account = find_own_account(aws)
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
    tracing, dead_letter = wanted.tracing, wanted.dead_letter
    vpcs = (wanted.vpc, None if present is None else present.vpc)
    log_group = f"/aws/lambda/{arn.rpartition(':')[2]}"
    if present is not None:
        log_group = present.log_group
        tracing = present.tracing if tracing is None else tracing
        dead_letter = present.dead_letter if dead_letter is None else dead_letter
    return RoleNeeds(
        function_arn=arn,
        log_group=log_group,
        makes_log_group=wanted.log_retention is None,
        # Lambda takes a function out of its VPC with its role, after the deployment that says so:
        # the next one takes the permission away.
        has_vpc=any(vpc is not None and vpc.subnets for vpc in vpcs),
        traces=tracing == "Active",
        dead_letter=dead_letter or None,
        events=values.get("events", ()),
    )
