"""A run is told in lines that a person can read and that cannot steer the terminal."""

from __future__ import annotations

from zipper.node.result import (
    ExecutionEnvironment,
    FunctionError,
    Invocation,
    LeftFile,
    LogLine,
    RunResult,
)
from zipper.node.text import describe_run


def invocation(**changes):
    """Return a good first invocation with `changes`."""
    values = {
        "request_id": "r",
        "stage": "returned",
        "response": '{"a":1}',
        "streamed": None,
        "error": None,
        "init_seconds": 0.1,
        "duration_seconds": 0.0125,
        "billed_milliseconds": 113,
        "peak_memory_bytes": 60 << 20,
        "log": (),
        "log_bytes": 0,
        "log_lines": 0,
    }
    return Invocation(**{**values, **changes})


def text(*invocations, left=(), notes=()):
    """Return the lines of a run with these invocations."""
    environment = ExecutionEnvironment(invocations, left, len(left), 7, notes)
    result = RunResult(
        "a.zip", "nodejs22.x", "x86_64", "index.handler", 128, 3, "standard", "22.1.0",
        "the system", 0.1, 3, 100, (environment,), ("a note",),
    )  # fmt: skip
    return list(describe_run(result))


def test_good_run():
    """A good run takes few lines."""
    assert [
        "index.handler on nodejs22.x x86_64: 128 MB, 3 s",
        "Node.js 22.1.0 from the system",
        "",
        "#1 ok: 12.5 ms, init 100.0 ms, billed 113 ms, 60 of 128 MB",
        '  response: {"a":1}',
        "",
        "note: a note",
    ] == text(invocation())


def test_failed_run():
    """A failed one shows how far it got, its log, the error and its trace."""
    error = FunctionError("TypeError", "no", ("TypeError: no", "    at a (/var/task/index.js:1:1)"))
    log = (LogLine(0.2, "stdout", "ERROR", "two\nlines"), LogLine(0.3, "stderr", None, "raw"))

    lines = text(
        invocation(response=None, error=error, stage="invoked", init_seconds=None, log=log)
    )

    assert [
        "#1 failed: 12.5 ms, billed 113 ms, 60 of 128 MB",
        "  unpacked > node-started > module-loaded > handler-found > invoked x returned",
        "  +  0.200 ERROR  two",
        "                  lines",
        "  +  0.300 stderr raw",
        "  TypeError: no",
        "    at a (/var/task/index.js:1:1)",
    ] == lines[3:-2]


def test_output_cannot_steer_the_terminal():
    """Control characters of the function's never reach the terminal."""
    log = (LogLine(0.2, "stdout", None, "\x1b]0;title\x07\x9b31m"),)
    error = FunctionError("\x1b[2J", "\x1b[H", ("", "\x1b[1m"))

    lines = text(invocation(log=log, error=error), left=(LeftFile("\x1b[31m", 7),))

    assert not any("\x1b" in line or "\x07" in line or "\x9b" in line for line in lines)


def test_left_files_and_notes():
    """Files left in the temporary space and notes are told."""
    lines = text(invocation(), left=(LeftFile("a/b", 7),), notes=("another",))

    assert "  left in /tmp: 7 bytes in 1 file(s)" in lines
    assert ["note: a note", "note: another"] == lines[-2:]
