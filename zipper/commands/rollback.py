"""`zipper rollback`."""

from __future__ import annotations

import click

from zipper.commands.click_options import options_from
from zipper.commands.deploy_words import find_one_place
from zipper.commands.output import echo_lines, show_json
from zipper.commands.zip_names import complete_path
from zipper.settings.deploy_options import find_deploy_options

__all__ = ["command"]


@click.command("rollback", short_help="Move the alias back to the former version.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_path)
@click.option("--to", "to_version", metavar="VERSION", help="The version; by default the former.")
@options_from(find_deploy_options("rollback"))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")
def command(
    *, project: str | None, to_version: str | None, as_json: bool, **options: object
) -> None:
    """Move the alias of PROJECT's function back to the version that it pointed to before.

    Which one that was is in the description of the version that it points to now. The function's
    newest code stays as it is: the next `deploy` moves the alias forward again.

    \b
    Examples:
      python -m zipper rollback orders
      python -m zipper rollback --alias live --to 7
    """
    from zipper.pipeline.deployed import roll_back  # noqa: PLC0415  (for this command only)

    place = find_one_place(project, options, command="rollback")
    moved = roll_back(place, to_version=to_version)
    if as_json:
        show_json(moved)
    else:
        echo_lines([f"alias {moved.alias}: {moved.from_version} -> {moved.to_version}"])
