"""What every plan has: patterns inside of node_modules, the members' date, what stays out.

In: parts of a plan, files of a folder, the environment. Out: parts, a date, findings.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from zipper.archive.entries import DOS_EPOCH
from zipper.errors import UsageError
from zipper.findings import Finding
from zipper.project.own_files import parse_patterns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zipper.archive.entries import PlannedEntry, PlannedZip
    from zipper.project.own_files import LeftOut, OwnFiles

__all__ = ["describe_left_out", "find_dos_time", "leave_out_members"]


def leave_out_members(
    parts: Iterable[PlannedEntry | PlannedZip], exclude: Sequence[str]
) -> tuple[Iterable[PlannedEntry | PlannedZip], tuple[Finding, ...]]:
    """Return the parts without what `exclude` names inside of node_modules, and what to say."""
    if not any("node_modules/" in pattern for pattern in exclude):
        return parts, ()
    from zipper.layout import excluded_members  # noqa: PLC0415  (few patterns are about packages)

    matches = parse_patterns(excluded_members.find_inner_patterns(exclude))
    left_out: list[str] = []
    kept = list(
        excluded_members.leave_out_members(parts, lambda name: matches(name) is True, left_out)
    )
    if not left_out:
        return kept, ()
    count = f"{len(left_out):,} file{'s' * (len(left_out) != 1)} of packages"
    message = f"`exclude` leaves out {count}, such as `{left_out[0]}`"
    hint = "the check says whether the function loads without them"
    return kept, (Finding("left-out", "info", left_out[0], message, hint),)


def describe_left_out(choice: OwnFiles) -> tuple[Finding, ...]:
    """Return a finding for each file that is no part of the package, though it is there."""
    return tuple(
        Finding(
            "left-out",
            "warning" if item.is_link else "info",
            item.path,
            f"`{item.path}` is not in the package: {item.reason}",
            _hint_at(item),
        )
        for item in choice.left_out
    )


def _hint_at(item: LeftOut) -> str:
    """Return how the file gets into the package, or that it may stay out."""
    if not item.is_there:
        return f"mend the link, or remove it; `--exclude {item.path}` says that it may stay out"
    if item.path.endswith("/"):
        return "what the function needs of it: have it in a folder of another name"
    return f"if the function needs it: `--exclude '!{item.path}'`"


def find_dos_time() -> bytes:
    """Return the date of every member: that of SOURCE_DATE_EPOCH, or the oldest one.

    Raises:
        UsageError: EUSAGE where the variable has no number.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return DOS_EPOCH
    if not epoch.isascii() or not epoch.isdigit() or len(epoch) > 12:
        raise UsageError(
            "EUSAGE",
            f"SOURCE_DATE_EPOCH is not a number of seconds: {epoch[:40]!r}",
            hint="unset it, or set it to the seconds since 1970: `git log -1 --format=%ct`",
        )
    from zipper.archive.dos_time import parse_dos_time  # noqa: PLC0415  (on demand only)

    return parse_dos_time(int(epoch))
