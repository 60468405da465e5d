"""Frames add up to stages, answers and errors in Lambda's words."""

from __future__ import annotations

import json

import pytest

from zipper.node.frames import Frame
from zipper.node.invocation import RunStages, exit_error
from zipper.node.limits import STANDARD
from zipper.node.result import FunctionError


def frame(kind, payload=b"", *, size=None, text=""):
    """Return a frame."""
    return Frame(kind, text, payload, len(payload) if size is None else size)


def ready():
    """Return the progress of a process that waits for its first event."""
    progress = RunStages(STANDARD)
    for kind in ("started", "loaded", "handler", "next"):
        progress.take(frame(kind))
    return progress


def test_stages():
    """Each frame of a good life moves the stage on."""
    progress = RunStages(STANDARD)
    stages = [progress.stage]
    for kind in ("started", "loaded", "handler", "next"):
        progress.take(frame(kind))
        stages.append(progress.stage)
    progress.begin()
    stages.append(progress.stage)
    progress.take(frame("response", b"1"))
    stages.append(progress.stage)

    assert [
        "unpacked", "node-started", "module-loaded", "handler-found", "handler-found", "invoked",
        "returned",
    ] == stages  # fmt: skip


def test_answer_needs_both_response_and_readiness():
    """An invocation is over when its answer is there and the next event is asked for."""
    progress = ready()
    progress.begin()
    progress.take(frame("response", b'"a"'))

    assert (True, False, '"a"') == (progress.is_answered, progress.is_waiting, progress.response)
    progress.take(frame("next"))
    assert progress.is_waiting


def test_event_that_waits_for_init():
    """An event sent before init is done is invoked by the first `next`."""
    progress = RunStages(STANDARD)
    progress.take(frame("started"))
    progress.begin()
    for kind in ("loaded", "handler", "next"):
        progress.take(frame(kind))

    assert ("invoked", False) == (progress.stage, progress.is_waiting)


def test_second_answer_is_ignored():
    """Only the first answer of an invocation counts."""
    progress = ready()
    progress.begin()
    progress.take(frame("response", b"1"))
    progress.take(frame("error", b"{}"))

    assert ("1", None) == (progress.response, progress.error)


def test_response_of_the_largest_size():
    """A response of exactly the limit passes; one byte more does not."""
    limit = STANDARD.response_bytes
    fits, exceeds = ready(), ready()
    fits.take(frame("response", b"x", size=limit))
    exceeds.take(frame("response", b"x", size=limit + 1))

    assert fits.error is None
    assert "Function.ResponseSizeTooLarge" == exceeds.error.type


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (
            {"errorType": "A", "errorMessage": "b", "trace": ["c", 1]},
            FunctionError("A", "b", ("c", "1")),
        ),
        ({"errorType": None, "trace": "x"}, FunctionError("None", "")),
        ([1], FunctionError("Runtime.Unknown", "[1]")),
    ],
)
def test_error_payload(payload, error):
    """An error is read as far as it has Lambda's shape."""
    progress = ready()
    progress.take(frame("error", json.dumps(payload).encode()))

    assert error == progress.error


def test_prelude_is_taken_off():
    """Status and headers of an HTTP integration stand before eight NUL bytes."""
    progress = ready()
    kind = "application/vnd.awslambda.http-integration-response"
    progress.take(frame("stream", text=kind))
    for chunk in (b'{"statusCode":200}', b"\0" * 8, b"body"):
        progress.take(frame("chunk", chunk))
    progress.take(frame("end"))

    streamed = progress.streamed
    assert ('{"statusCode":200}', b"body", 4) == (
        streamed.prelude,
        streamed.body,
        streamed.body_bytes,
    )


def test_stream_too_long():
    """A stream may have 200 MB."""
    progress = ready()
    progress.take(frame("stream"))
    progress.take(frame("chunk", b"x", size=STANDARD.stream_bytes + 1))

    assert "Function.ResponseSizeTooLarge" == progress.error.type


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0, "Runtime exited without providing a reason"),
        (1, "Runtime exited with error: exit status 1"),
        (-6, "Runtime exited with error: signal: aborted"),
        (-9, "Runtime exited with error: signal: killed"),
        (-11, "Runtime exited with error: signal: segmentation fault"),
        (-63, "Runtime exited with error: signal: signal 63"),
    ],
)
def test_exit_in_words(code, reason):
    """An exit is told as Lambda's supervisor tells it."""
    assert FunctionError("Runtime.ExitError", f"RequestId: r Error: {reason}") == exit_error(
        "r", code
    )


def test_promise_that_never_settles_is_seen():
    """The process says so before it answers null; the next event begins anew."""
    progress = ready()
    progress.begin()
    progress.take(frame("unsettled"))
    progress.take(frame("response", b"null"))
    seen = progress.is_unsettled
    progress.take(frame("unsettled"))
    progress.begin()

    assert seen
    assert not progress.is_unsettled
