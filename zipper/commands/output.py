"""What all commands share in showing: JSON of a result, lines, and progress on a terminal."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Self, TextIO

from zipper.as_json import as_json
from zipper.errors import OutputError
from zipper.files import write_error, write_file
from zipper.folders import make_folders
from zipper.report.visible import escape_json, show

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from zipper.commands.progress import Progress
    from zipper.events import OnEvent
    from zipper.settings.build_request import BuildRequest
    from zipper.settings.values import Settings

__all__ = [
    "Shower",
    "echo",
    "echo_lines",
    "is_stdout_terminal",
    "is_terminal",
    "show_json",
    "warn_of_variables",
    "write_text",
]


def show_json(result: object) -> None:
    """Print a result's fields as one JSON document."""
    echo(escape_json(json.dumps(as_json(result), indent=2, ensure_ascii=False)))


def echo(text: str, *, err: bool = False, end: str = "\n") -> None:
    """Print text as it is, at once; on an old terminal of Windows by click, which knows colours."""
    if sys.platform == "win32":
        import click  # noqa: PLC0415  (elsewhere no command needs it for this)

        click.echo(text + end, err=err, nl=False)
        return
    stream = sys.stderr if err else sys.stdout
    if stream is not None:  # a descriptor that was closed before Python's start
        stream.write(text + end)
        stream.flush()


def echo_lines(lines: Iterable[str], *, err: bool = False, fold: bool = False) -> None:
    """Print lines, in one go; a name in them cannot steer the terminal.

    Args:
        lines: without line breaks.
        err: to stderr.
        fold: on a terminal, break lines that are wider than it and colour the marks of severity;
            a pipe gets them as they are, so that they can be searched.
    """
    lines = map(show, lines)
    if fold and is_terminal(sys.stderr if err else sys.stdout):
        from zipper.commands.terminal import fold_lines  # noqa: PLC0415  (on terminals only)

        lines = fold_lines(lines)
    text = "\n".join(lines)
    if text:
        echo(text, err=err)


def is_terminal(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that can do more than print lines."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def is_stdout_terminal() -> bool:
    """Whether what is printed is seen as it is printed."""
    return sys.stdout.isatty()


def warn_of_variables(shown: BuildRequest | Settings) -> None:
    """Warn of variables that no option has, where no result has findings that do."""
    if shown.unknown_variables and not shown.quiet:
        from zipper.report.as_text import describe_findings  # noqa: PLC0415  (for this warning)
        from zipper.supply.settings_findings import find_unknown_variables  # noqa: PLC0415

        echo_lines(
            describe_findings(tuple(find_unknown_variables(shown.unknown_variables))),
            err=True,
            fold=True,
        )


class Shower:
    """Progress on stderr while a command works, and nothing of it left when it ends.

    On a terminal: the stage, and bars while something is fetched. Elsewhere (CI, a log, a dumb
    terminal): a plain line when fetching begins and one when it ends. Nothing with `--quiet` or
    `--no-progress`, wherever set, and nothing beside JSON.
    """

    def __init__(self, shown: BuildRequest | Settings, *, as_json: bool = False) -> None:
        self._progress: Progress | None = None
        if shown.progress is not False and not shown.quiet and not as_json:
            from zipper.commands.progress import LineProgress, TerminalProgress  # noqa: PLC0415

            self._progress = TerminalProgress() if is_terminal(sys.stderr) else LineProgress()

    @property
    def on_event(self) -> OnEvent | None:
        """The callback for the pipeline; None where nothing is shown."""
        return None if self._progress is None else self._progress.on_event

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._progress is not None:
            self._progress.stop()


def write_text(text: str, path: Path | None) -> None:
    """Write `text` to `path`, whole or not at all; to stdout where it is None.

    Raises:
        OutputError: EOUTPUT where the operating system refuses.
    """
    text = text if text.endswith("\n") else f"{text}\n"
    if path is None:
        if is_stdout_terminal():
            echo_lines(text.splitlines())
        else:
            echo(text, end="")
        return
    try:
        make_folders(path.parent)
    except OSError as cause:
        raise write_error(cause, path.parent, OutputError) from cause
    write_file(path, [[text.encode("utf-8", "surrogateescape")]])
