"""What running a function came to, as values: no Node is needed to have them."""

from __future__ import annotations

from dataclasses import replace

from zipper.node.result import ExecutionEnvironment, Invocation, LeftFile, RunResult

__all__ = ["make_invocation", "make_result"]


def make_invocation(**changes: object) -> Invocation:
    """Return a good first invocation with `changes`."""
    good = Invocation(
        request_id="r",
        stage="returned",
        response='{"a":1}',
        streamed=None,
        error=None,
        init_seconds=0.1,
        duration_seconds=0.0125,
        billed_milliseconds=113,
        peak_memory_bytes=60 << 20,
        log=(),
        log_bytes=0,
        log_lines=0,
    )
    return replace(good, **changes)  # type: ignore[arg-type]


def make_result(
    *invocations: Invocation,
    left: tuple[LeftFile, ...] = (),
    left_notes: tuple[str, ...] = (),
    **changes: object,
) -> RunResult:
    """Return the result of one environment that took these events, with `changes`."""
    environment = ExecutionEnvironment(invocations, left, len(left), 7, left_notes)
    result = RunResult(
        "a.zip", "nodejs22.x", "x86_64", "index.handler", 128, 3, "standard", "22.1.0",
        "the system", 0.1, 3, 100, (environment,), ("a note",),
    )  # fmt: skip
    return replace(result, **changes)  # type: ignore[arg-type]
