"""The table `[tool.zipper.deploy]`, of all functions or of one: what only a deployment needs.

In: a decoded table. Out: its values by key, judged. The scalar keys are rows like those of the
table of options, but no `ZIPPER_` variable sets them and no build reads them: nothing of this is
imported where there is no such table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from zipper.settings.option_row import Option
from zipper.settings.option_values import error_about, judge, name_of, unknown_word

__all__ = ["DEPLOY_OPTIONS", "EVENTS", "TABLES", "find_deploy_options", "parse_deploy"]

_ALL: Final = ("deploy", "destroy", "events", "invoke", "logs", "rollback", "status")

DEPLOY_OPTIONS: Final = (
    Option(
        "function_name",
        "text",
        "Name in AWS, or ARN; by default the function's name here, else the project's.",
        (*_ALL, "permissions"),
        metavar="NAME",
    ),
    Option(
        "alias",
        "text",
        "Alias that is moved to each new version.",
        tuple(name for name in (*_ALL, "permissions") if name != "destroy"),
        metavar="NAME",
    ),
    Option(
        "role",
        "text",
        "ARN of the execution role; needed where the function is not there yet.",
        ("deploy",),
        metavar="ARN",
    ),
    Option(
        "create_role",
        "flag",
        "Make a role of the function's own, and keep it just enough; instead of `role`.",
        ("deploy",),
    ),
    Option(
        "memory",
        "count",
        "Memory in MB; by default what `memory` of the settings says.",
        ("deploy",),
        metavar="MB",
    ),
    Option(
        "timeout",
        "count",
        "Seconds of an invocation; by default what `timeout` of the settings says.",
        ("deploy",),
        metavar="SECONDS",
    ),
    Option(
        "log_retention",
        "count",
        "Days that logs are kept.",
        ("deploy",),
        metavar="DAYS",
    ),
    Option(
        "vpc_subnets",
        "list",
        "Subnets that the function is connected to; an empty list for none.",
        ("deploy",),
        metavar="ID",
    ),
    Option(
        "vpc_security_groups",
        "list",
        "Security groups of the function in its VPC.",
        ("deploy",),
        metavar="ID",
    ),
    Option(
        "tracing",
        "flag",
        "Whether Lambda starts X-Ray traces itself, beside those that callers start.",
        ("deploy",),
        flags=("--tracing", "--no-tracing"),
        default=True,
    ),
    Option(
        "dead_letter",
        "text",
        "ARN of the queue or topic for events that the function fails on; `none` for none.",
        ("deploy",),
        metavar="ARN",
    ),
    Option(
        "bucket",
        "text",
        "Bucket for packages; needed for those that Lambda takes from S3 alone.",
        ("deploy",),
        metavar="BUCKET",
    ),
    Option(
        "prefix",
        "text",
        "What the keys of packages in the bucket begin with, such as `lambda/`.",
        ("deploy",),
        metavar="TEXT",
    ),
    Option("profile", "text", "Profile of AWS's own configuration files.", _ALL, metavar="NAME"),
    Option(
        "region",
        "text",
        "Region; by default AWS's own settings say it.",
        (*_ALL, "permissions"),
        metavar="NAME",
    ),
)

TABLES: Final = {
    "environment": "Variables: text, `{ssm = NAME}`, `{secret = ID, key = FIELD}`, false for none.",
    "tags": "Tags of the function, by name.",
}
"""Keys whose values are tables, each with its sentence."""

EVENTS: Final = (
    "What sends events: ARNs, `rate(5 minutes)`, `url`, or tables with `source` and options."
)
"""Of the key `events`, which `zipper.settings.event_sources` reads."""

_SOURCES: Final = {"ssm": {"ssm"}, "secret": {"secret", "key"}}


def find_deploy_options(command: str) -> tuple[Option, ...]:
    """Return what `command` takes."""
    return tuple(row for row in DEPLOY_OPTIONS if command in row.commands)


def parse_deploy(table: object, where: Callable[[tuple[str | int, ...]], str]) -> Mapping[str, Any]:
    """Return the values of a table.

    Args:
        table: as its parser gives it.
        where: says where a place in the table is; called for an error only.

    Raises:
        ProjectError: ESETTINGS for an unknown key, and for a value that its key cannot have.
    """
    if not isinstance(table, Mapping):
        raise error_about(f"{where(())} has to be a table, not {name_of(table)}")
    rows = {row.name: row for row in DEPLOY_OPTIONS}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key in TABLES:
            values[key] = _parse_table(key, value, where)
        elif key == "events":
            from zipper.settings.event_sources import parse_events  # noqa: PLC0415  (few have them)

            values[key] = parse_events(value, where)
        elif key in rows:
            values[key] = judge(value, rows[key], partial(_name, key, where))
        else:
            message = f"unknown key `{key}` in {where((key,))}"
            raise unknown_word(message, str(key), (*rows, *TABLES, "events"))
    return values


def _name(key: str, where: Callable[[tuple[str | int, ...]], str]) -> str:
    return f"`{key}` in {where((key,))}"


def _parse_table(
    key: str, table: object, where: Callable[[tuple[str | int, ...]], str]
) -> Mapping[str, Any]:
    if not isinstance(table, Mapping):
        raise error_about(f"`{key}` in {where((key,))} has to be a table, not {name_of(table)}")
    for name, value in table.items():
        if isinstance(value, str) or (value is False and key == "environment"):
            continue
        if isinstance(value, Mapping) and key == "environment" and _is_source(value):
            continue
        shown = str(value).lower() if isinstance(value, bool) else value
        hint = f'write it as text: `{name} = "{shown}"`' if isinstance(value, int) else None
        wanted = "text"
        if key == "environment":
            wanted = 'text, `{ssm = "NAME"}`, `{secret = "ID"}` with or without `key`, or false'
        raise error_about(
            f"`{name}` in {where((key, name))} has to be {wanted}, not {name_of(value)}", hint=hint
        )
    return dict(table)


def _is_source(value: Mapping[str, Any]) -> bool:
    if not all(isinstance(text, str) and text for text in value.values()):
        return False
    return any(kind in value and set(value) <= keys for kind, keys in _SOURCES.items())
