"""A function is taken away, as far as zipper made it, with all that sends events to it.

In: where the function is. Out: what goes and what stays, and then its going. zipper knows what it
made by tags and names in AWS; it keeps no list of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from zipper.deploy.event_applying import apply_unit
from zipper.deploy.event_entries import MADE, FunctionTarget
from zipper.deploy.event_reading import read_entries
from zipper.deploy.event_steps import describe_entry, plan_removal, show_step
from zipper.deploy.present import ALIAS_DESCRIPTION
from zipper.deploy.reading import (
    find_function,
    find_own_account,
    find_retention,
    require_function,
)
from zipper.deploy.roles import find_own_role, remove_role
from zipper.deploy.steps import Change, Step
from zipper.pipeline.function_events import target_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zipper.deploy.aws import Aws
    from zipper.deploy.event_entries import EventEntry
    from zipper.deploy.event_steps import EventUnit
    from zipper.deploy.present import Present
    from zipper.pipeline.deploying import FunctionPlace

__all__ = [
    "Destroyed",
    "Destruction",
    "Left",
    "destroy_function",
    "plan_destruction",
    "show_destruction",
]

_STILL_NEEDED: Final = (
    "Lambda takes the function out of its VPC with it, within 20 minutes; then this command again "
    "deletes it"
)
"""Source: AWS's knowledge center, "network interface that Lambda created", 2026-11-29."""
_OTHERS: Final = "made by others, or by hand"


class Left(NamedTuple):
    """Something that stays."""

    what: str
    why: str


class Destruction(NamedTuple):
    """What is to go, and what stays."""

    place: FunctionPlace
    target: FunctionTarget
    units: tuple[EventUnit, ...]
    aliases: tuple[str, ...]
    """Those to delete; none where the function goes with them."""
    deletes_function: bool
    role: str | None
    """The role that zipper made for the function, which goes with it."""
    left: tuple[Left, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is done, in order."""
        return (
            *map(show_step, self.units),
            *(_step("delete-alias", f"alias {one}") for one in self.aliases),
            *([_step("delete", self.place.function_name)] if self.deletes_function else []),
            *([_step("delete-role", self.role)] if self.role is not None else []),
        )


def _step(kind: Literal["delete", "delete-alias", "delete-role"], what: str) -> Step:
    return Step(kind, (Change(what, "made by zipper", None),))


class Destroyed(NamedTuple):
    """What has gone, or would go, and what stays."""

    function_name: str
    region: str
    dry_run: bool
    steps: tuple[Step, ...]
    left: tuple[Left, ...]


def plan_destruction(place: FunctionPlace) -> Destruction:
    """Return what is to go, and what stays.

    Raises:
        DeployError: ENOFUNCTION.
        AwsError: as `Aws.call`.
    """
    present = find_function(place.aws, place.function_name)
    if present is None:
        return _plan_role_alone(place)
    target = target_of(present, None)
    entries = read_entries(place.aws, target, (), present.tags, is_there=True)
    units = plan_removal(entries)
    is_ours = MADE in present.tags
    made, others = _split_aliases(place.aws, target)
    gone = {entry.identity for unit in units for entry in unit.removes}
    kept = [entry for entry in entries if entry.identity not in gone]
    role = find_own_role(place.aws, target.function_arn, used=present.role) if is_ours else None
    role_arn = None if role is None else role.arn
    left = [*_list_left(place, present, kept, others, role_arn)]
    if role_arn is not None and present.vpc.subnets:
        left.append(Left(f"role {role_arn}", _STILL_NEEDED))
        role_arn = None
    aliases = () if is_ours else made
    return Destruction(place, target, units, aliases, is_ours, role_arn, tuple(left))


def _plan_role_alone(place: FunctionPlace) -> Destruction:
    """Return that a role goes which is left of a function that has gone."""
    partition, account = find_own_account(place.aws)
    name = place.function_name
    if not name.startswith("arn:"):
        name = f"arn:{partition}:lambda:{place.aws.region}:{account}:function:{name}"
    role = find_own_role(place.aws, name)
    if role is None:
        require_function(place.aws, place.function_name)
        raise AssertionError
    return Destruction(
        place, FunctionTarget(name), (), (), deletes_function=False, role=role.arn, left=()
    )


def _split_aliases(aws: Aws, target: FunctionTarget) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the aliases that zipper made, and of all others."""
    made: list[str] = []
    others: list[str] = []
    for page in aws.pages("lambda", "list_aliases", FunctionName=target.function_arn):
        for row in page["Aliases"]:
            is_made = row.get("Description") == ALIAS_DESCRIPTION
            (made if is_made else others).append(row["Name"])
    return tuple(made), tuple(others)


def _list_left(
    place: FunctionPlace,
    present: Present,
    entries: list[EventEntry],
    aliases: tuple[str, ...],
    role: str | None,
) -> Iterator[Left]:
    """Yield what stays. What belongs to the function itself goes too, even if others made it."""
    is_ours = MADE in present.tags
    if not is_ours:
        yield Left(f"the function {present.arn}", f"{_OTHERS}: it has no tag `{MADE}`")
        yield from (Left(f"alias {name}", _OTHERS) for name in aliases)
    for entry in entries:
        if entry.kind == "rule" or (is_ours and entry.kind in ("permission", "url")):
            continue
        yield Left(f"{entry.kind} {describe_entry(entry)}", _OTHERS)
    if present.role != role:
        yield Left(f"role {present.role}", "others may use it")
    if find_retention(place.aws, present.log_group) is not None:
        yield Left(f"logs {present.log_group}", "they are yours")
    if place.values.get("bucket"):
        yield Left(f"packages in {place.values['bucket']}", "versions may refer to them")


def destroy_function(plan: Destruction, tell: Callable[[Step], None]) -> None:
    """Take away what was planned; what is gone already is no error.

    Raises:
        DeployError: EREVISION, ENOTIFICATION.
        AwsError: as `Aws.call`.
    """
    aws, name = plan.place.aws, plan.target.function_arn
    for unit in plan.units:
        apply_unit(aws, plan.target, unit)
        tell(show_step(unit))
    for step in plan.steps[len(plan.units) :]:
        if step.kind == "delete":
            aws.find("lambda", "delete_function", FunctionName=name)
        elif step.kind == "delete-role":
            remove_role(aws, name)
        else:
            alias = step.changes[0].what.removeprefix("alias ")
            aws.find("lambda", "delete_alias", FunctionName=name, Name=alias)
        tell(step)


def show_destruction(plan: Destruction, *, dry_run: bool) -> Destroyed:
    """Return what has gone, or would go."""
    place = plan.place
    return Destroyed(place.function_name, place.aws.region, dry_run, plan.steps, plan.left)
