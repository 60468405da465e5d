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
from zipper.checks.kind_hints import flaw_hint
from zipper.findings import Finding, Severity

if TYPE_CHECKING:
    from zipper.checks.walk import Module

__all__ = ["WHEN", "judge_flaw", "make_finding", "where", "with_choice"]

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


def judge_flaw(module: Module, flaw: Flaw | None, major: int, *, choice: str) -> Finding:
    """Return the finding of a file that does not parse, or of which that is not known.

    Args:
        module: the file.
        flaw: what is wrong with it, None where only the place is known.
        major: version of Node.js.
        choice: why the loader takes the file for the handler; empty for any other file.
    """
    path, hint = relative(module.path), flaw_hint(module, flaw, major)
    if flaw is None:
        what = "JSON" if module.kind == "json" else "JavaScript"
        message = f"`{path}` is no valid {what}: see line {module.facts.syntax_error_line}"
    elif not flaw.is_sure:
        message = f"`{path}` line {flaw.line} has {flaw.message}, and is not judged"
        hint = f"run the package on Node.js {major} to know whether it loads"
    elif flaw.since or flaw.until:
        by = f"from {flaw.since} on" if major < flaw.since else f"before {flaw.until}"
        message = (
            f"`{path}` line {flaw.line} has {flaw.message}, which Node.js reads {by}, and "
            f"Node.js {major} does not"
        )
    else:
        kind = {
            "module": " as an ES module",
            "commonjs": " as CommonJS",
            "required": " where `require` reads it",
        }.get(flaw.goal, "")
        message = f"`{path}` is no valid JavaScript{kind}: line {flaw.line} has {flaw.message}"
    level = module.level if flaw is None or flaw.is_sure else max(module.level, CONDITIONAL)
    code = "handler-syntax" if choice else "module-syntax"
    return make_finding(code, level, module.path, with_choice(message, choice), hint)


def with_choice(message: str, choice: str) -> str:
    """Return a message about the handler's file with why the loader takes that file."""
    return f"{message}; {choice}" if choice else message
