"""`zipper audit`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import Shower, echo_lines, show_json, warn_of_variables
from zipper.commands.zip_names import complete_path
from zipper.pipeline.auditing import audit_requested
from zipper.report.as_text import describe_findings
from zipper.report.units import format_count
from zipper.settings.build_request import request_from
from zipper.settings.read_settings import find_request, read_settings
from zipper.settings.values import overlay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.findings import Finding
    from zipper.pipeline.auditing import Audit

__all__ = ["command"]


@click.command("audit", short_help="Show advisories for the packages of a project or zip.")
@click.argument(
    "path",
    metavar="[PROJECT|ZIP|NAME]",
    default=".",
    type=click.Path(),
    shell_complete=complete_path,
)
@table_options("audit")
def command(*, path: str, as_json: bool, **options: object) -> int:
    """Return which advisories are about the packages that PROJECT would pack, or that ZIP holds.

    NAME is a function of the settings in this folder and means its project.

    The registries of the packages are asked, each for its own; `--osv` asks a file instead. The
    settings `audit_level` and `audit_ignore` do what `--level` and `--ignore` do.

    The exit status is 1 for an advisory of the level or above that is not ignored.

    \b
    Examples:
      python -m zipper audit
      python -m zipper audit fn.zip --level high
      python -m zipper audit orders                the project of a function of the settings
      python -m zipper audit --osv npm.zip --offline
      python -m zipper audit --ignore 'GHSA-35jh-r3h4-6jhm until 2027-01-31'
    """
    typed = settings_from_values(options)
    if Path(path).is_file():
        here = read_settings(Path(), environ=os.environ)
        request = request_from(overlay(here, typed), folder=".")
    else:
        request = find_request(path, typed, command="audit")
        path = path if Path(path).is_dir() else request.project
    warn_of_variables(request)
    with Shower(request, as_json=as_json) as shower:
        found = audit_requested(path, request, on_event=shower.on_event)
    if as_json:
        show_json(found)
    else:
        _show(found, quiet=request.quiet)
    return int(found.verdict == "fail")


def _show(found: Audit, *, quiet: bool) -> None:
    shown = ("error",) if quiet else ("error", "warning", "info")
    echo_lines(describe_findings(found.findings, severities=shown), err=True, fold=True)
    if not quiet:
        told = _count(found.findings)
        sources = f" ({', '.join(found.sources)})" if found.sources else ""
        echo_lines([f"{told} against {format_count(found.packages, 'package')}{sources}"])


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
