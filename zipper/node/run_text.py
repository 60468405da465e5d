"""A run as lines of text, for a terminal or a log. Pure.

In: a `RunResult`. Out: lines. The JSON of a run belongs to `zipper.node.result`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from zipper.node.result import (
    STAGES,
    ExecutionEnvironment,
    FunctionError,
    Invocation,
    LogLine,
    RunResult,
    Stage,
)
from zipper.report.visible import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["describe_run"]

_MEBIBYTE: Final = 1024 * 1024

_RESPONSE_LETTERS: Final = 2000

_TRACE_LINES: Final = 12

_LOG_LINES: Final = 20
"""Of a log without `verbose`: so many of its first and of its last lines."""

_LINE_LETTERS: Final = 500

_HEAP_FULL: Final = "JavaScript heap out of memory"
"""What V8 writes before it ends the process, below many lines of its own."""


def describe_run(result: RunResult, *, verbose: bool = False) -> Iterator[str]:
    """Yield the run: what ran, each invocation with its log, what was left, what differs.

    Unless `verbose`, a long log is cut, and the runtime's own record of an error that is reported
    anyway is left out.
    """
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
            yield from _describe_invocation(number, invocation, result.memory_mb, verbose=verbose)
        yield from _describe_left(environment)
    notes = dict.fromkeys(
        (*result.notes, *(note for part in result.environments for note in part.notes))
    )
    if notes:
        yield ""
    for note in notes:
        yield f"note: {note}"
    for name, rule in result.missed:
        yield f"pruned: the rule `{rule}` took out `{name}`, which an error names; `keep` keeps it"


def _describe_invocation(
    number: int, one: Invocation, memory_mb: int, *, verbose: bool
) -> Iterator[str]:
    init = "" if one.init_seconds is None else f", init {one.init_seconds * 1000:.1f} ms"
    outcome = "ok" if one.ok else "failed" if one.settled else "never settled"
    billed = f" billed {one.billed_milliseconds} ms," if one.status is None else ""
    yield (
        f"#{number} {outcome}: {one.duration_seconds * 1000:.1f} ms{init},{billed}"
        f" {one.peak_memory_bytes // _MEBIBYTE} of {memory_mb} MB"
    )
    if one.stage != STAGES[-1]:
        yield f"  {_draw_stages(one.stage)}"
    if not one.settled:
        yield "  the handler's promise never settled, and nothing was left to wait for"
    elif one.error is not None and any(_HEAP_FULL in line.text for line in one.log):
        yield (
            f"  out of memory: V8's heap reached its limit within {memory_mb} MB; hold less at a "
            "time, or give the function more"
        )
    yield from _describe_log(one, verbose=verbose)
    yield from _describe_answer(one)


def _describe_log(one: Invocation, *, verbose: bool) -> Iterator[str]:
    lines = [line for line in one.log if verbose or not _repeats(line, one.error)]
    is_cut = not verbose and len(lines) > 2 * _LOG_LINES
    if is_cut:
        lines = [*lines[:_LOG_LINES], *lines[-_LOG_LINES:]]
    for line in lines:
        level = line.level or ("" if line.stream == "stdout" else "stderr")
        first, *rest = line.text.split("\n")
        yield f"  +{line.seconds:7.3f} {level:<6} {_cut(first, verbose=verbose)}"
        yield from (f"  {'':15} {_cut(more, verbose=verbose)}" for more in rest)
    if is_cut or one.log_lines > len(one.log):
        more = "; `--verbose` shows more" if is_cut else ""
        yield (
            f"  ({one.log_lines:,} lines, {one.log_bytes:,} bytes in all; the middle is left out"
            f"{more})"
        )


def _repeats(line: LogLine, error: FunctionError | None) -> bool:
    """Return whether the runtime wrote this line, in JSON, about the error reported below."""
    if error is None or line.level != "ERROR" or '\t{"errorType":' not in line.text:
        return False
    return json.dumps(error.message, ensure_ascii=False) in line.text


def _cut(text: str, *, verbose: bool) -> str:
    if verbose or len(text) <= _LINE_LETTERS:
        return show(text)
    return f"{show(text[:_LINE_LETTERS])}... ({len(text):,} letters)"


def _describe_answer(one: Invocation) -> Iterator[str]:
    if one.error is not None:
        first, *rest = one.error.message.split("\n")
        yield f"  {show(one.error.type)}: {show(first)}"
        yield from (f"  {show(line)}" for line in rest)
        # The first lines of a trace repeat type and message.
        for line in one.error.trace[1 + len(rest) :][:_TRACE_LINES]:
            yield f"    {show(line.strip())}"
    elif one.streamed is not None:
        body = one.streamed.body.decode("utf-8", "replace")
        if one.streamed.prelude is not None:
            yield f"  prelude: {_shorten(one.streamed.prelude)}"
        yield f"  streamed {one.streamed.body_bytes:,} bytes: {_shorten(body)}"
    elif one.status is not None and one.response is not None:
        yield from _describe_web_answer(json.loads(one.response))
    elif one.response is not None:
        why = "" if one.settled else ", which Lambda answers for it"
        yield f"  response: {_shorten(one.response)}{why}"


def _describe_web_answer(answer: Mapping[str, object]) -> Iterator[str]:
    kind = answer.get("headers")
    content_type = kind.get("content-type", "no content type") if isinstance(kind, dict) else ""
    yield show(
        f"  {answer.get('request')}: {answer.get('statusCode')}, {content_type}, "
        f"{answer.get('bodyBytes'):,} bytes"
    )
    if answer.get("body") and not answer.get("isBase64Encoded"):
        yield f"  body: {_shorten(str(answer['body']))}"


def _describe_left(environment: ExecutionEnvironment) -> Iterator[str]:
    if environment.left_file_count:
        yield (
            f"  left in /tmp: {environment.left_bytes:,} bytes in"
            f" {environment.left_file_count:,} file(s)"
        )
        for file in environment.left_files[:10]:
            yield f"    {file.size_bytes:>12,}  {show(file.path)}"


def _draw_stages(reached: Stage) -> str:
    """Return the stages in order, with a cross where it went no further."""
    place = STAGES.index(reached)
    done = " > ".join(STAGES[1 : place + 1])
    missing = STAGES[place + 1 :]
    return f"{done} x {missing[0]}" if missing else done


def _shorten(text: str) -> str:
    if len(text) <= _RESPONSE_LETTERS:
        return show(text)
    return f"{show(text[:_RESPONSE_LETTERS])}... ({len(text):,} letters)"
