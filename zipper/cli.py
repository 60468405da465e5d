"""The command: words typed become a request, a result becomes text or JSON, an error a status.

Output and exit are here and in `zipper.commands`, and nowhere else; a command's module is imported
only when the command is typed, so that `--help` and `--version` are quick.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from typing import TYPE_CHECKING, Final, NoReturn

from zipper.commands.quick_line import read_line
from zipper.errors import UsageError, ZipperError, describe_error, format_error

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

STATUS_ERROR: Final = 1
STATUS_USAGE: Final = 2
STATUS_BUG: Final = 3
STATUS_INTERRUPTED: Final = 130
STATUS_TERMINATED: Final = 143


class _Terminated(KeyboardInterrupt):
    """The system's wish to end, which leaves as little behind as ^C does."""


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
        status = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone; what is left in the buffer has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return STATUS_ERROR
    except KeyboardInterrupt as error:
        return _interrupted(error)
    except ZipperError as error:
        return _refused(error, as_json="--json" in arguments)
    except Exception:  # noqa: BLE001  (the one place that turns a bug into a report)
        return _bug(arguments)
    return status


def _run(arguments: Sequence[str]) -> int:
    values = read_line(arguments[1:]) if arguments[:1] == ["build"] else None
    if values is None:
        from zipper.commands.group import run_line  # noqa: PLC0415  (where click reads the line)

        return run_line(arguments)
    from zipper.commands.build_work import build_typed  # noqa: PLC0415  (for this command)

    try:
        return build_typed(**values)  # type: ignore[arg-type]  # as the table says
    except KeyboardInterrupt:
        _echo("")  # a terminal shows the key that was pressed
        raise


def _echo(text: str) -> None:
    from zipper.commands.output import echo  # noqa: PLC0415  (where something went wrong)

    echo(text, err=True)


def _write_whatever_comes() -> None:
    """Let no name stop the output: what the terminal's encoding lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _refused(error: ZipperError, *, as_json: bool) -> int:
    from zipper.commands.output import echo_lines, show_json  # noqa: PLC0415  (where it is wrong)

    if as_json:
        show_json({"error": describe_error(error)})
    echo_lines(format_error(error).split("\n"), err=True, fold=True)
    return STATUS_USAGE if isinstance(error, UsageError) else STATUS_ERROR


def _terminate(*_: object) -> NoReturn:
    raise _Terminated


def _interrupted(cause: BaseException) -> int:
    _echo(str(cause) or "interrupted; nothing was changed")
    return STATUS_TERMINATED if isinstance(cause, _Terminated) else STATUS_INTERRUPTED


def _bug(arguments: Sequence[str]) -> int:
    """Print a report that can be pasted; it names no file content and no variable."""
    import platform  # noqa: PLC0415  (0.01 s, for bugs only)
    import traceback  # noqa: PLC0415

    from zipper.commands.version import describe_version  # noqa: PLC0415

    _echo(
        "error[EBUG]: internal error; please report it\n\n"
        "paste what follows:\n\n"
        f"{describe_version()}, {platform.platform()}\n"
        f"command: {' '.join(arguments[:1])} ({len(arguments)} arguments)\n\n"
        f"{traceback.format_exc()}"
    )
    return STATUS_BUG
