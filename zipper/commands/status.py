"""`zipper status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import options_from
from zipper.commands.deploy_words import find_one_place
from zipper.commands.output import echo_lines, show_json
from zipper.commands.zip_names import complete_path
from zipper.settings.deploy_options import find_deploy_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.pipeline.deployed import Status

__all__ = ["command"]


@click.command("status", short_help="Show the function in AWS, its alias and its versions.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_path)
@options_from(find_deploy_options("status"))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")
def command(*, project: str | None, as_json: bool, **options: object) -> int:
    """Show the function of PROJECT as it is in AWS: code, target, state, and its alias's version.

    The exit status is 1 where its last update failed.

    \b
    Examples:
      python -m zipper status
      python -m zipper status orders --alias live --region eu-central-1
    """
    from zipper.pipeline.deployed import read_status, show_status  # noqa: PLC0415  (this command)

    status = read_status(find_one_place(project, options, command="status"))
    if as_json:
        show_json(show_status(status))
    else:
        echo_lines(_describe(status), fold=True)
    return int("Failed" in (status.function.state, status.function.update))


def _describe(status: Status) -> Iterator[str]:
    shown = status.function
    yield f"{status.function_name} in {status.region}: {shown.arn}"
    yield f"  code      {shown.code_sha256}, {shown.last_modified}"
    yield f"  target    {shown.runtime} {shown.architecture}, {shown.handler}"
    yield f"  limits    {shown.memory} MB, {shown.timeout} s"
    yield f"  role      {shown.role}"
    if shown.environment:
        yield f"  variables {', '.join(sorted(shown.environment))}"
    reason = f": {shown.reason}" if shown.reason else ""
    yield f"  state     {shown.state}, last update {shown.update}{reason}"
    if status.alias is not None:
        version = status.aliased
        same = version is not None and version.code_sha256 == shown.code_sha256
        code = "the code above" if same else "other code"
        told = f", {version.description}" if version is not None and version.description else ""
        yield f"  {status.alias.name:<9} version {status.alias.version}: {code}{told}"
