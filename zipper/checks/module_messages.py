"""How a finding about a module is reported: severity and words by when the request runs.

In: levels and places. Out: findings. The rules about modules share it.

The rule: an error is what Lambda shows when it loads the handler, nothing else. A request that
is in a function which the file itself does not call while it loads runs later, or never: Node
loads the handler all the same, so a missing module there is a warning (`--strict` makes it fail),
although an invocation that comes that far fails. The same for one branch of an `if`. Whether the
function is called from another file while that loads is not followed; the message says when the
request runs. What is in a `try` is an info, for the code itself expects it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.closure import relative
from zipper.checks.file_facts import CONDITIONAL, EAGER, LAZY, OPTIONAL, Flaw, Request
from zipper.findings import Finding, Severity

if TYPE_CHECKING:
    from zipper.checks.walk import Module

__all__ = ["WHEN", "judge_flaw", "make_finding", "where"]

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


def judge_flaw(module: Module, flaw: Flaw | None, major: int, *, is_handler: bool) -> Finding:
    """Return the finding of a file that does not parse, or of which that is not known."""
    code = "handler-syntax" if is_handler else "module-syntax"
    path = relative(module.path)
    if flaw is None:
        what = "JSON" if module.kind == "json" else "JavaScript"
        message = f"`{path}` is no valid {what}: see line {module.facts.syntax_error_line}"
        hint = "pack the file again; it may be cut off, or not compiled for Node.js"
    elif not flaw.is_sure:
        message = f"`{path}` line {flaw.line} has {flaw.message}, and is not judged"
        hint = f"run the package on Node.js {major} to know whether it loads"
    elif flaw.since or flaw.until:
        by = f"from {flaw.since} on" if major < flaw.since else f"before {flaw.until}"
        message = (
            f"`{path}` line {flaw.line} has {flaw.message}, which Node.js reads {by}, and "
            f"Node.js {major} does not"
        )
        hint = "compile it for the runtime's Node.js, or take another runtime"
    else:
        kind = {
            "module": " as an ES module",
            "commonjs": " as CommonJS",
            "required": " where `require` reads it",
        }.get(flaw.goal, "")
        message = f"`{path}` is no valid JavaScript{kind}: line {flaw.line} has {flaw.message}"
        hint = "mend the line; Node.js runs nothing of a file that does not parse"
    level = module.level if flaw is None or flaw.is_sure else max(module.level, CONDITIONAL)
    return make_finding(code, level, module.path, message, hint)
