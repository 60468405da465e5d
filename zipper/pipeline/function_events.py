"""What sends events to a function: what the settings want, what is there, and what differs.

In: where the function is. Out: a plan, which a deployment carries out, or values to show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.deploy.event_applying import apply_unit
from zipper.deploy.event_entries import FunctionTarget, list_wanted
from zipper.deploy.event_reading import read_entries, resolve_sources
from zipper.deploy.event_steps import EventPlan, describe_entry, plan_events, show_step
from zipper.deploy.reading import require_function
from zipper.deploy.wanted import EVENTS_TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zipper.deploy.event_steps import EventState
    from zipper.deploy.present import Present
    from zipper.deploy.steps import Change, Step
    from zipper.deploy.wanted import WantedFunction
    from zipper.pipeline.deploying import FunctionPlace

__all__ = [
    "FunctionEvents",
    "PlannedEvents",
    "ShownEntry",
    "apply_events",
    "plan_function_events",
    "read_events",
    "target_of",
]

_FUNCTION_PARTS: Final = 7
"""Of an ARN, without its qualifier."""


class PlannedEvents(NamedTuple):
    """What is to be done about the events of a function."""

    target: FunctionTarget
    plan: EventPlan

    @property
    def steps(self) -> tuple[Step, ...]:
        """The units as steps of a deployment."""
        return tuple(map(show_step, self.plan.units))


class ShownEntry(NamedTuple):
    """One thing in AWS that has to do with events of the function."""

    kind: str
    state: str
    """`present`, `missing`, `differs`; `extra` where zipper made it and the settings do not name it
    any more; `other` where others made it, or it leads to another alias."""
    place: str
    description: str
    name: str
    """In AWS: a statement's id, a mapping's UUID ...; empty where it is missing."""
    target: str
    made_by_zipper: bool
    source: str
    """Of the settings; empty where they do not name it."""
    changes: tuple[Change, ...]
    problem: str
    """What AWS says is wrong with it."""


class FunctionEvents(NamedTuple):
    """What sends events to a function."""

    function_name: str
    region: str
    target: str
    """What events are to lead to: the function's ARN, or its alias's."""
    alias: str | None
    is_equal: bool
    """Whether all is as the settings want it."""
    entries: tuple[ShownEntry, ...]
    steps: tuple[Step, ...]
    """What a deployment would do."""


def target_of(present: Present, alias: str | None) -> FunctionTarget:
    """Return what events lead to."""
    return FunctionTarget(":".join(present.arn.split(":")[:_FUNCTION_PARTS]), alias)


def plan_function_events(
    place: FunctionPlace, wanted: WantedFunction, present: Present | None
) -> PlannedEvents | None:
    """Return what a deployment has to do about events; None where nothing is said of them.

    Args:
        place: where the function is.
        wanted: what it is to be.
        present: what it is; None where it has to be made.

    Raises:
        UsageError: EUSAGE for a source that is too far away.
        DeployError: ENOSOURCE.
        AwsError: as `Aws.call`.
    """
    sources = place.values.get("events")
    tags = {} if present is None else present.tags
    if sources is None and EVENTS_TAG not in tags:
        return None
    if present is not None:
        target = target_of(present, wanted.alias)
    else:
        # The role is in the account in which the function will be.
        parts = (wanted.role or "").split(":")
        name = wanted.function_name.rpartition(":")[2]
        arn = f"arn:{parts[1]}:lambda:{place.aws.region}:{parts[4]}:function:{name}"
        target = FunctionTarget(arn, wanted.alias)
    return PlannedEvents(target, _plan(place, target, tags, is_there=present is not None))


def _plan(
    place: FunctionPlace, target: FunctionTarget, tags: Mapping[str, str], *, is_there: bool
) -> EventPlan:
    sources = resolve_sources(place.aws, place.values.get("events") or (), target)
    wanted = list_wanted(sources, target)
    present = read_entries(place.aws, target, wanted, tags, is_there=is_there)
    return plan_events(wanted, present, target)


def apply_events(
    place: FunctionPlace,
    planned: PlannedEvents,
    tell: Callable[[Step], None],
    *,
    role_changed: bool,
) -> tuple[Step, ...]:
    """Do what was planned; `tell` is called after each step.

    Raises:
        DeployError: EREVISION, ENOTIFICATION.
        AwsError: as `Aws.call`.
    """
    for unit in planned.plan.units:
        apply_unit(place.aws, planned.target, unit, role_changed=role_changed)
        tell(show_step(unit))
    return planned.steps


def read_events(place: FunctionPlace) -> FunctionEvents:
    """Return what sends events to the function, and what differs from the settings.

    Raises:
        UsageError: EUSAGE for a source that is too far away.
        DeployError: ENOFUNCTION, ENOSOURCE.
        AwsError: as `Aws.call`.
    """
    present = require_function(place.aws, place.function_name)
    target = target_of(present, place.values.get("alias"))
    plan = _plan(place, target, present.tags, is_there=True)
    planned = PlannedEvents(target, plan)
    return FunctionEvents(
        function_name=place.function_name,
        region=place.aws.region,
        target=target.arn,
        alias=target.alias,
        is_equal=not plan.units,
        entries=tuple(map(_show, plan.states)),
        steps=planned.steps,
    )


def _show(state: EventState) -> ShownEntry:
    entry = state.entry
    return ShownEntry(
        kind=entry.kind,
        state=state.state,
        place=entry.place,
        description=describe_entry(entry),
        name="" if state.state == "missing" else entry.name,
        target=entry.target,
        made_by_zipper=entry.is_ours and state.state != "missing",
        source=entry.source,
        changes=state.changes,
        problem=entry.problem,
    )
