"""What the frames of one process add up to: how far it got and what the answer is. Pure.

In: frames, and how the process ended. Out: stages, responses and errors in Lambda's words. Waiting,
limits and clocks belong to `zipper.node.execution`.
"""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zipper.node.result import FunctionError, Stage, StreamedResponse

if TYPE_CHECKING:
    from zipper.node.frames import Frame
    from zipper.node.limits import Limits

__all__ = ["RunStages", "exit_error", "memory_error", "space_error", "timeout_error"]

_INTEGRATION_TYPE: Final = "application/vnd.awslambda.http-integration-response"
_DELIMITER: Final = b"\0" * 8
_TRACE_LINES_MAX: Final = 200

_SIGNALS: Final = {
    "SIGABRT": "aborted",
    "SIGBUS": "bus error",
    "SIGFPE": "floating point exception",
    "SIGILL": "illegal instruction",
    "SIGINT": "interrupt",
    "SIGKILL": "killed",
    "SIGSEGV": "segmentation fault",
    "SIGTERM": "terminated",
    "SIGTRAP": "trace/breakpoint trap",
}
"""As Go, in which Lambda's supervisor is written, calls them."""


@dataclass(slots=True)
class RunStages:
    """How far one process, and in it one invocation, has got."""

    limits: Limits
    stage: Stage = "unpacked"
    is_waiting: bool = False
    """Whether the process asks for the next event."""
    init_error: FunctionError | None = None
    response: str | None = None
    error: FunctionError | None = None
    is_unsettled: bool = False
    """Whether the handler's promise was pending when nothing was left to wait for."""
    _content_type: str | None = None
    _body: bytearray = field(default_factory=bytearray)
    _body_bytes: int = 0
    _is_ended: bool = False
    _is_begun: bool = False
    """Whether an event waits for a process that is still being initialised."""

    def begin(self) -> None:
        """Forget the last invocation; the next frames belong to a new one."""
        self.is_waiting = self.is_unsettled = False
        self.response = self.error = self._content_type = None
        self._body = bytearray()
        self._body_bytes = 0
        self._is_ended = False
        self._is_begun = True
        if self.stage in ("handler-found", "returned"):
            self._is_begun, self.stage = False, "invoked"

    @property
    def is_answered(self) -> bool:
        """Whether the invocation has its response or its error."""
        return self.response is not None or self.error is not None or self._is_ended

    @property
    def streamed(self) -> StreamedResponse | None:
        """What a streaming handler wrote so far; None for a buffered one."""
        if self._content_type is None:
            return None
        body, prelude, size = bytes(self._body), None, self._body_bytes
        if self._content_type.startswith(_INTEGRATION_TYPE) and _DELIMITER in body:
            head, _, body = body.partition(_DELIMITER)
            prelude = head.decode("utf-8", "replace")
            size -= len(head) + len(_DELIMITER)
        return StreamedResponse(self._content_type, prelude, body, size)

    def take(self, frame: Frame) -> None:
        """Advance by one frame; one that does not belong here is ignored."""
        match frame.kind:
            case "started":
                self.stage = "node-started"
            case "loaded":
                self.stage = "module-loaded"
            case "handler":
                self.stage = "handler-found"
            case "init-error":
                self.init_error = self.init_error or parse_error(frame.payload)
            case "next":
                self._take_next()
            case "unsettled":
                self.is_unsettled = not self.is_answered
            case _ if not self.is_answered:
                self._take_answer(frame)
            case _:
                pass

    def _take_next(self) -> None:
        if self._is_begun:
            self._is_begun, self.stage = False, "invoked"
        else:
            self.is_waiting = True

    def _take_answer(self, frame: Frame) -> None:
        match frame.kind:
            case "response":
                self._take_response(frame)
            case "error":
                self.error = parse_error(frame.payload)
                self.stage = "returned"
            case "stream":
                self._content_type = frame.text
            case "chunk":
                self._take_chunk(frame)
            case "end":
                self._is_ended = True
                self.stage = "returned"
            case _:
                pass

    def _take_response(self, frame: Frame) -> None:
        self.stage = "returned"
        if frame.size > self.limits.response_bytes:
            self.error = FunctionError(
                "Function.ResponseSizeTooLarge",
                "Response payload size exceeded maximum allowed payload size "
                f"({self.limits.response_bytes} bytes).",
            )
            return
        self.response = frame.payload.decode("utf-8", "replace")

    def _take_chunk(self, frame: Frame) -> None:
        self._body_bytes += frame.size
        room = max(self.limits.response_bytes - len(self._body), 0)
        self._body += frame.payload[:room]
        if self._body_bytes > self.limits.stream_bytes:
            self.error = FunctionError(
                "Function.ResponseSizeTooLarge",
                "Response payload size exceeded maximum allowed payload size "
                f"({self.limits.stream_bytes} bytes).",
            )


def parse_error(payload: bytes) -> FunctionError:
    """Return the error in a frame; what is missing or of another type becomes text."""
    try:
        values = json.loads(payload)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        return FunctionError("Runtime.Unknown", payload[:1000].decode("utf-8", "replace"))
    trace = values.get("trace")
    lines = trace[:_TRACE_LINES_MAX] if isinstance(trace, list) else []
    return FunctionError(
        str(values.get("errorType", "")),
        str(values.get("errorMessage", "")),
        tuple(str(line) for line in lines),
    )


def exit_error(request_id: str, code: int) -> FunctionError:
    """Return the error for a process that ended by itself; a negative code is a signal."""
    if code == 0:
        reason = "Runtime exited without providing a reason"
    elif code > 0:
        reason = f"Runtime exited with error: exit status {code}"
    else:
        reason = f"Runtime exited with error: signal: {_signal_name(-code)}"
    return FunctionError("Runtime.ExitError", f"RequestId: {request_id} Error: {reason}")


def memory_error(request_id: str) -> FunctionError:
    """Return the error for a process that was killed for its memory."""
    message = f"RequestId: {request_id} Error: Runtime exited with error: signal: killed"
    return FunctionError("Runtime.OutOfMemory", message)


def space_error(request_id: str, size_bytes: int) -> FunctionError:
    """Return the error for a process that was killed for its temporary files.

    Deviation: Lambda's file system refuses the write (ENOSPC); where none can be mounted, the files
    can only be counted.
    """
    message = f"RequestId: {request_id} Error: more than {size_bytes} bytes of temporary files"
    return FunctionError("Runtime.ExitError", message)


def timeout_error(request_id: str, seconds: float) -> FunctionError:
    """Return the error for an invocation that took longer than the function's timeout."""
    message = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
    return FunctionError("Sandbox.Timedout", message)


def _signal_name(number: int) -> str:
    try:
        return _SIGNALS.get(signal.Signals(number).name, f"signal {number}")
    except ValueError:
        return f"signal {number}"
