"""Between AWS's form of entries and ours: answers become values, values become arguments.

In: answers as botocore gives them, values by the options' names. Out: the other. Nothing is asked.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from zipper.deploy.event_entries import FOUND, MADE, PREFIX, EventEntry, Permission

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "canonical",
    "make_target_arguments",
    "read_notifications",
    "read_rule",
    "read_statements",
    "read_subscription",
    "read_targets",
    "read_url",
    "write_notification",
]


def canonical(text: str | None) -> str | None:
    """Return JSON text with its keys in order; what is none as it is."""
    if not text:
        return None
    try:
        return json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    except ValueError:
        return text


def read_statements(policy: str, place: str) -> Iterator[EventEntry]:
    """Yield the statements of a policy; `place` is the function's or the alias's ARN."""
    for statement in json.loads(policy).get("Statement", ()):
        name = statement.get("Sid", "")
        yield EventEntry(
            "permission", place, place, (name.removesuffix(FOUND),),
            fixed=_read_permission(statement)._asdict(),
            name=name, is_ours=name.startswith(PREFIX),
        )  # fmt: skip


def _read_permission(statement: Mapping[str, Any]) -> Permission:
    """Return what a statement says; the names of its conditions are in any case."""
    conditions = {
        name.lower(): value
        for test in (statement.get("Condition") or {}).values()
        for name, value in test.items()
    }
    principal = statement.get("Principal", "")
    if isinstance(principal, dict):
        principal = next(iter(principal.values()), "")
    return Permission(
        principal=str(principal),
        action=str(statement.get("Action", "")),
        source_arn=conditions.get("aws:sourcearn"),
        source_account=conditions.get("aws:sourceaccount"),
        url_auth=conditions.get("lambda:functionurlauthtype"),
        via_url=str(conditions.get("lambda:invokedviafunctionurl", "")).lower() == "true",
    )


def read_notifications(answer: Mapping[str, Any], bucket: str) -> Iterator[EventEntry]:
    """Yield the notifications of a bucket that lead to functions."""
    for row in answer.get("LambdaFunctionConfigurations") or ():
        rules = ((row.get("Filter") or {}).get("Key") or {}).get("FilterRules") or ()
        filters = {rule["Name"].lower(): rule["Value"] for rule in rules}
        events = ",".join(sorted(row["Events"]))
        key = (events, filters.get("prefix", ""), filters.get("suffix", ""))
        name = row.get("Id", "")
        yield EventEntry(
            "notification", bucket, row["LambdaFunctionArn"], key, name=name,
            is_ours=name.startswith(PREFIX),
        )  # fmt: skip


def write_notification(entry: EventEntry) -> dict[str, Any]:
    """Return a row of LambdaFunctionConfigurations."""
    events, prefix, suffix = entry.key
    rules = [
        {"Name": name, "Value": value}
        for name, value in (("prefix", prefix), ("suffix", suffix))
        if value
    ]
    row = {"Id": entry.name, "LambdaFunctionArn": entry.target, "Events": events.split(",")}
    return {**row, "Filter": {"Key": {"FilterRules": rules}}} if rules else row


def read_subscription(topic: str, endpoint: str, attributes: Mapping[str, str]) -> EventEntry:
    """Return the subscription of a function to a topic."""
    redrive = json.loads(attributes.get("RedrivePolicy") or "{}")
    policy = canonical(attributes.get("FilterPolicy"))
    scope = attributes.get("FilterPolicyScope") or "MessageAttributes"
    return EventEntry(
        "subscription", topic, endpoint,
        values={
            "filter": policy,
            "filter_scope": None if policy is None else scope,
            "on_failure": redrive.get("deadLetterTargetArn"),
        },
        name=attributes["SubscriptionArn"],
    )  # fmt: skip


def read_rule(answer: Mapping[str, Any], tags: Mapping[str, str], target: str) -> EventEntry:
    """Return a rule of EventBridge; `target` is what the statement is about that led to it."""
    values = {
        "enabled": answer.get("State", "ENABLED") != "DISABLED",
        "pattern": canonical(answer.get("EventPattern")),
        "schedule": answer.get("ScheduleExpression") or None,
    }
    return EventEntry(
        "rule", answer["Arn"], target, values=values, name=answer["Name"], is_ours=MADE in tags
    )


def read_targets(rule: str, rows: Iterator[Mapping[str, Any]]) -> Iterator[EventEntry]:
    """Yield the targets of a rule."""
    for row in rows:
        retries = row.get("RetryPolicy") or {}
        values = {
            "input": canonical(row.get("Input")),
            "maximum_retry_attempts": retries.get("MaximumRetryAttempts"),
            "maximum_event_age": retries.get("MaximumEventAgeInSeconds"),
            "on_failure": (row.get("DeadLetterConfig") or {}).get("Arn"),
        }
        name = row["Id"]
        yield EventEntry(
            "target", rule, row["Arn"], values=values, name=name, is_ours=name.startswith(PREFIX)
        )


def make_target_arguments(entry: EventEntry) -> dict[str, Any]:
    """Return a row of PutTargets."""
    values = entry.values
    row: dict[str, Any] = {"Id": entry.name, "Arn": entry.target}
    retries = {
        key: values[name]
        for name, key in (
            ("maximum_retry_attempts", "MaximumRetryAttempts"),
            ("maximum_event_age", "MaximumEventAgeInSeconds"),
        )
        if values[name] is not None
    }
    if values["input"] is not None:
        row["Input"] = values["input"]
    if retries:
        row["RetryPolicy"] = retries
    if values["on_failure"] is not None:
        row["DeadLetterConfig"] = {"Arn": values["on_failure"]}
    return row


def read_url(answer: Mapping[str, Any], *, is_ours: bool) -> EventEntry:
    """Return the URL of a function or alias."""
    cors = {
        key: value for key, value in (answer.get("Cors") or {}).items() if value not in ([], None)
    }
    values = {
        "auth": answer["AuthType"],
        "cors": canonical(json.dumps(cors)) if cors else None,
        "invoke_mode": (answer.get("InvokeMode") or "BUFFERED").upper(),
    }
    arn = answer["FunctionArn"]
    return EventEntry("url", arn, arn, values=values, name=answer["FunctionUrl"], is_ours=is_ours)
