"""What a function takes from the SDK that Lambda's runtimes carry.

In: a `Subject`. Out: findings. What is known of the runtimes is `zipper.checks.runtime_sdk`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.checks.closure import close
from zipper.checks.package_maps import split_name
from zipper.checks.runtime_sdk import find_carried
from zipper.findings import Finding, name_some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.subject import Subject

__all__ = ["check_runtime_modules"]


def check_runtime_modules(subject: Subject) -> Iterator[Finding]:
    """Yield what only the runtime provides: one info, and a warning for what it may not have."""
    start = close(subject)
    if start is None:
        return
    names = sorted({name for name in start.walk.runtime if not name.endswith(" (layer)")})
    if names:
        shown = name_some(names, 5)
        verb = "comes" if len(names) == 1 else "come"
        message = f"{shown} {verb} from the runtime, in a version that AWS changes without notice"
        hint = (
            "pack the SDK to fix its version, or leave it out on purpose with `--ignore module-sdk`"
        )
        if subject.rules.starts == "entry":
            message = f"{shown}: whether a web function's runtime has it is not documented"
            yield Finding("module-sdk", "warning", "", message, "add it to `dependencies`")
            return
        yield Finding("module-sdk", "info", "", message, hint)
    for package in sorted({parts[0] for name in names if (parts := split_name(name)) is not None}):
        if package.startswith("@aws-sdk/"):
            yield from _judge_carried(package)


def _judge_carried(package: str) -> Iterator[Finding]:
    """Yield a warning for a package of the SDK that nothing shows to be in the runtime."""
    row = find_carried(package)
    new = package.replace("@aws-sdk/", "@smithy/")
    if row is None:
        what = "nothing that is published shows that it is there, as the clients are"
        hint = f"pack it: `{package}` in `dependencies`; of a bundle, leave out `sdk`"
    elif row.state == "moved":
        what = f"ended with {row.sdk}, moved to `{new}`; the runtime's SDK is later"
        hint = f"use `{new}`, and add it to `dependencies`: no runtime gives it to functions"
    else:
        return
    yield Finding(
        "module-sdk", "warning", "", f"`{package}` is left to the runtime, and {what}", hint
    )
