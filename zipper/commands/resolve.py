"""`zipper resolve`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import Shower, echo_lines, show_json
from zipper.commands.zip_names import complete_path
from zipper.errors import UsageError
from zipper.report.as_text import describe_lockfile
from zipper.report.units import format_count
from zipper.settings.read_settings import find_requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zipper.pipeline.lockfile_writing import Resolved
    from zipper.settings.build_request import BuildRequest

__all__ = ["command"]


@click.command("resolve", short_help="Write package-lock.json, as npm would.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_path)
@table_options("resolve")
def command(
    *,
    project: str | None,
    output: str | None,
    as_json: bool,
    check_lockfile: bool,
    **options: object,
) -> None:
    """Resolve the dependencies of PROJECT and write its package-lock.json (lockfileVersion 3).

    Without PROJECT, those of the project in this folder, or of every project that its settings
    name; NAME is a function of them.

    It is the lockfile that `npm install --package-lock-only` writes: what an older lockfile holds
    and package.json still allows stays, the rest is chosen anew, and every platform's variants are
    recorded. Neither npm nor Node.js is needed.

    \b
    Examples:
      python -m zipper resolve
      python -m zipper resolve --check
      python -m zipper resolve fn --update express
      python -m zipper resolve fn --update-all -o /tmp/package-lock.json
    """
    requests = _one_a_project(find_requests(project, settings_from_values(options)))
    if output is not None and len(requests) > 1:
        raise UsageError(
            "EUSAGE",
            f"{len(requests)} projects cannot have one lockfile, `{output}`",
            hint="name a function or a project, or leave out `--output`",
        )
    if check_lockfile:
        _check_each(requests, as_json=as_json)
        return
    from zipper.pipeline.lockfile_writing import resolve_requested  # noqa: PLC0415  (this command only)

    made = []
    for request in requests:
        with Shower(request, as_json=as_json) as shower:
            resolved = resolve_requested(
                request,
                output=output,
                node_version=request.node_version,
                update=request.update_all or request.update,
                on_event=shower.on_event,
            )
        made.append(resolved)
        if not request.quiet and not as_json:
            echo_lines(_describe(resolved, verbose=request.verbose), fold=True)
    if as_json:
        show_json(made[0] if len(made) == 1 else {"projects": made})


def _check_each(requests: Sequence[BuildRequest], *, as_json: bool) -> None:
    """Show which lockfile is in step; one that is not ends the command with its error."""
    from zipper.pipeline.lockfile_use import check_lockfile  # noqa: PLC0415  (on demand only)

    checked = []
    for request in requests:
        with Shower(request, as_json=as_json) as shower:
            checked.append(check_lockfile(request, on_event=shower.on_event)[0])
        if not request.quiet and not as_json:
            echo_lines([f"{describe_lockfile(checked[-1])}, in step with package.json"])
    if as_json:
        show_json(checked[0] if len(checked) == 1 else {"projects": checked})


def _one_a_project(requests: Sequence[BuildRequest]) -> tuple[BuildRequest, ...]:
    """Return the first request of each project: functions that share one share its lockfile."""
    first: dict[Path, BuildRequest] = {}
    for request in requests:
        first.setdefault(Path(request.project).resolve(), request)
    return tuple(first.values())


def _describe(resolved: Resolved, *, verbose: bool) -> Iterator[str]:
    for warning in resolved.warnings:
        yield f"warning[{warning['code']}]: {warning['message']}"
        for fact in cast("list[dict[str, str]]", warning["facts"]):
            yield f"    {fact['label']}: {fact['text']}"
    shown = resolved.changes if verbose else resolved.changes[:20]
    for change in shown:
        yield f"  {change.location} {change.before or 'nothing'} -> {change.after or 'nothing'}"
    if len(shown) < len(resolved.changes):
        yield f"  {len(resolved.changes) - len(shown):,} more changes; `--verbose` shows them"
    yield (
        f"resolved {format_count(resolved.packages, 'package')} for Node.js "
        f"{resolved.node_version}, {format_count(len(resolved.changes), 'change')}"
    )
    yield resolved.path
