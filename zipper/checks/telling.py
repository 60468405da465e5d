"""How a finding about a module is told: severity and words by when the request runs.

In: levels and places. Out: findings. The rules about modules share it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.closure import relative
from zipper.checks.facts import CONDITIONAL, EAGER, LAZY, OPTIONAL, Request
from zipper.checks.findings import Finding, Severity

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
