"""All commands, as click reads a line of them.

In: the words typed. Out: the exit status, or what was wrong with them as an error of ours. A
command's module is imported only when the command is typed.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Final

from zipper.commands.quick_command import QuickCommand, QuickOption, click
from zipper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COMMANDS", "cli", "run_line"]

COMMANDS: Final = {
    "build": "Build the deployment package of a project.",
    "check": "Check a deployment package made by any tool.",
    "run": "Run a zip as Lambda would, in a Node of its runtime.",
    "layer": "Build a layer of a project's dependencies.",
    "audit": "Show advisories for the packages of a project or zip.",
    "explain": "Show sizes, changes, and why a package is there.",
    "terraform": "Build for Terraform: an `external` data source's program.",
    "fingerprint": "Print what changes with the zip; nothing is built.",
    "deploy": "Build, and update the function in AWS (extra `deploy`).",
    "status": "Show the function in AWS, its alias and its versions.",
    "invoke": "Invoke the function in AWS.",
    "logs": "Print what the function in AWS has logged.",
    "rollback": "Move the alias back to the former version.",
    "events": "Show what sends events to the function in AWS.",
    "destroy": "Delete the function in AWS, and events that zipper made.",
    "permissions": "Print what the function may do, and who may call it.",
    "init": "Write a first table of settings, or a snippet for a tool.",
    "resolve": "Write package-lock.json, as npm would.",
    "install": "Make the isolated node_modules on disk.",
    "sbom": "Write the software bill of materials of a zip.",
    "licenses": "List the licences of what is in a zip.",
    "vendor": "Collect everything that a build downloads in one folder.",
    "cache": "Show, verify, repair or prune the store.",
    "store": "Make keys for a store that machines share, and audit it.",
    "completion": "Print the completion script of a shell.",
    "help": "Show a reference page, or explain a code.",
}

_MODULES: Final = {"events": "show_events"}
"""Modules that are not called as their command is: `zipper.events` is another."""

_STATUS_USAGE: Final = 2


class _Commands(QuickCommand, click.Group):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"zipper.commands.{_MODULES.get(cmd_name, cmd_name)}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for one that is not known."""
        name = args[0] if args else ""
        if name not in COMMANDS:
            import difflib  # noqa: PLC0415  (for a mistyped word only)

            near = difflib.get_close_matches(name, COMMANDS, n=1)
            advice = f"; did you mean `{near[0]}`?" if near else ""
            ctx.fail(f"no such command: `{name}`{advice}")
        return super().resolve_command(ctx, args)


def _show_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001  (click's signature)
    if value and not context.resilient_parsing:
        from zipper.commands.version import describe_version  # noqa: PLC0415  (for this option only)

        click.echo(describe_version())
        context.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    cls=QuickOption,
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version and the distribution, and exit.",
)
def cli() -> None:
    """Pack Node.js functions for AWS Lambda with nothing but Python.

    \b
    Examples:
      python -m zipper build .                          build the project in this folder
      python -m zipper build fn --arch arm64 -o fn.zip  for arm64, into fn.zip
      python -m zipper check fn.zip                     check a zip made by any tool
    """


def run_line(arguments: Sequence[str]) -> int:
    """Run the command that was typed; return its exit status.

    Raises:
        UsageError: EUSAGE where click cannot read the line.
        KeyboardInterrupt: ^C at one of click's questions.
    """
    try:
        status = cli.main(args=list(arguments), prog_name="zipper", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show(sys.stderr)
        return _STATUS_USAGE
    except click.ClickException as error:
        raise _from_click(error) from error
    except click.exceptions.Abort as error:
        raise error.__cause__ or KeyboardInterrupt from None
    return status if isinstance(status, int) else 0


def _from_click(error: click.ClickException) -> UsageError:
    """Return wrong usage in the form of all other errors."""
    message = error.format_message().rstrip(".").replace("'", "`")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "zipper"
    text = message[:1].lower() + message[1:]
    return UsageError("EUSAGE", text, hint=f"see `{command} --help`")
