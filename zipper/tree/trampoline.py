"""Generators that call generators without using up the stack.

The work on a tree is written as plain recursion, but trees come from strangers and may be a
thousand deep. A step that is `call`ed is run by `run_flat`, which keeps the calls in a list. What a
step yields to the outside (the resolver's asks) passes through, and so do the answers.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from zipper.errors import ZipperError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Step", "call", "finish", "run_flat"]

T = TypeVar("T")

Step = Generator[Any, Any, T]
"""Work that may call steps and ask the outside; its return value is a T."""


def call(step: Step[T]) -> Step[T]:
    """Have `step` run to its end; write `yield from` before it to get the value."""
    return cast("T", (yield step))


def finish(step: Step[T]) -> T:
    """Run `step`, which asks nothing, and return its value."""
    run = run_flat(step)
    try:
        next(run)
    except StopIteration as stop:
        return cast("T", stop.value)
    raise AssertionError("a step without asks has asked")


def run_flat(step: Step[T]) -> Step[T]:
    """Run `step` and all that it calls; yield what they ask, send on what is answered.

    A `ZipperError` that is thrown in reaches the step that asked, and leaves it as in a call.
    """
    stack: list[Iterator[object]] = [step]
    value: object = None
    error: ZipperError | None = None
    while True:
        top = cast("Generator[object, object, object]", stack[-1])
        try:
            asked = top.throw(error) if error is not None else top.send(value)
        except StopIteration as stop:
            stack.pop()
            value, error = stop.value, None
            if not stack:
                return cast("T", value)
            continue
        except ZipperError as raised:
            stack.pop()
            if not stack:
                raise
            error = raised
            continue
        value, error = None, None
        if isinstance(asked, Generator):
            stack.append(asked)
            continue
        try:
            value = yield asked
        except ZipperError as thrown:
            error = thrown
