"""What an expression is as the target of an assignment."""

from __future__ import annotations

from typing import Final

__all__ = ["ARROW", "ASSIGNED", "CALL", "MEMBER", "NAMED", "OTHER", "PATTERN", "SECRET"]

NAMED: Final = "name"
MEMBER: Final = "member"
SECRET: Final = "private member"  # noqa: S105 - a kind of target
CALL: Final = "call"
"""No target by the standard; V8 lets it stand and fails when it runs."""
PATTERN: Final = "pattern"
"""An array or object whose parts are all targets."""
ASSIGNED: Final = "target with a value"
"""An assignment, which in a pattern is a part with a default."""
ARROW: Final = "arrow function"
OTHER: Final = "no target"
