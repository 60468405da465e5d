"""The steps about events, done one after the other.

In: an account, a function, units of work. Out: calls. Each unit can be done again: what is made
already, or gone already, is no error, so that the next deployment goes on where this one ended.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import zipper
from zipper.deploy.aws import AwsError
from zipper.deploy.event_answers import make_target_arguments
from zipper.deploy.event_entries import MADE, EventEntry, name_url_tag
from zipper.deploy.event_reading import split_rule
from zipper.deploy.event_steps import list_differences
from zipper.deploy.mapping_calls import add_mapping, change_mapping, remove_mapping
from zipper.deploy.notifications import write_notifications

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zipper.deploy.aws import Aws
    from zipper.deploy.event_entries import FunctionTarget
    from zipper.deploy.event_steps import EventUnit

__all__ = ["apply_unit"]

_GONE: Final = frozenset({"ResourceNotFoundException", "NotFound", "NotFoundException"})


def apply_unit(
    aws: Aws, target: FunctionTarget, unit: EventUnit, *, role_changed: bool = False
) -> None:
    """Do one unit of work; `role_changed` where the function's role may not be known yet.

    Raises:
        DeployError: EREVISION where somebody else made the same meanwhile; ENOTIFICATION.
        AwsError: as `Aws.call`.
    """
    if unit.kind == "notification":
        place = (*unit.adds, *unit.removes)[0].place
        write_notifications(aws, place, unit.adds, unit.removes)
        return
    work = _EventWork(aws, target, role_changed=role_changed)
    for entry in unit.adds:
        work.add(entry)
    for wanted, present in unit.changes:
        work.change(wanted, present)
    for entry in unit.removes:
        work.remove(entry)


class _EventWork:
    """The calls for one entry, by its kind."""

    def __init__(self, aws: Aws, target: FunctionTarget, *, role_changed: bool) -> None:
        self._aws = aws
        self._role_changed = role_changed
        self._target = target

    def add(self, entry: EventEntry) -> None:
        """Make an entry."""
        make: dict[str, Callable[[EventEntry], None]] = {
            "permission": self._add_permission,
            "mapping": lambda one: add_mapping(self._aws, one, role_changed=self._role_changed),
            "subscription": self._subscribe,
            "rule": lambda one: self._put_rule(one, tags=True),
            "target": lambda one: self._put_target(make_target_arguments(one), one.place),
            "log-filter": lambda one: self._put_log_filter(one, one.name),
            "url": self._add_url,
        }
        make[entry.kind](entry)

    def change(self, wanted: EventEntry, present: EventEntry) -> None:
        """Make an entry what it is to be."""
        names = list_differences(wanted, present)
        if wanted.kind == "mapping":
            change_mapping(self._aws, wanted, present, names)
        elif wanted.kind == "subscription":
            self._change_subscription(wanted, present, names)
        elif wanted.kind == "rule":
            self._put_rule(wanted, tags=False)
        elif wanted.kind == "target":
            self._change_target(wanted, present, names)
        elif wanted.kind == "log-filter":
            self._put_log_filter(wanted, present.name)
        else:
            assert wanted.kind == "url"
            self._change_url(wanted, names)

    def remove(self, entry: EventEntry) -> None:
        """Take an entry away; that it is gone already is no error."""
        take: dict[str, Callable[[EventEntry], None]] = {
            "permission": self._remove_permission,
            "mapping": lambda one: remove_mapping(self._aws, one),
            "subscription": self._unsubscribe,
            "rule": self._remove_rule,
            "target": self._remove_target,
            "log-filter": self._remove_log_filter,
            "url": self._remove_url,
        }
        try:
            take[entry.kind](entry)
        except AwsError as error:
            if error.aws_code not in _GONE:
                raise

    def _where(self, entry: EventEntry) -> dict[str, str]:
        """Return the function, and the alias that the entry leads to."""
        arn = self._target.function_arn
        alias = entry.target.removeprefix(arn).removeprefix(":")
        return {"FunctionName": arn, **({"Qualifier": alias} if alias else {})}

    def _add_permission(self, entry: EventEntry) -> None:
        said = entry.fixed
        more = {
            "SourceArn": said["source_arn"],
            "SourceAccount": said["source_account"],
            "FunctionUrlAuthType": said["url_auth"],
            "InvokedViaFunctionUrl": said["via_url"] or None,
        }
        try:
            self._aws.call(
                "lambda",
                "add_permission",
                **self._where(entry),
                StatementId=entry.name,
                Action=said["action"],
                Principal=said["principal"],
                **{key: value for key, value in more.items() if value is not None},
            )
        except AwsError as error:
            # Its name is made of what it says: who made it meanwhile made the same.
            if error.aws_code != "ResourceConflictException":
                raise

    def _remove_permission(self, entry: EventEntry) -> None:
        where = self._where(entry)
        self._aws.call("lambda", "remove_permission", **where, StatementId=entry.name)

    def _subscribe(self, entry: EventEntry) -> None:
        names = ("filter_scope", "filter", "on_failure")
        attributes = [_subscription_attribute(name, entry.values[name]) for name in names]
        self._at(entry).call(
            "sns",
            "subscribe",
            TopicArn=entry.place,
            Protocol="lambda",
            Endpoint=entry.target,
            Attributes={name: value for name, value in attributes if value not in (None, "{}")},
            ReturnSubscriptionArn=True,
        )

    def _change_subscription(
        self, wanted: EventEntry, present: EventEntry, names: Sequence[str]
    ) -> None:
        for name in sorted(names, reverse=True):  # the scope before the filter
            attribute, value = _subscription_attribute(name, wanted.values[name])
            if name == "filter_scope" and value is None:
                continue
            more = {} if value is None else {"AttributeValue": value}
            self._at(wanted).call(
                "sns",
                "set_subscription_attributes",
                SubscriptionArn=present.name,
                AttributeName=attribute,
                **more,
            )

    def _unsubscribe(self, entry: EventEntry) -> None:
        self._at(entry).call("sns", "unsubscribe", SubscriptionArn=entry.name)

    def _at(self, entry: EventEntry) -> Aws:
        """Return the account in the region of the entry's source."""
        return self._aws.at(entry.place.split(":")[3])

    def _put_rule(self, entry: EventEntry, *, tags: bool) -> None:
        says = {
            "EventPattern": entry.values["pattern"],
            "ScheduleExpression": entry.values["schedule"],
            "Tags": [{"Key": MADE, "Value": zipper.__version__}] if tags else None,
        }
        self._aws.call(
            "events",
            "put_rule",
            **split_rule(entry.place),
            State="ENABLED" if entry.values["enabled"] else "DISABLED",
            Description=f"Made by zipper for {self._target.name}.",
            **{key: value for key, value in says.items() if value is not None},
        )

    def _remove_rule(self, entry: EventEntry) -> None:
        try:
            self._aws.call("events", "delete_rule", **split_rule(entry.place))
        except AwsError as error:
            # Others have added targets of theirs: the rule stays for them.
            if error.aws_code != "ValidationException" or "targets" not in error.message:
                raise

    def _put_target(self, row: dict[str, Any], rule: str) -> None:
        names = split_rule(rule)
        where = {"Rule": names["Name"], "EventBusName": names["EventBusName"]}
        answer = self._aws.call("events", "put_targets", **where, Targets=[row])
        for failed in answer.get("FailedEntries") or ():
            code, told = failed.get("ErrorCode", ""), failed.get("ErrorMessage", "")
            raise AwsError("EAWS", f"{code}: {told}", facts=(("rule", rule),), aws_code=code)

    def _change_target(self, wanted: EventEntry, present: EventEntry, names: Sequence[str]) -> None:
        """Put the target again; what others' says besides stays as it is."""
        row = make_target_arguments(wanted._replace(name=present.name))
        if not present.is_ours:
            rule = split_rule(wanted.place)
            where = {"Rule": rule["Name"], "EventBusName": rule["EventBusName"]}
            values = {**present.values, **{name: wanted.values[name] for name in names}}
            row = make_target_arguments(wanted._replace(name=present.name, values=values))
            for page in self._aws.pages("events", "list_targets_by_rule", **where):
                for found in page["Targets"]:
                    row = {**found, **row} if found["Id"] == present.name else row
        self._put_target(row, wanted.place)

    def _remove_target(self, entry: EventEntry) -> None:
        names = split_rule(entry.place)
        where = {"Rule": names["Name"], "EventBusName": names["EventBusName"]}
        self._aws.call("events", "remove_targets", **where, Ids=[entry.name])

    def _put_log_filter(self, entry: EventEntry, name: str) -> None:
        self._aws.call(
            "logs",
            "put_subscription_filter",
            logGroupName=entry.place.partition(":log-group:")[2],
            filterName=name,
            filterPattern=entry.values["filter_pattern"],
            destinationArn=entry.target,
        )

    def _remove_log_filter(self, entry: EventEntry) -> None:
        group = entry.place.partition(":log-group:")[2]
        where = {"logGroupName": group, "filterName": entry.name}
        self._aws.call("logs", "delete_subscription_filter", **where)

    def _add_url(self, entry: EventEntry) -> None:
        tag = name_url_tag(self._where(entry).get("Qualifier"))
        tags = {tag: zipper.__version__}
        self._aws.call("lambda", "tag_resource", Resource=self._target.function_arn, Tags=tags)
        says = _url_arguments(entry, ("auth", "cors", "invoke_mode"))
        says = {key: value for key, value in says.items() if value != {}}
        self._aws.call("lambda", "create_function_url_config", **self._where(entry), **says)

    def _change_url(self, entry: EventEntry, names: Sequence[str]) -> None:
        says = _url_arguments(entry, tuple(names))
        self._aws.call("lambda", "update_function_url_config", **self._where(entry), **says)

    def _remove_url(self, entry: EventEntry) -> None:
        where = self._where(entry)
        self._aws.call("lambda", "delete_function_url_config", **where)
        tag = name_url_tag(where.get("Qualifier"))
        arn = self._target.function_arn
        self._aws.call("lambda", "untag_resource", Resource=arn, TagKeys=[tag])


def _subscription_attribute(name: str, value: str | None) -> tuple[str, str | None]:
    """Return the attribute and its value, as SNS has them; None takes an attribute away."""
    if name == "filter":
        return "FilterPolicy", value or "{}"
    if name == "filter_scope":
        return "FilterPolicyScope", value
    return "RedrivePolicy", None if value is None else json.dumps({"deadLetterTargetArn": value})


def _url_arguments(entry: EventEntry, names: tuple[str, ...]) -> dict[str, Any]:
    keys = {"auth": "AuthType", "cors": "Cors", "invoke_mode": "InvokeMode"}
    says: dict[str, Any] = {keys[name]: entry.values[name] for name in names}
    if "Cors" in says:
        says["Cors"] = json.loads(says["Cors"] or "{}")
    return says
