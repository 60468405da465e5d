"""What has to be in AWS so that sources send events to a function: entries, one by one.

In: `EventSource` values and the function. Out: `EventEntry` values: statements of the function's
policy, event source mappings, notifications, subscriptions, rules, targets, filters of logs, a URL.
What is read from AWS has the same form (`zipper.deploy.event_answers`), so that both are compared.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final, Literal

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zipper.settings.event_sources import EventSource

__all__ = [
    "FOUND",
    "MADE",
    "PREFIX",
    "EventEntry",
    "EventEntryKind",
    "FunctionTarget",
    "Permission",
    "list_permissions",
    "list_wanted",
    "name_url_tag",
]

EventEntryKind = Literal[
    "permission", "mapping", "notification", "subscription", "rule", "target", "log-filter", "url"
]

PREFIX: Final = "zipper-"
"""What the names begin with that zipper gives: statements, notifications, rules, filters."""
FOUND: Final = "-found"
"""Ends the name of a statement whose subscription was there before: that is not zipper's."""
MADE: Final = "zipper:made"
"""The tag of functions, mappings and rules that zipper made."""

_SERVICE_ACCOUNT: Final = ("s3", "logs")
"""Kinds whose ARN of a source does not say, or not alone, whose it is: AWS documents SourceAccount
for them. Other services put no account into their requests; their ARNs have it."""


class FunctionTarget(NamedTuple):
    """What events are sent to: a function, or its alias."""

    function_arn: str
    """Without a qualifier."""
    alias: str | None = None

    @property
    def arn(self) -> str:
        """The alias's ARN, or the function's."""
        return self.function_arn if self.alias is None else f"{self.function_arn}:{self.alias}"

    @property
    def region(self) -> str:
        """The function's region."""
        return self.function_arn.split(":")[3]

    @property
    def account(self) -> str:
        """The function's account."""
        return self.function_arn.split(":")[4]

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function_arn.split(":")[6]


class Permission(NamedTuple):
    """A statement of a function's policy, as AddPermission makes it."""

    principal: str
    action: str = "lambda:InvokeFunction"
    source_arn: str | None = None
    source_account: str | None = None
    url_auth: str | None = None
    via_url: bool = False

    def make_id(self, kind: str) -> str:
        """Return the statement's id: another statement has another one."""
        digest = hashlib.sha256(json.dumps(list(self)).encode()).hexdigest()[:12]
        return f"{PREFIX}{kind}-{digest}"


class EventEntry(NamedTuple):
    """One thing in AWS that has to do with events of a function."""

    kind: EventEntryKind
    place: str
    """Where it is: the ARN of a source, of a rule, or of the function."""
    target: str
    """The ARN that events go to."""
    key: tuple[str, ...] = ()
    """What tells it from others with the same place and target."""
    values: Mapping[str, Any] = {}
    """What it says and may be changed, by the options' names; None for what it does not say."""
    fixed: Mapping[str, Any] = {}
    """What can be said only when it is made."""
    name: str = ""
    """Its own name in AWS: a statement's id, a mapping's UUID, a subscription's ARN ..."""
    source: str = ""
    """The source of the settings that it belongs to."""
    said: tuple[str, ...] = ()
    """Options that the settings say: of what others made, only these are changed."""
    is_ours: bool = False
    """Whether zipper made it."""
    problem: str = ""
    """What AWS says is wrong with it."""

    @property
    def identity(self) -> tuple[str, ...]:
        """What is equal for a wanted entry and the one that is there."""
        return (self.kind, self.place, self.target, *self.key)


def name_url_tag(alias: str | None) -> str:
    """Return the function's tag that says that zipper made the URL of the alias."""
    return "zipper:url" if alias is None else f"zipper:url:{alias}"


def list_wanted(sources: Iterable[EventSource], target: FunctionTarget) -> tuple[EventEntry, ...]:
    """Return what has to be there for the sources, in the order in which it is made.

    The statement that lets a service call the function stands before what makes it call.
    """
    found: dict[tuple[str, ...], EventEntry] = {}
    for source in sources:
        for entry in _list_of(source, target):
            found.setdefault(entry.identity, entry)
    return tuple(found.values())


def list_permissions(source: EventSource, target: FunctionTarget) -> tuple[Permission, ...]:
    """Return the statements that the source needs in the policy of the function or alias."""
    if source.kind == "url":
        auth = source.value("auth")
        callers = ("*",) if auth == "NONE" else source.value("principals") or ()
        return tuple(
            permission
            for caller in callers
            for permission in (
                Permission(caller, "lambda:InvokeFunctionUrl", url_auth=auth),
                Permission(caller, via_url=True),
            )
        )
    if not source.row.principal:
        return ()
    account = None
    if source.kind in _SERVICE_ACCOUNT:
        account = source.part("account") or source.value("account") or target.account
    place = _find_place(source, target)
    place += ":*" * (source.kind == "logs")
    return (Permission(source.row.principal, source_arn=place, source_account=account),)


def _list_of(source: EventSource, target: FunctionTarget) -> Iterator[EventEntry]:
    for permission in list_permissions(source, target):
        name = permission.make_id(source.kind)
        yield EventEntry(
            "permission", target.arn, target.arn, (name,), fixed=permission._asdict(),
            name=name, source=source.source, is_ours=True,
        )  # fmt: skip
    maker = "pull" if source.row.style == "pull" else source.kind
    yield from _MAKERS[maker](source, target)


def _make(
    source: EventSource, kind: EventEntryKind, target: FunctionTarget, place: str
) -> EventEntry:
    """Return an entry with the options of the source, but those that tell it from others."""
    rows = [row for row in source.row.options if row.name not in source.row.identity]
    return EventEntry(
        kind, place, target.arn,
        values={row.name: source.value(row.name) for row in rows if not row.is_fixed},
        fixed={row.name: source.value(row.name) for row in rows if row.is_fixed},
        name=f"{PREFIX}{source.digest(target.arn)}",
        source=source.source, said=tuple(name for name, _ in source.options), is_ours=True,
    )  # fmt: skip


def _make_mapping(source: EventSource, target: FunctionTarget) -> Iterator[EventEntry]:
    names = [name for name in source.row.identity if source.value(name) is not None]
    key = tuple(str(source.value(name)) for name in names)
    made = _make(source, "mapping", target, source.source)
    fixed = {**made.fixed, **dict(zip(names, key, strict=True))}
    yield made._replace(key=key, fixed=fixed, name="")


def _make_notification(source: EventSource, target: FunctionTarget) -> Iterator[EventEntry]:
    events = ",".join(sorted(source.value("events")))
    key = (events, source.value("prefix") or "", source.value("suffix") or "")
    made = _make(source, "notification", target, source.source)
    yield made._replace(key=key, values={}, fixed={})


def _make_subscription(source: EventSource, target: FunctionTarget) -> Iterator[EventEntry]:
    made = _make(source, "subscription", target, source.source)
    scope = made.values["filter_scope"] or ("MessageAttributes" if source.said("filter") else None)
    yield made._replace(values={**made.values, "filter_scope": scope}, name="")


def _make_target(source: EventSource, target: FunctionTarget) -> Iterator[EventEntry]:
    made = _make(source, "target", target, _find_place(source, target))
    names = ("input", "maximum_retry_attempts", "maximum_event_age", "on_failure")
    yield made._replace(values={name: source.value(name) for name in names}, fixed={})


def _make_rule(source: EventSource, target: FunctionTarget) -> Iterator[EventEntry]:
    """Yield a rule of zipper's own, and its target."""
    place = _find_place(source, target)
    values = {
        "enabled": source.value("enabled"),
        "pattern": source.value("pattern"),
        "schedule": source.source if source.kind == "schedule" else None,
    }
    rule = _make(source, "rule", target, place)
    yield rule._replace(values=values, fixed={}, name=place.rpartition("/")[2])
    yield from _make_target(source, target)


def _make_log_filter(source: EventSource, target: FunctionTarget) -> Iterator[EventEntry]:
    yield _make(source, "log-filter", target, _find_place(source, target))


def _make_url(source: EventSource, target: FunctionTarget) -> Iterator[EventEntry]:
    made = _make(source, "url", target, target.arn)
    values = {name: source.value(name) for name in ("auth", "cors", "invoke_mode")}
    yield made._replace(values=values, name="")


def _find_place(source: EventSource, target: FunctionTarget) -> str:
    """Return the ARN of the source, or of the rule that is made for it."""
    if source.kind == "logs":
        return source.source.removesuffix(":*")
    if source.kind not in ("event-bus", "schedule"):
        return source.source
    partition = target.function_arn.split(":")[1]
    bus = source.part("bus") if source.kind == "event-bus" else "default"
    name = f"{PREFIX}{source.digest(target.arn)}-{target.name}"[:64]
    folder = "" if bus == "default" else f"{bus}/"
    return f"arn:{partition}:events:{target.region}:{target.account}:rule/{folder}{name}"


_MAKERS: Final = {
    "pull": _make_mapping,
    "s3": _make_notification,
    "sns": _make_subscription,
    "rule": _make_target,
    "event-bus": _make_rule,
    "schedule": _make_rule,
    "logs": _make_log_filter,
    "url": _make_url,
}
"""What makes the entries of a source, by its kind; all pull sources have a mapping."""
