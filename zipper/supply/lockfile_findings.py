"""Lockfiles that do not count: other package managers', and that of a workspace's root.

In: what the project found. Out: findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["find_unread", "tell_conflict", "tell_workspace"]


def find_unread(names: Sequence[str]) -> tuple[Finding, ...]:
    """Return a finding `lockfile-unread` for each lockfile that did not count."""
    return tuple(
        Finding(
            "lockfile-unread",
            "warning",
            name,
            f"`{name}` does not count: another lockfile does, or it is not read to its end",
            "remove it, or say which package manager counts: `packageManager` in package.json",
        )
        for name in names
    )


def tell_conflict(name: str) -> Finding:
    """Return the finding `lockfile-merged` about a lockfile with the conflict marks of a merge."""
    return Finding(
        "lockfile-merged",
        "warning",
        name,
        f"`{name}` has the conflict marks of a merge: both sides count, ours where they differ",
        "write it without the marks: `python -m zipper resolve`",
    )


def tell_workspace(root: str) -> Finding:
    """Return the finding `workspace-alone` about a member that is built without its `root`."""
    return Finding(
        "workspace-alone",
        "warning",
        "package.json",
        f"this is a member of the workspace `{root}`, whose lockfile is not used: versions are "
        "resolved again",
        "leave out `--no-workspace`: the member is then built with the root's lockfile",
    )
