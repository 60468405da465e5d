"""`zipper build`."""

from __future__ import annotations

from pathlib import Path

import click

from zipper.commands.options import (
    cache_option,
    network_options,
    output_options,
    target_options,
)
from zipper.commands.show import Shower, show_json
from zipper.package import Package
from zipper.pipeline import PackagePlan, build, package_of, plan
from zipper.report.text import describe_findings, describe_package, describe_plan
from zipper.target import Target

__all__ = ["command"]


@click.command("build", short_help="Build the deployment package of a project.")
@click.argument("project", type=click.Path(path_type=Path), default=".")
@target_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT.zip",
    help="The zip to write.  [default: the project's name, in this folder]",
)
@click.option("--include", multiple=True, metavar="PATTERN", help="Take only what matches.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out what matches.")
@click.option(
    "--omit",
    multiple=True,
    type=click.Choice(["dev", "optional", "peer"]),
    help="Leave out a dependency type; dev always is.",
)
@click.option("--dry-run", is_flag=True, help="Print the plan, write no zip.")
@network_options
@cache_option
@output_options
def command(  # noqa: PLR0913  (click gives each option as an argument)
    *,
    project: Path,
    handler: str | None,
    runtime: str,
    architecture: str,
    output: Path | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    omit: tuple[str, ...],
    dry_run: bool,
    registry: str | None,
    offline: bool,
    cache_dir: Path | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    no_progress: bool,
) -> int:
    """Build the deployment package of PROJECT: its files, and its dependencies for the target.

    The dependencies come from package-lock.json or npm-shrinkwrap.json. Neither npm nor Node.js
    is needed. Patterns are those of .gitignore; `--exclude '!.env'` brings a file back that is
    left out by default.

    \b
    Examples:
      python -m zipper build
      python -m zipper build fn --runtime nodejs22.x --arch arm64 -o dist/fn.zip
      python -m zipper build fn --exclude 'test/' --exclude '*.md' --dry-run
    """
    with Shower(quiet=quiet or as_json, progress=not no_progress) as shower:
        made = (plan if dry_run else build)(
            project,
            target=Target(runtime, architecture),
            handler=handler,
            output=output,
            include=include,
            exclude=exclude,
            omit=omit,
            registry=registry,
            offline=offline,
            cache_dir=cache_dir,
            on_event=shower.on_event,
        )
    package = made if isinstance(made, Package) else package_of(made)
    if as_json:
        show_json(package)
    else:
        shown = ("error",) if quiet else ("error", "warning", *(("info",) if verbose else ()))
        for line in describe_findings(package.findings, severities=shown):
            click.echo(line, err=True)
        if isinstance(made, PackagePlan):
            for line in describe_plan(made.contents, every_file=verbose):
                click.echo(line)
        if not quiet:
            for line in describe_package(package, dry_run=dry_run):
                click.echo(line)
    return int(any(finding.severity == "error" for finding in package.findings))
