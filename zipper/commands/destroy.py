"""`zipper destroy`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import options_from
from zipper.commands.deploy_words import find_one_place
from zipper.commands.output import echo_lines, show_json
from zipper.commands.zip_names import complete_path
from zipper.errors import UsageError
from zipper.report.as_deployed import describe_step
from zipper.settings.deploy_options import find_deploy_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.deploy.steps import Step
    from zipper.pipeline.destroying import Destruction

__all__ = ["command"]


@click.command("destroy", short_help="Delete the function in AWS, as far as zipper made it.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_path)
@options_from(find_deploy_options("destroy"))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Print what would go, and delete nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")
def command(
    *, project: str | None, yes: bool, dry_run: bool, as_json: bool, **options: object
) -> None:
    """Delete PROJECT's function with its versions and aliases, and all that sends events to it.

    Only what zipper made goes, which it knows by tags and names; what stays is printed, among it
    logs and packages in a bucket. What goes is printed before you are
    asked; with `--json`, or where there is no terminal, say `--yes`.

    \b
    Examples:
      python -m zipper destroy orders --dry-run
      python -m zipper destroy orders --yes
    """
    from zipper.pipeline.destroying import (  # noqa: PLC0415  (this command only)
        destroy_function,
        plan_destruction,
        show_destruction,
    )

    place = find_one_place(project, options, command="destroy")
    asks = not yes and not dry_run
    if asks and (as_json or not sys.stdin.isatty()):
        raise UsageError(
            "EUSAGE",
            "`destroy` asks before it deletes, and here it cannot",
            hint="`--dry-run` prints what would go; `--yes` deletes it",
        )
    plan = plan_destruction(place)
    if not as_json:
        echo_lines(_describe(plan), fold=True)
    if asks and plan.steps and not click.confirm("Delete this?"):
        echo_lines(["nothing is deleted"])
        return

    def tell(step: Step) -> None:
        if not as_json:
            echo_lines(describe_step(step, is_done=True), fold=True)

    if not dry_run:
        destroy_function(plan, tell)
    if as_json:
        show_json(show_destruction(plan, dry_run=dry_run))


def _describe(plan: Destruction) -> Iterator[str]:
    yield f"{plan.place.function_name} in {plan.place.aws.region}:"
    for step in plan.steps:
        for change in step.changes:
            yield f"  goes: {step.kind} {change.what}"
    if not plan.steps:
        yield "  nothing here was made by zipper"
    for left in plan.left:
        yield f"  stays: {left.what}: {left.why}"
