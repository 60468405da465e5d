"""`zipper events`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from zipper.commands.click_options import options_from
from zipper.commands.deploy_words import find_one_place
from zipper.commands.output import echo_lines, show_json
from zipper.commands.zip_names import complete_path
from zipper.settings.deploy_options import find_deploy_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.pipeline.function_events import FunctionEvents, ShownEntry

__all__ = ["command"]

_STATES: Final = {
    "present": "there",
    "missing": "missing",
    "differs": "differs",
    "extra": "to go",
    "other": "not of these settings",
}


@click.command("events", short_help="Show what sends events to the function in AWS.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_path)
@options_from(find_deploy_options("events"))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")
def command(*, project: str | None, as_json: bool, **options: object) -> int:
    """Show what sends events to PROJECT's function: as the settings want it, and as it is.

    Nothing is changed: `deploy` does that. The exit status is 1 where something differs, or where
    AWS says that events do not come.

    \b
    Examples:
      python -m zipper events
      python -m zipper events orders --alias live --json
    """
    from zipper.pipeline.function_events import read_events  # noqa: PLC0415  (this command only)

    found = read_events(find_one_place(project, options, command="events"))
    if as_json:
        show_json(found)
    else:
        echo_lines(_describe(found), fold=True)
    return int(not found.is_equal or any(entry.problem for entry in found.entries))


def _describe(found: FunctionEvents) -> Iterator[str]:
    yield f"{found.function_name} in {found.region}: {found.target}"
    if not found.entries:
        yield "  nothing sends events to it"
    for entry in found.entries:
        yield from _describe_entry(entry, found.target)
    if not found.is_equal:
        yield "`python -m zipper deploy` makes it what the settings say"


def _describe_entry(entry: ShownEntry, target: str) -> Iterator[str]:
    where = "" if entry.target == target else f", to {entry.target}"
    yield f"  {_STATES[entry.state]}: {entry.kind} {entry.description}{where}"
    if entry.kind == "url" and entry.name:
        yield f"    {entry.name}"
    for change in entry.changes:
        before, after = change.before or "nothing", change.after or "nothing"
        yield f"    {change.what}: {before} -> {after}"
    if entry.problem:
        yield f"    problem: {entry.problem}"
