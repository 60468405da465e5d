"""`zipper sbom`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from zipper.commands.output import write_text
from zipper.commands.zip_names import complete_path, find_zip
from zipper.errors import UsageError
from zipper.pipeline.explaining import read_inventory

if TYPE_CHECKING:
    from zipper.report.inventory import Inventory

__all__ = ["command"]

_NO_DATE: Final = 315_532_800
"""1980-01-01, the date of the members of a zip, in seconds since 1970."""


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
    created = datetime.fromtimestamp(_read_epoch(os.environ.get("SOURCE_DATE_EPOCH")), UTC)
    write_text(_make(form, read_inventory(find_zip(path)), created), output)


def _make(form: str, inventory: Inventory, created: datetime) -> str:
    try:
        if form == "spdx":
            from zipper.report.spdx import make_spdx  # noqa: PLC0415  (an optional dependency)

            return make_spdx(inventory, created=created)
        from zipper.report.cyclonedx import make_cyclonedx  # noqa: PLC0415  (the same)

        return make_cyclonedx(inventory, created=created)
    except ModuleNotFoundError as cause:
        raise UsageError(
            "EUSAGE",
            f"`sbom --format {form}` needs the Python package that has `{cause.name}`",
            hint="pip install 'zipper-nodejs[sbom]'",
        ) from cause


def _read_epoch(text: str | None) -> int:
    if not text:
        return _NO_DATE
    if not text.isascii() or not text.isdigit() or len(text) > 11:
        raise UsageError("EUSAGE", f"SOURCE_DATE_EPOCH is no number of seconds: {text[:40]!r}")
    return int(text)
