"""Event source mappings: between AWS's form and ours.

In: answers as botocore gives them, values by the options' names. Out: the other. Nothing is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zipper.deploy.event_answers import canonical
from zipper.deploy.event_entries import MADE, EventEntry
from zipper.settings.event_sources import find_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zipper.settings.event_options import EventOption

__all__ = ["CLEARED", "make_mapping_arguments", "read_mapping"]

_ENABLED: Final = {"Creating": True, "Enabled": True, "Enabling": True, "Disabled": False,
                   "Disabling": False}  # fmt: skip
"""States of a mapping that say whether it reads; while it is updated, none does."""

CLEARED: Final[dict[str, Any]] = {
    "filters": {"FilterCriteria": {}},
    "kms_key": {"KMSKeyArn": ""},
    "metrics": {"MetricsConfig": {"Metrics": []}},
    "on_failure": {"DestinationConfig": {"OnFailure": {"Destination": ""}}},
    "maximum_concurrency": {"ScalingConfig": {}},
    "minimum_pollers": {"ProvisionedPollerConfig": {}},
    "maximum_pollers": {"ProvisionedPollerConfig": {}},
    "access": {"SourceAccessConfigurations": []},
}
"""What takes an option away; AWS takes an argument that is left out as no change. What is not here
cannot be taken away, such as a batching window of a Kafka topic."""


def read_mapping(answer: Mapping[str, Any], tags: Mapping[str, str]) -> EventEntry | None:
    """Return the mapping; None for one whose source is of no kind that zipper knows."""
    arn = answer.get("EventSourceArn", "")
    found = find_kind(arn)
    if found is None:
        return None
    row = found[0]
    values = {one.name: _read_option(one, answer) for one in row.options if not one.is_fixed}
    defaults = dict(row.defaults)
    values = {
        name: defaults.get(name) if value is None else value for name, value in values.items()
    }
    if answer.get("State") not in _ENABLED:
        values.pop("enabled")
    if answer.get("FilterCriteriaError"):
        values.pop("filters")  # encrypted, with a key that these credentials may not use
    fixed = {one.name: _read_option(one, answer) for one in row.options if one.is_fixed}
    key = tuple(str(fixed[name]) for name in row.identity if fixed.get(name) is not None)
    result = answer.get("LastProcessingResult") or ""
    return EventEntry(
        "mapping", arn, answer["FunctionArn"], key, values, fixed, answer["UUID"],
        is_ours=MADE in tags, problem=result if "PROBLEM" in result else "",
    )  # fmt: skip


def _read_option(option: EventOption, answer: Mapping[str, Any]) -> Any:  # noqa: ANN401  (see OptionKind)
    """Return the value of an option in a mapping's answer; None where it says nothing of it."""
    name = option.name
    value: Any = answer
    for part in option.api.split("."):
        value = (value or {}).get(part)
    match name:
        case "enabled":
            value = _ENABLED.get(answer.get("State", ""))
        case "filters":
            value = tuple(
                canonical(row.get("Pattern")) for row in (value or {}).get("Filters") or ()
            )
        case "report_batch_item_failures":
            value = "ReportBatchItemFailures" in (value or ())
        case "topic" | "queue":
            value = (value or [None])[0]
        case "access":
            value = tuple(sorted((row["Type"], row["URI"]) for row in value or ()))
        case "starting_position_timestamp":
            value = None if value is None else value.isoformat()
    value = tuple(value) if isinstance(value, list) else value
    return None if value in ((), "") else value


def make_mapping_arguments(entry: EventEntry, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Return what Create- or UpdateEventSourceMapping is called with beside the function.

    Args:
        entry: the wanted one.
        names: of the options that differ; None for a new mapping, which gets all that is said.
    """
    found = find_kind(entry.place)
    assert found is not None
    arguments: dict[str, Any] = {}
    wanted = {**entry.values, **(entry.fixed if names is None else {})}
    chosen = wanted if names is None else list(names)
    for name in chosen:
        option, value = found[0].find_option(name), wanted[name]
        assert option is not None
        if value is not None:
            _put(arguments, option, value)
        elif names is not None:
            arguments.update(CLEARED.get(name, {}))
    if "ProvisionedPollerConfig" in arguments and names is not None:
        for name in ("minimum_pollers", "maximum_pollers"):
            option = found[0].find_option(name)
            if option is not None and wanted.get(name) is not None:
                _put(arguments, option, wanted[name])
    return arguments


def _put(arguments: dict[str, Any], option: EventOption, value: Any) -> None:  # noqa: ANN401  (as above)
    if option.name == "enabled":
        arguments["Enabled"] = value
    elif option.name == "filters":
        arguments["FilterCriteria"] = {"Filters": [{"Pattern": text} for text in value]}
    elif option.name == "report_batch_item_failures":
        arguments["FunctionResponseTypes"] = ["ReportBatchItemFailures"] * value
    elif option.name in ("topic", "queue"):
        arguments[option.api] = [value]
    elif option.name == "access":
        arguments[option.api] = [{"Type": kind, "URI": uri} for kind, uri in value]
    else:
        *parts, last = option.api.split(".")
        for part in parts:
            arguments = arguments.setdefault(part, {})
        arguments[last] = list(value) if isinstance(value, tuple) else value
