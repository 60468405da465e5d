"""`zipper licenses`."""

from __future__ import annotations

from pathlib import Path

import click

from zipper.commands.click_options import table_options
from zipper.commands.output import echo_lines, show_json, write_text
from zipper.commands.zip_names import complete_path, find_zip
from zipper.pipeline.explaining import read_inventory
from zipper.pipeline.reading_zips import open_listing
from zipper.report.licences import describe_licences, list_licences, make_notice

__all__ = ["command"]


@click.command("licenses", short_help="List the licences of what is in a zip.")
@click.argument("path", metavar="ZIP|NAME", type=click.Path(), shell_complete=complete_path)
@click.option(
    "--notice",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write one text with every package, its licence and its licence files; `-` for stdout.",
)
@table_options("licenses")
def command(*, path: str, as_json: bool, notice: Path | None) -> None:
    """List the npm packages in ZIP, made by any tool, with the licences that they name.

    NAME is a function of the settings in this folder and means its zip.

    \b
    Examples:
      python -m zipper licenses fn.zip
      python -m zipper licenses fn.zip --notice NOTICE
    """
    path = find_zip(path)
    rows = list_licences(read_inventory(path))
    if as_json:
        show_json({"path": path, "packages": rows})
    elif notice is not None:
        text = "".join(make_notice(rows, open_listing(path)))
        write_text(text, None if str(notice) == "-" else notice)
    else:
        echo_lines(describe_licences(rows))
