"""`zipper sbom`."""

from __future__ import annotations

from pathlib import Path

import click

from zipper.commands.output import write_text
from zipper.commands.zip_names import complete_path, find_zip
from zipper.pipeline.describing import make_sbom
from zipper.pipeline.explaining import read_inventory

__all__ = ["command"]


@click.command("sbom", short_help="Write the software bill of materials of a zip.")
@click.argument("path", metavar="ZIP|NAME", type=click.Path(), shell_complete=complete_path)
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
def command(*, path: str, form: str, output: Path | None) -> None:
    """Write what is really in ZIP, made by any tool, as a software bill of materials.

    NAME is a function of the settings in this folder and means its zip. The same zip gives the
    same document: its date is SOURCE_DATE_EPOCH, else 1980-01-01. It needs two libraries that are
    not installed with zipper itself: `pip install zipper-nodejs[sbom]`.

    \b
    Examples:
      python -m zipper sbom fn.zip -o fn.cdx.json
      python -m zipper sbom fn.zip --format spdx > fn.spdx.json
    """
    write_text(make_sbom(form, read_inventory(find_zip(path))), output)
