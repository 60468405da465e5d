"""`zipper vendor`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import Shower, echo_lines, show_json
from zipper.pipeline.vendoring import vendor_requested
from zipper.report.as_text import describe_findings
from zipper.settings.read_settings import find_request
from zipper.target import ARCHITECTURES

if TYPE_CHECKING:
    from zipper.pipeline.vendoring import Vendored

__all__ = ["command"]


@click.command("vendor", short_help="Collect everything that a build downloads in one folder.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False)
@click.option(
    "--into", required=True, metavar="DIR", type=click.Path(path_type=Path), help="The folder."
)
@table_options("vendor")
def command(
    *,
    project: str | None,
    into: Path,
    architectures: tuple[str, ...],
    as_json: bool,
    **options: object,
) -> None:
    """Gather the tarballs and packuments that a build of PROJECT needs in DIR.

    DIR and the project are then enough to build where there is no network.

    \b
    Examples:
      python -m zipper vendor --into vendored
      python -m zipper build --offline --vendor vendored       elsewhere
    """
    request = find_request(project, settings_from_values(options), command="vendor --into DIR")
    with Shower(request, as_json=as_json) as shower:
        found = vendor_requested(
            request,
            into=into,
            architectures=architectures or ARCHITECTURES,
            on_event=shower.on_event,
        )
    if as_json:
        show_json(found)
        return
    shown = ("error",) if request.quiet else ("error", "warning")
    echo_lines(describe_findings(found.findings, severities=shown, most=10), err=True, fold=True)
    if not request.quiet:
        echo_lines([_describe(found), found.path])


def _describe(found: Vendored) -> str:
    return (
        f"{found.tarballs:,} tarballs and {found.packuments:,} packuments for {found.runtime}, "
        f"{' and '.join(found.architectures)}: {found.size_bytes:,} bytes"
    )
