"""`zipper vendor`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import cache_option, fetch_options
from zipper.commands.output import Shower, echo_lines, show_json
from zipper.pipeline.vendoring import vendor
from zipper.report.as_text import describe_findings
from zipper.settings.read_settings import find_request
from zipper.settings.values import Settings
from zipper.target import ARCHITECTURES

if TYPE_CHECKING:
    from zipper.pipeline.vendoring import Vendored

__all__ = ["command"]


@click.command("vendor", short_help="Gather all that a build fetches in one folder.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False)
@click.option(
    "--into", required=True, metavar="DIR", type=click.Path(path_type=Path), help="The folder."
)
@click.option("--runtime", metavar="RUNTIME", help="Runtime of the function.")
@click.option(
    "--arch",
    "architectures",
    multiple=True,
    type=click.Choice(ARCHITECTURES),
    help="An architecture of the functions.  [default: all]",
)
@click.option("--registry", metavar="URL", help="Registry to use instead of the configured one.")
@fetch_options
@cache_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")
@click.option("-q", "--quiet", is_flag=True, help="Show errors only.")
@click.option("--no-progress", is_flag=True, help="Show no progress.")
def command(  # noqa: PLR0913  (click gives each option as an argument)
    *,
    project: str | None,
    into: Path,
    runtime: str | None,
    architectures: tuple[str, ...],
    registry: str | None,
    prefer_offline: bool | None,
    no_git: bool | None,
    cache_dir: Path | None,
    as_json: bool,
    quiet: bool,
    no_progress: bool,
) -> None:
    """Gather the tarballs and packuments that a build of PROJECT needs in DIR.

    DIR and the project are then enough to build where there is no network.

    \b
    Examples:
      python -m zipper vendor --into vendored
      python -m zipper build --offline --vendor vendored       elsewhere
    """
    typed = Settings(
        runtime=runtime, registry=registry, prefer_offline=prefer_offline, no_git=no_git
    )
    request = find_request(project, typed)
    with Shower(quiet=quiet or as_json, progress=not no_progress) as shower:
        found = vendor(
            request,
            into=into,
            architectures=architectures or ARCHITECTURES,
            cache_dir=cache_dir,
            on_event=shower.on_event,
        )
    if as_json:
        show_json(found)
        return
    shown = ("error",) if quiet else ("error", "warning")
    echo_lines(describe_findings(found.findings, severities=shown, most=10), err=True, fold=True)
    if not quiet:
        echo_lines([_describe(found), found.path])


def _describe(found: Vendored) -> str:
    return (
        f"{found.tarballs:,} tarballs and {found.packuments:,} packuments for {found.runtime}, "
        f"{' and '.join(found.architectures)}: {found.size_bytes:,} bytes"
    )
