"""`zipper invoke`."""

from __future__ import annotations

import click

from zipper.commands.click_options import options_from
from zipper.commands.deploy_words import find_one_place
from zipper.commands.event_files import read_event
from zipper.commands.output import echo_lines, show_json
from zipper.commands.zip_names import complete_path
from zipper.settings.deploy_options import find_deploy_options

__all__ = ["command"]


@click.command("invoke", short_help="Invoke the function in AWS.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_path)
@click.option("--event", "event_file", metavar="FILE|-", help="The JSON event.  [default: {}]")
@click.option(
    "--version",
    metavar="VERSION",
    help="What to invoke; by default the alias, where there is one.",
)
@options_from(find_deploy_options("invoke"))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")
def command(
    *,
    project: str | None,
    event_file: str | None,
    version: str | None,
    as_json: bool,
    **options: object,
) -> int:
    """Invoke the function of PROJECT in AWS; print its answer, and the end of its log on stderr.

    The exit status is 1 where the function failed.

    \b
    Examples:
      python -m zipper invoke orders --event event.json
      echo '{"id": 7}' | python -m zipper invoke --event - --alias live
    """
    from zipper.pipeline.deployed import invoke_function  # noqa: PLC0415  (for this command only)

    event = b"{}" if event_file is None else read_event(event_file)
    place = find_one_place(project, options, command="invoke")
    answer = invoke_function(place, event, qualifier=version)
    if as_json:
        show_json(answer)
    else:
        echo_lines(answer.log.rstrip().splitlines(), err=True)
        echo_lines(answer.payload.splitlines())
    return int(answer.error is not None)
