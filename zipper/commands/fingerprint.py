"""`zipper fingerprint`."""

from __future__ import annotations

import click

from zipper.commands.click_options import settings_from_values, table_options
from zipper.commands.output import echo_lines, show_json, warn_of_variables
from zipper.commands.zip_names import complete_path
from zipper.settings.read_settings import find_requests

__all__ = ["command"]


@click.command("fingerprint", short_help="Print what changes with the zip; nothing is built.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_path)
@table_options("fingerprint")
def command(*, project: str | None, as_json: bool, **options: object) -> None:
    """Print a hash that changes whenever the zip of PROJECT can, and is the same on every machine.

    Nothing is fetched, built or run: the project's own files, its settings, what the lockfile
    says of its packages, and the version of zipper are read. Without a lockfile nothing says which
    packages there are, which is an error. Of several functions, each has a line with its name.

    It is what AWS CDK takes as `AssetHashType.CUSTOM`: see `python -m zipper help cdk`.

    \b
    Examples:
      python -m zipper fingerprint
      python -m zipper fingerprint orders --arch arm64
    """
    from zipper.pipeline.fingerprinting import fingerprint_requested  # noqa: PLC0415  (this command)

    requests = find_requests(project, settings_from_values(options))
    warn_of_variables(requests[0])
    found = [(request.name, fingerprint_requested(request)) for request in requests]
    if as_json:
        rows = [{"name": name, "fingerprint": text} for name, text in found]
        show_json({"fingerprint": found[0][1]} if len(found) == 1 else {"functions": rows})
    elif len(found) == 1:
        echo_lines([found[0][1]])
    else:
        echo_lines(f"{text}  {name}" for name, text in found)
