"""`zipper logs`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

import click

from zipper.commands.click_options import options_from
from zipper.commands.deploy_words import find_one_place
from zipper.commands.output import echo_lines
from zipper.commands.zip_names import complete_path
from zipper.errors import UsageError
from zipper.settings.deploy_options import find_deploy_options

__all__ = ["command"]

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@click.command("logs", short_help="Print what the function in AWS has logged.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_path)
@click.option("--follow", "-f", is_flag=True, help="Print what comes, until ^C.")
@click.option(
    "--since", metavar="TIME", default="10m", show_default=True, help="How long ago, such as `2h`."
)
@options_from(find_deploy_options("logs"))
def command(*, project: str | None, follow: bool, since: str, **options: object) -> None:
    """Print what the function of PROJECT has logged, the oldest line first.

    \b
    Examples:
      python -m zipper logs orders --since 1h
      python -m zipper logs --follow
    """
    from zipper.pipeline.deployed import read_log  # noqa: PLC0415  (for this command only)

    seconds = _parse_since(since)
    place = find_one_place(project, options, command="logs")
    for event in read_log(place, since_seconds=seconds, follows=follow):
        when = datetime.fromtimestamp(event.time_ms / 1000, UTC)
        shown = f"{when:%Y-%m-%dT%H:%M:%S}.{event.time_ms % 1000:03}Z"
        echo_lines(f"{shown} {line}" for line in event.message.rstrip().splitlines())


def _parse_since(text: str) -> float:
    found = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if found is None:
        raise UsageError("EUSAGE", f"`{text}` is no time", hint="such as `90s`, `10m`, `2h`, `1d`")
    return int(found[1]) * _UNITS[found[2]]
