"""A run as lines of text, for a terminal or a log. Pure.

In: a `RunResult`. Out: lines. The JSON of a run belongs to `zipper.node.result`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.node.result import STAGES, ExecutionEnvironment, Invocation, RunResult, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["describe_run"]

_MEBIBYTE: Final = 1024 * 1024
_RESPONSE_LETTERS: Final = 2000
_TRACE_LINES: Final = 12
_CONTROL: Final = {code: 0xFFFD for code in (*range(32), 127, *range(0x80, 0xA0)) if code != 9}
"""A function's output must not steer the terminal."""


def describe_run(result: RunResult) -> Iterator[str]:
    """Yield the run: what ran, each invocation with its log, what was left, what differs."""
    yield (
        f"{result.handler} on {result.runtime} {result.architecture}: {result.memory_mb} MB,"
        f" {result.timeout_seconds:g} s"
    )
    yield f"Node.js {result.node_version} from {result.node_origin}"
    number = 0
    for index, environment in enumerate(result.environments, 1):
        if len(result.environments) > 1:
            yield ""
            yield f"environment {index}"
        for invocation in environment.invocations:
            number += 1
            yield ""
            yield from _describe_invocation(number, invocation, result.memory_mb)
        yield from _describe_left(environment)
    notes = dict.fromkeys(
        (*result.notes, *(note for part in result.environments for note in part.notes))
    )
    if notes:
        yield ""
    for note in notes:
        yield f"note: {note}"


def _describe_invocation(number: int, one: Invocation, memory_mb: int) -> Iterator[str]:
    init = "" if one.init_seconds is None else f", init {one.init_seconds * 1000:.1f} ms"
    yield (
        f"#{number} {'ok' if one.ok else 'failed'}: {one.duration_seconds * 1000:.1f} ms{init},"
        f" billed {one.billed_milliseconds} ms, {one.peak_memory_bytes // _MEBIBYTE} of"
        f" {memory_mb} MB"
    )
    if one.stage != STAGES[-1]:
        yield f"  {_draw_stages(one.stage)}"
    for line in one.log:
        level = line.level or ("" if line.stream == "stdout" else "stderr")
        first, *rest = line.text.split("\n")
        yield f"  +{line.seconds:7.3f} {level:<6} {_clean(first)}"
        yield from (f"  {'':15} {_clean(more)}" for more in rest)
    if one.log_lines > len(one.log):
        yield f"  ({one.log_lines:,} lines, {one.log_bytes:,} bytes in all; the middle is left out)"
    yield from _describe_answer(one)


def _describe_answer(one: Invocation) -> Iterator[str]:
    if one.error is not None:
        yield f"  {_clean(one.error.type)}: {_clean(one.error.message)}"
        # The first line of a trace repeats type and message.
        for line in one.error.trace[1:_TRACE_LINES]:
            yield f"    {_clean(line.strip())}"
    elif one.streamed is not None:
        body = one.streamed.body.decode("utf-8", "replace")
        if one.streamed.prelude is not None:
            yield f"  prelude: {_shorten(one.streamed.prelude)}"
        yield f"  streamed {one.streamed.body_bytes:,} bytes: {_shorten(body)}"
    elif one.response is not None:
        yield f"  response: {_shorten(one.response)}"


def _describe_left(environment: ExecutionEnvironment) -> Iterator[str]:
    if environment.left_file_count:
        yield (
            f"  left in /tmp: {environment.left_bytes:,} bytes in"
            f" {environment.left_file_count:,} file(s)"
        )
        for file in environment.left_files[:10]:
            yield f"    {file.size_bytes:>12,}  {_clean(file.path)}"


def _draw_stages(reached: Stage) -> str:
    """Return the stages in order, with a cross where it went no further."""
    place = STAGES.index(reached)
    done = " > ".join(STAGES[1 : place + 1])
    missing = STAGES[place + 1 :]
    return f"{done} x {missing[0]}" if missing else done


def _shorten(text: str) -> str:
    if len(text) <= _RESPONSE_LETTERS:
        return _clean(text)
    return f"{_clean(text[:_RESPONSE_LETTERS])}... ({len(text):,} letters)"


def _clean(text: str) -> str:
    return text.translate(_CONTROL)
