"""What running a deployment package showed, as values; their JSON is a contract. Pure.

In: nothing. Out: `RunResult` and its parts, and `to_document` for `run --json`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from zipper.as_json import json_text

__all__ = [
    "STAGES",
    "ExecutionEnvironment",
    "FunctionError",
    "Invocation",
    "LeftFile",
    "LogLine",
    "RunResult",
    "Stage",
    "StreamedResponse",
    "to_document",
]

Stage = Literal[
    "none", "unpacked", "node-started", "module-loaded", "handler-found", "invoked", "returned"
]
STAGES: Final[tuple[Stage, ...]] = (
    "none", "unpacked", "node-started", "module-loaded", "handler-found", "invoked", "returned",
)  # fmt: skip
"""How far it got, in order."""


@dataclass(frozen=True, slots=True)
class FunctionError:
    """The error in the shape in which Lambda returns it."""

    type: str
    message: str
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the function's output.

    Attributes:
        seconds: since its process was started.
        stream: `stdout` or `stderr`.
        level: what console.* said, such as `INFO`; None for other output.
        text: the line; line breaks of one console call stay in it.
    """

    seconds: float
    stream: str
    level: str | None
    text: str


@dataclass(frozen=True, slots=True)
class StreamedResponse:
    """What a streaming handler wrote.

    Attributes:
        prelude: status code, headers and cookies given to HttpResponseStream, as JSON text.
        body: the first bytes, at most as many as a buffered response may have.
        body_bytes: all bytes, without the prelude's.
    """

    content_type: str
    prelude: str | None
    body: bytes
    body_bytes: int


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event and what became of it.

    Attributes:
        response: the JSON text that Lambda would return; None on an error or a streamed response.
        init_seconds: of the cold start that this event waited for; None on a warm process.
        billed_milliseconds: whole milliseconds, the cold start's included, as billed since 2025-08.
        peak_memory_bytes: the most that the process had resident so far.
        settled: whether the handler's promise came to something. One that stays pending when
            nothing is left to wait for is answered by null up to Node.js 22, and ends the process
            from 24 on.
        log_bytes: all output; `log` has the first and the last lines of a long one.
    """

    request_id: str
    stage: Stage
    response: str | None
    streamed: StreamedResponse | None
    error: FunctionError | None
    init_seconds: float | None
    duration_seconds: float
    billed_milliseconds: int
    peak_memory_bytes: int
    log: tuple[LogLine, ...]
    log_bytes: int
    log_lines: int
    settled: bool = True
    status: int | None = None
    """The HTTP status that a web function answered with; None for all others."""

    @property
    def ok(self) -> bool:
        """Whether the function answered, and without an error of its own."""
        return self.error is None and self.settled and (self.status or 0) < 500


@dataclass(frozen=True, slots=True)
class LeftFile:
    """A file that was in the temporary space at the end; the path is relative to it."""

    path: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ExecutionEnvironment:
    """One sandbox's life: the events it took, one after another, until the last or a crash."""

    invocations: tuple[Invocation, ...]
    left_files: tuple[LeftFile, ...]
    left_file_count: int
    left_bytes: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunResult:
    """All that the run showed.

    Attributes:
        node_origin: where the Node came from, in words.
        notes: what differs from Lambda, such as isolation that this system does not permit.
        opened: the files of the package that were opened, by name; None where none was watched.
        trace_gaps: what `opened` does not show.
        missed: files that pruning took out and that an error names, each with its rule.
    """

    path: str
    runtime: str
    architecture: str
    handler: str
    memory_mb: int
    timeout_seconds: float
    limits: str
    node_version: str
    node_origin: str
    unpack_seconds: float
    files: int
    unzipped_size_bytes: int
    environments: tuple[ExecutionEnvironment, ...]
    notes: tuple[str, ...]
    opened: tuple[str, ...] | None = None
    trace_gaps: tuple[str, ...] = ()
    missed: tuple[tuple[str, str], ...] = ()
    kind: str = "function"
    """What the zip is for; of a web function `handler` is the entry file."""

    @property
    def invocations(self) -> tuple[Invocation, ...]:
        """Every invocation, environment after environment."""
        return tuple(one for part in self.environments for one in part.invocations)

    @property
    def ok(self) -> bool:
        """Whether every invocation answered without an error."""
        return all(invocation.ok for invocation in self.invocations)

    def to_json(self) -> str:
        """Return the document that `run --json` prints."""
        return json_text(to_document(self))

    def __repr__(self) -> str:
        """Return one line: each invocation has a log."""
        count, state = len(self.invocations), "ok" if self.ok else "failed"
        return f"<RunResult {self.path!r}: {state}, {count} events, Node.js {self.node_version}>"


def to_document(result: RunResult) -> dict[str, object]:
    """Return the result as values for JSON; responses are decoded where they are JSON."""
    document = {
        name: getattr(result, name)
        for name in (
            "path", "runtime", "architecture", "handler", "memory_mb", "timeout_seconds", "limits",
            "node_version", "node_origin", "unpack_seconds", "files", "unzipped_size_bytes", "kind",
        )
    }  # fmt: skip
    document["ok"] = result.ok
    document["notes"] = list(result.notes)
    document["opened"] = None if result.opened is None else list(result.opened)
    document["trace_gaps"] = list(result.trace_gaps)
    document["missed"] = [list(one) for one in result.missed]
    document["environments"] = [_environment_document(part) for part in result.environments]
    return document


def _environment_document(part: ExecutionEnvironment) -> dict[str, object]:
    return {
        "invocations": [_invocation_document(one) for one in part.invocations],
        "left_files": [{"path": f.path, "size_bytes": f.size_bytes} for f in part.left_files],
        "left_file_count": part.left_file_count,
        "left_bytes": part.left_bytes,
        "notes": list(part.notes),
    }


def _invocation_document(one: Invocation) -> dict[str, object]:
    error = one.error
    return {
        "request_id": one.request_id,
        "ok": one.ok,
        "stage": one.stage,
        "response": _decode(one.response),
        "streamed": None if one.streamed is None else _streamed_document(one.streamed),
        "error": error and {"type": error.type, "message": error.message, "trace": [*error.trace]},
        "init_seconds": one.init_seconds,
        "duration_seconds": one.duration_seconds,
        "billed_milliseconds": one.billed_milliseconds,
        "peak_memory_bytes": one.peak_memory_bytes,
        "log": [
            {"seconds": line.seconds, "stream": line.stream, "level": line.level, "text": line.text}
            for line in one.log
        ],
        "log_bytes": one.log_bytes,
        "log_lines": one.log_lines,
        "settled": one.settled,
        "status": one.status,
    }


def _streamed_document(streamed: StreamedResponse) -> dict[str, object]:
    return {
        "content_type": streamed.content_type,
        "prelude": _decode(streamed.prelude),
        "body": streamed.body.decode("utf-8", "replace"),
        "body_bytes": streamed.body_bytes,
    }


def _decode(text: str | None) -> object:
    """Return the value of JSON text; the text itself where a function answered with none."""
    import json  # noqa: PLC0415 - values are made without it

    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return text
