"""Statements of IAM's policies, and the documents that they make.

In: grants, one an action and a resource, each with its reason. Out: statements, which hold the
actions of one service on the same resources, and documents whose text is always the same for the
same grants.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "ANY",
    "Grant",
    "Statement",
    "group_grants",
    "is_same_document",
    "list_allowed",
    "make_document",
    "show_document",
]

ANY: Final = "*"
"""The resource of actions that know none."""

_VERSION: Final = "2012-10-17"


class Grant(NamedTuple):
    """An action that is allowed, or denied, and why."""

    action: str
    """Such as `logs:PutLogEvents`."""
    resource: str
    """An ARN, or `ANY`."""
    reason: str
    effect: Literal["Allow", "Deny"] = "Allow"
    only_from: str = ""
    """ARN of the function whose own code the statement is about; empty for all."""


class Statement(NamedTuple):
    """One statement of a policy of a role."""

    sid: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    reasons: Mapping[str, str]
    """By action."""
    condition: Mapping[str, Mapping[str, str]] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the statement as IAM has it, in which there is no place for reasons."""
        row: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        return row if self.condition is None else {**row, "Condition": self.condition}


def group_grants(grants: Iterable[Grant]) -> tuple[Statement, ...]:
    """Return the fewest statements that say the same, each of one service; in one order.

    Two reasons for one action are both kept. A grant on one of several resources leaves the others
    as they are: no action gets a resource that it was not granted.
    """
    resources: dict[tuple[str, str, str], set[str]] = {}
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for grant in grants:
        key = (grant.effect, grant.only_from, grant.action)
        resources.setdefault(key, set()).add(grant.resource)
        told = reasons.setdefault(key, [])
        if grant.reason not in told:
            told.append(grant.reason)
    groups: dict[tuple[str, str, str, tuple[str, ...]], dict[str, str]] = {}
    for (effect, only_from, action), found in sorted(resources.items()):
        kept = (ANY,) if ANY in found else tuple(sorted(found))
        service = action.partition(":")[0]
        reason = "; ".join(reasons[effect, only_from, action])
        groups.setdefault((effect, only_from, service, kept), {})[action] = reason
    return tuple(_name_statements(groups))


def _name_statements(
    groups: Mapping[tuple[str, str, str, tuple[str, ...]], Mapping[str, str]],
) -> Iterator[Statement]:
    used: set[str] = set()
    for (effect, only_from, service, resources), reasons in groups.items():
        base = "".join(part[:1].upper() + part[1:] for part in service.split("-"))
        if len(reasons) == 1:
            base += next(iter(reasons)).partition(":")[2]
        if effect == "Deny":
            base = f"NotForCode{base}"
        sid, number = base, 1
        while sid in used:
            number += 1
            sid = f"{base}{number}"
        used.add(sid)
        condition = {"ArnEquals": {"lambda:SourceFunctionArn": only_from}} if only_from else None
        yield Statement(sid, effect, tuple(reasons), resources, reasons, condition)


def make_document(statements: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a policy document of statements as IAM has them."""
    return {"Version": _VERSION, "Statement": list(statements)}


def show_document(document: Mapping[str, Any], *, indent: int | None = None) -> str:
    """Return a document's text: equal documents have equal texts."""
    separators = (",", ":") if indent is None else None
    return json.dumps(document, indent=indent, separators=separators, ensure_ascii=True)


def is_same_document(one: object, other: object) -> bool:
    """Return whether two documents say the same; a list of one is its item, and order is none."""
    return _plain(one) == _plain(other)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return sorted((key, _plain(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        items = sorted(map(_plain, value), key=repr)
        return items[0] if len(items) == 1 else items
    return value


def list_allowed(document: Mapping[str, Any]) -> dict[str, str]:
    """Return what a document says, for people: resources by effect and action, such as `allow a:B`.

    A document of others' making is read, too, as far as it is one.
    """
    found: dict[str, set[str]] = {}
    for row in _listed(document.get("Statement")):
        if not isinstance(row, dict):
            continue
        effect = str(row.get("Effect", "Allow")).lower()
        for action in _listed(row.get("Action", row.get("NotAction"))):
            resources = found.setdefault(f"{effect} {action}", set())
            resources.update(map(str, _listed(row.get("Resource"))))
    return {key: ", ".join(sorted(resources)) for key, resources in sorted(found.items())}


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
