"""`zipper install`."""

from __future__ import annotations

from pathlib import Path

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import Shower, echo_lines, show_json
from zipper.commands.zip_names import complete_path
from zipper.report.as_text import describe_findings, describe_scripts
from zipper.report.units import format_count, format_seconds
from zipper.settings.read_settings import find_request

__all__ = ["command"]


@click.command("install", short_help="Make the isolated node_modules on disk.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_path)
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="The folder that gets node_modules; an older one there is replaced.",
)
@table_options("install")
def command(*, project: str | None, into: Path, as_json: bool, **options: object) -> None:
    """Make the dependencies of PROJECT for the target in DIR/node_modules.

    NAME is a function of the settings in this folder and means its project.

    The files are those of `npm ci --ignore-scripts`, for the function's runtime and architecture
    and not for this machine's. They are hard-linked out of the store where that is possible, so
    change a copy, not them.

    \b
    Examples:
      python -m zipper install --into build
      python -m zipper install fn --into build --arch arm64 --allow-script esbuild
    """
    from zipper.pipeline.installing import install_requested  # noqa: PLC0415  (for this command only)

    request = find_request(project, settings_from_values(options), command="install --into DIR")
    omit = set(request.omit) if request.include_dev else {"dev", *request.omit}
    with Shower(request, as_json=as_json) as shower:
        installed = install_requested(
            request,
            into=into,
            omit=omit,
            on_event=shower.on_event,
        )
    if as_json:
        show_json(installed)
        return
    verbose, quiet = request.verbose, request.quiet
    shown = ("error",) if quiet else ("error", "warning", *(("info",) if verbose else ()))
    found = describe_findings(installed.findings, severities=shown, most=None if verbose else 10)
    echo_lines(found, err=True, fold=True)
    if not quiet:
        seconds = format_seconds(installed.timings_seconds["total"])
        count = format_count(installed.packages, "package")
        what = f"{installed.runtime} {installed.architecture}"
        echo_lines(describe_scripts(installed.findings), fold=True)
        echo_lines([f"installed {count} for {what}", f"{installed.path} in {seconds}"], fold=True)
