"""`zipper vendor`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zipper.commands.options import cache_option
from zipper.commands.show import Shower, echo_lines, show_json
from zipper.pipeline.vendoring import vendor
from zipper.settings.files import read_settings
from zipper.target import ARCHITECTURES, DEFAULT_RUNTIME

if TYPE_CHECKING:
    from zipper.pipeline.vendoring import Vendored

__all__ = ["command"]


@click.command("vendor", short_help="Gather all that a build fetches in one folder.")
@click.argument("project", metavar="[PROJECT]", default=".", type=click.Path())
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
@cache_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")
@click.option("-q", "--quiet", is_flag=True, help="Show errors only.")
@click.option("--no-progress", is_flag=True, help="Show no progress.")
def command(  # noqa: PLR0913  (click gives each option as an argument)
    *,
    project: str,
    into: Path,
    runtime: str | None,
    architectures: tuple[str, ...],
    registry: str | None,
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
    settings = read_settings(Path(project), environ=os.environ)
    with Shower(quiet=quiet or as_json, progress=not no_progress) as shower:
        found = vendor(
            settings.project or project,
            into=into,
            runtime=runtime or settings.runtime or DEFAULT_RUNTIME,
            architectures=architectures or ARCHITECTURES,
            registry=registry or settings.registry,
            cache_dir=cache_dir,
            on_event=shower.on_event,
        )
    if as_json:
        show_json(found)
    elif not quiet:
        echo_lines([_describe(found), found.path])


def _describe(found: Vendored) -> str:
    return (
        f"{found.tarballs:,} tarballs and {found.packuments:,} packuments for {found.runtime}, "
        f"{' and '.join(found.architectures)}: {found.size_bytes:,} bytes"
    )
