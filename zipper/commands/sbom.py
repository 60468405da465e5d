"""`zipper sbom`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import Shower, warn_of_variables, write_text
from zipper.commands.zip_names import complete_path, find_source
from zipper.pipeline.describing import make_sbom, open_contents
from zipper.settings.read_settings import read_variables

__all__ = ["command"]


@click.command("sbom", short_help="Write the software bill of materials of a zip.")
@click.argument(
    "path",
    metavar="[ZIP|PROJECT|NAME]",
    default=".",
    type=click.Path(),
    shell_complete=complete_path,
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["cyclonedx", "spdx"]),
    default="cyclonedx",
    show_default=True,
    help="CycloneDX 1.6 or SPDX 2.3, both as JSON.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="[default: stdout]"
)
@table_options("sbom")
def command(*, path: str, form: str, output: Path | None, **options: object) -> None:
    """Write what is really in ZIP, made by any tool, as a software bill of materials.

    Of PROJECT, also a member of a workspace, what a build would put into its zip. NAME is a
    function of the settings in this folder: its zip, or what a build would put there. Packages have
    the hashes of their tarballs: all of PROJECT, of ZIP those that the lockfile in it says. The
    same zip gives the same document: its date is SOURCE_DATE_EPOCH, else 1980-01-01. It needs two
    libraries that are not installed with zipper itself: `pip install zipper-nodejs[sbom]`.

    \b
    Examples:
      python -m zipper sbom fn.zip -o fn.cdx.json
      python -m zipper sbom packages/fn-a --format spdx > fn.spdx.json
    """
    typed = settings_from_values(options)
    warn_of_variables(read_variables(os.environ))
    source = find_source(path, typed, command="sbom")
    with Shower(typed) as shower, open_contents(source, on_event=shower.on_event) as contents:
        text = make_sbom(form, contents.inventory)
    write_text(text, output)
