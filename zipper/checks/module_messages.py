"""How a finding about a module is told: severity and words by when the request runs.

In: levels and places. Out: findings. The rules about modules share it.

The rule: an error is what Lambda shows when it loads the handler, nothing else. A request that
stands in a function which the file itself does not call while it loads runs later, or never: Node
loads the handler all the same, so a missing module there is a warning (`--strict` makes it fail),
although an invocation that comes that far fails. The same for one branch of an `if`. Whether the
function is called from another file while that loads is not followed; the message says when the
request runs. What stands in a `try` is an info, for the code itself expects it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.closure import relative
from zipper.checks.file_facts import CONDITIONAL, EAGER, LAZY, OPTIONAL, Request
from zipper.findings import Finding, Severity

if TYPE_CHECKING:
    from zipper.checks.walk import Module

__all__ = ["WHEN", "make_finding", "where"]

_SEVERITIES: Final[dict[int, Severity]] = {
    EAGER: "error",
    CONDITIONAL: "warning",
    LAZY: "warning",
    OPTIONAL: "info",
}

WHEN: Final = {
    EAGER: "loading the handler fails",
    CONDITIONAL: "it fails if that branch runs",
    LAZY: "it fails when that function is called",
    OPTIONAL: "the code handles that",
}


def make_finding(code: str, level: int, path: str, message: str, hint: str) -> Finding:
    """Return a finding about the file at `path`, as severe as `level` says."""
    return Finding(code, _SEVERITIES[level], relative(path), message, hint)


def where(module: Module, request: Request) -> str:
    """Return file and line of a request, as messages begin."""
    return f"`{relative(module.path)}` line {request.line}"
