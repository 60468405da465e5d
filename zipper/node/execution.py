"""One execution environment: a sandboxed process that takes events one after another.

In: a `Launch` and events. Out: `ExecutionEnvironment`s; a process that crashed or was killed is
followed by another, as on Lambda. Time, memory and the size of answers are watched here; files,
processes and temporary space by `zipper.node.sandbox`.

Deviation: an init that fails is reported at once, where Lambda tries it a second time at the first
event. The process after a crash has an empty temporary space, where Lambda keeps the files.
"""

from __future__ import annotations

import json
import math
import time
import uuid
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zipper.node.connection import Connection
from zipper.node.frames import write_frame
from zipper.node.invocation import exit_error, memory_error, space_error, timeout_error
from zipper.node.result import (
    ExecutionEnvironment,
    FunctionError,
    Invocation,
    LeftFile,
    StreamedResponse,
)

if TYPE_CHECKING:
    import threading

    from zipper.node.launch import Launch

__all__ = ["run_events"]

_ACCOUNT: Final = "123456789012"
"""The account number of AWS's own examples."""

_LATE: Final = "init took longer than {:g} s and was started again within the invocation's time"


@dataclass(slots=True)
class _Outcome:
    """What happened to one event, before it is reported."""

    error: FunctionError | None
    response: str | None = None
    streamed: StreamedResponse | None = None
    is_over: bool = False
    """Whether the process cannot take another event."""


def run_events(
    launch: Launch, events: tuple[bytes, ...], *, stop: threading.Event
) -> tuple[ExecutionEnvironment, ...]:
    """Run `events` one after another and return each environment that this took.

    Raises:
        NodeError: ENODE if Node itself cannot be started.
    """
    waiting = deque(events)
    environments = []
    while waiting and not stop.is_set():
        environments.append(_run_environment(launch, waiting, stop))
    return tuple(environments)


def _run_environment(
    launch: Launch, waiting: deque[bytes], stop: threading.Event
) -> ExecutionEnvironment:
    """Start one process and give it events until none is left or it is over."""
    invocations: list[Invocation] = []
    notes: list[str] = []
    connection = Connection(launch, stop)
    try:
        is_ready = connection.wait_until(
            lambda now: now.is_waiting or now.init_error is not None,
            seconds=launch.limits.init_seconds,
        )
        init_seconds: float | None = connection.seconds
        if not (is_ready or connection.is_over):
            connection.close()
            notes.append(_LATE.format(launch.limits.init_seconds))
            init_seconds = None
            connection = Connection(launch, stop)
        while waiting and not stop.is_set():
            event = waiting.popleft()
            cold = None if invocations else init_seconds
            invocation, is_over = _invoke(connection, event, init_seconds=cold)
            invocations.append(invocation)
            if is_over:
                break
    finally:
        connection.close()
    ended = connection.ended
    return ExecutionEnvironment(
        invocations=tuple(invocations),
        left_files=tuple(LeftFile(path, size) for path, size in ended.files),
        left_file_count=ended.file_count,
        left_bytes=ended.file_bytes,
        notes=(*notes, *connection.notes),
    )


def _invoke(
    connection: Connection, event: bytes, *, init_seconds: float | None
) -> tuple[Invocation, bool]:
    """Give the process one event and wait for its answer, at most for the timeout."""
    launch = connection.launch
    request_id = str(uuid.uuid4())
    began = time.monotonic()
    is_dead = connection.is_over or connection.progress.init_error is not None
    if not is_dead:
        connection.progress.begin()
        connection.send(_event_frame(launch, request_id, event))
        connection.wait_until(
            lambda now: now.is_answered and now.is_waiting,
            seconds=launch.timeout_seconds,
        )
    duration = time.monotonic() - began
    outcome = _judge(connection, request_id)
    if outcome.is_over:
        connection.kill()
    log = connection.take_log()
    invocation = Invocation(
        request_id=request_id,
        stage=connection.progress.stage,
        response=outcome.response,
        streamed=outcome.streamed,
        error=outcome.error,
        init_seconds=init_seconds,
        duration_seconds=duration,
        billed_milliseconds=math.ceil((duration + (init_seconds or 0)) * 1000),
        peak_memory_bytes=connection.peak_memory,
        log=log.lines,
        log_bytes=log.size_bytes,
        log_lines=log.count,
        settled=not connection.progress.is_unsettled,
        status=_status_of(outcome.response) if launch.settings.endpoint else None,
    )
    return invocation, outcome.is_over


def _status_of(response: str | None) -> int | None:
    """Return the status in what the bootstrap says of a web function's answer."""
    try:
        status = json.loads(response or "{}").get("statusCode")
    except (ValueError, AttributeError, RecursionError):
        return None  # the function itself has written into the channel
    return status if isinstance(status, int) else None


def _judge(connection: Connection, request_id: str) -> _Outcome:
    """Return what the invocation came to, the gravest fact first."""
    progress = connection.progress
    is_over = connection.is_over or not progress.is_waiting
    if progress.init_error is not None:
        return _Outcome(progress.init_error, is_over=True)
    if connection.is_over_memory:
        return _Outcome(memory_error(request_id), is_over=True)
    if progress.is_answered and (progress.is_waiting or connection.exit_code is not None):
        return _Outcome(progress.error, progress.response, progress.streamed, is_over=is_over)
    return _Outcome(_end_error(connection, request_id), is_over=True)


def _end_error(connection: Connection, request_id: str) -> FunctionError:
    """Return why there is no answer: the space, the process's own end, or the time."""
    launch, stage = connection.launch, connection.progress.stage
    if connection.ended.space_exceeded:
        return space_error(request_id, launch.limits.space_bytes)
    if launch.settings.endpoint and connection.exit_code == 0 and stage == "node-started":
        message = f"the program came to its end, and nothing listens on {launch.settings.endpoint}"
        return FunctionError("Web.NotListening", message)
    if connection.exit_code is not None:
        return exit_error(request_id, connection.exit_code)
    return timeout_error(request_id, launch.timeout_seconds)


def _event_frame(launch: Launch, request_id: str, event: bytes) -> bytes:
    settings = launch.settings
    root, parent = uuid.uuid4().hex, uuid.uuid4().hex[:16]
    header = {
        "requestId": request_id,
        "deadline": int((time.time() + launch.timeout_seconds) * 1000),
        "arn": f"arn:aws:lambda:{settings.region}:{_ACCOUNT}:function:{settings.name}",
        "traceId": f"Root=1-{int(time.time()):08x}-{root[:24]};Parent={parent};Sampled=0",
    }
    return write_frame(header, event)
