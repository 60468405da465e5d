"""`zipper audit`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from zipper.commands.click_options import cache_option, complete_runtime, network_options
from zipper.commands.output import Shower, echo_lines, show_json
from zipper.pipeline.auditing import audit
from zipper.report.as_text import describe_findings
from zipper.settings.read_settings import read_settings
from zipper.supply.advisories import LEVELS
from zipper.target import ARCHITECTURES, DEFAULT_RUNTIME, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.findings import Finding
    from zipper.pipeline.auditing import Audit

__all__ = ["command"]


@click.command("audit", short_help="Tell what is known against the packages of a project or zip.")
@click.argument("path", metavar="[PROJECT|ZIP]", default=".", type=click.Path(exists=True))
@click.option(
    "--runtime", metavar="RUNTIME", shell_complete=complete_runtime, help="Of a project's function."
)
@click.option("--arch", "architecture", type=click.Choice(ARCHITECTURES), help="The same.")
@click.option(
    "--osv",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Ask nobody, but a database in the OSV format: a zip of records, or JSON.",
)
@click.option("--level", type=click.Choice(LEVELS), help="Fail from here on.  [default: low]")
@click.option(
    "--ignore",
    multiple=True,
    metavar="ID",
    help="An accepted advisory: `ID`, or `ID until 2027-01-31`, from when on it counts again.",
)
@click.option("--include-dev", is_flag=True, help="Count development dependencies too.")
@network_options
@cache_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")
@click.option("-q", "--quiet", is_flag=True, help="Show errors only.")
@click.option("--no-progress", is_flag=True, help="Show no progress.")
def command(  # noqa: PLR0913  (click gives each option as an argument)
    *,
    path: str,
    runtime: str | None,
    architecture: str | None,
    osv: str | None,
    level: str | None,
    ignore: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    no_progress: bool,
    **options: Any,  # noqa: ANN401  (click gives each its type)
) -> int:
    """Tell which advisories are about the packages that PROJECT would pack, or that ZIP holds.

    The registries of the packages are asked, each for its own; `--osv` asks a file instead. The
    settings `audit_level` and `audit_ignore` do what `--level` and `--ignore` do.

    The exit status is 1 for an advisory of the level or above that is not ignored.

    \b
    Examples:
      python -m zipper audit
      python -m zipper audit fn.zip --level high
      python -m zipper audit --osv npm.zip --offline
      python -m zipper audit --ignore 'GHSA-35jh-r3h4-6jhm until 2027-01-31'
    """
    folder = Path(path) if Path(path).is_dir() else Path()
    settings = read_settings(folder, environ=os.environ)
    runtime = runtime or settings.runtime or DEFAULT_RUNTIME
    with Shower(quiet=quiet or as_json, progress=not no_progress) as shower:
        found = audit(
            path,
            target=Target(runtime, architecture or settings.architecture or "x86_64"),
            osv=osv,
            level=cast("Any", level or settings.audit_level or "low"),
            ignore=(*(settings.audit_ignore or ()), *ignore),
            min_release_age_days=settings.min_release_age,
            on_event=shower.on_event,
            **{**options, "registry": options["registry"] or settings.registry},
        )
    if as_json:
        show_json(found)
    else:
        _show(found, quiet=quiet)
    return int(found.verdict == "fail")


def _show(found: Audit, *, quiet: bool) -> None:
    shown = ("error",) if quiet else ("error", "warning", "info")
    echo_lines(describe_findings(found.findings, severities=shown), err=True, fold=True)
    if not quiet:
        told = _count(found.findings)
        echo_lines([f"{told} against {found.packages} packages ({', '.join(found.sources)})"])


def _count(findings: Sequence[Finding]) -> str:
    """Return how many advisories count, and how many others are known."""
    known = [one for one in findings if one.code in ("advisory", "advisory-ignored")]
    counting = sum(finding.severity == "error" for finding in known)
    if not known:
        return "nothing is known"
    told = "1 advisory counts" if counting == 1 else f"{counting or 'no'} advisories count"
    other = len(known) - counting
    more = "" if not other else " (1 is known)" if other == 1 else f" ({other} are known)"
    return told + more
