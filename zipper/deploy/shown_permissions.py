"""What a function may do and who may call it, as policy documents with their reasons.

In: the values of `[tool.zipper.deploy]`, and what is known of where the function is. Out:
documents. AWS is not asked: where nothing says the region or the account, a word stands for it,
and a note says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from zipper.deploy.event_entries import FunctionTarget, list_permissions
from zipper.deploy.policy_statements import Grant, group_grants, make_document
from zipper.deploy.role_documents import RoleNeeds, make_role_documents
from zipper.deploy.role_plan import name_role
from zipper.deploy.wanted import find_dead_letter, find_vpc
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.deploy.event_entries import Permission
    from zipper.deploy.policy_statements import Statement
    from zipper.deploy.wanted import ValueSource

__all__ = ["ActionReason", "Location", "ShownPermissions", "locate_function", "show_permissions"]

_REGION: Final = "REGION"
_ACCOUNT: Final = "ACCOUNT"
_OWNED: Final = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}):")
_PARTITIONS: Final = (
    ("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc"), ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"), ("us-iso-", "aws-iso"), ("eu-isoe-", "aws-iso-e"),
)  # fmt: skip
"""By what a region's name begins with; `aws` for others. Source: botocore 1.44.8, partitions."""


class ActionReason(NamedTuple):
    """Why an action is among the permissions of the role."""

    effect: str
    """`Allow` or `Deny`."""
    action: str
    resources: tuple[str, ...]
    reason: str


class ShownPermissions(NamedTuple):
    """The documents of one function."""

    function_name: str
    function_arn: str
    region: str | None
    """None where nothing says it; REGION stands for it then."""
    account: str | None
    """None where nothing says it; ACCOUNT stands for it then."""
    role_name: str
    """What `deploy --create-role` calls the role."""
    trust: Mapping[str, object]
    """Who may assume the role."""
    policy: Mapping[str, object]
    """What the role allows."""
    reasons: tuple[ActionReason, ...]
    """Of each action of `policy`."""
    function_policy: Mapping[str, object]
    """Who may call the function: what `deploy` makes of `events`."""
    queue_policies: Mapping[str, Mapping[str, object]]
    """By ARN, what queues have to allow that get what could not be handed to the function."""
    deployer_policy: Mapping[str, object]
    """What of the settings' values the credentials read that deploy."""
    notes: tuple[str, ...]
    """What stands for something else, and where things were taken from."""


class Location(NamedTuple):
    """Where a function is, as far as anything says it."""

    function_arn: str
    region: str | None
    account: str | None
    notes: tuple[str, ...]


def locate_function(
    function_name: str, values: Mapping[str, Any], *, region: str | None, account: str | None
) -> Location:
    """Return where the function is: as said, else as the ARNs of the settings have it.

    Args:
        function_name: a name, or an ARN, which says all.
        values: of the settings.
        region: as it was said.
        account: the same.
    """
    if function_name.startswith("arn:"):
        _, _, _, region, account, *_ = function_name.split(":")
        return Location(function_name, region, account, ())
    notes = []
    pulled = [one for one in values.get("events", ()) if one.row.style == "pull"]
    if region is None:
        # A mapping reads a source of its own region alone.
        source = next((one for one in pulled if one.part("region")), None)
        if source is not None:
            region = source.part("region")
            notes.append(f"the region is that of {source.source}")
        else:
            notes.append(f"{_REGION} stands for the region: `--region` says it")
    if account is None:
        named = [values.get("role"), values.get("dead_letter"), *(one.source for one in pulled)]
        found = next(filter(None, (_OWNED.match(arn) for arn in named if arn)), None)
        if found is not None:
            account = found[1]
            notes.append(f"the account is that of {found.string}; `--account` says another")
        else:
            notes.append(
                f"{_ACCOUNT} stands for the account: `--account` says it; the names of rules and "
                "statements change with it"
            )
    partition = next((name for head, name in _PARTITIONS if (region or "").startswith(head)), "aws")
    place = f"{region or _REGION}:{account or _ACCOUNT}"
    arn = f"arn:{partition}:lambda:{place}:function:{function_name}"
    return Location(arn, region, account, tuple(notes))


def show_permissions(
    values: Mapping[str, Any], sources: Mapping[str, ValueSource | None], location: Location
) -> ShownPermissions:
    """Return the documents of a function.

    Args:
        values: of the settings.
        sources: where the values of its variables are.
        location: where it is.

    Raises:
        UsageError: EUSAGE for a VPC or a dead-letter queue that cannot be.
    """
    arn = location.function_arn
    name = arn.rpartition(":")[2]
    vpc = find_vpc(values)
    needs = RoleNeeds(
        function_arn=arn,
        log_group=f"/aws/lambda/{name}",
        makes_log_group=values.get("log_retention") is None,
        has_vpc=vpc is not None and bool(vpc.subnets),
        traces=bool(values.get("tracing")),
        dead_letter=find_dead_letter(values) or None,
        events=values.get("events", ()),
    )
    role = make_role_documents(needs)
    target = FunctionTarget(arn, values.get("alias"))
    return ShownPermissions(
        function_name=name,
        function_arn=arn,
        region=location.region,
        account=location.account,
        role_name=name_role(arn),
        trust=role.trust,
        policy=role.policy,
        reasons=tuple(_list_reasons(role.statements)),
        function_policy=_make_function_policy(needs, target),
        queue_policies=_make_queue_policies(needs, target),
        deployer_policy=_make_deployer_policy(sources, arn),
        notes=location.notes,
    )


def _list_reasons(statements: Sequence[Statement]) -> Iterator[ActionReason]:
    for statement in statements:
        for action, reason in statement.reasons.items():
            yield ActionReason(statement.effect, action, statement.resources, reason)


def _make_function_policy(needs: RoleNeeds, target: FunctionTarget) -> dict[str, Any]:
    found = {
        permission.make_id(source.kind): permission
        for source in needs.events
        for permission in list_permissions(source, target)
    }
    return make_document(
        _describe_permission(name, permission, target.arn) for name, permission in found.items()
    )


def _describe_permission(name: str, permission: Permission, resource: str) -> dict[str, Any]:
    """Return the statement that Lambda makes of AddPermission's arguments."""
    caller = permission.principal
    kind = "Service" if caller.endswith(".amazonaws.com") else "AWS"
    equal = {
        "AWS:SourceAccount": permission.source_account,
        "lambda:FunctionUrlAuthType": permission.url_auth,
    }
    conditions = {
        "StringEquals": {key: value for key, value in equal.items() if value is not None},
        "ArnLike": {"AWS:SourceArn": permission.source_arn} if permission.source_arn else {},
        "Bool": {"lambda:InvokedViaFunctionUrl": "true"} if permission.via_url else {},
    }
    row = {
        "Sid": name,
        "Effect": "Allow",
        "Principal": caller if caller == "*" else {kind: caller},
        "Action": permission.action,
        "Resource": resource,
    }
    kept = {operator: rows for operator, rows in conditions.items() if rows}
    return {**row, "Condition": kept} if kept else row


def _make_queue_policies(needs: RoleNeeds, target: FunctionTarget) -> dict[str, dict[str, Any]]:
    """Return what the queues of push sources have to allow: the sources write to them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for source in needs.events:
        queue = source.said("on_failure")
        if queue is None or source.row.style == "pull":
            continue
        for permission in list_permissions(source, target):
            rows = found.setdefault(queue, [])
            rows.append(
                {
                    "Sid": f"{source.kind.replace('-', '').title()}{len(rows) + 1}",
                    "Effect": "Allow",
                    "Principal": {"Service": permission.principal},
                    "Action": "sqs:SendMessage",
                    "Resource": queue,
                    "Condition": {"ArnEquals": {"aws:SourceArn": permission.source_arn}},
                }
            )
    return {queue: make_document(rows) for queue, rows in sorted(found.items())}


def _make_deployer_policy(sources: Mapping[str, ValueSource | None], arn: str) -> dict[str, Any]:
    """Return what reads the values of variables when the function is deployed."""
    _, partition, _, region, account, *_ = arn.split(":")
    grants = []
    for source in sources.values():
        if source is None or source.kind == "value":
            continue
        service, path, action = _VALUES[source.kind]
        place = source.text
        if not place.startswith("arn:"):
            # The Secrets Manager puts six characters of its own behind a secret's name.
            name = f"{place}-??????"
            if source.kind == "ssm":
                name = place.lstrip("/").partition(":")[0]  # without version or label
            place = f"arn:{partition}:{service}:{region}:{account}:{path}{name}"
        grants.append(Grant(action, place, "to read the values of variables"))
    return make_document(statement.as_json() for statement in group_grants(grants))


_VALUES: Final = {
    "ssm": ("ssm", "parameter/", "ssm:GetParameter"),
    "secret": ("secretsmanager", "secret:", "secretsmanager:GetSecretValue"),
}
"""Service, path of the resource, and action, by the kind of a source."""
