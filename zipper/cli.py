"""The command: words typed become a request, a result becomes text or JSON, an error a status.

Output and exit are here and in `zipper.commands`, and nowhere else; a command's module is imported
only when the command is typed, so that `--help` and `--version` are quick.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import signal
import sys
from typing import TYPE_CHECKING, Final, NoReturn

from zipper.commands.quick_command import QuickCommand, QuickOption, click
from zipper.errors import UsageError, ZipperError, describe_error, format_error

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

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

STATUS_ERROR: Final = 1
STATUS_USAGE: Final = 2
STATUS_BUG: Final = 3
STATUS_INTERRUPTED: Final = 130
STATUS_TERMINATED: Final = 143


class _Terminated(KeyboardInterrupt):
    """The system's wish to end, which leaves as little behind as ^C does."""


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


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit: 0 done, 1 expected error, 2 wrong usage, 3 a bug, 130 ^C."""
    signal.signal(signal.SIGTERM, _terminate)
    status = run(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    # All is done and closed; to take apart what a large build has in memory would take a tenth
    # of its time again.
    os._exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit status."""
    _write_whatever_comes()
    try:
        status = cli.main(args=list(arguments), prog_name="zipper", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone; what is left in the buffer has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return STATUS_ERROR
    except (KeyboardInterrupt, click.exceptions.Abort) as error:
        cause = error.__cause__ or error
        # click takes any end of a file for the terminal's; nothing is read from one here.
        return _bug(arguments) if isinstance(cause, EOFError) else _interrupted(cause)
    except (ZipperError, click.ClickException) as error:
        return _refused(error, as_json="--json" in arguments)
    except Exception:  # noqa: BLE001  (the one place that turns a bug into a report)
        return _bug(arguments)
    return status if isinstance(status, int) else 0


def _write_whatever_comes() -> None:
    """Let no name stop the output: what the terminal's encoding lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _refused(error: ZipperError | click.ClickException, *, as_json: bool) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show(sys.stderr)
        return STATUS_USAGE
    if isinstance(error, click.ClickException):
        error = _from_click(error)
    from zipper.commands.output import echo_lines, show_json  # noqa: PLC0415  (where it is wrong)

    if as_json:
        show_json({"error": describe_error(error)})
    echo_lines(format_error(error).split("\n"), err=True, fold=True)
    return STATUS_USAGE if isinstance(error, UsageError) else STATUS_ERROR


def _from_click(error: click.ClickException) -> UsageError:
    """Return wrong usage in the form of all other errors."""
    message = error.format_message().rstrip(".").replace("'", "`")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "zipper"
    text = message[:1].lower() + message[1:]
    return UsageError("EUSAGE", text, hint=f"see `{command} --help`")


def _terminate(*_: object) -> NoReturn:
    raise _Terminated


def _interrupted(cause: BaseException) -> int:
    click.echo(str(cause) or "interrupted; nothing was changed", err=True)
    return STATUS_TERMINATED if isinstance(cause, _Terminated) else STATUS_INTERRUPTED


def _bug(arguments: Sequence[str]) -> int:
    """Print a report that can be pasted; it names no file content and no variable."""
    import platform  # noqa: PLC0415  (0.01 s, for bugs only)
    import traceback  # noqa: PLC0415

    from zipper.commands.version import describe_version  # noqa: PLC0415

    click.echo(
        "error[EBUG]: internal error; please report it\n\n"
        "paste what follows:\n\n"
        f"{describe_version()}, {platform.platform()}\n"
        f"command: {' '.join(arguments[:1])} ({len(arguments)} arguments)\n\n"
        f"{traceback.format_exc()}",
        err=True,
    )
    return STATUS_BUG
