"""`zipper permissions`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import click

from zipper.commands.click_options import options_from
from zipper.commands.deploy_words import split_deploy_values
from zipper.commands.output import echo_lines, show_json
from zipper.commands.zip_names import complete_path
from zipper.errors import UsageError
from zipper.settings.deploy_options import find_deploy_options
from zipper.settings.read_settings import find_requests
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.deploy.shown_permissions import ShownPermissions

__all__ = ["command"]


@click.command("permissions", short_help="Print what the function may do, and who may call it.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False, shell_complete=complete_path)
@click.option("--account", metavar="NUMBER", help="Account of the function; AWS is not asked.")
@options_from(find_deploy_options("permissions"))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")
def command(*, project: str | None, account: str | None, as_json: bool, **options: object) -> None:
    """Print what PROJECT's function may do and who may call it, as policies, each action with why.

    The role's documents are those that `deploy --create-role` makes: just enough for what the
    settings say. What the function's own code calls is not among them. AWS is not asked, and
    boto3 is not needed.

    \b
    Examples:
      python -m zipper permissions --account 123456789012 --region eu-central-1
      python -m zipper permissions orders --json
    """
    if account is not None and not re.fullmatch(r"[0-9]{12}", account):
        raise UsageError("EUSAGE", f"`{account}` is no account: those have 12 digits")
    from zipper.pipeline.permitting import describe_permissions  # noqa: PLC0415  (this command)

    typed, _ = split_deploy_values(options)
    requests = find_requests(project, Settings())
    if len(requests) > 1 and "function_name" in typed:
        raise UsageError(
            "EUSAGE",
            "`--function-name` is of one function, and the settings describe several",
            hint=f"name one of them: `python -m zipper permissions {requests[0].name}`",
        )
    found = [describe_permissions(request, typed, account=account) for request in requests]
    if as_json:
        show_json(found[0] if len(found) == 1 else {"functions": found})
        return
    for number, shown in enumerate(found):
        echo_lines(["", ""] if number else [])
        echo_lines(_describe(shown))


def _describe(shown: ShownPermissions) -> Iterator[str]:
    yield f"{shown.function_name}: {shown.function_arn}"
    yield from (f"  {note}" for note in shown.notes)
    yield from _section("Who may assume its execution role", shown.trust)
    yield from _section("What the role allows, and why", shown.policy)
    width = max(len(row.action) for row in shown.reasons)
    yield ""
    for row in shown.reasons:
        mark = "denied: " if row.effect == "Deny" else ""
        yield f"  {row.action:<{width}}  {mark}{row.reason}"
    if shown.function_policy["Statement"]:
        title = "Who may call the function (`deploy` sets this by `events`)"
        yield from _section(title, shown.function_policy)
    for queue, document in shown.queue_policies.items():
        title = f"What the queue {queue} has to allow (set it yourself)"
        yield from _section(title, document)
    if shown.deployer_policy["Statement"]:
        title = "What you read with your own credentials when you deploy; the function does not"
        yield from _section(title, shown.deployer_policy)


def _section(title: str, document: Mapping[str, object]) -> Iterator[str]:
    yield from ("", f"{title}:", "")
    yield from json.dumps(document, indent=2).split("\n")
