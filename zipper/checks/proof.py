"""What following the modules from the handler has shown, as a value.

The walk itself is `zipper.checks.closure`'s.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Closure", "Unknown"]


class Unknown(NamedTuple):
    """A module request that cannot be followed: an expression, not a string."""

    path: str
    line: int
    """Counted from 1."""
    expression: str
    """The source text, shortened."""


class Closure(NamedTuple):
    """What following every module from the handler has shown."""

    proven: int = 0
    """Files of the package that were reached and whose requests all resolve."""
    assumed: tuple[str, ...] = ()
    """Requests that the runtime or a layer answers, sorted."""
    unknown: tuple[Unknown, ...] = ()
    """Requests that nobody can follow without running the code, sorted."""
