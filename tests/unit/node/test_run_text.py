"""A run is told in lines that a person can read and that cannot steer the terminal."""

from __future__ import annotations

from tests.support.run_results import make_invocation as invocation
from tests.support.run_results import make_result
from zipper.node.result import FunctionError, LeftFile, LogLine
from zipper.node.run_text import describe_run


def text(*invocations, left=(), notes=(), verbose=False):
    """Return the lines of a run with these invocations."""
    result = make_result(*invocations, left=left, left_notes=notes)
    return list(describe_run(result, verbose=verbose))


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


def test_message_of_several_lines():
    """Lines of a message stay lines, and the trace does not repeat them."""
    trace = ("E: no module", "Require stack:", "- /a", "    at b (/var/task/index.js:1:1)")
    error = FunctionError("E", "no module\nRequire stack:\n- /a", trace)

    lines = text(invocation(response=None, error=error))

    assert [
        "  E: no module",
        "  Require stack:",
        "  - /a",
        "    at b (/var/task/index.js:1:1)",
    ] == lines[4:-2]


def test_long_log_is_cut():
    """Of a long log the first and the last lines are shown, all of them with `verbose`."""
    log = tuple(LogLine(0.1, "stdout", "INFO", f"line {number}") for number in range(1000))
    one = invocation(log=log, log_lines=1000, log_bytes=9000)

    short, whole = text(one), text(one, verbose=True)

    assert 40 == sum("INFO" in line for line in short)
    assert "line 0" in short[4]
    assert any("line 999" in line for line in short)
    assert any("1,000 lines, 9,000 bytes in all" in line for line in short)
    assert 1000 == sum("INFO" in line for line in whole)
    assert not any("bytes in all" in line for line in whole)


def test_long_line_is_cut():
    """A line of a log takes no more than a few lines of the terminal."""
    log = (LogLine(0.1, "stdout", "INFO", "x" * 10_000),)

    assert max(map(len, text(invocation(log=log)))) < 600
    assert max(map(len, text(invocation(log=log), verbose=True))) > 10_000


def test_error_is_told_once():
    """The runtime's own line about the error is left out; one about another error is not."""
    error = FunctionError("E", 'say "no"', ("E: no",))
    own = LogLine(
        0.1, "stderr", "ERROR", 'Invoke Error \t{"errorType":"E","errorMessage":"say \\"no\\""}'
    )
    other = LogLine(0.1, "stderr", "ERROR", 'mine \t{"errorType":"E","errorMessage":"other"}')
    one = invocation(response=None, error=error, log=(own, other))

    assert ["mine" in line for line in text(one) if "ERROR" in line] == [True]
    assert 2 == sum("ERROR" in line for line in text(one, verbose=True))


def test_promise_that_never_settles():
    """It is not called ok, although Lambda answers null."""
    lines = text(invocation(response="null", settled=False))

    assert lines[3].startswith("#1 never settled: ")
    assert [
        "  the handler's promise never settled, and nothing was left to wait for",
        "  response: null, which Lambda answers for it",
    ] == lines[4:6]


def test_full_heap_is_told_first():
    """V8 writes many lines before the one that says why it ended the process."""
    full = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"
    log = tuple(LogLine(0.1, "stderr", None, line) for line in ("<--- Last few GCs --->", full))
    error = FunctionError("Runtime.ExitError", "signal: aborted")

    lines = text(invocation(response=None, error=error, log=log))

    assert lines[4].startswith("  out of memory: V8's heap reached its limit within 128 MB")
