"""`zipper deploy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import options_from, settings_from_values, table_options
from zipper.commands.deploy_words import split_deploy_values
from zipper.commands.event_files import read_event
from zipper.commands.output import Shower, echo_lines, show_json
from zipper.commands.zip_names import complete_path
from zipper.errors import UsageError, ZipperError, describe_error
from zipper.report.as_deployed import describe_step
from zipper.report.as_text import describe_findings, describe_package
from zipper.settings.deploy_options import find_deploy_options
from zipper.settings.read_settings import find_requests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.deploy.steps import Step
    from zipper.package import Package
    from zipper.pipeline.deploying import Deployed, Deployment, FunctionPlace
    from zipper.settings.build_request import BuildRequest

__all__ = ["command"]


class _Stopped(KeyboardInterrupt):
    """^C after something was changed."""


@click.command("deploy", short_help="Build, and update the function in AWS (extra `deploy`).")
@click.argument("project", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_path)
@options_from(
    [row for row in find_deploy_options("deploy") if row.name != "timeout"]  # `build` has it
)
@click.option(
    "--invoke",
    "event_file",
    metavar="FILE|-",
    help="Invoke the new version with this JSON event; the alias stays where it is if that fails.",
)
@click.option("--dry-run", is_flag=True, help="Print what differs, and change nothing.")
@table_options("deploy")
def command(
    *,
    project: str | None,
    event_file: str | None,
    dry_run: bool,
    as_json: bool,
    **options: object,
) -> int:
    """Build the package of PROJECT, and make the function in AWS what package and settings say.

    NAME is a function of the settings in this folder; without either, all of them are deployed.
    A package that fails its check goes nowhere. Code, configuration, variables and tags are
    compared with what is there: what is equal is neither uploaded nor changed, and what the
    settings leave out stays as it is. An alias is moved last, to a version that is published.
    Where it ends early, the same command goes on from there.

    Settings are in `[tool.zipper.deploy]`, or in `deploy` of one function; see `python -m zipper
    help deploy`. Credentials, profiles and regions are those of boto3.

    \b
    Examples:
      python -m zipper deploy --function-name orders --role arn:aws:iam::1:role/orders --alias live
      python -m zipper deploy orders --invoke event.json
      python -m zipper deploy --dry-run
    """
    typed, rest = split_deploy_values(options)
    event = None if event_file is None else read_event(event_file)
    requests = find_requests(project, settings_from_values(rest))
    if len(requests) > 1 and "function_name" in typed:
        raise UsageError(
            "EUSAGE",
            "`--function-name` is of one function, and the settings describe several",
            hint=f"name one of them: `python -m zipper deploy {requests[0].name}`",
        )
    from zipper.pipeline.deploying import find_place  # noqa: PLC0415  (for this command only)

    places = [find_place(request, typed) for request in requests]
    packages = _build(requests, dry_run=dry_run, as_json=as_json)
    for request, package in zip(requests, packages, strict=True):
        _show_findings(request, package)
    if not all(package.ok for package in packages):
        _show_undeployed(places, packages, as_json=as_json)
        return 1
    rows: list[object] = []
    failed = 0
    for place, package in zip(places, packages, strict=True):
        try:
            rows.append(_deploy(place, package, event=event, dry_run=dry_run, as_json=as_json))
        except ZipperError as error:
            if len(places) == 1:
                raise
            # One that fails stops no other.
            echo_lines(f"{place.function_name}: {error}".split("\n"), err=True)
            rows.append({"function_name": place.function_name, "error": describe_error(error)})
            failed = 1
    if as_json:
        show_json(rows[0] if len(rows) == 1 else {"functions": rows})
    return failed


def _build(
    requests: Sequence[BuildRequest], *, dry_run: bool, as_json: bool
) -> tuple[Package, ...]:
    """Build the packages; a dry run writes none."""
    from zipper.pipeline.building import build_requested, rehearse_requested  # noqa: PLC0415
    from zipper.pipeline.session import Once  # noqa: PLC0415  (as above)

    shared, built = Once(), []
    for request in requests:
        with Shower(request, as_json=as_json) as shower:
            event = shower.on_event
            if dry_run:
                _, package = rehearse_requested(
                    request, on_event=event, shared=shared, measures=True
                )
            else:
                package = build_requested(
                    request, on_event=event, shared=shared, incremental=True, compares=True
                )
        built.append(package)
    return tuple(built)


def _show_findings(request: BuildRequest, package: Package) -> None:
    shown = ("error",) if request.quiet else ("error", "warning")
    shown = (*shown, "info") if request.verbose else shown
    most = None if request.verbose else 10
    echo_lines(
        describe_findings(package.findings, severities=shown, most=most), err=True, fold=True
    )


def _show_undeployed(
    places: Sequence[FunctionPlace], packages: Sequence[Package], *, as_json: bool
) -> None:
    """Say that nothing was done, because a package fails its check."""
    from zipper.pipeline.deploying import describe_undeployed  # noqa: PLC0415  (this command)

    if not as_json:
        echo_lines(["nothing is deployed: a package fails its check"], err=True)
        return
    rows = [describe_undeployed(*pair) for pair in zip(places, packages, strict=True)]
    show_json(rows[0] if len(rows) == 1 else {"functions": rows})


def _deploy(
    place: FunctionPlace, package: Package, *, event: bytes | None, dry_run: bool, as_json: bool
) -> Deployed:
    """Deploy one package, or say what that would do; return what the JSON says of it."""
    from zipper.pipeline.deploying import (  # noqa: PLC0415  (for this command only)
        deploy_package,
        describe_deployment,
        plan_deployment,
    )

    is_told = not as_json and not place.request.quiet
    if is_told:
        echo_lines(list(describe_package(package, dry_run=dry_run))[:1], fold=True)
    planned = plan_deployment(place, package, invokes=event is not None)
    if is_told:
        echo_lines(_describe_start(planned, dry_run=dry_run), fold=True)
    if dry_run:
        return describe_deployment(planned, package, None)
    done: list[Step] = []

    def tell(step: Step) -> None:
        done.append(step)
        if is_told:
            echo_lines(describe_step(step, is_done=True), fold=True)

    try:
        applied = deploy_package(planned, package, event=event, tell=tell)
    except KeyboardInterrupt as cause:
        names = ", ".join(step.kind for step in done) or "none"
        text = f"interrupted; steps that are done: {names}; the same command goes on from there"
        raise _Stopped(text) from cause
    return describe_deployment(planned, package, applied)


def _describe_start(planned: Deployment, *, dry_run: bool) -> list[str]:
    name, region = planned.place.function_name, planned.place.aws.region
    lines = [f"{name} in {region}:"]
    kinds = {step.kind for step in planned.steps}
    if not kinds & {"create", "code"}:
        lines.append("the code that is there is this package: nothing is uploaded")
    if not kinds - {"invoke"}:
        lines.append("nothing differs")
    if dry_run:
        lines += [line for step in planned.steps for line in describe_step(step, is_done=False)]
    return lines
