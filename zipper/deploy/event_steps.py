"""What has to be done so that the sources of the settings, and no former ones, send events.

In: the entries that are wanted and those that are there. Out: units of work, in their order, and
for each entry how it stands. Nothing is asked here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from zipper.deploy.event_entries import FOUND, EventEntry
from zipper.deploy.mapping_answers import CLEARED
from zipper.deploy.steps import Change, Step
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zipper.deploy.event_entries import EventEntryKind, FunctionTarget

__all__ = [
    "EventPlan",
    "EventState",
    "EventUnit",
    "describe_entry",
    "list_differences",
    "plan_events",
    "plan_removal",
    "show_step",
]

_STATES = Literal["present", "missing", "differs", "extra", "other"]

_REMOVED_LAST: Final = {"rule": 1, "permission": 2}
"""A rule goes after its targets, a statement after what it permits: by it that is found again."""


class EventUnit(NamedTuple):
    """What is done together: one entry, or all of the notifications of a bucket."""

    kind: EventEntryKind
    adds: tuple[EventEntry, ...] = ()
    changes: tuple[tuple[EventEntry, EventEntry], ...] = ()
    """The wanted entry, and the one that is there."""
    removes: tuple[EventEntry, ...] = ()


class EventState(NamedTuple):
    """How an entry stands."""

    state: _STATES
    """`extra` is zipper's, and the settings do not name it; `other` is not this deployment's."""
    entry: EventEntry
    changes: tuple[Change, ...] = ()


class EventPlan(NamedTuple):
    """All that is to be done, and how each entry stands."""

    units: tuple[EventUnit, ...] = ()
    states: tuple[EventState, ...] = ()


def plan_events(
    wanted: Sequence[EventEntry], present: Iterable[EventEntry], target: FunctionTarget
) -> EventPlan:
    """Return what is to be done.

    What zipper made for the function without an alias is this deployment's, too: so events move
    to the alias when the settings begin to name one. What it made for other aliases is not.
    """
    present = _own_subscriptions(tuple(present))
    wanted = _keep_found(wanted, present)
    there: dict[tuple[str, ...], EventEntry] = {}
    for entry in sorted(present, key=lambda one: not one.is_ours):
        there.setdefault(entry.identity, entry)
    states: list[EventState] = []
    used: set[tuple[str, ...]] = set()
    units: list[EventUnit] = []
    for entry in wanted:
        found = there.get(entry.identity) or _find_moved(entry, there, target)
        if found is None:
            states.append(EventState("missing", entry))
            units.append(EventUnit(entry.kind, adds=(entry,)))
            continue
        used.add(found.identity)
        changes = tuple(_compare(entry, found))
        seen = entry._replace(problem=found.problem, is_ours=found.is_ours, name=found.name)
        states.append(EventState("differs" if changes else "present", seen, changes))
        if changes:
            units.append(EventUnit(entry.kind, changes=((entry, found),)))
    removes: list[EventEntry] = []
    for entry in present:
        if entry.identity in used and there[entry.identity] is entry:
            continue
        if entry.kind == "rule" and not entry.is_ours:
            continue  # only its target is about this function
        is_extra = entry.is_ours and entry.target in (target.arn, target.function_arn)
        states.append(EventState("extra" if is_extra else "other", entry))
        if is_extra:
            removes.append(entry)
    return EventPlan(tuple(_order(units, removes)), tuple(states))


def plan_removal(present: Iterable[EventEntry]) -> tuple[EventUnit, ...]:
    """Return what removes all that zipper made, for whichever alias."""
    ours = [entry for entry in _own_subscriptions(tuple(present)) if entry.is_ours]
    return tuple(_order([], ours))


def _own_subscriptions(present: tuple[EventEntry, ...]) -> tuple[EventEntry, ...]:
    """Return the entries; subscriptions are ours where the statement says so: they bear no name."""
    made = {
        (entry.fixed["source_arn"], entry.target)
        for entry in present
        if entry.kind == "permission" and entry.is_ours and not entry.name.endswith(FOUND)
    }
    return tuple(
        entry._replace(is_ours=(entry.place, entry.target) in made)
        if entry.kind == "subscription"
        else entry
        for entry in present
    )


def _keep_found(wanted: Sequence[EventEntry], present: Iterable[EventEntry]) -> list[EventEntry]:
    """Return the wanted entries; a statement says by its name that a subscription is others'."""
    others = {
        (entry.place, entry.target)
        for entry in present
        if entry.kind == "subscription" and not entry.is_ours
    }
    return [
        entry._replace(name=entry.name + FOUND)
        if entry.kind == "permission" and (entry.fixed["source_arn"], entry.target) in others
        else entry
        for entry in wanted
    ]


def _find_moved(
    entry: EventEntry, there: Mapping[tuple[str, ...], EventEntry], target: FunctionTarget
) -> EventEntry | None:
    """Return the mapping that leads to the function without its alias: it keeps its position."""
    if entry.kind != "mapping":
        return None
    found = there.get(entry._replace(target=target.function_arn).identity)
    return found if found is not None and found.is_ours else None


def list_differences(wanted: EventEntry, present: EventEntry) -> tuple[str, ...]:
    """Return the options that differ; of what others made, only what the settings say counts."""
    return tuple(
        name
        for name, value in wanted.values.items()
        if name in present.values
        and present.values[name] != value
        and (wanted.kind != "mapping" or value is not None or name in CLEARED)
        and (present.is_ours or name in wanted.said)
    )


def _compare(wanted: EventEntry, present: EventEntry) -> Iterator[Change]:
    """Yield how an entry differs."""
    if present.target != wanted.target:
        yield Change("function", present.target, wanted.target)
    for name in list_differences(wanted, present):
        yield Change(name, _show(present.values[name]), _show(wanted.values[name]))


def _show(value: Any) -> str | None:  # noqa: ANN401  (see OptionKind)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return None if value is None else str(value)


def _order(units: list[EventUnit], removes: list[EventEntry]) -> Iterator[EventUnit]:
    """Yield the units: what is made, in the order of the settings, then what is taken away.

    The notifications of a bucket are one unit, because S3 has them in one list.
    """
    buckets: dict[str, EventUnit] = {}
    for unit in (*units, *(EventUnit(entry.kind, removes=(entry,)) for entry in removes)):
        if unit.kind == "notification":
            place = (*unit.adds, *unit.removes)[0].place
            former = buckets.get(place, EventUnit("notification"))
            buckets[place] = former._replace(
                adds=former.adds + unit.adds, removes=former.removes + unit.removes
            )
    # A statement is there before what needs it, and goes after it.
    first = [unit for unit in units if unit.kind == "permission"]
    rest = [unit for unit in units if unit.kind not in ("permission", "notification")]
    yield from (*first, *rest, *buckets.values())
    removed = [entry for entry in removes if entry.kind != "notification"]
    removed.sort(key=lambda one: _REMOVED_LAST.get(one.kind, 0))
    yield from (EventUnit(entry.kind, removes=(entry,)) for entry in removed)


def show_step(unit: EventUnit) -> Step:
    """Return the unit as a step of a deployment."""
    changes = [Change(describe_entry(entry), None, "made") for entry in unit.adds]
    changes += [
        change._replace(what=f"{change.what} of {describe_entry(wanted)}")
        for wanted, present in unit.changes
        for change in _compare(wanted, present)
    ]
    changes += [Change(describe_entry(entry), "made by zipper", None) for entry in unit.removes]
    return Step(unit.kind, tuple(changes))


def describe_entry(entry: EventEntry) -> str:
    """Return what the entry is, in some words."""
    if entry.kind == "permission":
        source = entry.fixed.get("source_arn")
        caller = "everybody" if entry.fixed["principal"] == "*" else entry.fixed["principal"]
        return f"{entry.fixed['action']} by {caller}" + (f" for {source}" if source else "")
    if entry.kind == "notification":
        events, prefix, suffix = entry.key
        names = f" {prefix}*{suffix}" if prefix or suffix else ""
        return f"{entry.place}{names} ({events.replace(',', ', ')})"
    return " ".join((entry.place, *entry.key))
