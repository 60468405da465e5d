"""Rules about what a kind of function cannot have: runtimes, processors, layers, variables, time.

In: a subject. Out: findings with `kind-` codes and `timeout-long`. What each kind may have is a
row of `zipper.kinds`; nothing is read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.subject import Subject

__all__ = ["check_kind", "check_timeout"]


def check_kind(subject: Subject) -> Iterator[Finding]:
    """Yield what the function has, or is for, and its kind does not take."""
    kind, target = subject.rules, subject.target
    if kind.runtimes and target.runtime not in kind.runtimes:
        known = ", ".join(f"`{name}`" for name in kind.runtimes)
        message = f"a {kind.noun} has one of the runtimes {known} (as of {kind.as_of})"
        severity: Severity = "error" if kind.is_runtime_sure else "warning"
        hint = f"build it for `{kind.runtimes[-1]}`: `--runtime {kind.runtimes[-1]}`"
        yield Finding("kind-runtime", severity, "", f"{message}, not `{target.runtime}`", hint)
    if target.architecture not in kind.architectures:
        only = kind.architectures[0]
        message = f"a {kind.noun} runs on {only} alone, not on {target.architecture}"
        yield Finding(
            "kind-architecture", "error", "", message, f"build it for it: `--arch {only}`"
        )
    if not kind.takes_layers and (subject.layers or subject.unknown_layers):
        message = f"a {kind.noun} cannot have layers"
        hint = "pack what they hold: take `layers` out of the settings"
        yield Finding("kind-layers", "error", "", message, hint)
    count = len(subject.layers) + len(subject.unknown_layers)
    if kind.takes_layers and count > kind.layers_max:
        message = f"the {kind.noun} has {count} layers; it can have {kind.layers_max}"
        hint = "put the packages of several layers into one"
        yield Finding("kind-layers", "error", "", message, hint)
    names = sorted(subject.variables or ())
    if not kind.takes_variables and names:
        shown = ", ".join(f"`{name}`" for name in names)
        message = f"a {kind.noun} cannot have environment variables: {shown}"
        hint = "put the values into a file of the package, and take them out of `env`"
        yield Finding("kind-variables", "error", "", message, hint)


def check_timeout(subject: Subject) -> Iterator[Finding]:
    """Yield one finding for a timeout that the service refuses, or may refuse."""
    kind, seconds = subject.rules, subject.timeout_seconds
    if seconds > kind.timeout_seconds_max:
        message = (
            f"the timeout is {seconds:g} s; a {kind.noun} can have {kind.timeout_seconds_max:g} s"
        )
        hint = f"set `timeout` to {kind.timeout_seconds_max:g} or less, or split the work"
        yield Finding("timeout-long", "error", "", message, hint)
    elif seconds > kind.timeout_seconds_agreed:
        message = f"the timeout is {seconds:g} s; {kind.timeout_reason} (as of {kind.as_of})"
        hint = f"set `timeout` to {kind.timeout_seconds_agreed:g} or less to be sure"
        yield Finding("timeout-long", "warning", "", message, hint)
