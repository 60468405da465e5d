"""What is asked of AWS about the events of a function. Each call here only reads.

In: an account, the function, what is wanted. Out: the entries that are there. Places where zipper
made something earlier are found by the statements that it made, which outlive what they permit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zipper.deploy.aws import AwsError
from zipper.deploy.event_answers import (
    read_notifications,
    read_rule,
    read_statements,
    read_subscription,
    read_targets,
    read_url,
)
from zipper.deploy.event_entries import PREFIX, EventEntry, name_url_tag
from zipper.deploy.mapping_answers import read_mapping
from zipper.errors import DeployError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zipper.deploy.aws import Aws
    from zipper.deploy.event_entries import FunctionTarget
    from zipper.settings.event_sources import EventSource

__all__ = ["find_bucket_notifications", "read_entries", "resolve_sources", "split_rule"]

_SERVICES = {"s3": "notification", "sns": "subscription", "events": "rule", "logs": "log-filter"}
"""The kind of what a source has, by the service in its ARN."""
_GONE = frozenset(
    {
        "NoSuchBucket", "NotFound", "NotFoundException", "ResourceNotFoundException",
        "ResourceNotFound", "404",
    }
)  # fmt: skip


def resolve_sources(
    aws: Aws, sources: Iterable[EventSource], target: FunctionTarget
) -> tuple[EventSource, ...]:
    """Return the sources; a table of DynamoDB becomes its stream.

    Raises:
        UsageError: EUSAGE for a source of another region or account than the function's, where
            AWS takes none.
        DeployError: ENOSOURCE for a table that is not there, or has no stream.
        AwsError: as `Aws.call`.
    """
    found = []
    for source in sources:
        _refuse_far(source, target)
        if source.kind == "dynamodb" and source.part("label") is None:
            answer = aws.find("dynamodb", "describe_table", TableName=source.source)
            stream = (answer or {}).get("Table", {}).get("LatestStreamArn")
            if stream is None:
                problem = "is not there" if answer is None else "has no stream"
                raise _missing(source.source, f"the table {problem}")
            found.append(replace(source, source=stream))
        else:
            found.append(source)
    return tuple(found)


def _refuse_far(source: EventSource, target: FunctionTarget) -> None:
    region, account = source.part("region"), source.part("account")
    is_far = region not in (None, target.region) and source.kind != "sns"
    is_others = source.kind in ("rule", "event-bus", "logs") and account != target.account
    if is_far or is_others:
        there = f"{region}, account {account}"
        raise UsageError(
            "EUSAGE",
            f"the source `{source.source}` is in {there}, and the function is not",
            facts=(("function", f"{target.region}, account {target.account}"),),
            hint="AWS takes sources of this kind from the function's own region"
            + (" and account" if is_others else ""),
        )


def read_entries(
    aws: Aws,
    target: FunctionTarget,
    wanted: Iterable[EventEntry],
    tags: Mapping[str, str],
    *,
    is_there: bool,
) -> tuple[EventEntry, ...]:
    """Return all that has to do with events of the function, for whichever alias.

    Args:
        aws: the account.
        target: the function, or its alias.
        wanted: entries whose places are looked at.
        tags: of the function.
        is_there: whether the function is there at all.

    Raises:
        DeployError: ENOSOURCE where a place that is wanted is not there.
        AwsError: as `Aws.call`.
    """
    wanted = tuple(wanted)
    entries: list[EventEntry] = []
    if is_there:
        targets = list(_list_targets(aws, target))
        for one in targets:
            answer = aws.find("lambda", "get_policy", **_qualified(one, target))
            if answer is not None:
                entries += read_statements(answer["Policy"], one)
        entries += _read_mappings(aws, targets)
        wants_url = any(entry.kind == "url" for entry in wanted)
        if wants_url or any(name.startswith("zipper:url") for name in tags):
            entries += _read_urls(aws, target, tags)
    for kind, place, leads_to in _list_places(wanted, entries):
        is_wanted = any(entry.place == place for entry in wanted if entry.kind != "permission")
        try:
            entries += _read_place(aws, kind, place, leads_to, target)
        except AwsError as error:
            if error.aws_code not in _GONE:
                raise
            if is_wanted and kind != "rule":
                raise _missing(place, "there is no such source") from error
    _require_rules(wanted, entries)
    return tuple(entries)


def _list_targets(aws: Aws, target: FunctionTarget) -> Iterator[str]:
    """Yield the ARNs of the function and its aliases."""
    yield target.function_arn
    for page in aws.pages("lambda", "list_aliases", FunctionName=target.function_arn):
        for row in page["Aliases"]:
            yield f"{target.function_arn}:{row['Name']}"


def _qualified(arn: str, target: FunctionTarget) -> dict[str, str]:
    alias = arn.removeprefix(target.function_arn).removeprefix(":")
    more = {"Qualifier": alias} if alias else {}
    return {"FunctionName": target.function_arn, **more}


def _read_mappings(aws: Aws, targets: Iterable[str]) -> Iterator[EventEntry]:
    """Yield the mappings of the function and its aliases, but those that are being deleted."""
    seen: set[str] = set()
    for arn in targets:
        for page in aws.pages("lambda", "list_event_source_mappings", FunctionName=arn):
            for row in page["EventSourceMappings"]:
                if row["UUID"] in seen or row.get("State") == "Deleting":
                    continue
                seen.add(row["UUID"])
                resource = row.get("EventSourceMappingArn")
                tags = {}
                if resource:
                    tags = (aws.find("lambda", "list_tags", Resource=resource) or {}).get(
                        "Tags", {}
                    )
                entry = read_mapping(row, tags)
                if entry is not None:
                    yield entry


def _read_urls(aws: Aws, target: FunctionTarget, tags: Mapping[str, str]) -> Iterator[EventEntry]:
    for page in aws.pages("lambda", "list_function_url_configs", FunctionName=target.function_arn):
        for row in page["FunctionUrlConfigs"]:
            alias = row["FunctionArn"].removeprefix(target.function_arn).removeprefix(":")
            yield read_url(row, is_ours=name_url_tag(alias or None) in tags)


def _list_places(
    wanted: Iterable[EventEntry], present: Iterable[EventEntry]
) -> Iterator[tuple[str, str, str]]:
    """Yield kind, place and target of what is to be looked at, each place once."""
    places: dict[tuple[str, str], str] = {}
    for entry in wanted:
        if entry.kind in ("notification", "subscription", "rule", "target", "log-filter"):
            kind = "rule" if entry.kind == "target" else entry.kind
            places.setdefault((kind, entry.place), entry.target)
    for entry in present:
        arn = entry.fixed.get("source_arn") if entry.kind == "permission" else None
        if arn is not None and entry.is_ours:
            service = arn.split(":")[2]
            if service in _SERVICES:
                places.setdefault((_SERVICES[service], arn.removesuffix(":*")), entry.target)
    yield from ((kind, place, target) for (kind, place), target in places.items())


def _read_place(
    aws: Aws, kind: str, place: str, leads_to: str, target: FunctionTarget
) -> list[EventEntry]:
    """Return what there is at a place for the function, or its aliases."""
    if kind == "notification":
        found = list(read_notifications(find_bucket_notifications(aws, place), place))
    elif kind == "subscription":
        found = list(_read_subscriptions(aws, place, target))
    elif kind == "rule":
        return list(_read_rule(aws, place, leads_to, target))
    else:
        found = list(_read_log_filters(aws, place))
    return [entry for entry in found if _leads_to(entry.target, target)]


def _leads_to(arn: str, target: FunctionTarget) -> bool:
    return arn == target.function_arn or arn.startswith(f"{target.function_arn}:")


def find_bucket_notifications(aws: Aws, bucket: str) -> dict[str, Any]:
    """Return the notification configuration of a bucket, as it can be put back.

    Raises:
        AwsError: as `Aws.call`.
    """
    name = bucket.rpartition(":")[2]
    answer = dict(aws.call("s3", "get_bucket_notification_configuration", Bucket=name))
    answer.pop("ResponseMetadata", None)
    return answer


def _read_subscriptions(aws: Aws, topic: str, target: FunctionTarget) -> Iterator[EventEntry]:
    here = aws.at(topic.split(":")[3])
    for page in here.pages("sns", "list_subscriptions_by_topic", TopicArn=topic):
        for row in page["Subscriptions"]:
            if row["Protocol"] == "lambda" and _leads_to(row["Endpoint"], target):
                arn = row["SubscriptionArn"]
                answer = here.call("sns", "get_subscription_attributes", SubscriptionArn=arn)
                attributes = {**answer["Attributes"], "SubscriptionArn": arn}
                yield read_subscription(topic, row["Endpoint"], attributes)


def split_rule(arn: str) -> dict[str, str]:
    """Return the names of a rule and of its bus, as calls have them."""
    bus, _, name = arn.partition(":rule/")[2].rpartition("/")
    return {"Name": name, "EventBusName": bus or "default"}


def _read_rule(aws: Aws, rule: str, leads_to: str, target: FunctionTarget) -> Iterator[EventEntry]:
    names = split_rule(rule)
    answer = aws.call("events", "describe_rule", **names)
    found = aws.call("events", "list_tags_for_resource", ResourceARN=answer["Arn"])
    tags = {row["Key"]: row["Value"] for row in found.get("Tags", ())}
    yield read_rule(answer, tags, leads_to)
    where = {"Rule": names["Name"], "EventBusName": names["EventBusName"]}
    for page in aws.pages("events", "list_targets_by_rule", **where):
        for entry in read_targets(rule, page["Targets"]):
            if _leads_to(entry.target, target):
                yield entry


def _read_log_filters(aws: Aws, group: str) -> Iterator[EventEntry]:
    name = group.partition(":log-group:")[2]
    for page in aws.pages("logs", "describe_subscription_filters", logGroupName=name):
        for row in page["subscriptionFilters"]:
            yield EventEntry(
                "log-filter", group, row["destinationArn"],
                values={"filter_pattern": row.get("filterPattern") or ""},
                name=row["filterName"], is_ours=row["filterName"].startswith(PREFIX),
            )  # fmt: skip


def _require_rules(wanted: Iterable[EventEntry], present: Iterable[EventEntry]) -> None:
    """Refuse a target of a rule that is neither there nor to be made."""
    wanted = tuple(wanted)
    rules = {entry.place for entry in (*present, *wanted) if entry.kind == "rule"}
    for entry in wanted:
        if entry.kind == "target" and entry.place not in rules:
            raise _missing(entry.place, "there is no such rule")


def _missing(source: str, problem: str) -> DeployError:
    return DeployError(
        "ENOSOURCE",
        f"{problem}: `{source}`",
        hint="make it first, or correct `events` in `[tool.zipper.deploy]`",
    )
