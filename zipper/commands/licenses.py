"""`zipper licenses`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import Shower, echo_lines, show_json, warn_of_variables, write_text
from zipper.commands.zip_names import complete_path, find_source
from zipper.pipeline.describing import open_contents
from zipper.report.licences import describe_licences, list_licences, make_notice
from zipper.settings.read_settings import read_variables

__all__ = ["command"]


@click.command("licenses", short_help="List the licences of what is in a zip.")
@click.argument(
    "path",
    metavar="[ZIP|PROJECT|NAME]",
    default=".",
    type=click.Path(),
    shell_complete=complete_path,
)
@click.option(
    "--notice",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write one text with every package, its licence and its licence files; `-` for stdout.",
)
@table_options("licenses")
def command(*, path: str, as_json: bool, notice: Path | None, **options: object) -> None:
    """List the npm packages in ZIP, made by any tool, with the licences that they name.

    Of PROJECT, also a member of a workspace, what a build would put into its zip. NAME is a
    function of the settings in this folder: its zip, or what a build would put there.

    \b
    Examples:
      python -m zipper licenses fn.zip
      python -m zipper licenses . --notice NOTICE
    """
    typed = settings_from_values(options)
    warn_of_variables(read_variables(os.environ))
    source = find_source(path, typed, command="licenses")
    with Shower(typed) as shower, open_contents(source, on_event=shower.on_event) as contents:
        rows = list_licences(contents.inventory)
        text = "".join(make_notice(rows, contents.listing)) if notice is not None else ""
    if as_json:
        show_json({"path": contents.inventory.path, "packages": rows})
    elif notice is not None:
        write_text(text, None if str(notice) == "-" else notice)
    else:
        echo_lines(describe_licences(rows))
